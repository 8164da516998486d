/** Are the credentials that signed the call not valid, or of a kind that can assume no role? */
import { defineCause } from './cause.ts';
import { byUser, failing, trusting } from './example-cases.ts';

const federated = {
  userIdentity: {
    type: 'FederatedUser',
    principalId: '444455556666:tmp',
    arn: 'arn:aws:sts::444455556666:federated-user/tmp',
    accountId: '444455556666',
  },
  errorMessage:
    'User: arn:aws:sts::444455556666:federated-user/tmp is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/target',
};

export const invalidCredentials = defineCause({
  id: 'invalid-credentials',
  title: 'The credentials are not valid for this call',
  side: 'caller',
  who: 'caller',
  means:
    'The access key is unknown or switched off, the signature does not fit, or the credentials are of GetFederationToken, which can call no AssumeRole.',
  toldApart: 'The error code says so, or the identity is a federated user.',
  fix: 'Use valid credentials of a user or a role.',
  isIt: [
    {
      name: 'an unknown key',
      event: failing('InvalidClientTokenId', 'The security token included in the request is invalid'),
      confidence: 'proved',
    },
    {
      name: 'the signature',
      event: failing(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided.',
      ),
      policy: trusting('444455556667'),
      confidence: 'proved',
    },
    {
      name: 'a federated user',
      event: byUser(null, federated),
      policy: trusting('444455556666'),
      confidence: 'proved',
      says: 'GetFederationToken',
    },
  ],
  isNot: [
    { name: 'a refusal', event: byUser(null), policy: trusting('444455556667') },
    {
      name: 'expired',
      event: failing('ExpiredTokenException', 'The security token included in the request is expired'),
    },
  ],
  fromRecord: ({ denial: { record, message, call } }) => {
    const code = (record.errorCode ?? '').replace(/^Client\./, '');
    if (
      /^(?:InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidAccessKeyId|IncompleteSignature|MissingAuthenticationToken|AuthFailure)/.test(
        code,
      )
    )
      return {
        confidence: 'proved',
        summary: 'AWS does not take the credentials that signed the call.',
        evidence: [{ source: 'error-message', detail: `${code}: ${message.text}` }],
      };
    if (record.userIdentity.type !== 'FederatedUser' || call !== 'sts:AssumeRole') return undefined;
    return {
      confidence: 'proved',
      summary: 'The caller is a federated user (GetFederationToken), and such credentials can call no AssumeRole.',
      evidence: [{ source: 'event', pointer: '/userIdentity/type', detail: 'the caller is a federated user' }],
    };
  },
});
