/** Does the SAML response not name this role? */
import { defineCause } from './cause.ts';
import { bySaml, samlProvider, trusting } from './example-cases.ts';

const asks = trusting({ Federated: samlProvider }, undefined, 'sts:AssumeRoleWithSAML');

export const samlRoleAttribute = defineCause({
  id: 'saml-role-attribute',
  title: 'The SAML response does not name this role',
  side: 'federation',
  who: 'provider',
  means:
    'The `Role` attribute of the response lists pairs of role and provider ARN; only those roles can be assumed with it.',
  toldApart:
    'The message names the attribute; or AWS refused a SAML call that the trust policy allows (possible: the response is not recorded).',
  fix: 'Add the pair of role ARN and provider ARN to the Role attribute that the provider sends.',
  isIt: [
    { name: 'the trust policy allows the call', event: bySaml(), policy: asks, confidence: 'possible' },
    {
      name: 'the message',
      event: bySaml({
        errorCode: 'InvalidIdentityToken',
        errorMessage: 'Role attribute in SAML response does not contain the requested role',
      }),
      confidence: 'proved',
    },
    {
      name: 'the ARNs of the pair in the wrong order',
      event: bySaml({ errorCode: 'ValidationError', errorMessage: 'Principal ARN is invalid' }),
      confidence: 'likely',
      with: [],
    },
  ],
  isNot: [
    {
      name: 'another provider is trusted',
      event: bySaml(),
      policy: trusting(
        { Federated: 'arn:aws:iam::111122223333:saml-provider/other' },
        undefined,
        'sts:AssumeRoleWithSAML',
      ),
    },
    {
      name: 'the signature',
      event: bySaml({ errorCode: 'InvalidIdentityToken', errorMessage: 'Response signature invalid' }),
    },
  ],
  fromRecord: ({ denial: { message, call } }) => {
    if (call !== 'sts:AssumeRoleWithSAML') return undefined;
    const evidence = [{ source: 'error-message' as const, detail: message.text }] as const;
    if (/\brole attribute\b/i.test(message.text))
      return {
        confidence: 'proved',
        summary: 'AWS says that the Role attribute of the SAML response does not name this role.',
        evidence,
      };
    // The two ARNs of a pair in the attribute are often the wrong way round, or hold a space.
    return /^(?:Principal|Role|Request) ARN is invalid/i.test(message.text)
      ? {
          confidence: 'likely',
          summary:
            'AWS takes one of the ARNs that were read from the SAML response for none: in its Role attribute they may stand in the wrong order, or with a space.',
          evidence,
        }
      : undefined;
  },
});
