/** `trusttrail check`: what is wrong with these trust policies, before they are deployed or after? */
import { writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import type { Configuration } from '../../configuration/configuration.ts';
import { plainText } from '../../findings/escape.ts';
import { type Severity, severities } from '../../findings/finding.ts';
import { safeJson } from '../../findings/forms/json.ts';
import { sarifOfRisks } from '../../findings/forms/sarif.ts';
import { terminalRisk } from '../../findings/forms/terminal.ts';
import { collectExternalIds, maskExternalIds } from '../../findings/mask.ts';
import { atLeast } from '../../findings/severity.ts';
import type { AccessAnswer } from '../../policy/compare/comparison.ts';
import { publicAccess } from '../../policy/compare/public-access.ts';
import { parsePrincipal } from '../../policy/document/principal-name.ts';
import type { Problem, TrustPolicy } from '../../policy/document/trust-policy.ts';
import { editDistanceAtMost } from '../../policy/keys/edit-distance.ts';
import { riskRules } from '../../risks/catalogue.ts';
import { runBatch } from '../batch.ts';
import { type CheckFinding, type CheckSettings, checkPolicy, counted, externalIdsOf } from '../check-policies.ts';
import { checkAll } from '../check-pool.ts';
import { findConfiguration } from '../configuration-file.ts';
import { type Io, UserError } from '../io.ts';
import { terminalOptions } from '../paint.ts';
import { mostBytes, policiesInFile } from '../policies-in-file.ts';
import type { PolicyInFile } from '../policy-in-file.ts';
import { policyOf, problemError, readPolicyFile, readPolicyValue } from '../policy-input.ts';
import { nameOf } from '../process-io.ts';
import { progress } from '../progress.ts';
import { templateAccount } from '../template-values.ts';
import { repository, version } from '../version.ts';

interface Options {
  readonly failOn: Exclude<Severity, 'info'>;
  readonly config?: string;
  readonly role?: string;
  readonly previous?: string;
  readonly fix?: true | 'all';
  readonly public?: true;
  readonly except?: readonly string[];
  readonly batch?: string;
  readonly format: 'text' | 'json' | 'sarif';
  readonly showExternalIds?: boolean;
}

/** Adds the command. */
export function register(program: Command, io: Io): void {
  program
    .command('check')
    .argument(
      '[policies...]',
      'trust policies, get-role output, account details, CloudFormation templates, Terraform plans',
    )
    .description('validate trust policies and look for risks')
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 for a finding at or above it')
        .choices(['low', 'medium', 'high', 'critical'])
        .default('high'),
    )
    .option('--config <file>', 'the configuration; otherwise the nearest trusttrail.config.json upwards')
    .option('--role <arn>', 'the role, for files that hold only the document; its account is home')
    .option('--previous <policy>', 'the version before: adds the rules about the change')
    .addOption(
      new Option(
        '--fix [which]',
        'write verified fixes that grant nothing new into the files; `all`: those too that let in shut-out callers',
      ).choices(['all']),
    )
    .option('--public', 'ask just whether anyone outside can assume the role')
    .option('--except <account-or-organization...>', 'with --public: who counts as inside')
    .option('--batch <file>', 'answer JSON lines in place of the arguments; - for standard input')
    .addOption(
      new Option('--format <format>', 'the form of the answer').choices(['text', 'json', 'sarif']).default('text'),
    )
    .addHelpText('after', examples)
    .action(async (files: readonly string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (options.role !== undefined && !isRole(options.role))
        throw new UserError(
          `--role ${options.role}: is no ARN of a role`,
          'expected an ARN such as arn:aws:iam::111122223333:role/deploy',
        );
      if (options.except !== undefined && options.public !== true) throw new UserError('--except goes with --public');
      if (options.batch !== undefined && (options.public === true || options.fix !== undefined))
        throw new UserError(`--${options.public === true ? 'public' : 'fix'} does not go with --batch`);
      if (options.batch !== undefined && files.length > 0)
        throw new UserError('--batch stands in place of the policies', 'give either');
      if (options.batch !== undefined && options.format === 'sarif')
        throw new UserError('--batch answers one JSON object a line, not sarif');
      const standard = [...files, options.previous, options.config, options.batch].filter((file) => file === '-');
      if (standard.length > 1) throw new UserError('standard input can be read only once', 'give the other a file');
      if (options.batch !== undefined) await batch(io, options.batch, options);
      else if (files.length === 0) throw new UserError('check needs a POLICY file', 'or --batch FILE with JSON lines');
      else if (options.public === true) await publicOnly(io, files, options);
      else await checkFiles(io, files, options);
    });
}

