/** Did the call ask for a longer session than the role allows? */

import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { defineCause } from './cause.ts';
import { byUser, failing, trusting, user } from './example-cases.ts';
import { inWords, mayBeValidation, nextRefusal, requestedDuration } from './requested-duration.ts';

const text = 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';

export const durationExceedsRoleMaximum = defineCause({
  id: 'duration-exceeds-role-maximum',
  title: 'The duration asked for exceeds the role’s maximum',
  side: 'role',
  who: 'caller',
  means: 'A role has a maximum session duration of 1 to 12 hours, 1 hour where nobody set another.',
  toldApart:
    'AWS says so in a ValidationError; or the request’s duration and the role’s setting show it. An AccessDenied is about something else first, and the duration would be refused as well.',
  fix: 'Ask for less with --duration-seconds, or have the owner raise the role’s maximum session duration.',
  isIt: [
    { name: 'the message', event: failing('ValidationError', text), confidence: 'proved' },
    { name: 'the message under another code', event: failing('ValidationException', text), confidence: 'proved' },
    {
      name: 'request and role',
      event: byUser(
        { durationSeconds: 7200 },
        { errorCode: 'ValidationError', errorMessage: '1 validation error detected' },
      ),
      line: { role: { MaxSessionDuration: 3600 } },
      confidence: 'proved',
      says: '2 hours',
    },
    {
      name: 'beside a refusal',
      event: byUser({ durationSeconds: '43200' }),
      policy: trusting(user),
      line: { role: { MaxSessionDuration: 3600 } },
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'within the maximum',
      event: byUser({ durationSeconds: 3600 }),
      policy: trusting(user),
      line: { role: { MaxSessionDuration: 3600 } },
    },
    { name: 'AccessDenied, and nothing known of a duration', event: byUser(null), policy: trusting('444455556667') },
    {
      name: 'role chaining',
      event: failing(
        'ValidationError',
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      ),
    },
  ],
  fromRecord: ({ denial, role }) => {
    const { record, message } = denial;
    const asked = requestedDuration(record);
    const most = role?.maxSessionDuration;
    const known =
      asked === undefined
        ? ''
        : ` (${inWords(asked)} asked for${most === undefined ? '' : `, ${inWords(most)} allowed`})`;
    if (/exceeds the MaxSessionDuration set for this role/i.test(message.text))
      return {
        confidence: 'proved',
        summary: `AWS says that the duration asked for exceeds the maximum session duration of the role${known}.`,
        evidence: [{ source: 'error-message', detail: message.text }],
        ...forSessions(record),
      };
    if (asked === undefined || most === undefined || asked <= most || asked > 43_200) return undefined;
    return {
      confidence: role?.as === 'in-force' ? 'proved' : 'likely',
      summary: `The call asks for a session of ${inWords(asked)}, and the role allows ${inWords(most)}${nextRefusal(record)}.`,
      evidence: [
        { source: 'event', pointer: '/requestParameters/durationSeconds', detail: `${asked} seconds asked for` },
        { source: 'role', detail: `MaxSessionDuration is ${most}` },
      ],
      ...forSessions(record),
    };
  },
  rulesOut: ({ evidence: { denial, role } }) => {
    const asked = requestedDuration(denial.record);
    const most = role?.maxSessionDuration;
    if (asked !== undefined && most !== undefined && asked <= most)
      return `the call asks for ${inWords(asked)}, and the role allows ${inWords(most)}`;
    return mayBeValidation(denial.record)
      ? undefined
      : 'for a duration AWS answers ValidationError, and this is another error';
  },
});

/** Role chaining is held to an hour (IAM User Guide, "Roles terms and concepts"): a higher maximum would not help a session. */
function forSessions({ userIdentity }: CloudTrailRecord): { readonly fix?: string } {
  return userIdentity.type === 'AssumedRole'
    ? {
        fix: 'Ask for one hour or less with --duration-seconds: the caller is itself a role session, which gets no more whatever the role allows. For longer sessions call as a user, or from the identity provider.',
      }
    : {};
}
