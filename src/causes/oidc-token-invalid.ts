/** Is the token of the web identity not valid? */
import { defineCause } from './cause.ts';
import { byGithub, bySaml } from './example-cases.ts';
import { shortened } from './wording.ts';

export const oidcTokenInvalid = defineCause({
  id: 'oidc-token-invalid',
  title: 'The token is not valid',
  side: 'federation',
  who: 'caller',
  means: 'The token lacks a claim, is not signed by the provider’s keys, or the provider refused it.',
  toldApart:
    'The error code is InvalidIdentityToken or IDPRejectedClaim on an AssumeRoleWithWebIdentity call, and no other cause says it more exactly.',
  fix: 'Get a valid token from the provider that the role trusts.',
  isIt: [
    {
      name: 'a claim is missing',
      event: byGithub('repo:acme/app:ref:refs/heads/main', {
        errorCode: 'InvalidIdentityToken',
        errorMessage: 'Missing a required claim: sub',
      }),
      confidence: 'proved',
      says: 'Missing',
    },
    {
      name: 'the provider refused it',
      event: byGithub('repo:acme/app:ref:refs/heads/main', {
        errorCode: 'IDPRejectedClaim',
        errorMessage: 'The ID Token is not valid',
      }),
      confidence: 'proved',
    },
    {
      name: 'the thumbprint',
      event: byGithub('repo:acme/app:ref:refs/heads/main', {
        errorCode: 'InvalidIdentityTokenException',
        errorMessage: "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
      }),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'the audience',
      event: byGithub('repo:acme/app:ref:refs/heads/main', {
        errorCode: 'InvalidIdentityToken',
        errorMessage: 'Incorrect token audience',
      }),
    },
    {
      name: 'no such provider',
      event: byGithub('repo:acme/app:ref:refs/heads/main', {
        errorCode: 'InvalidIdentityToken',
        errorMessage: 'No OpenIDConnect provider found in your account for https://token.actions.githubusercontent.com',
      }),
    },
    {
      name: 'a SAML response',
      event: bySaml({ errorCode: 'InvalidIdentityToken', errorMessage: 'Response signature invalid' }),
    },
  ],
  fromRecord: ({ denial }) => {
    const { record, message, call } = denial;
    const code = (record.errorCode ?? '').replace(/^Client\./, '');
    const text = message.text;
    return call === 'sts:AssumeRoleWithWebIdentity' &&
      /^(?:InvalidIdentityToken|IDPRejectedClaim)/.test(code) &&
      !/No OpenIDConnect provider found|token audience|retrieve verification key|\bexpired\b/i.test(text)
      ? {
          confidence: 'proved',
          summary:
            `AWS refused the token${text === '' || text === 'An unknown error occurred' ? '' : `: ${shortened(text)}`}.`.replace(
              /\.\.$/,
              '.',
            ),
          evidence: [{ source: 'error-message', detail: `${code}: ${text}` }],
        }
      : undefined;
  },
});
