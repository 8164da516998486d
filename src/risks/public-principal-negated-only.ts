/** Is everyone let in but those whom a condition excludes? */

import { allow, policyOf } from './example-policies.ts';
import { holdToOwn } from './hold-to-own.ts';
import { publicStatements } from './public-statement.ts';
import { replaceOperator } from './replace-operator.ts';
import type { RiskContext } from './risk-context.ts';
import { defineRiskRule, type FixProposal, type RiskHit } from './risk-rule.ts';

export const publicPrincipalNegatedOnly = defineRiskRule({
  id: 'public-principal-negated-only',
  title: 'Everyone is let in except those a condition excludes',
  severity: 'critical',
  about: 'state',
  why: 'Negated operators, `IfExists` and `ForAllValues` hold when the key is missing from the request, and "everyone except" is still everyone.',
  remedy: 'Say who is let in, with a positive operator: `StringEquals` on `aws:PrincipalOrgID`, or named principals.',
  references: ['IAM User Guide, "IAM JSON policy elements: Condition operators"'],
  folds: [
    'condition-negated-missing-key',
    'condition-vacuous-ifexists',
    'condition-vacuous-forallvalues',
    'external-id-ifexists',
  ],
  fires: [
    {
      name: 'not that account',
      policy: policyOf(allow({ AWS: '*' }, { StringNotEquals: { 'aws:PrincipalAccount': '999999999999' } })),
    },
    {
      name: 'the organization, if there is one',
      policy: policyOf(allow({ AWS: '*' }, { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'all of the paths, of which there may be none',
      policy: policyOf(
        allow({ AWS: '*' }, { 'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/*' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'a positive condition',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'a negated condition beside a positive one',
      policy: policyOf(
        allow(
          { AWS: '*' },
          {
            StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' },
            StringNotEquals: { 'aws:PrincipalAccount': '222233334444' },
          },
        ),
      ),
    },
    {
      name: 'the key has to be there as well',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-own1234567' }, Null: { 'aws:PrincipalOrgID': 'false' } },
        ),
      ),
    },
    { name: 'no condition at all, which another rule says', policy: policyOf(allow({ AWS: '*' })) },
  ],
  check: (context) =>
    publicStatements(context)
      .filter(({ protection }) => protection === 'excluded')
      .map(({ statement, star }) => ({
        pointer: star.pointer,
        statement: statement.index,
        message: 'Anyone with AWS credentials can assume this role, except those its conditions exclude.',
      })),
  fix: (context, hit) => plainOperator(context, hit) ?? holdToOwn(context, hit),
});

/** Where the owner named those who are meant, and only the operator lets in who lacks the key, that is what to mend. */
function plainOperator(context: RiskContext, hit: RiskHit): FixProposal | undefined {
  const statement = context.policy.statements[hit.statement ?? -1];
  const named = statement?.conditions.find(
    ({ key, operator: { base, ifExists, set }, values }) =>
      /^aws:principal(?:orgid|orgpaths|account|arn)$/i.test(key) &&
      /^(?:StringEquals|StringLike|ArnEquals|ArnLike)$/.test(base) &&
      (set === 'ForAllValues' ? !/orgpaths$/i.test(key) : ifExists) &&
      values.every(({ text }) => !/^[*?]*$/.test(text)),
  );
  if (named === undefined) return undefined;
  return replaceOperator(context, { ...hit, pointer: named.pointer }, (operator) =>
    operator.replace(/IfExists$/i, '').replace(/^ForAllValues:/i, ''),
  );
}
