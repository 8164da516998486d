/** Where does the AWS console show the event and the role? */
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { partitionOf, roleFromArn } from '../cloudtrail/role-name.ts';

/** Partitions whose console has an address of its own (AWS General Reference); the others have none that is public. */
const consoles: ReadonlyMap<string, string> = new Map([
  ['aws', 'console.aws.amazon.com'],
  ['aws-cn', 'console.amazonaws.cn'],
  ['aws-us-gov', 'console.amazonaws-us-gov.com'],
]);

export function linksOf(record: CloudTrailRecord, role: string | undefined): Readonly<Record<string, string>> {
  const host = consoles.get(partitionOf(record));
  if (host === undefined) return {};
  const name = roleFromArn(role)?.name;
  const region = /^[a-z0-9-]{1,30}$/.test(record.region ?? '') ? record.region : undefined;
  // What was derived for a record without an id is nothing that the console knows.
  const event = record.derived?.includes('eventID') === true ? undefined : record.eventId;
  return {
    ...(event === undefined || region === undefined
      ? {}
      : {
          event: `https://${host}/cloudtrailv2/home?region=${region}#/events/${encodeURIComponent(event.toWellFormed())}`,
        }),
    ...(name === undefined
      ? {}
      : { role: `https://${host}/iam/home#/roles/details/${encodeURIComponent(name.toWellFormed())}` }),
  };
}
