/** Is the token meant for another audience? */
import { defineCause } from './cause.ts';
import { byGithub, trustingGithub } from './example-cases.ts';
import { unmet } from './wording.ts';

export const oidcAudience = defineCause({
  id: 'oidc-audience',
  title: 'The audience of the token does not fit',
  side: 'federation',
  who: 'owner',
  means:
    'The `aud` claim (or `azp`, where the token has one) has to be in the provider’s list of client ids, and to satisfy the trust policy’s condition.',
  toldApart:
    'The message says `Incorrect token audience`; or the audience in the record does not satisfy the condition.',
  fix: 'Have the token issued for the audience that the role asks for, or correct the condition and the provider’s client ids.',
  isIt: [
    {
      name: 'the message',
      event: byGithub('repo:acme/app:ref:refs/heads/main', {
        errorCode: 'InvalidIdentityToken',
        errorMessage: 'Incorrect token audience',
      }),
      confidence: 'proved',
    },
    {
      name: 'the condition',
      event: byGithub('repo:acme/app:ref:refs/heads/main'),
      policy: trustingGithub('repo:acme/app:ref:refs/heads/main', 'StringEquals', 'https://github.com/acme'),
      confidence: 'proved',
      says: 'sts.amazonaws.com',
    },
  ],
  isNot: [
    {
      name: 'the audience fits',
      event: byGithub('repo:acme/app:ref:refs/heads/main'),
      policy: trustingGithub('repo:acme/other:ref:refs/heads/main'),
    },
    {
      name: 'another fault of the token',
      event: byGithub('repo:acme/app:ref:refs/heads/main', {
        errorCode: 'InvalidIdentityToken',
        errorMessage: 'Missing a required claim: aud',
      }),
    },
  ],
  fromRecord: ({ denial: { record, message, call } }) =>
    call === 'sts:AssumeRoleWithWebIdentity' &&
    /^InvalidIdentityToken/.test(record.errorCode ?? '') &&
    /(?:incorrect|invalid) token audience/i.test(message.text)
      ? {
          confidence: 'proved',
          summary: 'The audience of the token is not among the client ids of the account’s OIDC provider.',
          evidence: [{ source: 'error-message', detail: message.text }],
        }
      : undefined,
  claimsCondition: (part) =>
    part.call.caller.kind === 'web-identity' && /:(?:aud|azp|oaud)$/i.test(part.clause.key)
      ? { summary: unmet(part) }
      : undefined,
});