function isRole(arn: string): boolean {
  return parsePrincipal('AWS', arn).kind === 'role';
}

const examples = `
Examples:
  $ trusttrail check trust.json
  $ aws iam get-role --role-name deploy --output json | trusttrail check -
  $ aws iam get-account-authorization-details --filter Role --output json > roles.json && trusttrail check roles.json
  $ terraform show -json plan.out > plan.json && trusttrail check plan.json --fail-on medium
  $ trusttrail check template.yaml --format sarif > trusttrail.sarif
  $ trusttrail check trust.json --previous trust-before.json --fix
  $ trusttrail check trust.json --public --except 111122223333 o-a1b2c3d4e5

Exit codes: 0 nothing at or above --fail-on; 1 something is, or (--public) somebody outside can; 2 bad input.`;

interface Setting {
  readonly settings: CheckSettings;
  /** Where the configuration was found: the folder of its baseline is beside it. */
  readonly file: string | undefined;
  /** Of `--role`, or the only one of the configuration: where templates and plans are deployed to. */
  readonly account: string | undefined;
}

async function settingsFor(io: Io, options: Options): Promise<Setting> {
  const { configuration, file } = await findConfiguration(io, options.config);
  const previous = options.previous === undefined ? undefined : policyOf(await readPolicyFile(io, options.previous));
  for (const note of misnamedRules(configuration, file)) io.err(`trusttrail: ${plainText(note)}\n`);
  const [only, ...more] = configuration.accounts;
  return {
    file,
    account: accountIn(options.role) ?? (more.length === 0 ? only : undefined),
    settings: {
      configuration,
      at: new Date().toISOString(),
      showExternalIds: options.showExternalIds === true,
      ...(options.role === undefined ? {} : { role: options.role }),
      ...(previous === undefined ? {} : { previous }),
    },
  };
}

/** An acceptance or severity of a rule that is spelt otherwise says nothing, and nobody would know why. */
function misnamedRules({ accept, severity }: Configuration, file = ''): readonly string[] {
  const named = [
    ...accept.map(({ rule }, at) => [`/accept/${at}/rule`, rule.replace(/\[.*\]$/, '')] as const),
    ...Object.keys(severity).map((rule) => [`/severity/${rule}`, rule] as const),
  ];
  return named.flatMap(([pointer, rule]) => {
    if (riskRules.some(({ id }) => id === rule)) return [];
    const near = riskRules.find(({ id }) => editDistanceAtMost(id, rule.toLowerCase(), 3) !== undefined);
    return near === undefined
      ? []
      : [`${file}: ${pointer}: no rule is called \`${rule}\`; did you mean \`${near.id}\`?`];
  });
}

function accountIn(arn: string | undefined): string | undefined {
  return /^arn:[^:]*:iam::(\d{12}):/.exec(arn ?? '')?.[1];
}

interface Read {
  readonly policies: readonly PolicyInFile[];
  readonly files: number;
  readonly failures: readonly UserError[];
}

