/** Is the SAML response meant for another endpoint? */
import { defineCause } from './cause.ts';
import { bySaml, samlProvider, trusting } from './example-cases.ts';
import { unmet } from './wording.ts';

const asks = trusting(
  { Federated: samlProvider },
  { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
  'sts:AssumeRoleWithSAML',
);

export const samlAudience = defineCause({
  id: 'saml-audience',
  title: 'The SAML audience does not fit',
  side: 'federation',
  who: 'owner',
  means:
    '`saml:aud` is the endpoint (Recipient) that the response was sent to; regional sign-in endpoints have their own.',
  toldApart:
    'The message names the audience; or the trust policy asks for one, which no record of a denied call shows (likely).',
  fix: 'Add the endpoint in use to the condition on SAML:aud, or have the provider send to the one that is asked for.',
  isIt: [
    { name: 'an audience is asked for', event: bySaml(), policy: asks, confidence: 'likely' },
    {
      name: 'the message',
      event: bySaml({ errorCode: 'InvalidIdentityToken', errorMessage: 'Invalid audience in SAML response' }),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'none asked for',
      event: bySaml(),
      policy: trusting({ Federated: samlProvider }, undefined, 'sts:AssumeRoleWithSAML'),
    },
    {
      name: 'another provider is trusted',
      event: bySaml(),
      policy: trusting(
        { Federated: 'arn:aws:iam::111122223333:saml-provider/other' },
        undefined,
        'sts:AssumeRoleWithSAML',
      ),
    },
  ],
  fromRecord: ({ denial: { record, message, call } }) =>
    call === 'sts:AssumeRoleWithSAML' &&
    /^InvalidIdentityToken/.test(record.errorCode ?? '') &&
    /\baudience\b/i.test(message.text)
      ? {
          confidence: 'proved',
          summary: 'AWS says that the audience of the SAML response does not fit.',
          evidence: [{ source: 'error-message', detail: message.text }],
        }
      : undefined,
  claimsCondition: (part) =>
    part.clause.key.toLowerCase() === 'saml:aud' && part.call.caller.kind === 'saml'
      ? { summary: unmet(part) }
      : undefined,
});
