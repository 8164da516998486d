/** Did a role session ask for more than the hour that role chaining allows? */
import { defineCause } from './cause.ts';
import { byRole, byUser, failing, trusting } from './example-cases.ts';
import { inWords, nextRefusal, requestedDuration } from './requested-duration.ts';

const text = 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.';

export const durationExceedsChainingLimit = defineCause({
  id: 'duration-exceeds-chaining-limit',
  title: 'A role assumed by a role session lasts one hour at most',
  side: 'request',
  who: 'caller',
  means:
    'Role chaining: credentials of one role are used to assume the next. Such a session lasts an hour at most, whatever the role allows.',
  toldApart: 'AWS says so in a ValidationError; or a role session asked for more than 3,600 seconds.',
  fix: 'Ask for 3600 seconds or less, or assume the role from long-term or federated credentials.',
  isIt: [
    { name: 'the message', event: failing('ValidationError', text), confidence: 'proved', says: 'hour' },
    {
      name: 'a role session that asks for two hours',
      event: byRole(
        { durationSeconds: 7200 },
        { errorCode: 'ValidationError', errorMessage: '1 validation error detected' },
      ),
      confidence: 'proved',
    },
  ],
  isNot: [
    { name: 'an hour', event: byRole({ durationSeconds: 3600 }), policy: trusting('444455556667') },
    { name: 'a user asks', event: byUser({ durationSeconds: 7200 }), policy: trusting('444455556667') },
  ],
  fromRecord: ({ denial: { record, message } }) => {
    if (/1 hour session limit for roles assumed by role chaining/i.test(message.text))
      return {
        confidence: 'proved',
        summary: 'AWS says that the duration exceeds the hour that a role assumed by another role may last.',
        evidence: [{ source: 'error-message', detail: message.text }],
      };
    const asked = requestedDuration(record);
    if (record.userIdentity.type !== 'AssumedRole' || asked === undefined || asked <= 3600 || asked > 43_200)
      return undefined;
    return {
      confidence: 'proved',
      summary: `A role session asks for ${inWords(asked)}, and a role assumed by another role may last an hour at most${nextRefusal(record)}.`,
      evidence: [
        { source: 'event', pointer: '/requestParameters/durationSeconds', detail: `${asked} seconds asked for` },
        { source: 'event', pointer: '/userIdentity/type', detail: 'the caller is a session of a role' },
      ],
    };
  },
});
