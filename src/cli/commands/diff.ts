/** `trusttrail diff`: who can assume the role under one trust policy and not under another, decided for every request? */
import { type Command, Option } from 'commander';
import { statementName } from '../../causes/wording.ts';
import { plainText } from '../../findings/escape.ts';
import { safeJson } from '../../findings/forms/json.ts';
import { sarifOfComparison } from '../../findings/forms/sarif.ts';
import { terminalComparison } from '../../findings/forms/terminal.ts';
import { wrap } from '../../findings/forms/wrap.ts';
import { collectExternalIds, maskExternalIds, maskText } from '../../findings/mask.ts';
import { compare, newAccess } from '../../policy/compare/compare.ts';
import type { AccessAnswer, Comparison } from '../../policy/compare/comparison.ts';
import { parsePrincipal } from '../../policy/document/principal-name.ts';
import type { TrustPolicy } from '../../policy/document/trust-policy.ts';
import { validateTrustPolicy } from '../../policy/document/validate.ts';
import { runBatch } from '../batch.ts';
import { type Io, UserError } from '../io.ts';
import { paintFor, terminalOptions } from '../paint.ts';
import { policyDiff } from '../policy-diff.ts';
import { type PolicyInput, policyOf, problemError, readPolicyFile, readPolicyValue } from '../policy-input.ts';
import { repository, version } from '../version.ts';

interface Options {
  readonly role?: string;
  readonly atMost?: string;
  readonly batch?: string;
  readonly format: 'text' | 'json' | 'sarif';
  readonly showExternalIds?: boolean;
}

/** Adds the command. */
export function register(program: Command, io: Io): void {
  program
    .command('diff')
    .argument('[old]', 'the trust policy before: a document, or what `aws iam get-role` prints; - for standard input')
    .argument('[new]', 'the trust policy after')
    .description('who can assume the role under NEW that could not under OLD, and the other way round')
    .option('--role <arn>', 'the role: its account tells who no longer needs an identity-based policy')
    .option('--at-most <reference>', 'whether POLICY, the one argument, allows at most what this policy allows')
    .option('--batch <file>', 'answer JSON lines in place of the arguments; - for standard input')
    .addOption(
      new Option('--format <format>', 'the form of the answer').choices(['text', 'json', 'sarif']).default('text'),
    )
    .action(async (old: string | undefined, now: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (options.batch !== undefined) {
        if (old !== undefined || options.atMost !== undefined)
          throw new UserError('--batch stands in place of the policies', 'give either');
        await batch(io, options.batch, options);
      } else await single(io, policiesAsked(old, now, options.atMost), options);
    })
    .addHelpText('after', examples);
}

const examples = `
Examples:
  $ trusttrail diff old.json new.json --role arn:aws:iam::111122223333:role/deploy
  $ git show HEAD~1:trust.json | trusttrail diff - trust.json
  $ trusttrail diff --at-most baseline.json trust.json
  $ trusttrail diff --batch pairs.jsonl

Exit codes: 0 nobody new, proved for every request; 1 somebody new, or that could not be decided (in a batch: a line is not as it says to "expect"); 2 bad input.`;

interface Asked {
  readonly old: string;
  readonly now: string;
  readonly question: Question;
}

/** Who is new; or whether nobody is: `--at-most`. */
type Question = 'difference' | 'at-most';

function policiesAsked(first: string | undefined, second: string | undefined, reference: string | undefined): Asked {
  const asked: Partial<Asked> =
    reference === undefined
      ? { ...(first === undefined ? {} : { old: first }), ...(second === undefined ? {} : { now: second }) }
      : { old: reference, ...(first === undefined ? {} : { now: first }) };
  if (reference !== undefined && second !== undefined)
    throw new UserError('diff --at-most REFERENCE takes one POLICY', `and received ${first} and ${second}`);
  const { old, now } = asked;
  if (old === undefined || now === undefined)
    throw new UserError(
      reference === undefined ? 'diff needs two policies, OLD and NEW' : 'diff --at-most REFERENCE needs a POLICY',
      'or --batch FILE with JSON lines',
    );
  if (old === '-' && now === '-') throw new UserError('only one of the two policies can come from standard input');
  return { old, now, question: reference === undefined ? 'difference' : 'at-most' };
}

