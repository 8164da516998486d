/** Does a condition shut out everybody whom the statement means to let in? */
import { appendTo, removeAt } from '../policy/document/edit.ts';
import { actionsOf, assumeActions } from '../policy/document/statement-callers.ts';
import type { Statement } from '../policy/document/trust-policy.ts';
import { conditionProblems } from '../policy/document/validate-conditions.ts';
import { deadStatements } from './dead-statement.ts';
import { allow, deny, github, policyOf } from './example-policies.ts';
import { letsInBy } from './repaired-statement.ts';
import type { RiskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };

export const conditionNeverTrue = defineRiskRule({
  id: 'condition-never-true',
  title: 'A condition that no request can meet',
  severity: 'low',
  about: 'state',
  why: 'The statement looks like access for somebody and gives it to nobody: the key is never sent by these callers, or never has such a value. Whoever was meant is denied, and whoever reads the policy is misled.',
  remedy: 'Correct the condition, or take the statement out.',
  references: [
    'IAM User Guide, "IAM JSON policy elements: Condition"',
    'IAM User Guide, "AWS global condition context keys"',
  ],
  folds: ['statement-redundant'],
  fires: [
    {
      name: 'a key that only services send, in the only statement',
      policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalServiceName': 'ec2.amazonaws.com' } })),
      severity: 'medium',
    },
    {
      name: 'an account other than the principal, beside a statement that works',
      policy: policyOf(
        allow(account, { StringEquals: { 'aws:PrincipalAccount': '222233334444' } }),
        allow({ Service: 'ec2.amazonaws.com' }),
      ),
      severity: 'low',
    },
    {
      name: 'an empty list of values',
      policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/team': [] } })),
    },
    {
      name: 'the external ID from an identity provider',
      policy: policyOf(
        allow(
          { Federated: 'arn:aws:iam::111122223333:saml-provider/corp' },
          { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } },
        ),
      ),
    },
    {
      name: 'a source identity that nobody may set',
      policy: policyOf(allow(account, { StringLike: { 'sts:SourceIdentity': '*@acme.example' } })),
    },
  ],
  silent: [
    {
      name: 'a condition that can be met',
      policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalAccount': '111122223333' } })),
    },
    {
      name: 'a Deny shuts everyone out, not the condition',
      policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } }), deny({ AWS: '*' })),
    },
    { name: 'the claims of GitHub', policy: policyOf(github({ sub: 'repo:acme/app:*' })) },
    {
      name: 'session tags in a statement of their own',
      policy: policyOf(
        allow({ AWS: 'arn:aws:iam::111122223333:role/ci' }),
        allow(
          { AWS: 'arn:aws:iam::111122223333:role/ci' },
          { StringEquals: { 'aws:RequestTag/team': 'ci' } },
          'sts:TagSession',
        ),
      ),
    },
    {
      name: 'several values, one of which can be',
      policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalAccount': ['222233334444', '111122223333'] } })),
    },
    {
      name: 'two conditions that exclude one another, which has its own rule',
      policy: policyOf(
        allow(account, {
          StringEquals: { 'aws:PrincipalTag/team': 'a' },
          StringLike: { 'aws:PrincipalTag/team': 'b*' },
        }),
      ),
    },
  ],
  check: (context) => [
    ...deadStatements(context).flatMap(({ statement, impossible: [first], others }) =>
      first === undefined
        ? []
        : [
            {
              pointer: first.pointer,
              statement: statement.index,
              severity: others ? ('low' as const) : ('medium' as const),
              message: `No request of these callers meets \`${first.operator.text}\` on \`${first.key}\`, so the statement lets nobody in${others ? '' : ', and nothing else does'}.`,
            },
          ],
    ),
    ...context.allows.flatMap((statement) =>
      withoutItsAction(context, statement).map(({ pointer, action, key }) => ({
        pointer,
        statement: statement.index,
        severity: context.allows.length > 1 ? ('low' as const) : ('medium' as const),
        message: `A call that brings \`${key}\` needs \`${action}\` as well, which no statement allows, so nobody gets in by this one.`,
      })),
    ),
  ],
  fix: (context, hit) => {
    const { policy } = context;
    const statement = policy.statements[hit.statement ?? -1];
    if (statement === undefined) return undefined;
    const lacking = withoutItsAction(context, statement).find(({ pointer }) => pointer === hit.pointer);
    if (lacking === undefined) {
      const text = policy.statements.length < 2 ? undefined : removeAt(policy, statement.pointer);
      return text === undefined ? undefined : { summary: 'Take out the statement that lets nobody in.', text };
    }
    const text = appendTo(policy, statement.actions.pointer, lacking.action);
    const intended =
      text === undefined ? undefined : letsInBy(policy, text, statement.index, `callers who bring ${lacking.key}`);
    return text === undefined || intended === undefined
      ? undefined
      : { summary: `Add \`${lacking.action}\` to the actions.`, text, intended };
  },
});

/** Conditions on what only goes with a further action (IAM Access Analyzer, "Missing action for condition key"). */
function withoutItsAction({ policy }: RiskContext, statement: Statement) {
  const makesCalls = actionsOf(statement.actions).some((action) => assumeActions.some((own) => own === action));
  if (!makesCalls || statement.actions.element === 'NotAction') return [];
  return conditionProblems(statement, policy).flatMap(({ code, pointer, expected }) => {
    const action = /sts:\w+/.exec(expected ?? '')?.[0];
    const key = statement.conditions.find((own) => own.pointer === pointer)?.key;
    return code === 'missing-action-for-key' && action !== undefined && key !== undefined
      ? [{ pointer, action, key }]
      : [];
  });
}
