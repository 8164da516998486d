/** `trusttrail who`: who could assume a role at a time? */
import { type Command, Option } from 'commander';
import { nothingWasRead, roleMatches, versionJson } from '../../audit/report.ts';
import { arnsOf, type RoleTimeline, type TimelineVersion } from '../../audit/timeline.ts';
import { type WhoCouldAssume, whoCouldAssume } from '../../audit/who-could-assume.ts';
import { defaultConfiguration } from '../../configuration/configuration.ts';
import { plainLines, plainText, shellQuote } from '../../findings/escape.ts';
import { safeJson } from '../../findings/forms/json.ts';
import { witnessLine } from '../../findings/forms/terminal.ts';
import { readableTime } from '../../findings/forms/words.ts';
import { collectExternalIds, maskExternalIds } from '../../findings/mask.ts';
import { heldAt } from '../../policy/evaluate/held-at.ts';
import { type HistoryReview, reviewHistory } from '../history-review.ts';
import { historySources, timeOption } from '../history-sources.ts';
import { interruptible } from '../interrupt.ts';
import { type Io, UserError } from '../io.ts';
import { nearestWord } from '../nearest-word.ts';
import { paintFor } from '../paint.ts';
import { progress } from '../progress.ts';
import { nothingRead, type SourceWords, sourceOptions, tellProblems, whoSet, withSourceOptions } from './audit.ts';

interface Options extends SourceWords {
  readonly at?: string;
  readonly format: 'text' | 'json' | 'policy';
  readonly showExternalIds?: boolean;
}

const examples = `
Examples:
  $ trusttrail who arn:aws:iam::111122223333:role/deploy --at 2026-03-09T12:00:00Z logs/
  $ trusttrail who deploy --at 2026-03-09 lookup:
  $ trusttrail who deploy --at 2026-03-09T12:00:00Z logs/ --format policy > trust-policy.json

Exit codes: 0 answered; 1 the trust policy at that time is not known; 2 bad input, or nothing could be read.`;

/** Adds the command. */
export function register(program: Command, io: Io): void {
  withSourceOptions(
    program
      .command('who')
      .argument('<role>', 'ARN or name of the role')
      .argument('<source...>', 'files, folders, s3://bucket/prefix, lookup:[region,…], athena:database.table')
      .description('who could assume a role at a time, and who had set it so'),
  )
    .option('--at <time>', 'ISO 8601 in UTC; a day stands for its end; by default the end of the history')
    .addOption(
      new Option(
        '--format <format>',
        'the form of the answer; `policy` is the trust policy alone, whole, for use in commands',
      )
        .choices(['text', 'json', 'policy'])
        .default('text'),
    )
    .addHelpText('after', examples)
    .action(async (role: string, words: readonly string[], _: unknown, command: Command) => {
      await who(io, role, words, command.optsWithGlobals<Options>());
    });
}

async function who(io: Io, role: string, words: readonly string[], options: Options): Promise<void> {
  namesRole(role);
  const until = options.at === undefined ? undefined : timeOption(options.at, '--at', true);
  const sources = await historySources(io, words, {
    ...sourceOptions(options),
    ...(until === undefined ? {} : { until }),
  });
  using interrupt = interruptible(io, 'interrupted');
  const review = await reviewHistory(sources, {
    filter: options.account === undefined ? {} : { account: options.account },
    configuration: defaultConfiguration,
    historySource: words.map(shellQuote).join(' '),
    showExternalIds: options.showExternalIds === true,
    signal: interrupt.signal,
    progress: progress(io, 0),
    findings: false,
  });
  await review.store.close();
  if (nothingWasRead(review.counts) && !review.interrupted) throw nothingRead(words, review);
  tellProblems(io, review);
  if (review.interrupted) throw new UserError('interrupted before the history was read');
  const timeline = oneOf(review.timelines, role, words);
  const at = until ?? review.latest;
  const found = whoCouldAssume(ofMoment(timeline, at), at, review.latest);
  const arn = arnThen(timeline, found.version);
  const answer = {
    ...found,
    role: arn,
    notes: [...found.notes, ...pathNotes(role, arn), ...timeNotes(timeline, found), ...unreadNotes(review)],
  };
  if (options.format === 'policy') {
    io.out(policyOf(answer));
    // The document alone says nothing of how sure it is.
    for (const note of answer.notes) io.err(`trusttrail: ${plainText(note)}\n`);
  } else if (options.format === 'json') io.out(`${safeJson(json(answer, options.showExternalIds === true), 2)}\n`);
  else io.out(text(io, answer, options.showExternalIds === true));
  io.exit(answer.allowed === undefined ? 1 : 0);
}

