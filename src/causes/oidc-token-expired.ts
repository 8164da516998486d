/** Has the token of the web identity expired? */
import { defineCause } from './cause.ts';
import { byGithub, failing } from './example-cases.ts';

export const oidcTokenExpired = defineCause({
  id: 'oidc-token-expired',
  title: 'The token has expired',
  side: 'federation',
  who: 'caller',
  means: 'A token of an OIDC provider is taken until five minutes after its end.',
  toldApart: 'The error code is ExpiredTokenException on an AssumeRoleWithWebIdentity call, or the message says so.',
  fix: 'Get a new token right before the call.',
  isIt: [
    {
      name: 'the error code',
      event: byGithub('repo:acme/app:ref:refs/heads/main', {
        errorCode: 'ExpiredTokenException',
        errorMessage: 'Token expired: current date/time must be before the expiration date/time',
      }),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'the credentials of an AssumeRole call',
      event: failing('ExpiredTokenException', 'The security token included in the request is expired'),
    },
    {
      name: 'another fault of the token',
      event: byGithub('repo:acme/app:ref:refs/heads/main', {
        errorCode: 'InvalidIdentityToken',
        errorMessage: 'Missing a required claim: aud',
      }),
    },
  ],
  fromRecord: ({ denial }) => {
    const { record, message, call } = denial;
    const code = (record.errorCode ?? '').replace(/^Client\./, '');
    const text = message.text;
    return call === 'sts:AssumeRoleWithWebIdentity' &&
      (/^ExpiredToken/.test(code) || (/^InvalidIdentityToken/.test(code) && /\bexpired\b/i.test(text)))
      ? {
          confidence: 'proved',
          summary: 'The token had expired when the call was made.',
          evidence: [{ source: 'error-message', detail: `${code}: ${text}` }],
        }
      : undefined;
  },
});
