/** `trusttrail audit`: what does history tell of the trust policies: their life, each risky change, each burst of denials? */
import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Review, ReviewFilter } from '../../audit/report.ts';
import { documentOf, nothingWasRead, reviewJson, severityWords } from '../../audit/report.ts';
import type { RoleTimeline } from '../../audit/timeline.ts';
import type { CloudTrailRecord } from '../../cloudtrail/record.ts';
import { plainText, shellQuote } from '../../findings/escape.ts';
import { type Finding, type RiskFinding, type Severity, severities } from '../../findings/finding.ts';
import type { RoleVersions } from '../../findings/forms/html.ts';
import { jsonFinding, safeJson } from '../../findings/forms/json.ts';
import { sarifOfRisks } from '../../findings/forms/sarif.ts';
import { terminalFinding, terminalRecap } from '../../findings/forms/terminal.ts';
import { kindName, readableTime } from '../../findings/forms/words.ts';
import { withLaterChanges } from '../../findings/overtaken.ts';
import { atLeast } from '../../findings/severity.ts';
import { actorName } from '../../watch/actor.ts';
import { findConfiguration } from '../configuration-file.ts';
import { type HistoryReview, reviewHistory } from '../history-review.ts';
import { foldersOf, historySources, lookBack, timeOption } from '../history-sources.ts';
import { interruptible } from '../interrupt.ts';
import { type Io, UserError } from '../io.ts';
import { paintFor, terminalOptions } from '../paint.ts';
import { bytes, duration, progress } from '../progress.ts';
import { repository, version } from '../version.ts';

/** The options of {@link withSourceOptions}. */
export interface SourceWords {
  readonly account?: string;
  readonly jobs?: number;
  readonly resume?: string;
  readonly athenaOutput?: string;
  readonly athenaWorkgroup?: string;
}

interface Options extends SourceWords {
  readonly since?: string;
  readonly until?: string;
  readonly role?: string;
  readonly report?: string;
  readonly format: 'text' | 'json' | 'ndjson' | 'sarif';
  readonly failOn: Severity;
  readonly config?: string;
  readonly verbose?: boolean;
  readonly showExternalIds?: boolean;
}

const examples = `
Examples:
  $ trusttrail audit logs/ --since 2026-03-01 --report report.html
  $ trusttrail audit s3://my-trail-bucket --account 111122223333 --role 'deploy-*' --format json
  $ trusttrail audit lookup: --fail-on medium
  $ trusttrail audit athena:security.cloudtrail_logs --since 2026-03-01 --until 2026-03-31

Files are those of a trail, what CloudTrail Lake and EventBridge export, and JSON lines, packed with gzip or zstd or not.
With --account, of a bucket or table only the logs of that account are read: a denied call from another account is in the logs of that one.

Exit codes: 0 nothing at or above --fail-on; 1 something is; 2 nothing could be read.`;

/** Adds the command. */
export function register(program: Command, io: Io): void {
  withSourceOptions(
    program
      .command('audit')
      .argument(
        '<source...>',
        'files, folders, s3://bucket/prefix, lookup:[region,…] (90 days), athena:database.table; - for standard input',
      )
      .description('review history: the life of each trust policy, each risky change, each burst of denials'),
  )
    .option('--since <time>', 'only what happened from then on; a day or a time, ISO 8601 in UTC')
    .option('--until <time>', 'only what happened up to then; a day counts whole')
    .option('--role <pattern>', 'only roles whose ARN or name matches; * and ? are wildcards')
    .option('--report <file>', 'write an HTML report')
    .option('--config <file>', 'the configuration; by default the nearest trusttrail.config.json')
    .option('--verbose', 'also what was ruled out, and the ids of events')
    .addOption(
      new Option('--format <format>', 'the form of the answer')
        .choices(['text', 'json', 'ndjson', 'sarif'])
        .default('text'),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 where a finding is at least as severe')
        .choices([...severities])
        .default('high'),
    )
    .addHelpText('after', examples)
    .action(async (words: readonly string[], _: unknown, command: Command) => {
      await audit(io, words, command.optsWithGlobals<Options>());
    });
}

