/** Is a condition about the tokens of another provider than the one that the statement trusts? */
import { renameMember } from '../policy/document/edit.ts';
import type { ConditionClause, Statement } from '../policy/document/trust-policy.ts';
import { github, policyOf } from './example-policies.ts';
import { oidc, providerArn } from './example-providers.ts';
import { lettingIn } from './letting-in.ts';
import { providerUrl } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';

const issuer = 'token.actions.githubusercontent.com';
const sub = 'repo:acme/app:ref:refs/heads/main';
const under = (condition: object) => ({ ...github({}), Condition: condition });

export const oidcConditionKeyWrongProvider = defineRiskRule({
  id: 'oidc-condition-key-wrong-provider',
  title: 'A condition is about another provider than the one that is trusted',
  severity: 'high',
  about: 'state',
  why: 'A token has only the claims of its own provider, and the key begins with that provider’s URL without `https://`. Under another name the claim is missing from every request: the statement then lets nobody in, or, with `IfExists` or a negated operator, everybody.',
  remedy: 'Begin the key with the provider as its ARN has it.',
  references: ['IAM User Guide, "Available keys for AWS OIDC federation"'],
  folds: [
    'condition-never-true',
    'condition-vacuous-ifexists',
    'condition-negated-missing-key',
    'condition-unknown-key',
    'oidc-unsupported-claim',
  ],
  fires: [
    { name: 'GitLab’s subject for GitHub', policy: policyOf(under({ StringEquals: { 'gitlab.com:sub': sub } })) },
    { name: 'the scheme before it', policy: policyOf(under({ StringEquals: { [`https://${issuer}:sub`]: sub } })) },
    {
      name: 'a slash behind it',
      policy: policyOf(under({ StringEquals: { [`${issuer}/:sub`]: sub, [`${issuer}:aud`]: 'sts.amazonaws.com' } })),
    },
    {
      name: 'another cluster',
      policy: policyOf({
        ...oidc('oidc.eks.eu-west-1.amazonaws.com/id/AAAA1234'),
        Condition: {
          StringEquals: { 'oidc.eks.eu-west-1.amazonaws.com/id/BBBB1234:sub': 'system:serviceaccount:shop:api' },
        },
      }),
    },
    {
      name: 'if it exists, which it never does',
      policy: policyOf(
        under({ StringLikeIfExists: { 'gitlab.com:sub': sub }, StringLike: { [`${issuer}:sub`]: 'repo:*' } }),
      ),
    },
  ],
  silent: [
    { name: 'the provider’s own', policy: policyOf(github({ sub })) },
    { name: 'in capitals', policy: policyOf(under({ StringEquals: { [`${issuer.toUpperCase()}:SUB`]: sub } })) },
    {
      name: 'two providers, a condition for each if it exists',
      policy: policyOf({
        ...oidc(issuer),
        Principal: { Federated: [providerArn(issuer), providerArn('gitlab.com')] },
        Condition: {
          StringLikeIfExists: {
            [`${issuer}:sub`]: sub,
            'gitlab.com:sub': 'project_path:acme/app:ref_type:branch:ref:main',
          },
        },
      }),
    },
    {
      name: 'a key that is of no provider',
      policy: policyOf(under({ StringEquals: { [`${issuer}:sub`]: sub, 'sts:RoleSessionName': 'ci' } })),
    },
    {
      name: 'a role that was assumed with a token of the provider, which keeps its subject',
      policy: policyOf({
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111122223333:role/ci' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { [`${issuer}:sub`]: sub } },
      }),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      const urls = urlsOf(statement);
      if (urls.length === 0) return [];
      return statement.conditions.flatMap((condition) => {
        const prefix = providerPrefix(condition);
        if (prefix === undefined || urls.includes(prefix)) return [];
        return [
          {
            pointer: condition.pointer,
            statement: statement.index,
            message: `\`${condition.key}\` is in no token of ${urls.map((url) => `\`${url}\``).join(' or ')}.`,
          },
        ];
      });
    }),
  fix: ({ policy }, hit) => {
    const statement = policy.statements[hit.statement ?? -1];
    const condition = statement?.conditions.find(({ pointer }) => pointer === hit.pointer);
    const [url, ...more] = statement === undefined ? [] : urlsOf(statement);
    if (statement === undefined || condition === undefined || url === undefined || more.length > 0) return undefined;
    const key = `${url}:${condition.key.slice(condition.key.lastIndexOf(':') + 1)}`;
    const conditions = statement.conditions.map((one) => (one === condition ? { ...one, key } : one));
    return lettingIn(
      policy,
      `Write \`${key}\` in place of \`${condition.key}\`.`,
      renameMember(policy, hit.pointer, key),
      { ...statement, conditions },
      `the callers of ${url} that the conditions mean`,
    );
  },
});

function urlsOf({ principal }: Statement): readonly string[] {
  if (principal.element !== 'Principal') return [];
  return principal.entries.flatMap((entry) => providerUrl(entry)?.toLowerCase() ?? []);
}

const claims: ReadonlySet<string> = new Set([
  'sub',
  'aud',
  'amr',
  'azp',
  'oaud',
  'email',
  'app_id',
  'user_id',
  'id',
  'actor',
  'actor_id',
  'job_workflow_ref',
  'repository',
  'repository_id',
  'repository_owner',
  'repository_owner_id',
  'workflow',
  'ref',
  'environment',
  'enterprise_id',
]);

/** Host and path before a claim; `undefined` for a key that is of no provider, and for CircleCI’s claims, which are URLs. */
function providerPrefix({ key }: ConditionClause): string | undefined {
  const lower = key.toLowerCase();
  const colon = lower.lastIndexOf(':');
  const prefix = lower.slice(0, Math.max(0, colon));
  if (!prefix.includes('.') || !claims.has(lower.slice(colon + 1))) return undefined;
  return prefix;
}
