/** Does the action fit the kind of principal? */
import { replaceAt } from '../policy/document/edit.ts';
import type { PrincipalEntry } from '../policy/document/trust-policy.ts';
import { allow, policyOf } from './example-policies.ts';
import { providerArn } from './example-providers.ts';
import { coversAction } from './granted-actions.ts';
import { lettingIn } from './letting-in.ts';
import { defineRiskRule } from './risk-rule.ts';

const github = { Federated: providerArn('token.actions.githubusercontent.com') };
const corp = { Federated: 'arn:aws:iam::111122223333:saml-provider/corp' };
const condition = { StringEquals: { 'token.actions.githubusercontent.com:sub': 'repo:acme/app:ref:refs/heads/main' } };

export const oidcActionMismatch = defineRiskRule({
  id: 'oidc-action-mismatch',
  title: 'The action does not fit the principal',
  severity: 'medium',
  about: 'state',
  why: 'A web identity comes by `sts:AssumeRoleWithWebIdentity`, a SAML identity by `sts:AssumeRoleWithSAML`, everybody else by `sts:AssumeRole`. With another action the statement lets nobody in.',
  remedy: 'Write the action that fits the principal.',
  references: ['IAM User Guide, "Access Analyzer policy check reference", mismatched action for principal'],
  folds: ['condition-never-true'],
  fires: [
    { name: 'AssumeRole for an OIDC provider', policy: policyOf(allow(github, condition, 'sts:AssumeRole')) },
    {
      name: 'SAML’s action for an OIDC provider',
      policy: policyOf(allow(github, condition, 'sts:AssumeRoleWithSAML')),
    },
    {
      name: 'the web identity’s action for a SAML provider',
      policy: policyOf(allow(corp, undefined, 'sts:AssumeRoleWithWebIdentity')),
    },
    {
      name: 'the web identity’s action for a role',
      policy: policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/ci' }, undefined, 'sts:AssumeRoleWithWebIdentity')),
    },
  ],
  silent: [
    {
      name: 'the web identity’s',
      policy: policyOf(allow(github, condition, ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'])),
    },
    { name: 'by a wildcard', policy: policyOf(allow(github, condition, 'sts:AssumeRole*')) },
    {
      name: 'session tags alone, for a statement elsewhere',
      policy: policyOf(allow(github, condition), allow(github, undefined, 'sts:TagSession')),
    },
    {
      name: 'two kinds of principal with an action for each',
      policy: policyOf(
        allow({ ...corp, AWS: 'arn:aws:iam::111122223333:role/ci' }, undefined, [
          'sts:AssumeRole',
          'sts:AssumeRoleWithSAML',
        ]),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      if (statement.principal.element !== 'Principal' || statement.actions.element !== 'Action') return [];
      const covered = assumeActions.filter((action) => coversAction(statement, action));
      if (covered.length === 0) return [];
      return statement.principal.entries.flatMap((entry) => {
        const fitting = fittingAction(entry);
        if (fitting === undefined || covered.includes(fitting)) return [];
        return [
          {
            pointer: entry.pointer,
            statement: statement.index,
            message: `\`${entry.text}\` can only use \`${fitting}\`, which the statement does not allow.`,
          },
        ];
      });
    }),
  fix: ({ policy }, hit) => {
    const statement = policy.statements[hit.statement ?? -1];
    const [entry, ...more] = statement?.principal.entries ?? [];
    const [wrong, ...others] = (statement?.actions.patterns ?? []).filter(({ text }) => /assumerole/i.test(text));
    const fitting = entry === undefined ? undefined : fittingAction(entry);
    if (statement === undefined || fitting === undefined || wrong === undefined || more.length + others.length > 0)
      return undefined;
    const patterns = statement.actions.patterns.map((one) => (one === wrong ? { ...one, text: fitting } : one));
    return lettingIn(
      policy,
      `Write \`${fitting}\` in place of \`${wrong.text}\`.`,
      replaceAt(policy, wrong.pointer, fitting),
      { ...statement, actions: { ...statement.actions, patterns } },
      `the callers of ${entry?.text ?? ''} that the conditions mean`,
    );
  },
});

const assumeActions: readonly string[] = ['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'];

function fittingAction({ name, type }: PrincipalEntry): string | undefined {
  switch (name.kind) {
    case 'oidc-provider':
    case 'built-in-provider':
      return 'sts:AssumeRoleWithWebIdentity';
    case 'saml-provider':
      return 'sts:AssumeRoleWithSAML';
    case 'everyone':
    case 'invalid':
    case 'canonical-user':
      return undefined;
    default:
      return type === 'Federated' ? undefined : 'sts:AssumeRole';
  }
}
