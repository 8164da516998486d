/** Could AWS not reach the identity provider? */
import { defineCause } from './cause.ts';
import { byGithub } from './example-cases.ts';

export const oidcProviderUnreachable = defineCause({
  id: 'oidc-provider-unreachable',
  title: 'AWS could not reach the identity provider',
  side: 'federation',
  who: 'provider',
  means: 'AWS fetches the provider’s keys over the internet to check the token.',
  toldApart: 'The error code is IDPCommunicationError, or the message says that the keys could not be retrieved.',
  fix: 'Try again; make the provider’s discovery document and keys reachable from the internet.',
  isIt: [
    {
      name: 'the error code',
      event: byGithub('repo:acme/app:ref:refs/heads/main', {
        errorCode: 'IDPCommunicationErrorException',
        errorMessage: 'The identity provider could not be reached',
      }),
      confidence: 'proved',
    },
    {
      name: 'the keys',
      event: byGithub('repo:acme/app:ref:refs/heads/main', {
        errorCode: 'InvalidIdentityToken',
        errorMessage:
          "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
      }),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'the token',
      event: byGithub('repo:acme/app:ref:refs/heads/main', {
        errorCode: 'InvalidIdentityToken',
        errorMessage: 'Incorrect token audience',
      }),
    },
  ],
  fromRecord: ({ denial }) => {
    const { record, message } = denial;
    const code = (record.errorCode ?? '').replace(/^Client\./, '');
    const text = message.text;
    return /^IDPCommunicationError/.test(code) ||
      (/^InvalidIdentityToken/.test(code) && /retrieve verification key/i.test(text))
      ? {
          confidence: 'proved',
          summary: 'AWS could not fetch the keys of the identity provider.',
          evidence: [{ source: 'error-message', detail: `${code}: ${text}` }],
        }
      : undefined;
  },
});
