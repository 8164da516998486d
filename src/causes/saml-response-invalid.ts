/** Is the SAML response not valid? */
import { defineCause } from './cause.ts';
import { byGithub, bySaml } from './example-cases.ts';
import { shortened } from './wording.ts';

export const samlResponseInvalid = defineCause({
  id: 'saml-response-invalid',
  title: 'The SAML response is not valid',
  side: 'federation',
  who: 'provider',
  means: 'The response is older than five minutes, not signed with the key of the metadata, or lacks what AWS needs.',
  toldApart:
    'The error code is InvalidIdentityToken, ExpiredTokenException or IDPRejectedClaim on an AssumeRoleWithSAML call, and the message names no provider, audience or role.',
  fix: 'Correct what the identity provider sends, and keep its metadata in IAM up to date.',
  isIt: [
    {
      name: 'the signature',
      event: bySaml({ errorCode: 'InvalidIdentityToken', errorMessage: 'Response signature invalid' }),
      confidence: 'proved',
      says: 'signature',
    },
    {
      name: 'too old',
      event: bySaml({
        errorCode: 'ExpiredTokenException',
        errorMessage: 'Token must be redeemed within 5 minutes of issuance',
      }),
      confidence: 'proved',
    },
    {
      name: 'the issuer',
      event: bySaml({ errorCode: 'InvalidIdentityToken', errorMessage: 'Issuer not present in specified provider' }),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'the provider',
      event: bySaml({ errorCode: 'InvalidIdentityToken', errorMessage: "Specified provider doesn't exist" }),
    },
    {
      name: 'a web identity',
      event: byGithub('repo:acme/app:ref:refs/heads/main', {
        errorCode: 'InvalidIdentityToken',
        errorMessage: 'Missing a required claim: sub',
      }),
    },
  ],
  fromRecord: ({ denial }) => {
    const { record, message, call } = denial;
    const code = (record.errorCode ?? '').replace(/^Client\./, '');
    const text = message.text;
    return call === 'sts:AssumeRoleWithSAML' &&
      /^(?:InvalidIdentityToken|ExpiredToken|IDPRejectedClaim)/.test(code) &&
      !/provider does(?:n't| not) exist|no saml ?provider|\baudience\b|\brole attribute\b/i.test(text)
      ? {
          confidence: 'proved',
          summary:
            `AWS refused the SAML response${text === '' || text === 'An unknown error occurred' ? '' : `: ${shortened(text)}`}.`.replace(
              /\.\.$/,
              '.',
            ),
          evidence: [{ source: 'error-message', detail: `${code}: ${text}` }],
        }
      : undefined;
  },
});
