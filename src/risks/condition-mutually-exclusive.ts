/** Do the conditions of a statement exclude one another? */
import { removeAt } from '../policy/document/edit.ts';
import type { ConditionClause, Statement } from '../policy/document/trust-policy.ts';
import { contradiction, deadStatements } from './dead-statement.ts';
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };

export const conditionMutuallyExclusive = defineRiskRule({
  id: 'condition-mutually-exclusive',
  title: 'Conditions that cannot hold together',
  severity: 'low',
  about: 'state',
  why: 'All conditions of a statement have to hold at once. Each of these can be met, but never both: the statement lets nobody in.',
  remedy:
    'Where either is enough, write a statement for each; where they speak of one key, list its values in one condition.',
  references: ['IAM User Guide, "Conditions with multiple context keys or values"'],
  folds: ['statement-redundant'],
  fires: [
    {
      name: 'two values of one key under two operators',
      policy: policyOf(
        allow(account, {
          StringEquals: { 'aws:PrincipalTag/team': 'a' },
          StringLike: { 'aws:PrincipalTag/team': 'b*' },
        }),
      ),
    },
    {
      name: 'an external ID that must not be sent and has to match',
      policy: policyOf(
        allow(account, { Null: { 'sts:ExternalId': 'true' }, StringLike: { 'sts:ExternalId': 'acme-*' } }),
      ),
    },
    {
      name: 'an account and a role of another one',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            StringEquals: { 'aws:PrincipalAccount': '111122223333' },
            ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::222233334444:role/ci' },
          },
        ),
      ),
    },
    {
      name: 'a window of time that ends before it begins',
      policy: policyOf(
        allow(account, {
          DateGreaterThan: { 'aws:CurrentTime': '2026-09-01T00:00:00Z' },
          DateLessThan: { 'aws:CurrentTime': '2026-08-01T00:00:00Z' },
        }),
      ),
    },
    {
      name: 'a public address and an endpoint of a VPC',
      policy: policyOf(
        allow(account, {
          IpAddress: { 'aws:SourceIp': '8.8.4.0/24' },
          StringEquals: { 'aws:SourceVpce': 'vpce-0a1b2c3d' },
        }),
      ),
    },
    {
      name: 'beside a statement that lets somebody in',
      policy: policyOf(
        allow({ AWS: 'arn:aws:iam::111122223333:role/ci' }),
        allow(
          { AWS: '111122223333' },
          { StringEquals: { 'sts:RoleSessionName': 'a' }, StringLike: { 'sts:RoleSessionName': 'b*' } },
        ),
      ),
    },
  ],
  silent: [
    {
      name: 'a public address or an endpoint of a VPC',
      policy: policyOf(
        allow(account, { IpAddress: { 'aws:SourceIp': '8.8.4.0/24' } }),
        allow(account, { StringEquals: { 'aws:SourceVpce': 'vpce-0a1b2c3d' } }),
      ),
    },
    {
      name: 'a pattern and one value of it',
      policy: policyOf(
        allow(account, {
          StringEquals: { 'aws:PrincipalTag/team': 'ba' },
          StringLike: { 'aws:PrincipalTag/team': 'b*' },
        }),
      ),
    },
    {
      name: 'a window of time',
      policy: policyOf(
        allow(account, {
          DateGreaterThan: { 'aws:CurrentTime': '2026-08-01T00:00:00Z' },
          DateLessThan: { 'aws:CurrentTime': '2026-09-01T00:00:00Z' },
        }),
      ),
    },
    {
      name: 'one condition that nobody meets',
      policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalAccount': '222233334444' } })),
    },
    {
      name: 'a statement for each',
      policy: policyOf(
        allow(account, { StringEquals: { 'aws:PrincipalTag/team': 'a' } }),
        allow(account, { StringLike: { 'aws:PrincipalTag/team': 'b*' } }),
      ),
    },
  ],
  check: (context) => [
    ...deadStatements(context).flatMap((dead) => {
      if (dead.impossible.length > 0) return [];
      const pair = contradiction(context, dead);
      return [hitOf(dead.statement, pair, dead.others)];
    }),
    ...context.allows.flatMap((statement) => {
      const pair = addressAndEndpoint(statement);
      if (pair === undefined || deadStatements(context).some((dead) => dead.statement === statement)) return [];
      return [
        hitOf(
          statement,
          pair,
          context.allows.some((other) => other !== statement && context.alive(other)),
        ),
      ];
    }),
  ],
  fix: (context, hit) => {
    const statement = context.policy.statements[hit.statement ?? -1];
    const text =
      statement === undefined || context.policy.statements.length < 2
        ? undefined
        : removeAt(context.policy, statement.pointer);
    return text === undefined ? undefined : { summary: 'Take out the statement that lets nobody in.', text };
  },
});

type Pair = readonly [ConditionClause, ConditionClause];

function hitOf({ pointer, index }: Statement, pair: Pair | undefined, others: boolean) {
  return {
    pointer: pair?.[0].pointer ?? `${pointer}/Condition`,
    statement: index,
    ...(others ? {} : { severity: 'medium' as const }),
    message:
      pair === undefined
        ? 'The conditions of this statement cannot all hold at once, so it lets nobody in.'
        : `\`${pair[0].operator.text}\` on \`${pair[0].key}\` and \`${pair[1].operator.text}\` on \`${pair[1].key}\` cannot hold at once, so the statement lets nobody in.`,
  };
}

/** A call has a public address or comes through an endpoint of a VPC; the comparison takes the keys for independent. */
function addressAndEndpoint({ conditions }: Statement): Pair | undefined {
  const address = conditions.find((own) => own.key.toLowerCase() === 'aws:sourceip' && needsItsKey(own));
  const endpoint = conditions.find((own) => /^aws:(sourcevpce?|vpcsourceip)$/i.test(own.key) && needsItsKey(own));
  return address === undefined || endpoint === undefined ? undefined : [address, endpoint];
}

function needsItsKey({ operator, values }: ConditionClause): boolean {
  if (operator.base === 'Null') return values.length > 0 && values.every(({ text }) => text.toLowerCase() === 'false');
  return (
    !operator.ifExists &&
    operator.set !== 'ForAllValues' &&
    (!operator.base.includes('Not') || operator.set === 'ForAnyValue')
  );
}
