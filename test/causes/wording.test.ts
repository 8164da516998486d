/** The sentences of a cause: their order of words, singular and plural, and that no character is cut in two. */
import { describe, expect, test } from 'vitest';
import { causes } from '../../src/causes/catalogue.ts';
import { byRole, byUser, policyOf, refusal, statement, trusting, user } from '../../src/causes/example-cases.ts';
import { inWords } from '../../src/causes/requested-duration.ts';
import { shortened } from '../../src/causes/wording.ts';
import { isCommand } from '../../src/findings/forms/words.ts';
import { explained } from './run-example.ts';

const summaries = (example: Omit<Parameters<typeof explained>[0], 'name'>): readonly string[] =>
  explained({ name: '', ...example }).causes.map(({ summary }) => summary);

test('a long text is never cut within a character', () => {
  const text = shortened(`${'a'.repeat(158)}💥💥`);
  expect(text.isWellFormed()).toBe(true);
  expect(text).toBe(`${'a'.repeat(158)}…`);
});

test.each([
  [1, '1 second'],
  [59, '59 seconds'],
  [60, '1 minute'],
  [900, '15 minutes'],
  [3600, '1 hour'],
  [3601, '3601 seconds'],
  [43_200, '12 hours'],
])('%i seconds are %s', (seconds, words) => {
  expect(inWords(seconds)).toBe(words);
});

describe('an Allow of all but some actions', () => {
  test.for([
    ['sts:TagSession', { tags: [{ key: 'team', value: 'red' }] }],
    ['sts:SetSourceIdentity', { sourceIdentity: 'ana' }],
  ] as const)('says what it leaves out: %s', ([action, parameters]) => {
    const { Action: _, ...allow } = statement('Allow', user) as { readonly Action: unknown };
    expect(summaries({ event: byUser(parameters), policy: policyOf({ ...allow, NotAction: action }) })).toContain(
      `Statement 1 allows all but \`${action}\`, and the call needs ${action} as well.`,
    );
  });
});

test('a policy that the message names is named as such', () => {
  const arn = 'arn:aws:organizations::555566667777:policy/o-abcdefghij/service_control_policy/p-12345678';
  const of = (ending: string) =>
    summaries({ event: byRole(null, { errorMessage: refusal(`${ending}: ${arn}`) }), policy: trusting(user) });
  expect(of('with an explicit deny in a service control policy')[0]).toBe(
    `AWS says that a service control policy (\`${arn}\`) denies sts:AssumeRole.`,
  );
});

test('of three tests that exclude one another nothing satisfies all', () => {
  const policy = trusting(user, {
    StringLike: { 'aws:RequestedRegion': ['eu-*', 'us-east-1'] },
    StringNotLike: { 'aws:RequestedRegion': 'eu-*' },
    StringNotEquals: { 'aws:RequestedRegion': 'us-east-1' },
  });
  const [first] = explained({ name: '', event: byUser(), policy }).causes.filter(
    ({ cause }) => cause === 'contradictory-conditions',
  );
  expect(first?.summary).toMatch(/: nothing satisfies all of them\.$/);
});

test('what stands there as a command is one, and what to look at is said in words', () => {
  const part = String.raw`(?:'[^']*'|[\w:/@%+=,.-]+)`;
  const command = new RegExp(
    `^aws [a-z]+ [a-z-]+(?: --[a-z-]+ ${part})*(?: \\| trusttrail explain event\\.json --policy -)?$`,
  );
  const told = causes
    .flatMap((cause) => [...cause.isIt, ...cause.isNot])
    .flatMap((example) => explained(example).unknown.map(({ how }) => how));
  const policies = [
    { StringEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij' } },
    { StringEquals: { 'aws:PrincipalTag/team': 'red' } },
    { StringEquals: { 'aws:SourceVpc': 'vpc-1' } },
    { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/x/deploy' } },
    { StringEquals: { 'aws:userid': 'AROAX:y' } },
  ].map((asked) => explained({ name: '', event: byRole(null), policy: trusting('444455556666', asked) }));
  const all = [...new Set([...told, ...policies.flatMap(({ unknown }) => unknown.map(({ how }) => how))])];
  const commands = all.filter(isCommand);
  expect(commands.length).toBeGreaterThan(2);
  expect(all.some((how) => how.includes('`aws '))).toBe(true);
  for (const one of commands) expect(one).toMatch(command);
});
