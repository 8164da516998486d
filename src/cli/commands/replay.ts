/** `trusttrail replay`: what would the live service have told about these recorded events? */
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { readLogFiles } from '../../adapters/log-files.ts';
import { sqliteTrustStore } from '../../adapters/sqlite-trust-store.ts';
import type { RuleName } from '../../cloudtrail/event-patterns.ts';
import type { CloudTrailRecord } from '../../cloudtrail/record.ts';
import { knownVendors } from '../../configuration/known-vendors.ts';
import { plainText, shellQuote } from '../../findings/escape.ts';
import type { Finding } from '../../findings/finding.ts';
import { htmlReport } from '../../findings/forms/html.ts';
import { jsonFinding, safeJson } from '../../findings/forms/json.ts';
import { terminalFinding, terminalRecap } from '../../findings/forms/terminal.ts';
import { readableTime } from '../../findings/forms/words.ts';
import { withLaterChanges } from '../../findings/overtaken.ts';
import { byTime, countBySeverity } from '../../findings/severity.ts';
import type { Publisher } from '../../ports/publisher.ts';
import type { TrustStore } from '../../ports/trust-store.ts';
import { mergeAffected, nothingAffected } from '../../watch/affected.ts';
import { type Watch, watch } from '../../watch/watch.ts';
import { admitted } from '../admitted-record.ts';
import { findConfiguration } from '../configuration-file.ts';
import { type Io, UserError } from '../io.ts';
import { terminalOptions } from '../paint.ts';
import { progress } from '../progress.ts';
import { rolePages } from '../report-roles.ts';

interface Options {
  readonly report?: string;
  readonly store?: string;
  readonly config?: string;
  readonly format: 'text' | 'json' | 'ndjson';
  readonly verbose?: boolean;
  readonly showExternalIds?: boolean;
}

const examples = `
Examples:
  $ trusttrail replay
  $ trusttrail replay logs/ --report report.html
  $ aws cloudtrail lookup-events --output json > events.json && trusttrail replay events.json --format ndjson

Exit codes: 0 done; 2 nothing could be read.`;

/** Adds the command. */
export function register(program: Command, io: Io): void {
  program
    .command('replay')
    .argument('[path...]', 'files and folders of CloudTrail records; the samples by default; - for standard input')
    .description('run the live service on recorded events, on this machine')
    .option('--report <file>', 'write an HTML report')
    .option('--store <file>', 'keep what was learnt in this file, and go on from what is in it')
    .option('--config <file>', 'the configuration; by default the nearest trusttrail.config.json')
    .option('--verbose', 'also what was ruled out, the ids of events, and the files that were passed over')
    .addOption(
      new Option('--format <format>', 'the form of the answer').choices(['text', 'json', 'ndjson']).default('text'),
    )
    .addHelpText('after', examples)
    .action(async (paths: readonly string[], _: unknown, command: Command) => {
      await replay(io, paths, command.optsWithGlobals<Options>());
    });
}

interface Counts {
  records: number;
  files: number;
  passedOver: string[];
  /** By the pattern that let them through. */
  readonly matched: Map<RuleName, number>;
}

