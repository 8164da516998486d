/** Which record does a message carry that a rule sent, or why can it never be one? */
import { PoisonMessage } from '../src/adapters/poison-message.ts';
import { envelopeProblem } from '../src/cloudtrail/event-patterns.ts';
import { readEventValue } from '../src/cloudtrail/read-record.ts';
import { changesUnnamedRole } from '../src/cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../src/cloudtrail/record.ts';

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
  // Without an id of its own a record could be counted again with each delivery, and its time decides what was in force.
  if (record.derived !== undefined) throw new PoisonMessage(`a record without its ${record.derived.join(' and ')}`);
  if (changesUnnamedRole(record))
    throw new PoisonMessage('a change of a trust policy whose record does not name the role');
  return record;
}
