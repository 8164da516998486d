/** Is a policy with its conditions on the time decided the same policy, at that time? */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTrustPolicy } from '../../../src/policy/document/parse.ts';
import type { TrustPolicy } from '../../../src/policy/document/trust-policy.ts';
import { callerFromArn } from '../../../src/policy/evaluate/caller.ts';
import { decide, prepare } from '../../../src/policy/evaluate/evaluate.ts';
import { heldAt } from '../../../src/policy/evaluate/held-at.ts';
import type { AssumeRequest, Caller } from '../../../src/policy/evaluate/request.ts';
import { runs } from '../../arbitraries/runs.ts';

const dana = callerFromArn('arn:aws:iam::444455556666:user/dana') as Caller;
const start = Date.UTC(2026, 2, 1);
const hour = 3_600_000;

function policyOf(statements: readonly object[]): TrustPolicy {
  const parsed = parseTrustPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  if (parsed.status !== 'read') throw new Error('no policy');
  return parsed.policy;
}

const time = fc
  .tuple(fc.integer({ min: -3, max: 3 }), fc.boolean())
  .map(([hours, epoch]) =>
    epoch ? String((start + hours * hour) / 1000) : new Date(start + hours * hour).toISOString().replace('.000Z', 'Z'),
  );
const condition = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(
        'DateLessThan',
        'DateLessThanEquals',
        'DateGreaterThan',
        'DateGreaterThanEquals',
        'DateEquals',
        'DateNotEquals',
        'DateLessThanIfExists',
        'ForAnyValue:DateGreaterThan',
        'StringLike',
        'Null',
      ),
      fc.constantFrom('aws:CurrentTime', 'AWS:currenttime', 'aws:EpochTime'),
      time,
    )
    .map(([operator, key, value]) => ({
      [operator]: { [key]: operator === 'Null' ? 'true' : operator === 'StringLike' ? '2026-*' : value },
    })),
  fc.constantFrom({ StringEquals: { 'sts:ExternalId': 'x' } }, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
);
const statement = fc
  .tuple(fc.constantFrom('Allow', 'Allow', 'Deny'), fc.array(condition, { maxLength: 3 }))
  .map(([Effect, conditions]) => ({
    Effect,
    Principal: { AWS: '*' },
    Action: 'sts:AssumeRole',
    ...(conditions.length === 0 ? {} : { Condition: Object.assign({}, ...conditions) as object }),
  }));

test('law: it answers every request of that time as the whole policy does', () => {
  fc.assert(
    fc.property(
      fc.array(statement, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: -7, max: 7 }),
      fc.boolean(),
      (statements, halves, withId) => {
        const policy = policyOf(statements);
        const at = start + (halves * hour) / 2;
        const request = {
          caller: dana,
          actions: ['sts:AssumeRole'] as [string],
          context: new Map([
            ['aws:currenttime', [new Date(at).toISOString()]],
            ['aws:epochtime', [String(at / 1000)]],
            ...(withId ? [['sts:externalid', ['x']] as [string, string[]]] : []),
          ]),
          absent: new Set<string>(),
          closed: false,
        } satisfies AssumeRequest;
        const everyone = (one: TrustPolicy): string => decide(prepare(one), request);
        expect(everyone(heldAt(policy, at))).toBe(everyone(policy));
      },
    ),
    { numRuns: runs(300) },
  );
});

test('one that asks for no time is left as it is', () => {
  const policy = policyOf([
    { Effect: 'Allow', Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole' },
    {
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'sts:AssumeRole',
      Condition: { Null: { 'aws:TokenIssueTime': 'true' } },
    },
  ]);
  expect(heldAt(policy, start)).toBe(policy);
});
