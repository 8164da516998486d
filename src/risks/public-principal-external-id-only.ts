/** Is the external ID all that keeps strangers out? */

import { allow, policyOf } from './example-policies.ts';
import { publicStatements } from './public-statement.ts';
import { defineRiskRule } from './risk-rule.ts';

export const publicPrincipalExternalIdOnly = defineRiskRule({
  id: 'public-principal-external-id-only',
  title: 'Everyone who knows the external ID can assume the role',
  severity: 'high',
  about: 'state',
  why: 'An external ID is a shared name and no secret: whoever may read the role sees it, and it stands in templates and tickets. It tells a vendor’s customers apart; it does not say who calls.',
  remedy: 'Name the vendor’s account or role as the principal and keep the external ID beside it.',
  references: ['IAM User Guide, "Access to AWS accounts owned by third parties"'],
  folds: ['external-id-weak', 'third-party-missing-external-id'],
  fires: [
    {
      name: 'everyone with the external ID',
      policy: policyOf(
        allow({ AWS: '*' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } }),
      ),
    },
    {
      name: 'a session name beside it adds nothing',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56', 'sts:RoleSessionName': 'scan' } },
        ),
      ),
    },
    {
      name: 'one of several values',
      policy: policyOf(
        allow({ AWS: '*' }, { StringEquals: { 'sts:ExternalId': ['b7e2f1c4-8a3d-4d56', 'c8f3a2d5-9b4e-4e67'] } }),
      ),
    },
  ],
  silent: [
    {
      name: 'the vendor is named',
      policy: policyOf(allow({ AWS: '777788889999' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
    },
    {
      name: "the vendor's account by a condition",
      policy: policyOf(
        allow(
          { AWS: '*' },
          { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56', 'aws:PrincipalAccount': '777788889999' } },
        ),
      ),
    },
    {
      name: 'optional: then it is no guard at all, which another rule says',
      policy: policyOf(allow({ AWS: '*' }, { StringEqualsIfExists: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56' } })),
    },
  ],
  check: (context) =>
    publicStatements(context)
      .filter(({ protection }) => protection === 'external-id')
      .map(({ statement, star }) => ({
        pointer: star.pointer,
        statement: statement.index,
        message: 'Anyone with AWS credentials who knows the external ID can assume this role.',
      })),
});
