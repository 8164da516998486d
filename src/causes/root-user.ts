/** Did the root user of an account call, who can assume no role? */
import { defineCause } from './cause.ts';
import { byUser, failing, trusting } from './example-cases.ts';

const root = {
  userIdentity: {
    type: 'Root',
    principalId: '444455556666',
    arn: 'arn:aws:iam::444455556666:root',
    accountId: '444455556666',
    accessKeyId: 'AKIAEXAMPLE',
  },
};

export const rootUser = defineCause({
  id: 'root-user',
  title: 'The root user of an account cannot assume a role',
  side: 'caller',
  who: 'caller',
  means: 'No trust policy can let the root user in; `:root` in a policy means the account.',
  toldApart: 'The identity is `Root`, or the message says so.',
  fix: 'Call as a user or a role.',
  isIt: [
    {
      name: 'the message',
      event: byUser(null, { ...root, errorMessage: 'Roles may not be assumed by root accounts.' }),
      confidence: 'proved',
    },
    {
      name: 'the identity',
      event: byUser(null, { ...root, errorMessage: 'An unknown error occurred' }),
      policy: trusting('arn:aws:iam::444455556666:root'),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'a user of an account trusted by :root',
      event: byUser(null),
      policy: trusting('arn:aws:iam::444455556666:root'),
    },
    {
      name: 'another error of the root user',
      event: failing('ExpiredTokenException', 'The security token included in the request is expired', root),
    },
  ],
  fromRecord: ({ denial: { record, message } }) => {
    if (/Roles may not be assumed by root accounts/i.test(message.text))
      return {
        confidence: 'proved',
        summary: 'The root user of an account called, and roles may not be assumed by it.',
        evidence: [{ source: 'error-message', detail: message.text }],
      };
    return record.userIdentity.type === 'Root' &&
      /^(?:Client\.)?(?:AccessDenied|UnauthorizedOperation)|^$/.test(record.errorCode ?? '')
      ? {
          confidence: 'proved',
          summary: 'The root user of an account called, and roles may not be assumed by it.',
          evidence: [{ source: 'event', pointer: '/userIdentity/type', detail: 'the caller is the root user' }],
        }
      : undefined;
  },
});