/** The options of every command that reads a history. */
export function withSourceOptions(command: Command): Command {
  return command
    .option('--account <id>', 'only this account', accountOption)
    .option('--jobs <number>', 'worker threads; by default one a core, eight at most', jobsOption)
    .option('--resume <file>', 'of a bucket: keep what was read in this file, and go on from it')
    .option('--athena-workgroup <name>', 'the workgroup that runs the query of athena:')
    .option('--athena-output <s3-uri>', 'where that query puts its result, unless the workgroup says so');
}

async function audit(io: Io, words: readonly string[], options: Options): Promise<void> {
  const { since, until, role, account } = options;
  if (options.report !== undefined) await mayBeWritten(io, options.report);
  const { configuration } = await findConfiguration(io, options.config, foldersOf(words));
  const filter: ReviewFilter = {
    ...(since === undefined ? {} : { since: timeOption(since, '--since') }),
    ...(until === undefined ? {} : { until: timeOption(until, '--until', true) }),
    ...(role === undefined ? {} : { role }),
    ...(account === undefined ? {} : { account }),
  };
  if (filter.since !== undefined && filter.until !== undefined && filter.since > filter.until)
    throw new UserError('--since is after --until');
  const sources = await historySources(io, words, {
    ...sourceOptions(options),
    ...(filter.since === undefined ? {} : { since: filter.since - lookBack(configuration) }),
    ...(filter.until === undefined ? {} : { until: filter.until }),
  });
  using interrupt = interruptible(io, 'interrupted: this is what was read up to now; again to stop at once');
  const started = performance.now();
  const found = await reviewHistory(sources, {
    filter,
    configuration,
    // In an order of their own, so that the one in which they were given changes no command.
    historySource: words.toSorted().map(shellQuote).join(' '),
    showExternalIds: options.showExternalIds === true,
    signal: interrupt.signal,
    progress: progress(io, 0),
  });
  const review = { ...found, findings: withLaterChanges(found.findings) };
  try {
    if (nothingWasRead(review.counts) && !review.interrupted) throw nothingRead(words, review);
    await tell(io, review, options, (performance.now() - started) / 1000);
    if (options.report !== undefined) await writeReport(io, review, options, configuration.accounts);
    io.exit(review.findings.some(({ severity }) => atLeast(severity, options.failOn)) ? 1 : 0);
  } finally {
    await review.store.close();
  }
}

/** @returns what of the options the sources need. */
export function sourceOptions({ account, jobs, resume, athenaOutput, athenaWorkgroup }: SourceWords) {
  return {
    ...(account === undefined ? {} : { account }),
    ...(jobs === undefined ? {} : { jobs }),
    ...(resume === undefined ? {} : { resume }),
    ...(athenaOutput === undefined ? {} : { athenaOutput }),
    ...(athenaWorkgroup === undefined ? {} : { athenaWorkgroup }),
  };
}

/** Why there is nothing to tell. */
export function nothingRead(words: readonly string[], { problems, counts }: Review): UserError {
  const [first] = problems;
  if (first === undefined) return new UserError(`${words.join(', ')}: no CloudTrail records in it`);
  const more = counts.problems > 1 ? `, and ${counts.problems - 1} more` : '';
  return new UserError(`${first.place}: ${first.message}${more}`);
}

async function tell(io: Io, review: HistoryReview, options: Options, seconds: number): Promise<void> {
  const { findings } = review;
  const show = options.showExternalIds === true;
  tellProblems(io, review);
  if (options.verbose === true)
    for (const { place, message } of review.passedOver)
      io.err(`trusttrail: passed over ${plainText(`${place}: ${message}`)}\n`);
  switch (options.format) {
    case 'json':
      io.out(`${safeJson(reviewJson(review, show), 2)}\n`);
      return;
    case 'sarif':
      io.out(`${safeJson(sarifOfFindings(findings), 2)}\n`);
      return;
    case 'ndjson':
      for (const finding of findings) {
        io.out(`${jsonFinding(finding)}\n`);
        await io.drained?.();
      }
      return;
    case 'text':
      for (const finding of findings) {
        io.out(`${terminalFinding(finding, terminalOptions(io, options.verbose))}\n`);
        await io.drained?.();
      }
      io.out(lives(io, review.timelines));
      io.out(recap(io, findings, options));
      io.out(summary(review, options.verbose === true, seconds));
  }
}

