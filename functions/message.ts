/** Which record does a message carry that a rule sent, or why can it never be one? */
import { PoisonMessage } from '../src/adapters/poison-message.ts';
import { envelopeProblem } from '../src/cloudtrail/event-patterns.ts';
import { readEventValue } from '../src/cloudtrail/read-record.ts';
import type { CloudTrailRecord } from '../src/cloudtrail/record.ts';
import { unusableBecause } from '../src/cloudtrail/unusable-record.ts';

/**
 * @param body of an SQS message: an EventBridge event as one of the rules delivers it.
 * @throws {PoisonMessage}
 */
export function readMessage(body: string): CloudTrailRecord {
  let event: unknown;
  try {
    event = JSON.parse(body);
  } catch {
    throw new PoisonMessage('not JSON');
  }
  const problem = envelopeProblem(event);
  if (problem !== undefined) throw new PoisonMessage(problem);
  const { records, problems } = readEventValue(event, 'the message');
  const [record] = records;
  if (record === undefined) throw new PoisonMessage(problems[0]?.message ?? 'no record');
  const because = unusableBecause(record);
  if (because !== undefined) throw new PoisonMessage(because);
  return record;
}
