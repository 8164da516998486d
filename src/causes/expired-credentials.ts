/** Have the credentials that signed the call expired? */
import { defineCause } from './cause.ts';
import { byGithub, byUser, failing, trusting } from './example-cases.ts';

export const expiredCredentials = defineCause({
  id: 'expired-credentials',
  title: 'The credentials have expired',
  side: 'caller',
  who: 'caller',
  means: 'Temporary credentials were used after their end.',
  toldApart:
    'The error code is ExpiredToken or ExpiredTokenException on an AssumeRole call, where the credentials that signed it are meant.',
  fix: 'Get new credentials and call again.',
  isIt: [
    {
      name: 'the error code',
      event: failing('ExpiredTokenException', 'The security token included in the request is expired'),
      confidence: 'proved',
    },
    {
      name: 'its other spelling',
      event: failing('ExpiredToken', 'The security token included in the request is expired'),
      policy: trusting('444455556667'),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'the token of a web identity',
      event: byGithub('repo:acme/app:ref:refs/heads/main', {
        errorCode: 'ExpiredTokenException',
        errorMessage: 'Token expired: current date/time must be before the expiration date/time',
      }),
    },
    { name: 'a refusal', event: byUser(null) },
  ],
  fromRecord: ({ denial }) => {
    const { record, message, call } = denial;
    const code = (record.errorCode ?? '').replace(/^Client\./, '');
    const text = message.text;
    return !call.startsWith('sts:AssumeRoleWith') && /^(?:ExpiredToken|RequestExpired)/.test(code)
      ? {
          confidence: 'proved',
          summary: 'The credentials that signed the call had expired.',
          evidence: [{ source: 'error-message', detail: `${code}: ${text}` }],
        }
      : undefined;
  },
});