async function replay(io: Io, given: readonly string[], options: Options): Promise<void> {
  const paths = given.length > 0 ? given : [samples(io.cwd)];
  const { configuration } = await findConfiguration(
    io,
    options.config,
    paths.filter((path) => path !== '-'),
  );
  const store = openStore(options.store);
  try {
    const found = new Map<string, Finding>();
    const terminal: Publisher = {
      channel: 'terminal',
      everything: true,
      forgetful: true,
      publish: async (finding) => void found.set(finding.id, finding),
    };
    let latest = 0;
    const service = watch({
      store,
      publishers: [terminal],
      // The time of the replay is that of its last event, so that a second run says the same.
      clock: { now: () => latest },
      configuration,
      vendors: knownVendors,
      settings: {
        // In an order of their own, so that the one in which they were given changes no command.
        historySource: paths.toSorted().map(shellQuote).join(' '),
        showExternalIds: options.showExternalIds === true,
      },
    });
    const problems: Problem[] = [];
    const counts: Counts = { records: 0, files: 0, passedOver: [], matched: new Map() };
    const affected = nothingAffected();
    const bar = progress(io, 0);
    let bytes = 0;
    for await (const file of readLogFiles(paths)) {
      bytes += file.bytes;
      bar.at(bytes, file.name);
      problems.push(...file.problems);
      if (file.passedOver !== undefined) {
        counts.passedOver.push(`${file.name}: ${file.passedOver}`);
        continue;
      }
      counts.files += 1;
      counts.records += file.records.length;
      for (const record of file.records) latest = Math.max(latest, record.at);
      mergeAffected(affected, await handled(file.records, file.name, service, counts, problems));
    }
    bar.stop();
    if (counts.records === 0) throw nothingRead(paths, problems);
    await service.conclude(affected);
    const last = [...found.values()].filter(({ supersededBy }) => supersededBy === undefined).sort(byTime);
    const findings = withLaterChanges(last);
    tell(io, options, findings, problems, counts);
    if (options.report !== undefined) {
      const keys = [...affected.roles.keys()];
      await writeReport(io, options, store, keys, configuration.accounts, findings, problems, counts, latest);
    }
  } finally {
    await store.close();
  }
}

interface Problem {
  readonly place: string;
  readonly message: string;
}

/** Only what the rules of EventBridge would let through reaches the service. */
async function handled(
  records: readonly CloudTrailRecord[],
  name: string,
  service: Watch,
  counts: Counts,
  problems: Problem[],
): Promise<Awaited<ReturnType<Watch['remember']>>> {
  const batch: CloudTrailRecord[] = [];
  for (const record of records) {
    const one = admitted(record);
    if (one === undefined) continue;
    if (one.problem !== undefined) {
      problems.push({ place: name, message: one.problem });
      continue;
    }
    counts.matched.set(one.rule, (counts.matched.get(one.rule) ?? 0) + 1);
    batch.push(record);
  }
  return service.remember(batch);
}

function tell(
  io: Io,
  options: Options,
  findings: readonly Finding[],
  problems: readonly Problem[],
  counts: Counts,
): void {
  const { format, verbose = false } = options;
  const summary = { ...summaryOf(findings, counts), problems: problems.length };
  if (format === 'json') {
    io.out(`${safeJson({ findings, problems, summary }, 2)}\n`);
    return;
  }
  if (format === 'ndjson') for (const finding of findings) io.out(`${jsonFinding(finding)}\n`);
  else for (const [first, ...again] of alike(findings)) io.out(`${textOf(first, again, io, verbose)}\n`);
  for (const { place, message } of problems) io.err(`trusttrail: ${plainText(`${place}: ${message}`)}\n`);
  if (verbose) for (const one of counts.passedOver) io.err(`trusttrail: passed over ${plainText(one)}\n`);
  if (format === 'text') {
    const recap = terminalRecap(findings, terminalOptions(io, verbose));
    io.out(`${recap === '' ? '' : `${recap}\n`}${inWords(findings, problems, counts)}\n`);
  }
}

/** Neighbours that say the same but for their time: a call that is tried again is denied again. */
function alike(findings: readonly Finding[]): readonly (readonly [Finding, ...Finding[]])[] {
  const groups: [Finding, ...Finding[]][] = [];
  for (const finding of findings) {
    const group = groups.at(-1);
    if (group !== undefined && finding.kind === 'denial' && saysOf(group[0]) === saysOf(finding)) group.push(finding);
    else groups.push([finding]);
  }
  return groups;
}