async function single(io: Io, { old, now, question }: Asked, options: Options): Promise<void> {
  const before = await readPolicyFile(io, old);
  const after = await readPolicyFile(io, now);
  const answer = answerOf(before, after, options.role, question);
  const { ids, shown } = masked(answer, options.showExternalIds === true);
  for (const input of [before, after])
    for (const note of refusals(input))
      io.err(`trusttrail: ${plainText(ids === undefined ? note : maskText(note, ids))}\n`);
  if (options.format === 'json') io.out(`${safeJson(jsonOf(shown), 2)}\n`);
  else if (options.format === 'sarif') {
    const tool = { version: version(), repository };
    io.out(`${safeJson(sarifOfComparison(shown.comparison, after.name, tool, answer.now.placeOf), 2)}\n`);
  } else io.out(textOf(io, shown, before, after, ids));
  io.exit(foundSomething(shown) ? 1 : 0);
}

/** A batch answers many questions, so that its exit code is about what was expected of them, as that of `can-assume`. */
async function batch(io: Io, file: string, options: Options): Promise<void> {
  let failed = false;
  await runBatch(io, file, (line) => {
    const expect = line['expect'];
    try {
      if (expect !== undefined && !verdicts.some((verdict) => verdict === expect))
        throw new UserError(`\`expect\` is one of ${verdicts.join(', ')}`);
      const answer = lineAnswer(line, options.role);
      const pass = expect === undefined ? undefined : answer.comparison.verdict === expect;
      if (pass === false) failed = true;
      const shown = jsonOf(masked(answer, options.showExternalIds === true).shown);
      return pass === undefined ? shown : { ...shown, pass };
    } catch (error) {
      // A test that cannot be run has not passed.
      if (expect !== undefined) failed = true;
      throw error;
    }
  });
  if (failed) io.exit(1);
}

const verdicts = [
  'equivalent',
  'broader',
  'narrower',
  'incomparable',
  'undecided',
] as const satisfies readonly Comparison['verdict'][];

/** Answers one line of a batch. @throws {UserError} where the line is wrong. */
function lineAnswer(line: Readonly<Record<string, unknown>>, role: string | undefined): Answer {
  const given = (name: string): PolicyInput => {
    const value = line[name];
    if (value === undefined) throw new UserError(`the line has no \`${name}\``);
    return readPolicyValue(value, name);
  };
  const own = line['role'] ?? role;
  if (own !== undefined && typeof own !== 'string') throw new UserError('`role` is the ARN of the role');
  return answerOf(given('old'), given('new'), own, 'difference');
}

interface Answer {
  readonly comparison: Comparison;
  /** For `--at-most`. */
  readonly access?: AccessAnswer['answer'];
  readonly old: TrustPolicy;
  readonly now: TrustPolicy;
}

function answerOf(before: PolicyInput, after: PolicyInput, given: string | undefined, question: Question): Answer {
  const old = policyOf(before);
  const now = policyOf(after);
  const role = given ?? after.role.arn ?? before.role.arn;
  if (role !== undefined && parsePrincipal('AWS', role).kind !== 'role')
    throw new UserError(
      `--role ${role}: is no ARN of a role`,
      'expected an ARN such as arn:aws:iam::111122223333:role/deploy',
    );
  const comparison = compare(old, now, role === undefined ? {} : { role });
  return { comparison, old, now, ...(question === 'at-most' ? { access: newAccess(old, now).answer } : {}) };
}

/** What IAM would say to the document: the answer is then about a policy that cannot be in force. */
function refusals({ name, parsed }: PolicyInput): readonly string[] {
  if (parsed.status !== 'read') return [];
  return [...parsed.problems, ...validateTrustPolicy(parsed.policy)]
    .filter((problem) => problem.level === 'refused')
    .map((problem) => `IAM would refuse this policy: ${problemError(name, problem).message}`);
}

/** Only a proof that nobody is new counts as nothing found. */
function foundSomething({ comparison, access }: Answer): boolean {
  const direct = (comparison.direct ?? []).length > 0;
  if (access !== undefined) return access !== 'no' || direct;
  return direct || (comparison.verdict !== 'equivalent' && comparison.verdict !== 'narrower');
}

function masked(answer: Answer, showExternalIds: boolean): { ids: ReadonlySet<string> | undefined; shown: Answer } {
  if (showExternalIds) return { ids: undefined, shown: answer };
  const ids = new Set([answer.old, answer.now].flatMap(({ text }) => [...collectExternalIds(JSON.parse(text))]));
  return { ids, shown: { ...answer, comparison: maskExternalIds(answer.comparison, ids) } };
}

function jsonOf({ comparison, access }: Answer): object {
  const { verdict, gained, lost, direct, undecided } = comparison;
  return {
    verdict,
    ...(access === undefined ? {} : { atMost: atMost(comparison, access) }),
    gained,
    lost,
    direct,
    undecided,
  };
}

/** True and false are proofs; null where there is none. */
function atMost({ direct }: Comparison, access: AccessAnswer['answer']): boolean | null {
  if (access === 'yes' || (direct ?? []).length > 0) return false;
  return access === 'no' ? true : null;
}

