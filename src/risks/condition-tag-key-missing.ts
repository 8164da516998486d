/** Does a condition on a tag leave out which tag? */
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };

export const conditionTagKeyMissing = defineRiskRule({
  id: 'condition-tag-key-missing',
  title: 'A condition on a tag that does not name the tag',
  severity: 'medium',
  about: 'state',
  why: 'The name of a tag is part of the condition key: `aws:PrincipalTag/team`. Without it there is no such key, so a positive condition never holds and a negated one always does.',
  remedy: 'Write the name of the tag behind a slash.',
  references: [
    'IAM User Guide, "AWS global condition context keys", aws:PrincipalTag',
    'IAM User Guide, "Access Analyzer policy check reference", missing tag key in condition',
  ],
  folds: [
    'condition-unknown-key',
    'condition-never-true',
    'condition-vacuous-ifexists',
    'condition-vacuous-forallvalues',
    'condition-negated-missing-key',
    'deny-ineffective',
  ],
  fires: [
    {
      name: 'a tag of the principal',
      policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag': 'ci' } })),
    },
    {
      name: 'nothing behind the slash',
      policy: policyOf(
        allow(account, { StringEquals: { 'aws:RequestTag/': 'ci' } }, ['sts:AssumeRole', 'sts:TagSession']),
      ),
    },
    {
      name: 'in a Deny',
      policy: policyOf(allow(account), deny({ AWS: '*' }, { StringNotEquals: { 'AWS:ResourceTag': 'open' } })),
    },
  ],
  silent: [
    { name: 'a named tag', policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/team': 'ci' } })) },
    {
      name: 'the list of tag keys',
      policy: policyOf(
        allow(account, { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] } }, [
          'sts:AssumeRole',
          'sts:TagSession',
        ]),
      ),
    },
    {
      name: 'a tag with a slash in its name',
      policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'db-1' } })),
    },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap((statement) =>
      statement.conditions
        .filter(({ key }) => /^((aws:(principal|request|resource)tag)|iam:resourcetag)\/?$/i.test(key))
        .map(({ key, pointer }) => ({
          pointer,
          statement: statement.index,
          message: `\`${key}\` does not say which tag, and no request carries a key of that name.`,
        })),
    ),
});
