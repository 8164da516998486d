/** Does an `IfExists` condition let in whoever does not bring the key? */

import { allow, deny, policyOf } from './example-policies.ts';
import { isRegistered, wayInWithoutKey } from './passes-when-absent.ts';
import { saysNothingOfCaller } from './public-statement.ts';
import { replaceOperator } from './replace-operator.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };

export const conditionVacuousIfexists = defineRiskRule({
  id: 'condition-vacuous-ifexists',
  title: '`IfExists` lets in callers that lack the key',
  severity: 'medium',
  about: 'state',
  why: 'With `IfExists` a condition holds when the key is not in the request. In an Allow it keeps out only callers that bring a wrong value; all that bring none pass.',
  remedy: 'Leave `IfExists` away, or ask for the key as well: `"Null": {"KEY": "false"}`.',
  references: ['IAM User Guide, "IAM JSON policy elements: Condition operators", …IfExists'],
  notCovered:
    'Parameters that a call may leave out, such as session tags: there `IfExists` limits what may be passed, which is what it is for.',
  fires: [
    {
      name: 'the only guard',
      policy: policyOf(allow(account, { StringEqualsIfExists: { 'aws:PrincipalTag/team': 'ci' } })),
      severity: 'high',
    },
    {
      name: 'the only guard beside a Deny of another account',
      policy: policyOf(
        allow(account, { StringEqualsIfExists: { 'aws:PrincipalTag/team': 'ci' } }),
        deny({ AWS: '*' }, { StringEquals: { 'aws:PrincipalAccount': '999999999999' } }),
      ),
      severity: 'high',
    },
    {
      name: 'the only guard beside one that says nothing of who calls',
      policy: policyOf(
        allow(account, {
          StringEqualsIfExists: { 'aws:PrincipalTag/team': 'ci' },
          Bool: { 'aws:SecureTransport': 'true' },
        }),
      ),
      severity: 'high',
    },
    {
      name: 'beside a guard that works',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' },
            StringLikeIfExists: { 'aws:PrincipalTag/team': 'ci-*' },
          },
        ),
      ),
      severity: 'medium',
    },
    {
      name: 'the address, which calls through an endpoint lack',
      policy: policyOf(allow(account, { IpAddressIfExists: { 'aws:SourceIp': '8.8.4.0/24' } })),
      severity: 'high',
    },
    {
      name: 'a name that only users have',
      policy: policyOf(allow(account, { StringEqualsIfExists: { 'aws:username': 'eve' } })),
      severity: 'high',
    },
  ],
  silent: [
    {
      name: 'the plain operator',
      policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } })),
    },
    {
      name: 'the key has to be there',
      policy: policyOf(
        allow(account, {
          StringEqualsIfExists: { 'aws:PrincipalTag/team': 'ci' },
          Null: { 'aws:PrincipalTag/team': 'false' },
        }),
      ),
    },
    {
      name: 'a Deny asks for the key',
      policy: policyOf(
        allow(account, { StringEqualsIfExists: { 'aws:PrincipalTag/team': 'ci' } }),
        deny({ AWS: '*' }, { Null: { 'aws:PrincipalTag/team': 'true' } }),
      ),
    },
    {
      name: 'a key that is always there',
      policy: policyOf(allow(account, { BoolIfExists: { 'aws:SecureTransport': 'true' } })),
    },
    {
      name: 'it limits the tags that may be passed',
      policy: policyOf(
        allow({ AWS: 'arn:aws:iam::111122223333:role/ci' }, { StringEqualsIfExists: { 'aws:RequestTag/env': 'dev' } }, [
          'sts:AssumeRole',
          'sts:TagSession',
        ]),
      ),
    },
    {
      name: 'by address or by network, each where it applies',
      policy: policyOf(
        allow(account, {
          IpAddressIfExists: { 'aws:SourceIp': '8.8.4.0/24' },
          StringEqualsIfExists: { 'aws:SourceVpc': 'vpc-0a1b2c3d' },
        }),
      ),
    },
    {
      name: 'in a Deny',
      policy: policyOf(
        allow(account),
        deny({ AWS: '*' }, { StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) =>
      statement.conditions.flatMap((condition) => {
        const { operator, key, pointer } = condition;
        if (!operator.ifExists || operator.base.includes('Not') || !isRegistered(key)) return [];
        if (!wayInWithoutKey(context, statement, condition)) return [];
        return [
          {
            pointer,
            statement: statement.index,
            severity: context.guards(statement).every(saysNothingOfCaller) ? ('high' as const) : ('medium' as const),
            message: `\`${operator.text}\` lets in callers whose requests do not carry \`${key}\`.`,
          },
        ];
      }),
    ),
  fix: (context, hit) => {
    const { conditions = [] } = context.policy.statements[hit.statement ?? -1] ?? {};
    // Without a value the plain operator would let nobody in.
    if (conditions.some(({ pointer, values }) => pointer === hit.pointer && values.length === 0)) return undefined;
    return replaceOperator(context, hit, (operator) => operator.replace(/IfExists$/i, ''));
  },
});