function textOf(
  io: Io,
  answer: Answer,
  before: PolicyInput,
  after: PolicyInput,
  ids: ReadonlySet<string> | undefined,
): string {
  const paint = paintFor(io.stdout);
  const options = terminalOptions(io);
  const diff = policyDiff(
    { name: before.name, policy: answer.old },
    { name: after.name, policy: answer.now },
    ids,
    paint,
  );
  const { comparison, access } = answer;
  const told =
    access === undefined
      ? comparison
      : { ...comparison, lost: [], ...(access === 'undecided' ? {} : { undecided: [] }) };
  const named = (policy: TrustPolicy) => (index: number) => {
    const [statement] = policy.statements.filter((one) => one.index === index);
    return statement === undefined ? `statement ${index + 1}` : statementName(statement).replace(/^S/, 's');
  };
  const account = terminalComparison(told, options, { old: named(answer.old), new: named(answer.now) });
  const [style, sentence] = conclusion(answer);
  const notes = mayBeDirect(answer)
    ? [
        'Not known: whether somebody of the role’s own account no longer needs an identity-based policy. Give --role ARN.',
      ]
    : [];
  const parts = [
    access === undefined ? (diff === '' ? 'The documents say the same, apart from formatting.\n' : diff) : '',
    account,
    ...notes.map((note) => `${paint(['dim'], wrap(note, options.width))}\n`),
    `${paint(style, sentence)}\n`,
  ];
  return parts.filter((part) => part !== '').join('\n');
}

type Conclusion = readonly [style: readonly ('bold' | 'green' | 'red' | 'yellow')[], sentence: string];

function conclusion(answer: Answer): Conclusion {
  const { comparison, access } = answer;
  const { gained, lost, direct, undecided, verdict } = comparison;
  const needsNoPolicy = (direct ?? []).length > 0;
  if (access !== undefined) {
    if (access === 'undecided')
      return [['yellow', 'bold'], 'Not decided whether the policy allows at most what the reference allows.'];
    if (access === 'yes') return [['red', 'bold'], 'The policy allows what the reference does not.'];
    return needsNoPolicy
      ? [['red', 'bold'], `The policy allows no further request, but ${directly}.`]
      : [['green', 'bold'], 'The policy allows at most what the reference allows: proved for every request.'];
  }
  switch (verdict) {
    case 'equivalent':
    case 'narrower': {
      const loses = verdict === 'narrower' ? ` ${classes(lost.length)} lost access.` : '';
      if (needsNoPolicy) return [['red', 'bold'], `No further request is allowed, but ${directly}.${loses}`];
      if (mayBeDirect(answer))
        return [['yellow', 'bold'], `No further request is allowed: proved for every request.${loses}`];
      return [
        ['green', 'bold'],
        verdict === 'equivalent'
          ? 'Nobody new can assume this role, and nobody lost access: proved for every request.'
          : `Nobody new can assume this role: proved for every request.${loses}`,
      ];
    }
    case 'broader':
      return [['red', 'bold'], `Somebody new can assume this role: ${classes(gained.length)} gained access.`];
    case 'incomparable':
      return [
        ['red', 'bold'],
        `Somebody new can assume this role: ${classes(gained.length)} gained access, ${classes(lost.length)} lost it.`,
      ];
    case 'undecided':
      return [
        ['yellow', 'bold'],
        gained.length > 0
          ? `Somebody new can assume this role: ${classes(gained.length)} gained access; whether that is all could not be decided.`
          : `Not decided whether somebody new can assume this role: ${undecided.length === 1 ? 'one construct stops' : 'constructs stop'} the proof.`,
      ];
  }
}

const directly = 'somebody of the role’s own account no longer needs an identity-based policy';

function classes(count: number): string {
  return count === 1 ? '1 class of callers' : `${count} classes of callers`;
}

/** Whether the role's account would matter: NEW names somebody directly whom OLD admits just through an account. */
function mayBeDirect({ comparison, old, now }: Answer): boolean {
  if (comparison.direct !== null) return false;
  const named = (policy: TrustPolicy) =>
    policy.statements.flatMap(({ effect, principal }) => (effect === 'Allow' ? principal.entries : []));
  const before = named(old);
  const accounts = before.flatMap(({ name }) => (name.kind === 'account' ? [name.account] : []));
  return named(now).some(
    ({ name, text }) =>
      !before.some((entry) => entry.text === text) &&
      (name.kind === 'everyone'
        ? accounts.length > 0
        : (name.kind === 'user' || name.kind === 'role' || name.kind === 'session') && accounts.includes(name.account)),
  );
}
