/** `trusttrail watch`: what happens now, with nothing deployed? */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ambientAccount } from '../../adapters/ambient-account.ts';
import { lookupEventsSource, lookupRegions } from '../../adapters/lookup-events.ts';
import { sqliteTrustStore } from '../../adapters/sqlite-trust-store.ts';
import { eventPatterns, matchesPattern, toEventBridgeEvent } from '../../cloudtrail/event-patterns.ts';
import { toIsoSeconds } from '../../cloudtrail/event-time.ts';
import type { CloudTrailRecord } from '../../cloudtrail/record.ts';
import { knownVendors } from '../../configuration/known-vendors.ts';
import { plainText } from '../../findings/escape.ts';
import type { Finding } from '../../findings/finding.ts';
import { jsonFinding } from '../../findings/forms/json.ts';
import { terminalFinding } from '../../findings/forms/terminal.ts';
import type { Publisher } from '../../ports/publisher.ts';
import type { RecordSource } from '../../ports/record-source.ts';
import type { TrustStore } from '../../ports/trust-store.ts';
import { mergeAffected, nothingAffected } from '../../watch/affected.ts';
import { watch } from '../../watch/watch.ts';
import { findConfiguration } from '../configuration-file.ts';
import { isRegion } from '../history-sources.ts';
import { interruptible } from '../interrupt.ts';
import { type Io, UserError } from '../io.ts';
import { terminalOptions } from '../paint.ts';

interface Options {
  readonly region: readonly string[];
  readonly every: number;
  readonly since?: string;
  readonly state?: string;
  /** Whose credentials are those at hand, where it is known. */
  readonly account?: string | undefined;
  readonly once?: boolean;
  readonly config?: string;
  readonly format: 'text' | 'ndjson';
  readonly verbose?: boolean;
  readonly showExternalIds?: boolean;
}

/**
 * Events reach LookupEvents up to 15 minutes late, some later (CloudTrail User Guide, "How CloudTrail works"): each look
 * goes back further than where the last one ended. What was told already is not told again.
 */
const overlap = 30 * 60_000;
/** Whose credentials they are is worth no long wait. */
const quickly = { maxAttempts: 2, requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000 } };
/** What a first look goes back. */
const firstLook = 24 * 3_600_000;
/** Milliseconds: LookupEvents keeps 90 days. */
const longestLook = 90 * 86_400_000;

const examples = `
Examples:
  $ trusttrail watch
  $ AWS_PROFILE=security trusttrail watch --format ndjson | tee findings.ndjson

It goes on until it is interrupted, and remembers where it was.`;

/** Adds the command. */
export function register(program: Command, io: Io): void {
  program
    .command('watch')
    .description('print findings as they come, from LookupEvents, with the ambient credentials and nothing deployed')
    .option(
      '--region <region>',
      'a region to look in, may be repeated; by default the ambient one, and that of IAM’s events',
      collected,
      [],
    )
    .option('--every <seconds>', 'seconds between two looks', seconds, 60)
    .option('--since <hours>', 'hours that the first look goes back; 24 by default')
    .option('--state <file>', 'where it is remembered what was seen; by default in the user’s state folder')
    .option('--once', 'look once, and end')
    .option('--config <file>', 'the configuration; by default the nearest trusttrail.config.json')
    .option('--verbose', 'also what was ruled out, and the ids of events')
    .addOption(new Option('--format <format>', 'the form of the answer').choices(['text', 'ndjson']).default('text'))
    .addHelpText('after', examples)
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const regions = options.region.length > 0 ? options.region : await lookupRegions(io.env);
      const [region = 'us-east-1'] = regions;
      const identity = options.state === undefined ? await ambientAccount({ region, settings: quickly }) : undefined;
      const account = identity?.answer === 'account' ? identity.account : undefined;
      await watchAccount(io, { ...options, account }, regions, (since) => lookupEventsSource(regions, { since }));
    });
}

/** What the state file holds. */
interface State {
  readonly schema: 'trusttrail/watch/1';
  /** ISO 8601: up to when all was looked at. */
  readonly seenUntil: string;
  readonly regions: readonly string[];
}

