/** Did a change make temporary access last longer, or for ever? */
import { newAccess } from '../policy/compare/compare.ts';
import type { Statement } from '../policy/document/trust-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { type End, endsOf, isClock } from './expiry.ts';
import { sameCallers } from './loosened-guards.ts';
import type { RiskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

const role = { AWS: 'arn:aws:iam::777788889999:role/audit' };
const until = (time: string) => allow(role, { DateLessThan: { 'aws:CurrentTime': time } });

export const conditionExpiryRemoved = defineRiskRule({
  id: 'condition-expiry-removed',
  title: 'Temporary access no longer ends when it did',
  severity: 'medium',
  about: 'change',
  why: 'The access was given for a time. The date at which it ends is gone or later now, and access that outlives its reason is what nobody looks after.',
  remedy: 'Put the date back, or confirm that the access is still needed.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:CurrentTime'],
  folds: ['condition-loosened', 'condition-removed-widens', 'deny-removed'],
  fires: [
    { name: 'the date is gone', previous: policyOf(until('2026-12-31T00:00:00Z')), policy: policyOf(allow(role)) },
    {
      name: 'the date is later',
      previous: policyOf(until('2026-12-31T00:00:00Z')),
      policy: policyOf(until('2027-12-31T00:00:00Z')),
    },
    {
      name: 'the Deny after the date is gone',
      previous: policyOf(
        allow(role),
        deny({ AWS: '*' }, { DateGreaterThan: { 'aws:CurrentTime': '2026-12-31T00:00:00Z' } }),
      ),
      policy: policyOf(allow(role)),
    },
  ],
  silent: [
    {
      name: 'the date is earlier',
      previous: policyOf(until('2026-12-31T00:00:00Z')),
      policy: policyOf(until('2026-11-30T00:00:00Z')),
    },
    {
      name: 'the same instant, written otherwise',
      previous: policyOf(until('2026-12-31T00:00:00Z')),
      policy: policyOf(until('2026-12-31T01:00:00+01:00')),
    },
    {
      name: 'held by a Deny now',
      previous: policyOf(until('2026-12-31T00:00:00Z')),
      policy: policyOf(
        allow(role),
        deny({ AWS: '*' }, { DateGreaterThanEquals: { 'aws:CurrentTime': '2026-12-31T00:00:00Z' } }),
      ),
    },
    {
      name: 'it begins earlier',
      previous: policyOf(allow(role, { DateGreaterThan: { 'aws:CurrentTime': '2026-12-01T00:00:00Z' } })),
      policy: policyOf(allow(role, { DateGreaterThan: { 'aws:CurrentTime': '2026-11-01T00:00:00Z' } })),
    },
    {
      name: 'another principal without a date',
      previous: policyOf(until('2026-12-31T00:00:00Z')),
      policy: policyOf(until('2026-12-31T00:00:00Z'), allow({ Service: 'ec2.amazonaws.com' })),
    },
  ],
  check: (context) => {
    const { previous } = context;
    if (previous === undefined) return [];
    const hits = new Map<number, { readonly pointer: string; readonly statement: number; readonly message: string }>();
    for (const statement of previous.statements) {
      const before =
        statement.effect === 'Allow' ? [statement] : previous.statements.filter(({ effect }) => effect === 'Allow');
      for (const key of clocks)
        for (const end of endsOf(statement, key))
          for (const trusted of before) {
            const now = letInAfter(context, trusted, end);
            if (now !== undefined && !hits.has(now.index))
              hits.set(now.index, {
                pointer: now.pointer,
                statement: now.index,
                message: `Access that ended at ${end.at} now goes on after it.`,
              });
          }
    }
    return [...hits.values()];
  },
});

const clocks = ['aws:CurrentTime', 'aws:EpochTime'];

/** The statement that lets in, after the date, callers who met all else that was asked of them and were refused then. */
function letInAfter({ previous, policy }: RiskContext, before: Statement, { later }: End): Statement | undefined {
  if (previous === undefined) return undefined;
  const others = before.conditions.filter((own) => !isClock(own.key));
  const answer = newAccess(previous, sameCallers(policy, before, [...others, later]));
  if (answer.answer !== 'yes') return undefined;
  return policy.statements.find(({ index }) => index === answer.classes[0].statement);
}