/** The answer again in short, since it may be long. */
function recap(io: Io, findings: readonly Finding[], { verbose }: Options): string {
  const text = terminalRecap(findings, terminalOptions(io, verbose));
  return text === '' ? '' : `${text}\n`;
}

/** Of each place one line is enough: what is wrong with a file is mostly wrong with all of it. */
export function tellProblems(io: Io, { problems, counts }: Pick<Review, 'problems' | 'counts'>): void {
  for (const { place, message } of problems.slice(0, 100)) io.err(`trusttrail: ${plainText(`${place}: ${message}`)}\n`);
  if (counts.problems > 100) io.err(`trusttrail: and ${counts.problems - 100} more that could not be read\n`);
}

/** The same name as in the findings. */
export function whoSet(record: CloudTrailRecord): string {
  const name = actorName(record);
  return name === 'unknown' ? 'somebody the record does not name' : name;
}

/** A line for each version of each role's trust policy. */
function lives(io: Io, found: readonly RoleTimeline[]): string {
  const paint = paintFor(io.stdout);
  const shown = found.filter(({ versions }) => versions.length > 1);
  if (shown.length === 0) return '';
  const most = 50;
  const blocks = shown.slice(0, most).map(({ role, versions }) => {
    const lines = versions.map((one) => {
      const since = one.since === undefined ? 'before that' : readableTime(one.since);
      const by = one.setBy === undefined ? undefined : whoSet(one.setBy.record);
      const what =
        one.exists === false
          ? one.setBy === undefined
            ? 'no such role'
            : 'deleted'
          : one.since === undefined
            ? 'not known'
            : one.setBy?.change === 'create-role'
              ? 'created'
              : documentOf(one) === null
                ? 'changed, the document is not in the record'
                : 'changed';
      // Whatever a new role lets in is new.
      const verdict =
        one.comparison === undefined || one.exists === false || one.setBy?.change === 'create-role'
          ? ''
          : `, ${one.comparison.verdict}`;
      const sure = one.certainty === 'inferred' ? ' (inferred)' : '';
      const notes = one.notes.length === 0 ? '' : paint(['dim'], ` – ${one.notes.join('; ')}`);
      return `  ${since.padEnd(23)}  ${plainText(`${what}${verdict}${sure}${by === undefined ? '' : ` by ${by}`}`)}${notes}`;
    });
    return `${paint(['bold'], plainText(role))}\n${lines.join('\n')}\n`;
  });
  const rest = shown.length > most ? `… and ${shown.length - most} more roles (--format json has all of them)\n` : '';
  return `${paint(['bold'], 'Trust policies over time')}\n\n${blocks.join('\n')}${rest}\n`;
}