/** @throws UserError for what is no role: that nothing is known of it would sound as if there was nothing to know. */
function namesRole(role: string): void {
  const session = /^(arn:[^:]*):sts::(\d{12}):assumed-role\/([^/]+)\//.exec(role);
  if (session !== null)
    throw new UserError(
      `${role}: a session, not a role`,
      `the role is ${session[1]}:iam::${session[2]}:role/${session[3]}, or has a path before its name`,
    );
  if (role.trim() === '' || (role.startsWith('arn:') && !/^arn:[^/]*:role\//.test(role)))
    throw new UserError(`${role === '' ? "''" : role}: no role`, 'expected the ARN or the name of a role');
}

/** The ARN in the life of the role that the version is of. */
function arnThen(timeline: RoleTimeline, version: TimelineVersion): string {
  const { versions, role } = timeline;
  const at = versions.findIndex(({ since, setBy }) => since === version.since && setBy === version.setBy);
  const begins = (one: TimelineVersion): boolean => one.setBy?.change === 'create-role';
  const first = versions.findLastIndex((one, index) => index <= at && begins(one));
  const next = versions.findIndex((one, index) => index > at && begins(one));
  const life = versions.slice(Math.max(0, first), next === -1 ? undefined : next);
  const known = life.find(({ setBy }) => setBy?.pathKnown === true && setBy.role !== undefined)?.setBy?.role;
  return known ?? life.find(({ setBy }) => setBy?.role !== undefined)?.setBy?.role ?? role;
}

function pathNotes(asked: string, arn: string): readonly string[] {
  return roleMatches(arn, asked) ? [] : [`the role of this name had the ARN ${arn} at that time`];
}

/** The versions with their conditions on the time decided: whom a version lets in at another time is not asked. */
function ofMoment(timeline: RoleTimeline, at: number): RoleTimeline {
  const [first, ...later] = timeline.versions;
  const decided = (version: TimelineVersion): TimelineVersion =>
    version.policy === undefined ? version : { ...version, policy: heldAt(version.policy, at) };
  return { ...timeline, versions: [decided(first), ...later.map(decided)] };
}

function timeNotes({ versions }: RoleTimeline, { version }: WhoCouldAssume): readonly string[] {
  const whole = versions.find(({ setBy }) => setBy !== undefined && setBy === version.setBy)?.policy;
  return whole === undefined || whole === version.policy
    ? []
    : ['its conditions on the time of the call are decided for the time asked about'];
}

/** A change among what could not be read would not be known. */
function unreadNotes({ counts: { problems } }: Pick<HistoryReview, 'counts'>): readonly string[] {
  if (problems === 0) return [];
  return [
    `${problems.toLocaleString('en')} ${problems === 1 ? 'record or file' : 'records or files'} could not be read: a change of this role in them would not be known`,
  ];
}

/** The one role that is meant; a name may be that of roles in several accounts. */
function oneOf(known: readonly RoleTimeline[], role: string, words: readonly string[]): RoleTimeline {
  const found = known.filter((one) => arnsOf(one).some((arn) => roleMatches(arn, role)));
  const exact = found.filter((one) => one.role === role || one.name === role);
  const [first, ...more] = exact.length > 0 ? exact : found;
  if (first === undefined) {
    const near = nearest(known, role);
    throw new UserError(
      `${role}: no change of a role of this name in ${words.join(', ')}`,
      near === undefined
        ? 'its trust policy was not changed in the time that was read'
        : `did you mean ${near.join(' or ')}?`,
    );
  }
  if (more.length > 0)
    throw new UserError(
      `${role}: ${more.length + 1} roles match`,
      [first, ...more]
        .slice(0, 5)
        .map((one) => one.role)
        .join(', '),
    );
  return first;
}

/** ARNs of the roles that are called so, or nearly so: the account may be the one that is wrong. */
function nearest(known: readonly RoleTimeline[], role: string): readonly string[] | undefined {
  const names = new Map(known.map(({ name }) => [name.toLowerCase(), name]));
  const asked = role.slice(role.lastIndexOf('/') + 1);
  const near = names.get(asked.toLowerCase()) ?? names.get(nearestWord([...names.keys()], asked) ?? '');
  const roles = known.filter(({ name }) => name === near).map((one) => one.role);
  return roles.length === 0 ? undefined : roles.slice(0, 3);
}

function policyOf({ role, at, version }: WhoCouldAssume): string {
  if (version.policyText !== undefined)
    return version.policyText.endsWith('\n') ? version.policyText : `${version.policyText}\n`;
  if (version.exists === false && version.certainty !== 'unknown')
    throw new UserError(`${role} was not there at ${at}`);
  throw new UserError(
    `the trust policy of ${role} at ${at} is not known`,
    version.notes.at(-1) ?? 'no record shows it',
  );
}

function json(answer: WhoCouldAssume, showExternalIds: boolean): object {
  const { role, at, version, allowed, undecided, notes } = answer;
  const ids = collectExternalIds(version.policyText ?? '');
  const shown = { allowed: allowed ?? null, undecided };
  return {
    role,
    at,
    exists: version.exists ?? null,
    version: versionJson(version, showExternalIds),
    ...(showExternalIds ? shown : maskExternalIds(shown, ids)),
    notes,
  };
}

function until({ until: end, exists }: TimelineVersion): string {
  if (end === undefined) return '';
  return exists === false ? `, until ${readableTime(end)}` : `, in force until ${readableTime(end)}`;
}

function text(io: Io, answer: WhoCouldAssume, showExternalIds: boolean): string {
  const paint = paintFor(io.stdout);
  const { role, at, version } = answer;
  const ids = collectExternalIds(version.policyText ?? '');
  const { allowed, undecided, notes } = showExternalIds
    ? answer
    : { ...answer, ...maskExternalIds({ allowed: answer.allowed, undecided: answer.undecided }, ids) };
  const { setBy } = version;
  const lines = [
    `${paint(['bold'], plainText(role))} at ${readableTime(at)}`,
    '',
    ...(setBy === undefined
      ? []
      : [
          `${version.exists === false ? 'Deleted' : 'Set'} ${readableTime(setBy.record.eventTime)} by ${plainText(whoSet(setBy.record))} (event ${plainText(setBy.record.eventId)})${until(version)}.`,
        ]),
    ...(version.exists === false && allowed !== undefined
      ? [
          setBy === undefined
            ? 'There was no such role, as far as the records tell.'
            : 'There was no such role any more: nobody could assume it.',
        ]
      : allowed === undefined
        ? ['Its trust policy at that time is not known.']
        : allowed.length === 0 && undecided.length === 0
          ? ['Nobody could assume it.']
          : [
              'Its trust policy let in:',
              ...allowed.flatMap((one) => [
                `  • ${plainText(one.summary)} (statement ${one.statement + 1})`,
                paint(['dim'], `      e.g. ${plainText(witnessLine(one.witness))}`),
              ]),
            ]),
    ...undecided.map(({ construct }) => `  • not decided because of ${plainText(construct)}`),
    ...notes.map((note) => paint(['dim'], `Note: ${plainText(note)}.`)),
    ...(version.policyText === undefined
      ? []
      : ['', plainLines(showExternalIds ? version.policyText : maskExternalIds(version.policyText))]),
  ];
  return `${lines.join('\n')}\n`;
}
