/** Is a service asked for the account or organization of a principal, which it does not have? */
import { allow, policyOf } from './example-policies.ts';
import { passesWithoutKey } from './passes-without-key.ts';
import { defineRiskRule } from './risk-rule.ts';

export const serviceOrgGuardInvalid = defineRiskRule({
  id: 'service-org-guard-invalid',
  title: 'A service is asked for the organization of a principal',
  severity: 'medium',
  about: 'state',
  why: 'An AWS service is no member of an organization: `aws:PrincipalOrgID` is missing from its calls, so a positive condition on it shuts the service out.',
  remedy: 'Use `aws:SourceOrgID`, `aws:SourceOrgPaths` or `aws:SourceAccount`.',
  references: [
    'IAM User Guide, "AWS global condition context keys", aws:PrincipalOrgID',
    'IAM User Guide, "Access Analyzer policy check reference"',
  ],
  folds: [
    'condition-never-true',
    'service-confused-deputy',
    'condition-vacuous-ifexists',
    'condition-negated-missing-key',
    'deny-ineffective',
  ],
  fires: [
    {
      name: 'the organization',
      policy: policyOf(
        allow({ Service: 'sns.amazonaws.com' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
      ),
    },
    {
      name: 'its paths',
      policy: policyOf(
        allow(
          { Service: 'events.amazonaws.com' },
          { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/*' } },
        ),
      ),
    },
    {
      name: 'all of its paths, of which there are none: then it keeps nobody out',
      policy: policyOf(
        allow(
          { Service: 'events.amazonaws.com' },
          { 'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': 'o-own1234567/*' } },
        ),
      ),
    },
    {
      name: 'optional: then it keeps nobody out',
      policy: policyOf(
        allow({ Service: 'sns.amazonaws.com' }, { StringEqualsIfExists: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'the source’s organization',
      policy: policyOf(
        allow({ Service: 'sns.amazonaws.com' }, { StringEquals: { 'aws:SourceOrgID': 'o-own1234567' } }),
      ),
    },
    {
      name: 'not a service',
      policy: policyOf(allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'a service beside everyone',
      policy: policyOf(
        allow({ Service: 'sns.amazonaws.com', AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
      ),
    },
  ],
  check: ({ allows }) =>
    allows.flatMap((statement) => {
      if (!statement.principal.entries.every(({ type }) => type === 'Service')) return [];
      return statement.conditions
        .filter(({ key, operator }) => /^aws:principal(orgid|orgpaths)$/i.test(key) && operator.base !== 'Null')
        .map((condition) => ({
          pointer: condition.pointer,
          statement: statement.index,
          message: `Services belong to no organization and send no \`${condition.key}\`: the condition ${passesWithoutKey(condition) ? 'keeps nobody out' : 'shuts the service out'}.`,
        }));
    }),
});