function summary(
  { findings, timelines, counts, problems, passedOver, interrupted }: Review,
  verbose: boolean,
  seconds: number,
): string {
  const words = severityWords(findings);
  const rate = seconds > 0.5 ? ` in ${duration(seconds)}, ${bytes(counts.bytes / seconds)}/s` : '';
  const span =
    counts.from === undefined ? '' : `, ${readableTime(counts.from)} to ${readableTime(counts.to ?? counts.from)}`;
  const lines = [
    `${count(findings.length, 'finding')}${words === '' ? '' : `: ${words}`}; ${count(timelines.length, 'role')}.`,
    `Read ${count(counts.records, 'record')} in ${count(counts.parts - counts.passedOver, 'file')} (${bytes(counts.bytes)})${rate}: ${count(counts.trustChanges, 'change')} of roles and principals, ${count(counts.denials, 'denied call')}, ${count(counts.callerSideChanges, 'change')} on callers’ side${span}.`,
    ...(counts.passedOver > 0
      ? [`${count(counts.passedOver, 'file')} passed over: no logs${verbose ? '' : someOf(passedOver)}.`]
      : []),
    ...(problems.length > 0
      ? [
          `${counts.problems.toLocaleString('en')} ${counts.problems === 1 ? 'record or file' : 'records or files'} could not be read, as told above.`,
        ]
      : []),
    ...(interrupted ? ['Interrupted: what came after is not in this.'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** A few of the files by name, so that a log among them is noticed. */
function someOf(files: Review['passedOver']): string {
  const shown = files.slice(0, 3).map(({ place }) => plainText(place));
  const more = files.length > shown.length ? `, … and why: --verbose` : `; why: --verbose`;
  return ` (${shown.join(', ')}${more})`;
}

function count(number: number, one: string): string {
  return `${number.toLocaleString('en')} ${one}${number === 1 ? '' : 's'}`;
}

/** Findings have no file; each stands at its role, and what has no rule of its own under its kind. */
function sarifOfFindings(findings: readonly Finding[]): object {
  const results = findings.flatMap((finding): readonly RiskFinding[] => {
    const file = finding.role ?? finding.account ?? 'history';
    const whole: RiskFinding = {
      rule: finding.kind,
      severity: finding.severity,
      file,
      pointer: `/findings/${finding.id}`,
      message: `${finding.time}: ${finding.title}`,
      why: kindName(finding.kind),
      docs: '',
      fix: null,
    };
    return [
      whole,
      ...(finding.risks ?? []).map((risk) => ({ ...risk, file, message: `${finding.time}: ${risk.message}` })),
    ];
  });
  const kinds = [...new Set(findings.map(({ kind }) => kind))].map((kind) => ({
    id: kind,
    title: kindName(kind),
    why: kindName(kind),
    severity: 'medium' as const,
  }));
  return sarifOfRisks(results, kinds, { version: version(), repository });
}

async function writeReport(
  io: Io,
  review: HistoryReview,
  options: Options,
  accounts: readonly string[],
): Promise<void> {
  const { report = '', showExternalIds = false } = options;
  const { findings, counts, problems } = review;
  // The chart library takes longest to load, and only a report needs it and these.
  const { timelineSvg } = await import('../report-timeline.ts');
  const { htmlReport } = await import('../../findings/forms/html.ts');
  const { rolePages } = await import('../report-roles.ts');
  const svg = timelineSvg(findings);
  const asked = new Set(review.timelines.map(({ key }) => key));
  const keys = review.keys.filter((key) => asked.has(key));
  const pages = await rolePages(review.store, keys, accounts, findings, showExternalIds);
  const page = htmlReport({
    title: 'What trusttrail found in the history',
    findings,
    summary: {
      records: counts.records.toLocaleString('en'),
      files: counts.parts - counts.passedOver,
      findings: findings.length,
      ...(review.interrupted ? { 'interrupted, so not': 'complete' } : {}),
    },
    generatedAt: new Date(review.latest).toISOString(),
    ...pages,
    versions: ofTimelines(pages.versions, review.timelines),
    problems,
    ...(svg === undefined ? {} : { timelineSvg: svg }),
  });
  try {
    await writeFile(resolve(io.cwd, report), page);
  } catch (error) {
    throw new UserError(`${report}: cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
  const told = `The report is in ${plainText(report)}\n`;
  if (options.format === 'text') io.out(told);
  else io.err(`trusttrail: ${told}`);
}

/** The versions that every other form tells of: those since the one in force at the time from which on it is asked. */
function ofTimelines(pages: readonly RoleVersions[], timelines: readonly RoleTimeline[]): readonly RoleVersions[] {
  const told = new Set(timelines.flatMap(({ versions }) => versions.map(({ setBy }) => setBy?.record.eventId)));
  return pages
    .map((page) => ({ ...page, versions: page.versions.filter(({ eventId }) => told.has(eventId)) }))
    .filter(({ versions }) => versions.length > 0);
}

/** Looked at before a long reading, not after it. @throws UserError where the file cannot be written. */
async function mayBeWritten(io: Io, report: string): Promise<void> {
  const file = resolve(io.cwd, report);
  try {
    const there = await stat(file).catch(() => undefined);
    if (there?.isDirectory() === true) throw new Error('it is a folder');
    await access(there === undefined ? dirname(file) : file, constants.W_OK);
  } catch (error) {
    throw new UserError(`${report}: cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function accountOption(value: string): string {
  if (!/^\d{12}$/.test(value)) throw new InvalidArgumentError('expected an account id of 12 digits.');
  return value;
}

function jobsOption(value: string): number {
  const jobs = Number(value);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 64)
    throw new InvalidArgumentError('expected a number from 1 to 64.');
  return jobs;
}
