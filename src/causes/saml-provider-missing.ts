/** Is there no such SAML provider in the account? */
import { defineCause } from './cause.ts';
import { bySaml, samlProvider } from './example-cases.ts';
import { shortened } from './wording.ts';

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
    {
      name: 'the list of providers lacks it',
      event: bySaml(),
      known: { providers: ['arn:aws:iam::111122223333:saml-provider/other'] },
      confidence: 'likely',
    },
  ],
  isNot: [
    { name: 'it is there', event: bySaml(), known: { providers: [samlProvider] } },
    {
      name: 'the response',
      event: bySaml({ errorCode: 'InvalidIdentityToken', errorMessage: 'Response signature invalid' }),
    },
  ],
  fromRecord: ({ denial, providers }) => {
    const { record, message, call } = denial;
    const code = (record.errorCode ?? '').replace(/^Client\./, '');
    const text = message.text;
    const arn = record.userIdentity.identityProvider;
    if (
      call === 'sts:AssumeRoleWithSAML' &&
      arn?.includes(':saml-provider/') === true &&
      providers?.includes(arn) === false
    )
      return {
        confidence: 'likely',
        summary: `The role’s account has no SAML provider \`${shortened(arn)}\`.`,
        evidence: [{ source: 'provider', detail: `the account has ${providers.length} providers, and not that one` }],
      };
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
