/** Does a finding claim what is not so: a proof by a version that was not in force, or another version before a change than there was? */
import { wouldAllow } from '../../src/causes/denied-request.ts';
import { recognise } from '../../src/cloudtrail/recognise.ts';
import type { Denial, TrustChange } from '../../src/cloudtrail/recognised.ts';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { maskExternalIds } from '../../src/findings/mask.ts';
import { nobody } from '../../src/policy/document/nobody.ts';
import { parseTrustPolicy } from '../../src/policy/document/parse.ts';
import { allowedBeforeDeniedAfter } from '../../src/watch/correlate.ts';
import type { Outcome, Send } from './world.ts';

/** What is claimed in the end, when everything was seen; and on the way, where nothing more was to come that tells of it. */
export function untrue({ findings, sends, records, beside }: Outcome): readonly string[] {
  const past = new Set(beside.past.map(({ eventId }) => eventId));
  const versions = versionsOf([...beside.past, ...records]);
  const events = new Map(records.map((record) => [record.eventId, record]));
  const last = findings
    .filter(({ supersededBy }) => supersededBy === undefined)
    .map(({ body }) => JSON.parse(body) as Finding);
  return [
    ...new Set([
      ...last.flatMap((finding) => falseProof(finding, events, versions, () => true)),
      ...last.flatMap((finding) => otherVersion(finding, versions)),
      // Where the version in force is one that is delivered late, nobody can know of it yet.
      ...sends.flatMap(({ finding }: Send) => falseProof(finding, events, versions, (id) => past.has(id))),
    ]),
  ];
}

type Versions = ReadonlyMap<string, readonly TrustChange[]>;

/** What set the policy of each role, or took it away, oldest first. */
function versionsOf(records: readonly CloudTrailRecord[]): Versions {
  const changes = records
    .toSorted((left, right) => left.at - right.at)
    .flatMap((record) => recognise(record) ?? [])
    .filter((one) => one.kind === 'trust-change')
    .filter(({ succeeded, change }) => succeeded && change !== 'update-role');
  return Map.groupBy(changes, ({ account, roleName }) => `${account}/${roleName}`);
}

/** The version in force before a time; `undefined`: it is not clear, since CloudTrail's times are whole seconds. */
function before(versions: Versions, role: string, at: number): TrustChange | undefined {
  const known = versions.get(role) ?? [];
  const found = known.findLast(({ record }) => record.at < at);
  const isClear = known.filter(({ record }) => record.at === at || record.at === found?.record.at).length <= 1;
  return isClear ? found : undefined;
}

/** A refusal of the trust policy that is proved, of a call that the version in force would have let in; or a change that was overtaken. */
function falseProof(
  { kind, events: ids, role, causes = [], correlatedChange }: Finding,
  events: ReadonlyMap<string, CloudTrailRecord>,
  versions: Versions,
  counts: (eventId: string) => boolean,
): readonly string[] {
  const record = events.get(ids[0] ?? '');
  const denial = record === undefined ? undefined : recognise(record);
  if (kind !== 'denial' || denial?.kind !== 'denial' || role === undefined) return [];
  const inForce = before(versions, keyOf(role), denial.record.at);
  if (inForce === undefined || !counts(inForce.record.eventId)) return [];
  const [cause] = causes;
  const isRefusal = cause?.confidence === 'proved' && (cause.side === 'trust-policy' || cause.side === 'role');
  // From the change that is blamed until the call no version may let it in.
  const blamed = correlatedChange?.proof === allowedBeforeDeniedAfter ? correlatedChange : undefined;
  const isOvertaken =
    blamed !== undefined &&
    (versions.get(keyOf(role)) ?? [])
      .filter(({ record: { at } }) => at > Date.parse(blamed.time) && at < denial.record.at)
      .some((version) => isAllowed(version, denial));
  const name = `${record?.eventId}`;
  return [
    ...(isRefusal && isAllowed(inForce, denial) ? [`a false proof: ${name}: ${cause.cause}`] : []),
    ...(isOvertaken ? [`a false proof: ${name}: ${blamed.eventId} was not in force`] : []),
  ];
}

function isAllowed({ change, policyText }: TrustChange, denial: Denial): boolean {
  const parsed = parseTrustPolicy(policyText ?? '');
  if (change === 'delete-role') return wouldAllow(nobody, denial) === 'allow';
  return parsed.status === 'read' && wouldAllow(parsed.policy, denial) === 'allow';
}

/** What a change is compared with has to be what was there before it. */
function otherVersion({ kind, events: [id], time, role, change }: Finding, versions: Versions): readonly string[] {
  if (kind !== 'trust-change' || role === undefined || change?.previous === undefined) return [];
  const there = before(versions, keyOf(role), Date.parse(time));
  if (there?.policyText === undefined) return [];
  return JSON.stringify(change.previous) === JSON.stringify(maskExternalIds(JSON.parse(there.policyText)))
    ? []
    : [`compared with another version than there was: ${id}`];
}

function keyOf(arn: string): string {
  const [, , , , account, resource = ''] = arn.split(':');
  return `${account}/${resource.split('/').at(-1)}`;
}