/** A file that cannot be read costs one line, and the others are still checked. */
async function readAll(io: Io, files: readonly string[], account: string | undefined): Promise<Read> {
  const policies: PolicyInFile[] = [];
  const failures: UserError[] = [];
  let read = 0;
  for (const file of files)
    try {
      const found = policiesInFile(await io.readText(file, mostBytes), nameOf(file), account);
      for (const one of found) policies.push(one);
      read += 1;
      if (found.length === 0) io.err(`trusttrail: ${plainText(nameOf(file))}: holds no role\n`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failures.push(error);
    }
  return { policies, files: read, failures };
}

async function checkFiles(io: Io, files: readonly string[], options: Options): Promise<void> {
  const setting = await settingsFor(io, options);
  const { settings } = setting;
  if (options.fix !== undefined) await writeFixes(io, files, options, setting);
  const { policies, files: read, failures } = await readAll(io, files, setting.account);
  const among = policies.length > 1 ? { externalIds: externalIdsOf(policies), answers: new Map() } : undefined;
  let bounded = 0;
  const baselineOf = baselinesOf(io, setting);
  const baselines = async (one: PolicyInFile) => {
    const baseline = await baselineOf(one);
    if (baseline !== undefined) bounded += 1;
    return baseline;
  };
  const bar = progress(io, policies.length, process.stderr, 'roles');
  const findings: CheckFinding[] = [];
  const errors: UserError[] = [...failures];
  let accepted = 0;
  let checked = 0;
  const known = policies.filter(({ undetermined }) => undetermined === undefined);
  let done = 0;
  for await (const result of checkAll(known, settings, among, baselines)) {
    const one = known[done];
    done += 1;
    if (result.unreadable === undefined) checked += 1;
    else if (one !== undefined) errors.push(unreadableError(one, result.unreadable));
    for (const finding of result.findings) findings.push(finding);
    accepted += result.accepted;
    bar.at(done, one?.label);
  }
  bar.stop();
  for (const error of errors) io.err(`trusttrail: ${plainText(oneLine(error))}\n`);
  for (const note of [...policies.flatMap(noteOf), ...unusedBaseline(setting, bounded, checked)])
    io.err(`trusttrail: ${plainText(note)}\n`);
  if (checked === 0 && errors.length > 0) {
    io.exit(2);
    return;
  }
  const summary = {
    files: read,
    ...counted(findings),
    ...(accepted === 0 ? {} : { accepted }),
    ...(errors.length === 0 ? {} : { unreadable: errors.length }),
    ...(known.length === policies.length ? {} : { undetermined: policies.length - known.length }),
  };
  if (options.format === 'json') io.out(`${safeJson({ findings, summary }, 2)}\n`);
  else if (options.format === 'sarif')
    io.out(`${safeJson(sarifOfRisks(findings, riskRules, { version: version(), repository }), 2)}\n`);
  else io.out(textOf(io, findings, summary, checked));
  io.exit(findings.some(({ severity }) => atLeast(severity, options.failOn)) ? 1 : 0);
}

function oneLine({ message, hint }: UserError): string {
  return hint === undefined ? message : `${message}; ${hint}`;
}

function unreadableError({ input, label }: PolicyInFile, problem: Problem): UserError {
  const { message } = problemError(input.name, problem);
  return new UserError(label === undefined ? message : `${message} (${label})`);
}

/** What a reader has to know of a policy that is not known whole. */
function noteOf({ input, label, unknown, undetermined }: PolicyInFile): readonly string[] {
  const subject = label === undefined ? input.name : `${input.name} (${label})`;
  if (undetermined !== undefined) return [`${subject}: ${undetermined}`];
  if (unknown.length === 0) return [];
  const named = `${unknown.slice(0, 5).join(', ')}${unknown.length > 5 ? ', …' : ''}`;
  return [`${subject}: known only once it is deployed: ${named}; just what holds whatever they are is told`];
}

/** @returns what the configuration's baseline holds for a role: `NAME.json`, or a file called like the one checked. */
function baselinesOf(io: Io, { settings, file }: Setting) {
  const { baseline: folder } = settings.configuration;
  const read = new Map<string, { readonly name: string; readonly policy: TrustPolicy } | undefined>();
  return async ({ input }: PolicyInFile) => {
    if (folder === undefined) return undefined;
    const role = input.role.roleName ?? (input.role.arn ?? settings.role)?.split('/').at(-1);
    const name = role ?? basename(input.name, '.json');
    if (!/^[\w+=,.@-]+$/.test(name)) return undefined;
    if (!read.has(name)) {
      const place = join(dirname(file ?? join(io.cwd, 'none')), folder, `${name}.json`);
      read.set(name, await readBaseline(io, place, join(folder, `${name}.json`)));
    }
    return read.get(name);
  };
}

/** A folder that is about no role that was checked is most likely misspelt, and would bound nothing without a word. */
function unusedBaseline({ settings }: Setting, bounded: number, checked: number): readonly string[] {
  const { baseline } = settings.configuration;
  if (baseline === undefined || bounded > 0 || checked === 0) return [];
  return [`the baseline ${baseline} has a file for none of the roles checked, so it bounds none of them`];
}

async function readBaseline(io: Io, place: string, name: string) {
  try {
    return { name, policy: policyOf(await readPolicyFile(io, place)) };
  } catch (error) {
    if (error instanceof UserError && /no such file/.test(error.message)) return undefined;
    throw error;
  }
}

function textOf(
  io: Io,
  findings: readonly CheckFinding[],
  summary: Readonly<Record<string, number>>,
  policies: number,
): string {
  const options = terminalOptions(io);
  const parts = together(findings).map(([finding, ...more]) => {
    const subject = finding.role === undefined || policies < 2 ? '' : `${finding.role}: `;
    const places =
      more.length === 0
        ? ''
        : ` (here and in ${more.length} more ${more.length === 1 ? 'place' : 'places'}: ${placesOf(more)})`;
    return terminalRisk({ ...finding, message: subject + finding.message + places }, options);
  });
  const counts = [...severities]
    .reverse()
    .flatMap((severity) => ((summary[severity] ?? 0) > 0 ? [`${summary[severity]} ${severity}`] : []));
  const what = `${policies} trust ${policies === 1 ? 'policy' : 'policies'}`;
  const accepted = (summary['accepted'] ?? 0) > 0 ? `, ${summary['accepted']} accepted` : '';
  const last =
    counts.length === 0 ? `Nothing found in ${what}${accepted}.` : `${counts.join(', ')} in ${what}${accepted}.`;
  const open = findings.some(({ message }) => /the role’s own/.test(message));
  const hint = open
    ? 'Which account is the role’s own? --role ARN tells, or `accounts` in trusttrail.config.json.\n'
    : '';
  return `${[...parts, `${last}\n${hint}`].join('\n')}`;
}

/** The same about several places of a policy is said once. */
function together(findings: readonly CheckFinding[]): readonly (readonly [CheckFinding, ...CheckFinding[]])[] {
  const groups = new Map<string, [CheckFinding, ...CheckFinding[]]>();
  for (const finding of findings) {
    const name = JSON.stringify([finding.file, finding.role, finding.rule, finding.message, finding.fix?.summary]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [finding]);
    else group.push(finding);
  }
  return [...groups.values()];
}

function placesOf(findings: readonly CheckFinding[]): string {
  const places = findings.slice(0, 3).map(({ line, pointer }) => (line === undefined ? pointer : `line ${line}`));
  return `${places.join(', ')}${findings.length > 3 ? ', …' : ''}`;
}

/** Applies fixes one after the other, each made anew from what the file then holds; the formatting stays. */
async function writeFixes(io: Io, files: readonly string[], options: Options, setting: Setting): Promise<void> {
  const settings: CheckSettings = { ...setting.settings, fixes: 'with-texts', showExternalIds: true };
  const mostFixes = 50;
  const tell = (file: string, what: string): void => io.err(`trusttrail: ${plainText(`${nameOf(file)}: ${what}`)}\n`);
  for (const file of files) {
    if (file === '-' || file.endsWith('.gz')) {
      tell(file, 'fixes are written into plain files only');
      continue;
    }
    // What is wrong with the file is told by the check that follows.
    const before = await io.readText(file, mostBytes).catch(() => undefined);
    if (before === undefined) continue;
    let text = before;
    for (let written = 0; written < mostFixes; written += 1) {
      const policies = policiesFrom(text, file, setting.account);
      const [one] = policies;
      if (one === undefined) break;
      if (policies.length > 1 || one.input.withDocument('{}') === undefined) {
        tell(file, 'fixes are written into policy documents and the output of get-role only');
        break;
      }
      const { repairs } = checkPolicy(one, settings);
      const fitting = repairs.find(({ fix }) => fix.verified && (fix.grants === 'nothing' || options.fix === 'all'));
      const fixed = fitting === undefined ? undefined : one.input.withDocument(fitting.text);
      if (fitting === undefined || fixed === undefined || fixed === text) break;
      tell(file, `fixed: ${fitting.fix.summary}`);
      text = fixed;
    }
    if (text !== before) await writeFile(file, text);
  }
}

function policiesFrom(text: string, file: string, account: string | undefined): readonly PolicyInFile[] {
  try {
    return policiesInFile(text, nameOf(file), account);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

async function publicOnly(io: Io, files: readonly string[], options: Options): Promise<void> {
  if (options.format === 'sarif') throw new UserError('--public answers as text or json');
  insideOf(options.except ?? [], undefined);
  const { account } = await settingsFor(io, options);
  const { policies, failures } = await readAll(io, files, account);
  for (const error of failures) io.err(`trusttrail: ${plainText(oneLine(error))}\n`);
  const answers = policies.flatMap((one) => {
    const { input, label, undetermined } = one;
    if (undetermined !== undefined) return [];
    const first = input.parsed;
    if (first.status !== 'read') {
      const error = unreadableError(one, first.status === 'unreadable' ? first.problem : first.problems[0]);
      io.err(`trusttrail: ${plainText(error.message)}\n`);
      return [];
    }
    const answer = publicInAll(one, insideOf(options.except ?? [], homeOf(one, options)));
    const shown =
      options.showExternalIds === true
        ? answer
        : maskExternalIds(answer, collectExternalIds(JSON.parse(first.policy.text)));
    return [{ file: input.name, ...(label === undefined ? {} : { role: label }), answer: shown }];
  });
  for (const note of policies.flatMap(noteOf)) io.err(`trusttrail: ${plainText(note)}\n`);
  if (answers.length === 0) {
    io.exit(2);
    return;
  }
  if (options.format === 'json')
    io.out(
      `${safeJson(
        answers.map(({ answer, ...one }) => ({
          ...one,
          public: answer.answer === 'undecided' ? null : answer.answer === 'yes',
          ...(answer.answer === 'yes' ? { classes: answer.classes } : {}),
          ...(answer.answer === 'undecided' ? { undecided: answer.undecided } : {}),
        })),
        2,
      )}\n`,
    );
  else
    for (const { file, role, answer } of answers) {
      const subject = role ?? file;
      const text =
        answer.answer === 'no'
          ? `${subject}: nobody outside can assume this role: proved for every request.`
          : answer.answer === 'yes'
            ? `${subject}: somebody outside can assume this role: ${answer.classes.map(({ summary }) => summary).join('; ')}.`
            : `${subject}: whether somebody outside can assume this role could not be decided: ${answer.undecided.map(({ construct }) => construct).join('; ')}.`;
      io.out(`${plainText(text)}\n`);
    }
  io.exit(answers.every(({ answer }) => answer.answer === 'no') ? 0 : 1);
}

function homeOf({ input, accountAssumed }: PolicyInFile, { role }: Options): string | undefined {
  return accountIn(input.role.arn ?? role) ?? (accountAssumed === true ? templateAccount : undefined);
}

/** The answer for every way a template may turn out; where it depends on that, it is open. */
function publicInAll(one: PolicyInFile, inside: ReturnType<typeof insideOf>): AccessAnswer {
  const groups = one.deployments ?? [[{ parsed: one.input.parsed, standIns: new Map<string, string>() }]];
  const answers = groups.map((group) =>
    group.map(({ parsed }) => (parsed.status === 'read' ? publicAccess(parsed.policy, inside) : undefined)),
  );
  const certain = answers.find((group) => group.every((answer) => answer?.answer === 'yes'));
  if (certain?.[0] !== undefined) return certain[0];
  const all = answers.flat();
  if (all.every((answer) => answer?.answer === 'no')) return { answer: 'no' };
  const open = one.deployments === undefined ? all[0] : undefined;
  return open ?? { answer: 'undecided', undecided: [{ construct: `it depends on ${one.unknown.join(', ')}` }] };
}

function insideOf(except: readonly string[], own: string | undefined) {
  const wrong = except.find((one) => !/^(?:\d{12}|o-[a-z0-9]{10,32})$/.test(one));
  if (wrong !== undefined)
    throw new UserError(`--except ${wrong}: is neither an account id of 12 digits nor an organization id`);
  return {
    accounts: [...except.filter((one) => /^\d/.test(one)), ...(own === undefined ? [] : [own])],
    organizations: except.filter((one) => one.startsWith('o-')),
  };
}

async function batch(io: Io, file: string, options: Options): Promise<void> {
  const { settings } = await settingsFor(io, options);
  const { readConfiguration } = await import('../../configuration/read-configuration.ts');
  let found = false;
  await runBatch(io, file, (line) => {
    const answer = answerLine(line, settings, readConfiguration);
    if (answer.findings.some(({ severity }) => atLeast(severity, options.failOn))) found = true;
    return answer;
  });
  if (found) io.exit(1);
}

/** Answers one line of a batch. @throws {UserError} where the line is wrong. */
function answerLine(
  line: Readonly<Record<string, unknown>>,
  settings: CheckSettings,
  readConfiguration: typeof import('../../configuration/read-configuration.ts').readConfiguration,
) {
  const { policy, role, previous, config } = line;
  if (policy === undefined) throw new UserError('the line has no `policy`');
  if (role !== undefined && (typeof role !== 'string' || !isRole(role)))
    throw new UserError('`role` is the ARN of a role, such as arn:aws:iam::111122223333:role/deploy');
  const input = readPolicyValue(policy, 'policy');
  const before = previous === undefined ? settings.previous : policyOf(readPolicyValue(previous, 'previous'));
  const read = config === undefined ? undefined : readConfiguration(config);
  if (read !== undefined && !read.ok)
    throw new UserError(`\`config\`${read.problems[0].pointer}: ${read.problems[0].message}`);
  const result = checkPolicy(
    { input, unknown: [] },
    {
      ...settings,
      ...(read === undefined ? {} : { configuration: read.configuration }),
      ...(role === undefined ? {} : { role }),
      ...(before === undefined ? {} : { previous: before }),
    },
  );
  if (result.unreadable !== undefined) throw problemError('policy', result.unreadable);
  const findings = result.findings.map(({ file: _, ...finding }) => finding);
  return { findings, summary: { files: 1, ...counted(findings) } };
}
