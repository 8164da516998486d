/** Can callers no longer be told apart by their source identity? */
import type { PrincipalEntry, TrustPolicy } from '../policy/document/trust-policy.ts';
import { someoneUsing } from './altered-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { droppedGuards } from './loosened-guards.ts';
import { lostGuards } from './lost-guards.ts';
import { clause, type RiskContext, riskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';
import { sameName } from './same-principal.ts';

const ci = { AWS: 'arn:aws:iam::111122223333:role/ci' };
const both = ['sts:AssumeRole', 'sts:SetSourceIdentity'];
const guarded = policyOf(allow(ci, { StringLike: { 'sts:SourceIdentity': '*@acme.example' } }, both));

export const sourceIdentityControlRemoved = defineRiskRule({
  id: 'source-identity-control-removed',
  title: 'The role no longer asks for a source identity',
  severity: 'medium',
  about: 'change',
  why: 'The source identity is the name of the person behind a session, and stays with it through every further role. Without it the log shows a role and nobody behind it.',
  remedy: 'Put `sts:SetSourceIdentity` and the condition on `sts:SourceIdentity` back.',
  references: ['IAM User Guide, "Monitor and control actions taken with assumed roles"'],
  folds: ['condition-removed-widens', 'condition-loosened', 'deny-removed'],
  fires: [
    { name: 'the condition is gone', previous: guarded, policy: policyOf(allow(ci, undefined, both)) },
    { name: 'condition and action are gone', previous: guarded, policy: policyOf(allow(ci)) },
    { name: 'it may no longer be set', previous: policyOf(allow(ci, undefined, both)), policy: policyOf(allow(ci)) },
    {
      name: 'the Deny that asked for it is gone',
      previous: policyOf(allow(ci, undefined, both), deny({ AWS: '*' }, { Null: { 'sts:SourceIdentity': 'true' } })),
      policy: policyOf(allow(ci, undefined, both)),
    },
  ],
  silent: [
    {
      name: 'it is still asked for, by a Deny',
      previous: guarded,
      policy: policyOf(
        allow(ci, undefined, both),
        deny({ AWS: '*' }, { StringNotLike: { 'sts:SourceIdentity': '*@acme.example' } }),
      ),
    },
    {
      name: 'the role is trusted by nobody any more who had one',
      previous: guarded,
      policy: policyOf(allow({ Service: 'ec2.amazonaws.com' })),
    },
    {
      name: 'it never was asked for',
      previous: policyOf(allow(ci)),
      policy: policyOf(allow(ci), allow({ Service: 'ec2.amazonaws.com' })),
    },
    {
      name: 'the action in a statement of its own',
      previous: policyOf(allow(ci, undefined, both)),
      policy: policyOf(allow(ci), allow(ci, undefined, 'sts:SetSourceIdentity')),
    },
  ],
  check: (context) => {
    const { previous, policy } = context;
    if (previous === undefined) return [];
    const guards = [...lostGuards(context), ...droppedGuards(context)];
    const lost = guards.find(({ key }) => key.toLowerCase() === 'sts:sourceidentity');
    const without = lost?.answer ?? newlyWithout(context, previous);
    if (without !== undefined) {
      const now = policy.statements.find(({ index }) => index === without.classes[0].statement);
      return [
        {
          pointer: now?.pointer ?? '/Statement',
          ...(now === undefined ? {} : { statement: now.index }),
          message: `No source identity is asked for any more: ${without.classes[0].summary} newly gets in.`,
        },
      ];
    }
    if (someoneUsing(previous, setting, []).answer !== 'yes' || someoneUsing(policy, setting, []).answer !== 'no')
      return [];
    // Those who could set one have to be among those who still get in.
    const statement = context.allows.find((now) => {
      const still = (entry: PrincipalEntry) => now.principal.entries.some((own) => sameName(own, entry));
      return context.alive(now) && someoneUsing(previous, setting, [], still).answer === 'yes';
    });
    if (statement === undefined) return [];
    return [
      {
        pointer: statement.actions.pointer,
        statement: statement.index,
        message: 'Callers can no longer set a source identity: `sts:SetSourceIdentity` is not allowed any more.',
      },
    ];
  },
});

const setting = 'sts:SetSourceIdentity';

/** Where before nobody got in without a source identity: whoever of the same callers does now. */
function newlyWithout({ question, someoneNew }: RiskContext, previous: TrustPolicy) {
  const clauses = [clause('Null', 'sts:SourceIdentity', ['true'])];
  if (!mentionsIt(previous) || riskContext({ ...question, policy: previous }).someone({ clauses }).answer !== 'no')
    return undefined;
  const entries = previous.statements.flatMap(({ effect, principal }) => (effect === 'Allow' ? principal.entries : []));
  const answer = someoneNew({ clauses, entries: (entry) => entries.some((old) => sameName(old, entry)) });
  return answer.answer === 'yes' ? answer : undefined;
}

function mentionsIt({ statements }: TrustPolicy): boolean {
  return statements.some(({ conditions }) => conditions.some(({ key }) => key.toLowerCase() === 'sts:sourceidentity'));
}
