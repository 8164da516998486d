/** Is the caller trusted in none of the ways there are? */
import { splitArn } from '../policy/document/names.ts';
import type { PrincipalElement } from '../policy/document/trust-policy.ts';
import { describeCaller } from '../policy/evaluate/caller.ts';
import type { Caller } from '../policy/evaluate/request.ts';
import { accountSlip } from './account-slip.ts';
import { accountOfCaller, defineCause } from './cause.ts';
import { byGithub, byUser, policyOf, refusal, statement, trusting } from './example-cases.ts';
import { listed, shortened, statementName } from './wording.ts';

export const principalMissing = defineCause({
  id: 'principal-missing',
  title: 'The trust policy does not name the caller',
  side: 'trust-policy',
  who: 'owner',
  means: 'No statement that allows anything names the caller, its account, or anything near it.',
  toldApart:
    'What is left when neither the account id, the path, a session’s name, a unique id nor another principal of the caller’s account is the difference.',
  fix: 'Add the ARN of the caller’s role or user to the Principal element.',
  isIt: [
    {
      name: 'the message names the trust policy, which was not seen',
      event: byUser(null, { errorMessage: refusal('because no role trust policy allows the sts:AssumeRole action') }),
      confidence: 'possible',
      says: 'cannot be told without the policy',
    },
    {
      name: 'only a service is trusted',
      event: byUser(null),
      policy: trusting({ Service: 'ec2.amazonaws.com' }),
      confidence: 'proved',
    },
    {
      name: 'nothing near the caller',
      event: byUser(),
      policy: trusting('arn:aws:iam::777788889999:role/other'),
      confidence: 'proved',
    },
    {
      name: 'the policy allows nothing',
      event: byUser(),
      policy: policyOf(statement('Deny', '777788889999')),
      confidence: 'proved',
    },
    {
      name: 'another identity provider',
      event: byGithub('repo:acme/app:ref:refs/heads/main'),
      policy: trusting(
        { Federated: 'arn:aws:iam::111122223333:oidc-provider/gitlab.com' },
        undefined,
        'sts:AssumeRoleWithWebIdentity',
      ),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'another user of the account is named',
      event: byUser(),
      policy: trusting('arn:aws:iam::444455556666:user/bob'),
    },
    {
      name: 'everyone is trusted, under a condition',
      event: byUser(),
      policy: trusting('*', { StringEquals: { 'sts:ExternalId': 'acme-1234' } }),
    },
    {
      name: 'a service beside the caller’s account',
      event: byUser(),
      policy: policyOf(
        statement('Allow', { Service: 'ec2.amazonaws.com' }),
        statement('Allow', '444455556666', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
      ),
    },
  ],
  fromRecord: ({ denial: { message }, policy }) =>
    policy === undefined &&
    message.because?.how === 'no-allow' &&
    (message.because.policy === 'role-trust' || message.because.policy === 'resource-based')
      ? {
          confidence: 'possible',
          summary:
            'The message says that the role’s trust policy does not allow the call: it does not name the caller, or one of its conditions is not met. Which, cannot be told without the policy.',
          evidence: [{ source: 'error-message', detail: message.text }],
          fix: 'Look at the trust policy of the role together with its owner, and name the caller in it if it is meant to have the role.',
        }
      : undefined,
  claimsPrincipal: ({ call, statement: { principal }, where, matches }) => ({
    ...remedyFor(call.caller),
    summary:
      matches === 'unknown'
        ? `${where} trusts ${listed(
            principal.entries.map(({ text }) => text),
            'and',
          )}; whether that is ${describeCaller(call.caller)} cannot be told from the record.`
        : `${where} trusts ${
            principal.entries.length === 0
              ? 'nobody'
              : listed(
                  principal.entries.map(({ text }) => text),
                  'and',
                )
          }, and the caller is ${describeCaller(call.caller)}${nearName(principal, call.caller)}.`,
  }),
  rulesOut: ({ meaningCaller: [trusts] }) =>
    trusts === undefined ? undefined : `${statementName(trusts)} means the caller`,
});

/** Who is no user or role is named in another way. */
function remedyFor({ kind }: Caller): { readonly fix?: string } {
  switch (kind) {
    case 'web-identity':
      return {
        fix: 'Trust the provider under Federated, with conditions on the audience and the subject of the token: without them everybody who has a token of it gets in.',
      };
    case 'saml':
      return { fix: 'Trust the SAML provider under Federated, with a condition on SAML:aud.' };
    case 'service':
      return { fix: 'Trust the service under Service, by the name that the record shows.' };
    default:
      return {};
  }
}

/** A slip that is worth a word, even where it is not the whole difference. */
function nearName({ entries }: PrincipalElement, caller: Caller): string {
  const own = accountOfCaller(caller);
  const partition = 'partition' in caller ? caller.partition : undefined;
  for (const { text, name } of entries.slice(0, 64)) {
    if ('provider' in caller && text !== caller.provider && bare(text) === bare(caller.provider))
      return ` (of the two names only the spelling differs: letter case, \`https://\`, or a slash at the end)`;
    const slip = own !== undefined && 'account' in name ? accountSlip(name.account, own) : undefined;
    if (slip !== undefined && 'account' in name) return ` (of account ${name.account} ${slip})`;
    const written = splitArn(text);
    if (written === undefined || own === undefined || written.account !== own) continue;
    if (partition !== undefined && written.partition !== partition)
      return ` (the partition is \`${shortened(partition)}\`, not \`${shortened(written.partition)}\`)`;
    if (
      caller.kind === 'role-session' &&
      written.service === 'sts' &&
      /^assumed-role\/.+\/[^/]+\/[^/]+$/.test(written.resource)
    )
      return ' (the ARN of a session has no path)';
  }
  return '';
}

/** The provider's ARN as it is compared by eye. */
function bare(provider: string): string {
  return provider.toLowerCase().replace('oidc-provider/https://', 'oidc-provider/').replace(/\/$/, '');
}
