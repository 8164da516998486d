/** `trusttrail check`: what is wrong with these trust policies, before they are deployed or after? */
import { writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { readConfiguration } from '../../configuration/configuration.ts';
import { plainText } from '../../findings/escape.ts';
import { type Severity, severities } from '../../findings/finding.ts';
import { safeJson } from '../../findings/forms/json.ts';
import { sarifOfRisks } from '../../findings/forms/sarif.ts';
import { terminalRisk } from '../../findings/forms/terminal.ts';
import { collectExternalIds, maskExternalIds } from '../../findings/mask.ts';
import { atLeast } from '../../findings/severity.ts';
import { publicAccess } from '../../policy/compare/public-access.ts';
import { parsePrincipal } from '../../policy/document/principal-name.ts';
import { riskRules } from '../../risks/catalogue.ts';
import { runBatch } from '../batch.ts';
import { type CheckFinding, type CheckSettings, checkPolicy, counted, externalIdsOf } from '../check-policies.ts';
import { findConfiguration } from '../configuration-file.ts';
import { type Io, UserError } from '../io.ts';
import { terminalOptions } from '../paint.ts';
import { type PolicyInFile, policiesInFile } from '../policies-in-file.ts';
import { policyOf, problemError, readPolicyFile, readPolicyValue } from '../policy-input.ts';
import { nameOf } from '../process-io.ts';
import { progress } from '../progress.ts';
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
      if (options.role !== undefined && parsePrincipal('AWS', options.role).kind !== 'role')
        throw new UserError(
          `--role ${options.role}: is no ARN of a role`,
          'expected an ARN such as arn:aws:iam::111122223333:role/deploy',
        );
      if (options.except !== undefined && options.public !== true) throw new UserError('--except goes with --public');
      if (options.batch !== undefined) await batch(io, options.batch, options);
      else if (files.length === 0) throw new UserError('check needs a POLICY file', 'or --batch FILE with JSON lines');
      else if (options.public === true) await publicOnly(io, files, options);
      else await checkFiles(io, files, options);
    });
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

async function settingsFor(io: Io, options: Options): Promise<CheckSettings> {
  const { configuration } = await findConfiguration(io, options.config);
  const previous = options.previous === undefined ? undefined : policyOf(await readPolicyFile(io, options.previous));
  return {
    configuration,
    at: new Date().toISOString(),
    showExternalIds: options.showExternalIds === true,
    ...(options.role === undefined ? {} : { role: options.role }),
    ...(previous === undefined ? {} : { previous }),
  };
}

interface Read {
  readonly policies: readonly PolicyInFile[];
  readonly files: number;
  readonly failures: readonly UserError[];
}

