/** Is the duration outside what STS takes at all? */
import { defineCause } from './cause.ts';
import { byUser, failing, trusting } from './example-cases.ts';
import { requestedDuration } from './requested-duration.ts';

export const durationOutOfRange = defineCause({
  id: 'duration-out-of-range',
  title: 'The duration is outside 900 to 43,200 seconds',
  side: 'request',
  who: 'caller',
  means: 'A session lasts 15 minutes at least and 12 hours at most.',
  toldApart: 'AWS says so in a ValidationError about `durationSeconds`, or the request shows the value.',
  fix: 'Ask for a duration of 900 to 43200 seconds, and no more than the role allows.',
  isIt: [
    {
      name: 'too short',
      event: failing(
        'ValidationError',
        "1 validation error detected: Value '60' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
      ),
      confidence: 'proved',
    },
    {
      name: 'too long, seen in the request',
      event: byUser(
        { durationSeconds: 86400 },
        { errorCode: 'ValidationError', errorMessage: '1 validation error detected' },
      ),
      confidence: 'proved',
      says: '86400',
    },
  ],
  isNot: [
    { name: 'within', event: byUser({ durationSeconds: 900 }), policy: trusting('444455556667') },
    {
      name: 'another parameter',
      event: failing(
        'ValidationError',
        "1 validation error detected: Value 'a' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2",
      ),
    },
  ],
  fromRecord: ({ denial: { record, message } }) => {
    if (/durationSeconds' failed to satisfy constraint/i.test(message.text))
      return {
        confidence: 'proved',
        summary: 'AWS says that the duration asked for is outside 900 to 43,200 seconds.',
        evidence: [{ source: 'error-message', detail: message.text }],
      };
    const asked = requestedDuration(record);
    if (asked === undefined || (asked >= 900 && asked <= 43_200)) return undefined;
    return {
      confidence: 'proved',
      summary: `The call asks for ${asked} seconds, and STS takes 900 to 43,200.`,
      evidence: [
        { source: 'event', pointer: '/requestParameters/durationSeconds', detail: `${asked} seconds asked for` },
      ],
    };
  },
});
