/** Questions asked together: none is answered otherwise than by itself, and all of them together end. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyNewAccess } from '../../../src/policy/compare/compare.ts';
import { questionText } from '../../../src/policy/compare/question-text.ts';
import { sharingWork } from '../../../src/policy/compare/work.ts';
import type { TrustPolicy } from '../../../src/policy/document/trust-policy.ts';
import { type PolicyDocument, read } from '../../arbitraries/policies.ts';
import { policyPairs } from '../../arbitraries/policy-pairs.ts';
import { runs } from '../../arbitraries/runs.ts';
import { allow, deny, home, other, policy } from './policies.ts';

type Question = readonly [from: TrustPolicy, to: TrustPolicy];
const nobody: TrustPolicy = { ...policy(allow(other)), statements: [] };
const plenty = 1e12;

/** The same document about other accounts. */
function renamed(document: PolicyDocument): PolicyDocument {
  return JSON.parse(
    JSON.stringify(document).replaceAll(/\b\d{12}\b/g, (account) =>
      account === home ? other : account === other ? home : account,
    ),
  ) as PolicyDocument;
}

test('together as alone, whichever questions came before', () => {
  fc.assert(
    fc.property(fc.array(policyPairs(), { minLength: 2, maxLength: 5 }), (pairs) => {
      const questions = pairs.flatMap(({ old, now }): readonly Question[] => [
        [read(old), read(now)],
        [read(renamed(old)), read(renamed(now))],
        [nobody, read(now)],
        [nobody, read(renamed(now))],
      ]);
      const alone = questions.map(([from, to]) => anyNewAccess(from, to));
      const together = sharingWork(plenty, () => questions.map(([from, to]) => anyNewAccess(from, to)));
      expect(together).toEqual(alone);
    }),
    { numRuns: runs(40) },
  );
});

describe('one account is like another', () => {
  const one = '777788889999';
  const sameAsOther = (...[mine, theirs]: readonly [object[], object[]]) =>
    questionText(nobody, policy(...mine)) === questionText(nobody, policy(...theirs));

  test('where nothing tells them apart', () => {
    expect(sameAsOther([allow(one)], [allow(other)])).toBe(true);
    expect(sameAsOther([allow(`arn:aws:iam::${one}:role/a`)], [allow(`arn:aws:iam::${other}:role/b`)])).toBe(true);
    expect(questionText(policy(allow(one)), policy(allow(one)))).toBe(
      questionText(policy(allow(other)), policy(allow(other))),
    );
  });

  test.each<[string, object[], object[]]>([
    [
      'a condition',
      [allow(one, { StringEquals: { 'aws:PrincipalAccount': one } })],
      [allow(other, { StringEquals: { 'aws:PrincipalAccount': one } })],
    ],
    ['a Deny', [allow(one), deny(one)], [allow(other), deny(one)]],
    [
      'a role of the account',
      [allow(one), deny(`arn:aws:iam::${one}:role/a`)],
      [allow(other), deny(`arn:aws:iam::${one}:role/a`)],
    ],
    [
      'a session',
      [allow(`arn:aws:iam::${one}:role/a`), deny(`arn:aws:sts::${one}:assumed-role/a/s`)],
      [allow(`arn:aws:iam::${other}:role/a`), deny(`arn:aws:sts::${one}:assumed-role/a/s`)],
    ],
    [
      'a policy variable',
      [allow(`arn:aws:iam::${one}:user/a`, { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } })],
      [allow(`arn:aws:iam::${one}:user/b`, { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } })],
    ],
    ['a name that nobody can have', [allow(`arn:aws:iam::${one}:role/a b`)], [allow(`arn:aws:iam::${one}:role/ab`)]],
  ])('not where %s does', (_, mine, theirs) => {
    expect(sameAsOther(mine, theirs)).toBe(false);
  });
});

test('what is asked when the work is used up is undecided, and is decided again outside', () => {
  const ask = () => anyNewAccess(policy(allow(home)), policy(allow(other)));
  expect(sharingWork(1, () => [ask(), ask()])).toEqual(['undecided', 'undecided']);
  expect(ask()).toBe('yes');
  expect(sharingWork(plenty, ask)).toBe('yes');
});