/** A file that cannot be read costs one line, and the others are still checked. */
async function readAll(io: Io, files: readonly string[], options: Options): Promise<Read> {
  const account = /^arn:[^:]*:iam::(\d{12}):/.exec(options.role ?? '')?.[1];
  const policies: PolicyInFile[] = [];
  const failures: UserError[] = [];
  let read = 0;
  for (const file of files)
    try {
      const found = policiesInFile(await io.readText(file), nameOf(file), account);
      policies.push(...found);
      read += 1;
      if (found.length === 0) io.err(`trusttrail: ${plainText(nameOf(file))}: holds no role\n`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failures.push(error);
    }
  return { policies, files: read, failures };
}

async function checkFiles(io: Io, files: readonly string[], options: Options): Promise<void> {
  const settings = await settingsFor(io, options);
  const { policies, files: read, failures } = await readAll(io, files, options);
  const among = policies.length > 1 ? { externalIds: externalIdsOf(policies) } : undefined;
  const bar = progress(io, policies.length);
  const findings: CheckFinding[] = [];
  const errors: UserError[] = [...failures];
  let accepted = 0;
  let checked = 0;
  for (const one of policies) {
    const result = checkPolicy(one, settings, among);
    if (result.unreadable !== undefined) {
      const error = problemError(one.input.name, result.unreadable);
      errors.push(one.label === undefined ? error : new UserError(`${error.message} (${one.label})`));
    } else checked += 1;
    findings.push(...result.findings);
    accepted += result.accepted;
    bar.at(findings.length === 0 ? checked : checked, one.label);
  }
  bar.stop();
  for (const error of errors) io.err(`trusttrail: ${plainText(error.message)}\n`);
  for (const { input, label, unknown } of policies)
    if (unknown.length > 0)
      io.err(
        `trusttrail: ${plainText(`${input.name}${label === undefined ? '' : ` (${label})`}: known only once it is deployed, and taken to be harmless: ${unknown.slice(0, 5).join(', ')}${unknown.length > 5 ? ' …' : ''}`)}\n`,
      );
  if (checked === 0 && errors.length > 0) {
    io.exit(2);
    return;
  }
  if (options.fix !== undefined) await writeFixes(io, files, options, settings);
  const summary = {
    files: read,
    ...counted(findings),
    ...(accepted === 0 ? {} : { accepted }),
    ...(errors.length === 0 ? {} : { unreadable: errors.length }),
  };
  if (options.format === 'json') io.out(`${safeJson({ findings, summary }, 2)}\n`);
  else if (options.format === 'sarif')
    io.out(`${safeJson(sarifOfRisks(findings, riskRules, { version: version(), repository }), 2)}\n`);
  else io.out(textOf(io, findings, summary, policies.length));
  io.exit(findings.some(({ severity }) => atLeast(severity, options.failOn)) ? 1 : 0);
}

function textOf(
  io: Io,
  findings: readonly CheckFinding[],
  summary: Readonly<Record<string, number>>,
  policies: number,
): string {
  const options = terminalOptions(io);
  const parts = findings.map((finding) =>
    terminalRisk(
      finding.role === undefined || policies < 2
        ? finding
        : { ...finding, message: `${finding.role}: ${finding.message}` },
      options,
    ),
  );
  const counts = [...severities]
    .reverse()
    .flatMap((severity) => ((summary[severity] ?? 0) > 0 ? [`${summary[severity]} ${severity}`] : []));
  const what = `${policies} trust ${policies === 1 ? 'policy' : 'policies'}`;
  const accepted = (summary['accepted'] ?? 0) > 0 ? `, ${summary['accepted']} accepted` : '';
  const last =
    counts.length === 0 ? `Nothing found in ${what}${accepted}.` : `${counts.join(', ')} in ${what}${accepted}.`;
  return `${[...parts, `${last}\n`].join('\n')}`;
}

/** Applies fixes one after the other, each made anew from what the file then holds. */
async function writeFixes(io: Io, files: readonly string[], options: Options, settings: CheckSettings): Promise<void> {
  const mostFixes = 50;
  for (const file of files) {
    if (file === '-') continue;
    let text = await io.readText(file).catch(() => undefined);
    let written = 0;
    for (; text !== undefined && written < mostFixes; written += 1) {
      const [one, ...more] = policiesInFile(text, nameOf(file));
      if (one === undefined || more.length > 0) break;
      const unmasked = checkPolicy(one, { ...settings, showExternalIds: true });
      const fix = unmasked.findings
        .map((finding) => finding.fix)
        .find((candidate) => candidate?.verified === true && (candidate.grants === 'nothing' || options.fix === 'all'));
      const fixed = fix === undefined || fix === null ? undefined : one.input.withDocument(documentOf(fix, text));
      if (fix === undefined || fix === null || fixed === undefined || fixed === text) break;
      io.err(`trusttrail: ${plainText(`${file}: ${fix.summary}`)}\n`);
      text = fixed;
    }
    if (text !== undefined && written > 0) await writeFile(file, text.endsWith('\n') ? text : `${text}\n`);
  }
}

function documentOf(fix: NonNullable<CheckFinding['fix']>, text: string): string {
  const step = /\n([ \t]+)\S/.exec(text)?.[1];
  return JSON.stringify(fix.policy, null, step ?? (text.includes('\n') ? '  ' : undefined));
}

async function publicOnly(io: Io, files: readonly string[], options: Options): Promise<void> {
  const { policies, failures } = await readAll(io, files, options);
  for (const error of failures) io.err(`trusttrail: ${plainText(error.message)}\n`);
  const answers = policies.flatMap((one) => {
    const { parsed, role, name } = one.input;
    if (parsed.status !== 'read') {
      io.err(
        `trusttrail: ${plainText(problemError(name, parsed.status === 'unreadable' ? parsed.problem : parsed.problems[0]).message)}\n`,
      );
      return [];
    }
    const own = /^arn:[^:]*:iam::(\d{12}):/.exec(options.role ?? role.arn ?? '')?.[1];
    const inside = insideOf(options.except ?? [], own);
    const answer = publicAccess(parsed.policy, inside);
    const shown =
      options.showExternalIds === true
        ? answer
        : maskExternalIds(answer, collectExternalIds(JSON.parse(parsed.policy.text)));
    return [{ file: name, ...(one.label === undefined ? {} : { role: one.label }), answer: shown }];
  });
  if (answers.length === 0) {
    io.exit(2);
    return;
  }
  if (options.format === 'sarif') throw new UserError('--public answers as text or json');
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
  const settings = await settingsFor(io, options);
  let found = false;
  await runBatch(io, file, (line) => {
    const answer = answerLine(line, settings);
    if (answer.findings.some(({ severity }) => atLeast(severity, options.failOn))) found = true;
    return answer;
  });
  if (found) io.exit(1);
}

/** Answers one line of a batch. @throws {UserError} where the line is wrong. */
function answerLine(line: Readonly<Record<string, unknown>>, settings: CheckSettings) {
  const { policy, role, previous, config } = line;
  if (policy === undefined) throw new UserError('the line has no `policy`');
  if (role !== undefined && typeof role !== 'string') throw new UserError('`role` is the ARN of the role');
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
