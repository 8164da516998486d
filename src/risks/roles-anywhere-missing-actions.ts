/** Does IAM Roles Anywhere lack one of the three actions that it needs? */
import { addActions } from './add-actions.ts';
import { allow, policyOf } from './example-policies.ts';
import { entryOf, missingActions } from './granted-actions.ts';
import { defineRiskRule } from './risk-rule.ts';

const service = 'rolesanywhere.amazonaws.com';
const needed = ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'] as const;
const anywhere = { Service: service };
const scoped = {
  ArnEquals: { 'aws:SourceArn': 'arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/a1b2c3d4' },
  StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'build-1' },
};

export const rolesAnywhereMissingActions = defineRiskRule({
  id: 'roles-anywhere-missing-actions',
  title: 'IAM Roles Anywhere lacks an action it needs',
  severity: 'medium',
  about: 'state',
  why: 'IAM Roles Anywhere assumes the role, sets the source identity and tags the session in one call. Where one of the three actions is missing, no session is created.',
  remedy: 'Allow `sts:AssumeRole`, `sts:SetSourceIdentity` and `sts:TagSession`.',
  references: [
    'IAM Roles Anywhere User Guide, "Trust model in AWS Identity and Access Management Roles Anywhere"',
    'IAM User Guide, "Access Analyzer policy check reference", missing action for Roles Anywhere trust policy',
  ],
  fires: [
    { name: 'one action of three', policy: policyOf(allow(anywhere, scoped)) },
    { name: 'no source identity', policy: policyOf(allow(anywhere, scoped, ['sts:AssumeRole', 'sts:TagSession'])) },
    {
      name: 'the rest is allowed to another service',
      policy: policyOf(
        allow(anywhere, scoped),
        allow({ Service: 'ec2.amazonaws.com' }, undefined, ['sts:SetSourceIdentity', 'sts:TagSession']),
      ),
    },
  ],
  silent: [
    { name: 'all three', policy: policyOf(allow(anywhere, scoped, needed)) },
    {
      name: 'in two statements',
      policy: policyOf(
        allow(anywhere, scoped),
        allow(anywhere, undefined, ['sts:SetSourceIdentity', 'sts:TagSession']),
      ),
    },
    { name: 'by a wildcard', policy: policyOf(allow(anywhere, scoped, ['sts:AssumeRole', 'sts:*'])) },
    { name: 'a service that needs one action', policy: policyOf(allow({ Service: 'lambda.amazonaws.com' })) },
  ],
  check: ({ allows }) => {
    const missing = missingActions(allows, service, needed);
    const statement = allows.find((one) => entryOf(one, service) !== undefined);
    if (missing.length === 0 || statement === undefined) return [];
    return [
      {
        pointer: statement.actions.pointer,
        statement: statement.index,
        message: `IAM Roles Anywhere cannot use this role: ${missing.map((action) => `\`${action}\``).join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not allowed to it.`,
      },
    ];
  },
  fix: (context, hit) =>
    addActions(
      context,
      hit,
      service,
      missingActions(context.allows, service, needed),
      'IAM Roles Anywhere under the conditions of the statement',
    ),
});
