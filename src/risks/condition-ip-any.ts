/** Does a condition on the address admit every address there is? */

import type { ConditionClause, Statement, TrustPolicy } from '../policy/document/trust-policy.ts';
import { parseRange } from '../policy/keys/address-ranges.ts';
import { addsNobody, withConditions } from './altered-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { clause, type RiskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };

export const conditionIpAny = defineRiskRule({
  id: 'condition-ip-any',
  title: 'A condition on the address that every address meets',
  severity: 'high',
  about: 'state',
  why: 'The condition looks like a fence around a network, and the ranges in it hold every IPv4 or every IPv6 address of the internet.',
  remedy: 'List the ranges that calls really come from, or take the condition out and guard the role otherwise.',
  references: ['IAM User Guide, "IAM JSON policy elements: Condition operators", IP address'],
  folds: ['deny-ineffective'],
  fires: [
    { name: 'all of IPv4', policy: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } })) },
    {
      name: 'in two halves',
      policy: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': ['0.0.0.0/1', '128.0.0.0/1'] } })),
    },
    {
      name: 'all of IPv6, beside a range',
      policy: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': ['8.8.4.0/24', '::/0'] } })),
    },
    {
      name: 'a Deny for all others, of which there are none',
      policy: policyOf(allow(account), deny({ AWS: '*' }, { NotIpAddress: { 'aws:SourceIp': '0.0.0.0/0' } })),
    },
    {
      name: 'beside a guard that works',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' }, IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } },
        ),
      ),
      severity: 'medium',
    },
  ],
  silent: [
    { name: 'a range', policy: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': '8.8.4.0/24' } })) },
    { name: 'one half', policy: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': '0.0.0.0/1' } })) },
    {
      name: 'a Deny keeps out all but a range',
      policy: policyOf(
        allow(account, { IpAddress: { 'aws:SourceIp': ['0.0.0.0/0', '::/0'] } }),
        deny({ AWS: '*' }, { NotIpAddress: { 'aws:SourceIp': '8.8.4.0/24' } }),
      ),
    },
    {
      name: 'a Deny of every address',
      policy: policyOf(
        allow(account, { Null: { 'aws:SourceIp': 'true' } }),
        deny({ AWS: '*' }, { IpAddress: { 'aws:SourceIp': ['0.0.0.0/0', '::/0'] } }),
      ),
    },
  ],
  check: (context) =>
    context.policy.statements.flatMap((statement) =>
      statement.conditions.flatMap((condition) => {
        if (condition.key.toLowerCase() !== 'aws:sourceip' || !fences(statement, condition)) return [];
        const whole = families.find((family) => holdsAll(context, statement, condition, family));
        if (whole === undefined) return [];
        const widest = widestOf(condition, whole.kind);
        if (widest === undefined) return [];
        const { text, pointer } = widest;
        return [
          {
            pointer,
            statement: statement.index,
            ...(statement.effect === 'Allow' && context.guards(statement).length > 0
              ? { severity: 'medium' as const }
              : {}),
            message: `${parseRange(text)?.[1] === 0 ? `\`${text}\` holds` : `The ranges, \`${text}\` among them, hold`} every ${whole.name} address, so the condition keeps none of them out.`,
          },
        ];
      }),
    ),
});

/** An Allow for some addresses, or a Deny for all but some. */
function fences({ effect }: Statement, { operator }: ConditionClause): boolean {
  return operator.base === (effect === 'Allow' ? 'IpAddress' : 'NotIpAddress');
}

const families = [
  { name: 'IPv4', kind: 'ipv4', all: '0.0.0.0/0', some: '5.148.71.9/32' },
  { name: 'IPv6', kind: 'ipv6', all: '::/0', some: '2a01:4f8:c2c:7d1::9/128' },
] as const;

function widestOf({ values }: ConditionClause, kind: string): ConditionClause['values'][number] | undefined {
  const bits = ({ text }: { readonly text: string }) => parseRange(text)?.[1] ?? 128;
  const own = values.filter(({ text }) => parseRange(text)?.[0].kind() === kind);
  return own.toSorted((left, right) => bits(left) - bits(right))[0];
}

/**
 * The exact comparison, of the condition alone: with the whole family in its list nobody more gets in. And some address
 * of nobody in particular does get in, whatever the Deny statements say.
 */
function holdsAll(
  context: RiskContext,
  statement: Statement,
  condition: ConditionClause,
  { kind, all, some }: (typeof families)[number],
): boolean {
  const own = condition.values.filter(({ text }) => parseRange(text)?.[0].kind() === kind);
  // Half of the addresses at least, or the question need not be asked.
  if (own.reduce((sum, { text }) => sum + 2 ** -(parseRange(text)?.[1] ?? 128), 0) < 0.5) return false;
  const { policy } = context;
  const open: TrustPolicy = {
    ...policy,
    statements: policy.statements
      .filter((other) => other === statement || (statement.effect === 'Deny' && other.effect === 'Allow'))
      .map((other) => ({ ...other, conditions: other === statement ? [condition] : [] })),
  };
  const [only] = open.statements.filter(({ index }) => index === statement.index);
  if (only === undefined) return false;
  const listing = (values: ConditionClause['values']) => withConditions(open, only, [{ ...condition, values }]);
  if (!addsNobody(listing(own), listing([{ text: all, pointer: '' }]))) return false;
  return statement.effect === 'Deny' || entersFrom(context, statement, some);
}

function entersFrom({ someone }: RiskContext, statement: Statement, address: string): boolean {
  const clauses = [clause('IpAddress', 'aws:SourceIp', [address])];
  return someone({ statements: (other) => other.index === statement.index, clauses }).answer === 'yes';
}
