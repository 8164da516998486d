/** Policies made to hurt: an open question about them is answered soon, and never with more than is known. */
import { expect, test } from 'vitest';
import { parseTrustPolicyValue } from '../../../src/policy/document/parse.ts';
import { callerFromArn } from '../../../src/policy/evaluate/caller.ts';
import { evaluate, prepare } from '../../../src/policy/evaluate/evaluate.ts';

function open(statements: readonly object[]) {
  const parsed = parseTrustPolicyValue({ Version: '2012-10-17', Statement: statements });
  const caller = callerFromArn('arn:aws:iam::111122223333:user/ann');
  if (parsed.status !== 'read' || caller === undefined) throw new Error('the example is not read');
  const start = performance.now();
  const answer = evaluate(prepare(parsed.policy), {
    caller,
    actions: ['sts:AssumeRole'],
    context: new Map(),
    absent: new Set(),
    closed: false,
  });
  return { answer, milliseconds: performance.now() - start };
}

const statement = (condition: object) => ({
  Effect: 'Allow',
  Principal: { AWS: '*' },
  Action: 'sts:AssumeRole',
  Condition: condition,
});

test.each([
  [
    'many patterns that overlap',
    Array.from({ length: 40 }, (_, at) =>
      statement({ StringLike: { 'sts:ExternalId': `*${'ab*'.repeat(at)}${at}*` } }),
    ),
  ],
  [
    'patterns of stars',
    [statement({ StringLike: { 'sts:ExternalId': Array.from({ length: 30 }, (_, at) => `*a${'?'.repeat(at)}b*`) } })],
  ],
  [
    'many keys at once',
    [
      statement({
        StringEquals: Object.fromEntries(
          Array.from({ length: 40 }, (_, at) => [`aws:PrincipalTag/t${at}`, ['a', 'b', 'c']]),
        ),
      }),
    ],
  ],
  [
    'many statements, many keys',
    Array.from({ length: 60 }, (_, at) =>
      statement({ StringLike: { [`aws:PrincipalTag/t${at}`]: 'a*' }, StringNotEquals: { 'sts:ExternalId': `x${at}` } }),
    ),
  ],
  ['a long pattern', [statement({ StringLike: { 'sts:ExternalId': 'a*'.repeat(20_000) } })]],
  [
    'many tag keys in sets',
    Array.from({ length: 20 }, (_, at) =>
      statement({
        'ForAllValues:StringLike': { 'aws:TagKeys': [`k${at}*`] },
        'ForAnyValue:StringEquals': { 'aws:TagKeys': [`k${at + 1}`, `k${at}x`] },
      }),
    ),
  ],
])('%s', (_, statements) => {
  const { answer, milliseconds } = open(statements);
  expect(answer.decision).toBe('unknown');
  expect(answer.unknownKeys.length).toBeGreaterThan(0);
  expect(milliseconds).toBeLessThan(20_000);
});
