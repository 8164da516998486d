/** Did AWS refuse the request itself: session name, tags, packed policies? */
import { defineCause } from './cause.ts';
import { byUser, failing, trusting } from './example-cases.ts';
import { shortened } from './wording.ts';

const codes =
  /^(?:PackedPolicyTooLarge|MalformedPolicyDocument|Validation(?:Error|Exception)|InvalidParameter|MissingParameter|LimitExceeded|MalformedInput)/;

export const requestInvalid = defineCause({
  id: 'request-invalid',
  title: 'AWS refused the request itself',
  side: 'request',
  who: 'caller',
  means:
    'A parameter of the call is not what STS takes: a session name of 2 to 64 characters, at most 50 tags, session policies that fit when packed, a source identity that may not be changed.',
  toldApart: 'The error code says so, and the fault is not the duration.',
  fix: 'Correct the parameter that the message names.',
  isIt: [
    {
      name: 'the session name',
      event: failing(
        'ValidationError',
        "1 validation error detected: Value 'a' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
      ),
      confidence: 'proved',
      says: 'roleSessionName',
    },
    {
      name: 'packed policies',
      event: failing('PackedPolicyTooLarge', 'Packed size of session tags consumes 120% of allotted space.'),
      confidence: 'proved',
    },
    {
      name: 'a malformed session policy',
      event: failing('MalformedPolicyDocument', 'Syntax errors in policy.'),
      policy: trusting('444455556667'),
      confidence: 'proved',
    },
    {
      name: 'the source identity cannot be changed',
      event: failing('ValidationError', 'The source identity is already set for this assume role session'),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'the duration',
      event: failing(
        'ValidationError',
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      ),
    },
    { name: 'a refusal', event: byUser(null), policy: trusting('444455556667') },
  ],
  fromRecord: ({ denial: { record, message } }) => {
    const code = (record.errorCode ?? '').replace(/^Client\./, '');
    if (!codes.test(code) || /DurationSeconds/i.test(message.text)) return undefined;
    const text =
      message.text === '' || message.text === 'An unknown error occurred' ? '' : `: ${shortened(message.text)}`;
    return {
      confidence: 'proved',
      summary: `AWS refused the request as ${code}${text}.`.replace(/\.\.$/, '.'),
      evidence: [{ source: 'error-message', detail: `${code}: ${message.text}` }],
      ...(/source identity is already set/i.test(message.text)
        ? { fix: 'Leave the source identity out: the session carries one, which cannot be changed.' }
        : code.startsWith('PackedPolicyTooLarge')
          ? { fix: 'Pass fewer or shorter session policies and tags: they are packed together and have one limit.' }
          : {}),
    };
  },
});
