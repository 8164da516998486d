/** What do AWS's own answers add to the facts: asked at most once, and kept as facts themselves? */
import type { CallerAccess } from '../causes/evidence.ts';
import type { Denial } from '../cloudtrail/recognised.ts';
import { roleFromArn } from '../cloudtrail/role-name.ts';
import type { RoleReader } from '../ports/role-reader.ts';
import type { WatchContext } from './context.ts';
import { mayBeTrustPolicy } from './correlate.ts';
import type { Reading } from './denial-evidence.ts';
import { callerOf } from './facts.ts';

/**
 * @returns what the role was like when it was first read after the call; it is read now where it never was.
 * `undefined`: there is no reader, or the call names no role.
 */
export async function readingFor(denial: Denial, context: WatchContext): Promise<Reading | undefined> {
  const { roleReader, store } = context;
  const named = roleFromArn(denial.role);
  if (roleReader === undefined || named === undefined) return undefined;
  // A denied call for the reader role never leads to another one, whoever made it.
  if (named.name === context.settings.readerRole) return undefined;
  const stream = `reading:${named.account}/${named.name}`;
  const [before] = await store.events(stream, { from: denial.record.at });
  const kept = before === undefined ? undefined : (JSON.parse(before.body) as Reading);
  const reading = await withList(
    kept ?? (await readNow(denial, named.arn, roleReader, context)),
    named.account,
    roleReader,
  );
  // A role that could not be read now may be readable with the next denial.
  if (reading.answer === 'unknown' || reading === kept) return reading;
  const { at } = reading;
  // One without its list is found after the same with it: what could not be listed is asked for again as well.
  const eventId = isWhole(reading, roleReader) ? `at-${at}` : `at-${at}~without-list`;
  await store.addEvents(stream, [{ eventId, at, body: JSON.stringify(reading) }]);
  return reading;
}

async function readNow(denial: Denial, arn: string, reader: RoleReader, { clock }: WatchContext): Promise<Reading> {
  const at = Math.max(clock.now(), denial.record.at);
  return { at, ...(await reader.read(arn)) };
}

/** With what is like it in the account: its identity providers, or the names of the roles that there are. */
async function withList(reading: Reading, account: string, reader: RoleReader): Promise<Reading> {
  if (isWhole(reading, reader)) return reading;
  if (reading.answer === 'role') {
    const providers = await reader.providers?.(account);
    return providers === undefined ? reading : { ...reading, providers };
  }
  if (reading.answer === 'unknown') return reading;
  const names = await reader.roleNames?.(account);
  return names === undefined ? reading : { ...reading, names };
}

function isWhole(reading: Reading, { providers, roleNames }: RoleReader): boolean {
  if (reading.answer === 'role') return providers === undefined || reading.providers !== undefined;
  return reading.answer === 'unknown' || roleNames === undefined || reading.names !== undefined;
}

/** The same for what the caller may do by the policies on its own side. */
export async function callerAccessFor(denial: Denial, context: WatchContext): Promise<CallerAccess | undefined> {
  const { callerAccess, store } = context;
  const { sessionIssuer, arn } = denial.record.userIdentity;
  const caller = sessionIssuer?.arn ?? arn;
  const key = callerOf(denial.record);
  if (roleFromArn(denial.role)?.name === context.settings.readerRole) return undefined;
  if (callerAccess === undefined || key === undefined || caller === undefined || denial.role === undefined)
    return undefined;
  if (!/:iam::\d{12}:(?:user|role)\//.test(caller) || !mayBeTrustPolicy(denial)) return undefined;
  const stream = `caller-access:${key}:${denial.role}`;
  const [before] = await store.events(stream, { from: denial.record.at });
  if (before !== undefined) return JSON.parse(before.body) as CallerAccess;
  const at = Math.max(context.clock.now(), denial.record.at);
  const answer = await callerAccess.simulate(caller, denial.message.action ?? denial.call, denial.role);
  if (answer !== undefined) await store.addEvents(stream, [{ eventId: `at-${at}`, at, body: JSON.stringify(answer) }]);
  return answer;
}
