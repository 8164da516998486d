/** Is there no such SAML provider in the account? */
import { defineCause } from './cause.ts';
import { bySaml } from './example-cases.ts';

export const samlProviderMissing = defineCause({
  id: 'saml-provider-missing',
  title: 'The role’s account has no such SAML provider',
  side: 'federation',
  who: 'owner',
  means: 'The SAML provider that the call names is not in the role’s account.',
  toldApart: 'The message says that there is no such provider.',
  fix: 'Create the SAML provider in the role’s account, or correct its ARN.',
  isIt: [
    {
      name: 'the message',
      event: bySaml({ errorCode: 'InvalidIdentityToken', errorMessage: "Specified provider doesn't exist" }),
      confidence: 'proved',
    },
    {
      name: 'another form of it',
      event: bySaml({ errorCode: 'InvalidIdentityToken', errorMessage: 'No SAML provider found in your account' }),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'the response',
      event: bySaml({ errorCode: 'InvalidIdentityToken', errorMessage: 'Response signature invalid' }),
    },
  ],
  fromRecord: ({ denial }) => {
    const { record, message, call } = denial;
    const code = (record.errorCode ?? '').replace(/^Client\./, '');
    const text = message.text;
    return call === 'sts:AssumeRoleWithSAML' &&
      /specified provider does(?:n't| not) exist|no saml ?provider|provider .{0,2100}(?:not found|does not exist)/i.test(
        text,
      )
      ? {
          confidence: 'proved',
          summary: 'The role’s account has no such SAML provider.',
          evidence: [{ source: 'error-message', detail: `${code}: ${text}` }],
        }
      : undefined;
  },
});