/** The title names the caller, the role and the cause; what else differs is how long after a change the call came. */
function saysOf({ title, role, actor, cause, causes, correlatedChange, notes }: Finding): string {
  return JSON.stringify([title, role, actor?.arn, cause, causes?.[0]?.confidence, correlatedChange, notes]);
}

function textOf(first: Finding, again: readonly Finding[], io: Io, verbose: boolean): string {
  const lines = again.map(
    ({ time, events }) => `  again   ${readableTime(time)}, event ${plainText(events.join(' '))}\n`,
  );
  return terminalFinding(first, terminalOptions(io, verbose)) + lines.join('');
}

function summaryOf(findings: readonly Finding[], { records, files, matched }: Counts) {
  return {
    files,
    records,
    trustChanges: matched.get('trust-change') ?? 0,
    callerSideChanges: matched.get('caller-side-change') ?? 0,
    denials: matched.get('denial') ?? 0,
    findings: findings.length,
    ...countBySeverity(findings),
  };
}

function inWords(findings: readonly Finding[], problems: readonly Problem[], counts: Counts): string {
  const { files, records, trustChanges, denials, callerSideChanges } = summaryOf(findings, counts);
  const severities = Object.entries(countBySeverity(findings)).filter(([, count]) => count > 0);
  const parts = severities.map(([severity, count]) => `${count} ${severity}`).join(', ');
  const about = [
    plural(trustChanges, 'change of a role or principal', 'changes of roles and principals'),
    plural(denials, 'denied call', 'denied calls'),
    ...(callerSideChanges > 0
      ? [plural(callerSideChanges, "change on callers' side", "changes on callers' side")]
      : []),
  ].join(', ');
  return [
    `${plural(findings.length, 'finding', 'findings')}${parts === '' ? '' : `: ${parts}`}`,
    `from ${plural(records, 'record', 'records')} in ${plural(files, 'file', 'files')} (${about})`,
    ...(problems.length === 0
      ? []
      : [`${plural(problems.length, 'record or file', 'records or files')} could not be read`]),
  ]
    .join('; ')
    .concat('.');
}

function plural(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

async function writeReport(
  io: Io,
  { report, showExternalIds = false, format }: Options,
  store: TrustStore,
  keys: readonly string[],
  accounts: readonly string[],
  findings: readonly Finding[],
  problems: readonly Problem[],
  counts: Counts,
  latest: number,
): Promise<void> {
  if (report === undefined) return;
  // The chart library takes longest to load, and only a report needs it.
  const { timelineSvg } = await import('../report-timeline.ts');
  const svg = timelineSvg(findings);
  const page = htmlReport({
    title: 'What trusttrail found',
    findings,
    summary: { records: counts.records.toLocaleString('en'), files: counts.files, findings: findings.length },
    generatedAt: new Date(latest).toISOString(),
    ...(await rolePages(store, keys, accounts, findings, showExternalIds)),
    problems,
    ...(svg === undefined ? {} : { timelineSvg: svg }),
  });
  const file = join(io.cwd, report);
  try {
    await writeFile(report.startsWith('/') ? report : file, page);
  } catch (error) {
    throw new UserError(`${report}: cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
  const told = `The report is in ${plainText(report)}\n`;
  if (format === 'text') io.out(told);
  else io.err(`trusttrail: ${told}`);
}

function openStore(file: string | undefined): TrustStore {
  try {
    return sqliteTrustStore(file);
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}

function nothingRead(paths: readonly string[], problems: readonly Problem[]): UserError {
  const [first] = problems;
  if (first === undefined) return new UserError(`${paths.join(', ')}: no CloudTrail records in it`);
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : '';
  return new UserError(`${first.place}: ${first.message}${more}`);
}

/** The samples that come with the program, as the working directory sees them. */
function samples(cwd: string): string {
  const folder = fileURLToPath(new URL('../../../samples', import.meta.url));
  const seen = relative(cwd, folder);
  return seen === '' ? '.' : seen.startsWith('..') ? folder : seen;
}