/** Looks again and again. Exported for the tests, which have a source of their own. @param source from a time on, in milliseconds. */
export async function watchAccount(
  io: Io,
  options: Options,
  regions: readonly string[],
  source: (since: number) => RecordSource,
  now: () => number = Date.now,
): Promise<void> {
  const first = firstHours(options);
  const { configuration } = await findConfiguration(io, options.config);
  const file = stateFile(io, options);
  const store = openStore(file);
  using interrupt = interruptible(io, 'ended; the next time it goes on from here');
  try {
    let told = 0;
    const printer: Publisher = {
      channel: 'terminal',
      everything: true,
      publish: async (finding) => {
        told += 1;
        print(io, finding, options);
      },
    };
    const service = watch({
      store,
      publishers: [printer],
      clock: { now },
      configuration,
      vendors: knownVendors,
      settings: { historySource: 'lookup:', showExternalIds: options.showExternalIds === true },
    });
    io.err(
      `trusttrail: looking in ${regions.join(' and ')}, every ${options.every} s; what was seen is kept in ${plainText(file)}\n`,
    );
    for (let state = readState(file, regions); ; ) {
      const started = now();
      const since = state === undefined ? started - first : Date.parse(state.seenUntil) - overlap;
      const affected = nothingAffected();
      let failures = 0;
      for await (const batch of source(Math.max(since, started - longestLook)).read({ signal: interrupt.signal })) {
        // A page in which a record is damaged was looked at all the same.
        if (batch.parts === 0) failures += batch.problems.length;
        for (const { place, message } of batch.problems) io.err(`trusttrail: ${plainText(`${place}: ${message}`)}\n`);
        mergeAffected(affected, await service.remember(batch.records.filter(isWanted)));
      }
      await service.conclude(affected);
      if (interrupt.signal.aborted) return;
      // What could not be looked at is looked at again the next time.
      if (failures === 0) {
        state = { schema: 'trusttrail/watch/1', seenUntil: toIsoSeconds(started), regions };
        writeState(file, state);
      } else if (state === undefined && told === 0 && options.once !== true)
        throw new UserError('nothing could be looked at, as told above');
      if (options.once === true) {
        io.exit(failures > 0 ? 2 : 0);
        return;
      }
      await pause(Math.max(0, options.every * 1000 - (now() - started)), undefined, { signal: interrupt.signal }).catch(
        () => {},
      );
      if (interrupt.signal.aborted) return;
    }
  } finally {
    await store.close();
  }
}

/** Only what the rules of EventBridge would let through. */
function isWanted(record: CloudTrailRecord): boolean {
  const event = toEventBridgeEvent(record);
  return (
    record.derived?.includes('eventTime') !== true &&
    Object.values(eventPatterns).some((pattern) => matchesPattern(event, pattern))
  );
}

function print(io: Io, finding: Finding, { format, verbose }: Options): void {
  if (format === 'ndjson') io.out(`${jsonFinding(finding)}\n`);
  else io.out(`${terminalFinding(finding, terminalOptions(io, verbose))}\n`);
}

function firstHours({ since }: Options): number {
  if (since === undefined) return firstLook;
  const hours = Number(since);
  if (!(hours > 0 && hours <= 2160)) throw new UserError(`--since ${since}: expected hours, at most 2160 (90 days)`);
  return hours * 3_600_000;
}

function stateFile(io: Io, { state: given, account }: Pick<Options, 'state' | 'account'>): string {
  if (given !== undefined) return resolve(io.cwd, given);
  const { XDG_STATE_HOME: state, HOME: home, AWS_PROFILE: profile = 'default' } = io.env;
  const folder = state ?? (home === undefined ? io.cwd : join(home, '.local', 'state'));
  // One file an account: what was seen in one must not hide what is new in another.
  return join(folder, 'trusttrail', `watch-${(account ?? profile).replaceAll(/[^\w.@-]/g, '_')}.json`);
}

function openStore(file: string): TrustStore {
  try {
    mkdirSync(dirname(file), { recursive: true });
    return sqliteTrustStore(`${file.replace(/\.json$/, '')}.sqlite`);
  } catch (error) {
    throw new UserError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readState(file: string, regions: readonly string[]): State | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  try {
    const state = JSON.parse(text) as Partial<State>;
    const { schema, seenUntil = '', regions: seen = [] } = state;
    if (schema !== 'trusttrail/watch/1' || Number.isNaN(Date.parse(seenUntil))) throw new Error('not written by it');
    // A region that was not looked in before is looked in from the beginning.
    return regions.every((region) => seen.includes(region)) ? { schema, seenUntil, regions: seen } : undefined;
  } catch {
    throw new UserError(`${file}: no state of trusttrail watch`, 'delete it, or give another --state');
  }
}

/** Whole or not at all. */
function writeState(file: string, state: State): void {
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(state)}\n`);
    renameSync(`${file}.new`, file);
  } catch (error) {
    throw new UserError(`${file}: cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function collected(value: string, before: readonly string[]): readonly string[] {
  if (!isRegion(value)) throw new InvalidArgumentError('expected a region, such as eu-west-1.');
  return [...before, value];
}

function seconds(value: string): number {
  const number = Number(value);
  if (!(number >= 10 && number <= 86_400)) throw new InvalidArgumentError('expected seconds, at least 10.');
  return number;
}
