/** Who made a call, for a finding and for a sentence? */
import { nameOfCaller } from '../cloudtrail/caller-name.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import type { Actor } from '../findings/finding.ts';
import { collectExternalIds, maskText } from '../findings/mask.ts';

export function actorOf(record: CloudTrailRecord): Actor {
  const { userIdentity, sourceIp, userAgent } = record;
  const { type } = userIdentity;
  return {
    arn: nameOfCaller(record),
    ...(type === undefined ? {} : { type }),
    ...(sourceIp === undefined ? {} : { sourceIp }),
    // A tool may write its arguments there; the external ID of the call shows nowhere.
    ...(userAgent === undefined
      ? {}
      : { userAgent: maskText(userAgent, collectExternalIds(record.requestParameters)) }),
  };
}

export function actorName(record: CloudTrailRecord): string {
  return nameOfCaller(record);
}

/** `ci-runner` of `arn:aws:sts::…:assumed-role/ci-runner/deploy-1841`; what has no such name stays as it is. */
export function shortActor(name: string): string {
  const session = /^arn:[^:]*:sts::\d{12}:assumed-role\/([^/]+)\/(.+)$/.exec(name);
  if (session !== null) {
    const [, role = '', who = ''] = session;
    // A person signs in under an address; a machine's session name tells nothing.
    return who.includes('@') ? who : role;
  }
  const named = /^arn:[^:]*:iam::(\d{12}):(?:user|role)\/(?:.*\/)?([^/]+)$/.exec(name);
  if (named !== null) return named[2] ?? name;
  const root = /^arn:[^:]*:iam::(\d{12}):root$/.exec(name);
  return root === null ? name : `account ${root[1]}`;
}
