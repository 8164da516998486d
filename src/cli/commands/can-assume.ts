/** `trusttrail can-assume`: does a trust policy let this caller assume the role, and on what does the answer rest? */
import { type Command, Option } from 'commander';
import { plainText } from '../../findings/escape.ts';
import { safeJson } from '../../findings/forms/json.ts';
import { collectExternalIds, maskExternalId, maskText } from '../../findings/mask.ts';
import { splitArn } from '../../policy/document/names.ts';
import { parsePrincipal } from '../../policy/document/principal-name.ts';
import type { TrustPolicy } from '../../policy/document/trust-policy.ts';
import { assumeActionOf, callerFromArn, callerFromProvider, describeCaller } from '../../policy/evaluate/caller.ts';
import { evaluate, prepare } from '../../policy/evaluate/evaluate.ts';
import type { AssumeRequest, Caller, Decision } from '../../policy/evaluate/request.ts';
import { lookUpKey } from '../../policy/keys/condition-keys.ts';
import { editDistanceAtMost } from '../../policy/keys/edit-distance.ts';
import { kindOf, runBatch } from '../batch.ts';
import { type Io, UserError } from '../io.ts';
import { paintFor } from '../paint.ts';
import { type PolicyInput, policyOf, problemError, readPolicyFile, readPolicyValue } from '../policy-input.ts';

interface Options {
  readonly policy?: string;
  readonly principal?: string;
  readonly service?: string;
  readonly federated?: string;
  readonly action?: readonly string[];
  readonly context?: readonly string[];
  readonly absent?: readonly string[];
  readonly closed?: boolean;
  readonly batch?: string;
  readonly format: 'text' | 'json';
  readonly showExternalIds?: boolean;
}

/** What each line of a batch says for itself. */
const questionOptions = [
  'policy',
  'principal',
  'service',
  'federated',
  'action',
  'context',
  'absent',
  'closed',
] as const;

/** Adds the command. */
export function register(program: Command, io: Io): void {
  const collect = (value: string, all: readonly string[] = []): readonly string[] => [...all, value];
  program
    .command('can-assume')
    .description('whether a trust policy lets a principal assume the role')
    .option('--policy <file>', 'the trust policy: a document, or what `aws iam get-role` prints; - for standard input')
    .option('--principal <arn>', 'the caller: a user, a role (for its sessions), an assumed-role session')
    .option('--service <name>', 'the caller is an AWS service, such as ec2.amazonaws.com')
    .option('--federated <provider>', 'the caller comes from an OIDC or SAML provider: its ARN, or a built-in domain')
    .option(
      '--action <name>',
      "the call's action; repeat for sts:TagSession and kin (default: sts:AssumeRole)",
      collect,
    )
    .option('--context <key=value>', 'a condition key of the request; repeat for more keys and values', collect)
    .option('--absent <key>', 'a condition key known not to be in the request', collect)
    .option('--closed', 'every key not given is absent; without it, it is unknown')
    .option('--batch <file>', 'answer JSON lines in place of the arguments; - for standard input')
    .addOption(new Option('--format <format>', 'the form of the answer').choices(['text', 'json']).default('text'))
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (options.batch === undefined) return await single(io, options);
      const alone = questionOptions.find((name) => options[name] !== undefined);
      if (alone !== undefined) throw new UserError(`--batch stands in place of --${alone}`, 'give either');
      await batch(io, options.batch, options.showExternalIds === true);
    })
    .addHelpText('after', examples);
}

const examples = `
Examples:
  $ trusttrail can-assume --policy trust.json --principal arn:aws:iam::111122223333:role/deploy \\
      --context sts:ExternalId=example --closed
  $ trusttrail can-assume --policy trust.json --federated arn:aws:iam::111122223333:oidc-provider/gitlab.com \\
      --context gitlab.com:sub=project_path:group/project:ref_type:branch:ref:main
  $ trusttrail can-assume --batch tests.jsonl

Exit codes: 0 allowed, 1 not allowed (or a batch line is not as expected), 2 bad input.`;

async function single(io: Io, options: Options): Promise<void> {
  if (options.policy === undefined)
    throw new UserError('can-assume needs --policy FILE', 'or --batch FILE with JSON lines');
  const context = new Map<string, string[]>();
  for (const pair of options.context ?? []) {
    const equals = pair.indexOf('=');
    if (equals < 1) {
      // What stands where a key is wanted may be an external ID.
      const named = lookUpKey(pair).kind === 'registered' ? pair : maskExternalId(pair);
      throw new UserError(`--context ${named}: expected key=value`);
    }
    addTo(context, pair.slice(0, equals), [pair.slice(equals + 1)]);
  }
  const { request, notes } = readRequest({
    principal: options.principal,
    service: options.service,
    federated: options.federated,
    actions: options.action ?? [],
    context,
    absent: options.absent ?? [],
    closed: options.closed === true,
    place: '--',
  });
  const input = await readPolicyFile(io, options.policy);
  const policy = policyOf(input);
  const answer = evaluate(prepare(policy), request);
  const mask = masker(policy, request, options.showExternalIds === true);
  for (const note of [...refusals(input).map(mask), ...notes]) io.err(`trusttrail: ${plainText(note)}\n`);
  if (options.format === 'json') io.out(`${safeJson(answerOf(answer, mask), 2)}\n`);
  else io.out(textOf(io, answer, policy, request, input, mask));
  io.exit(answer.decision === 'allow' ? 0 : 1);
}

/** What IAM would say to the document: the answer is then about a policy that cannot be in force. */
function refusals(input: PolicyInput): readonly string[] {
  if (input.parsed.status !== 'read') return [];
  return input.parsed.problems
    .filter((problem) => problem.level === 'refused')
    .map((problem) => `IAM would refuse this policy: ${problemError(input.name, problem).message}`);
}

async function batch(io: Io, file: string, showExternalIds: boolean): Promise<void> {
  let failed = false;
  await runBatch(io, file, (line) => {
    try {
      const answer = answerLine(line, showExternalIds);
      if ('pass' in answer && answer.pass === false) failed = true;
      return answer;
    } catch (error) {
      // A test that cannot be run has not passed.
      if (line['expect'] !== undefined) failed = true;
      throw error;
    }
  });
  if (failed) io.exit(1);
}

const lineFields = [
  'id',
  'policy',
  'principal',
  'service',
  'federated',
  'action',
  'actions',
  'context',
  'absent',
  'closed',
  'expect',
] as const;

const decisions = ['allow', 'explicit-deny', 'implicit-deny', 'unknown'] as const;

/** Answers one line of a batch; `null` in it is the same as not given. @throws {UserError} where the line is wrong. */
export function answerLine(line: Readonly<Record<string, unknown>>, showExternalIds: boolean): object {
  for (const name of Object.keys(line)) {
    if (lineFields.some((field) => field === name)) continue;
    const meant = lineFields.find(
      (field) => editDistanceAtMost(field, name.toLowerCase(), field.length < 6 ? 1 : 2) !== undefined,
    );
    if (meant !== undefined && !(meant in line)) throw new UserError(`\`${name}\`: did you mean \`${meant}\`?`);
  }
  const given = (name: (typeof lineFields)[number]): unknown => line[name] ?? undefined;
  const policyValue = given('policy');
  if (policyValue === undefined) throw new UserError('the line has no `policy`');
  const expect = given('expect');
  if (expect !== undefined && !decisions.some((decision) => decision === expect))
    throw new UserError(`\`expect\` is one of ${decisions.join(', ')}, not ${shown(expect)}`);
  const context = new Map<string, string[]>();
  const contextValue = given('context');
  if (contextValue !== undefined) {
    if (typeof contextValue !== 'object' || contextValue === null || Array.isArray(contextValue))
      throw new UserError(`\`context\` is an object of condition keys, not ${withArticle(kindOf(contextValue))}`);
    for (const [key, value] of Object.entries(contextValue)) {
      if (value === null) continue;
      addTo(context, key, textsOf(value, `\`context\`, ${key}`));
    }
  }
  const closed = given('closed') ?? false;
  if (typeof closed !== 'boolean') throw new UserError(`\`closed\` is true or false, not ${shown(closed)}`);
  const { request, notes } = readRequest({
    principal: oneText(given('principal'), 'principal'),
    service: oneText(given('service'), 'service'),
    federated: oneText(given('federated'), 'federated'),
    actions: [...listOf(given('action'), 'action'), ...listOf(given('actions'), 'actions')],
    context,
    absent: listOf(given('absent'), 'absent'),
    closed,
    place: '',
  });
  const policy = policyOf(readPolicyValue(policyValue, 'policy'));
  const answer = evaluate(prepare(policy), request);
  return {
    ...answerOf(answer, masker(policy, request, showExternalIds)),
    ...(notes.length === 0 ? {} : { notes }),
    ...(expect === undefined ? {} : { pass: answer.decision === expect }),
  };
}

interface RequestInput {
  readonly principal: string | undefined;
  readonly service: string | undefined;
  readonly federated: string | undefined;
  readonly actions: readonly string[];
  readonly context: Map<string, string[]>;
  readonly absent: readonly string[];
  readonly closed: boolean;
  /** What stands before a name in messages: `--` on the command line. */
  readonly place: string;
}

/** @throws {UserError} that names what is wrong and what was probably meant. */
function readRequest(input: RequestInput): { readonly request: AssumeRequest; readonly notes: readonly string[] } {
  const caller = readCaller(input);
  const [first = assumeActionOf(caller.kind), ...others] = input.actions;
  const actions = [...new Set([first, ...others].map((action) => checkedAction(action)))];
  const [action, ...further] = actions;
  const absent = new Set(input.absent.map((key) => key.toLowerCase()));
  for (const key of absent)
    if (input.context.has(key)) throw new UserError(`${key} is both given and said to be absent`);
  const notes: string[] = [];
  for (const key of [...input.context.keys(), ...absent]) {
    const found = lookUpKey(key);
    if (found.kind === 'misspelt')
      notes.push(`no condition key \`${key}\` exists; did you mean \`${found.intended}\`?`);
  }
  return {
    request: {
      caller,
      actions: [action ?? first, ...further],
      context: input.context,
      absent,
      closed: input.closed,
    },
    notes,
  };
}

function readCaller({ principal, service, federated, place }: RequestInput): Caller {
  const given = [principal, service, federated].filter((value) => value !== undefined).length;
  const names = `${place}principal, ${place}service or ${place}federated`;
  if (given !== 1) throw new UserError(given === 0 ? `who calls? expected ${names}` : `expected only one of ${names}`);
  if (service !== undefined) {
    const name = parsePrincipal('Service', service);
    if (name.kind === 'invalid') throw new UserError(`${place}service ${service}: ${name.why}`);
    return { kind: 'service', service };
  }
  if (federated !== undefined) {
    const caller = callerFromProvider(federated);
    if (caller !== undefined) return caller;
    const meant = /^(https:\/\/)?[a-z0-9.-]+\.[a-z]+(\/\S*)?$/i.test(federated)
      ? `did you mean arn:aws:iam::ACCOUNT:oidc-provider/${federated.replace(/^https:\/\//i, '')}?`
      : 'for example arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com';
    throw new UserError(`${place}federated ${federated}: no provider, expected its ARN or a built-in domain`, meant);
  }
  const text = principal ?? '';
  const caller = callerFromArn(text);
  if (caller !== undefined) return caller;
  if (callerFromProvider(text) !== undefined)
    throw new UserError(`${place}principal ${text}: is an identity provider; did you mean ${place}federated?`);
  if (/^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(text))
    throw new UserError(`${place}principal ${text}: is a service; did you mean ${place}service?`);
  const name = parsePrincipal('AWS', text);
  const why =
    name.kind === 'invalid'
      ? name.why
      : name.kind === 'everyone'
        ? 'a call comes from one principal'
        : 'the ARN of the caller is needed';
  throw new UserError(
    `${place}principal ${text}: ${why}`,
    'expected the ARN of a user, a role or an assumed-role session',
  );
}

const knownActions = [
  'sts:AssumeRole',
  'sts:AssumeRoleWithSAML',
  'sts:AssumeRoleWithWebIdentity',
  'sts:TagSession',
  'sts:SetSourceIdentity',
  'sts:SetContext',
] as const;

function checkedAction(action: string): string {
  const lower = action.toLowerCase();
  const exact = knownActions.find((known) => known.toLowerCase() === lower);
  if (exact !== undefined) return exact;
  const bare = lower.slice(lower.indexOf(':') + 1);
  const near = knownActions.find((known) => editDistanceAtMost(known.slice(4).toLowerCase(), bare, 2) !== undefined);
  if (near !== undefined) throw new UserError(`action ${action}: did you mean ${near}?`);
  if (/[*?]/.test(action) || !/^[a-z0-9-]+:[a-z0-9]+$/i.test(action))
    throw new UserError(`action ${action}: expected one action such as sts:AssumeRole`);
  return action;
}

function addTo(context: Map<string, string[]>, key: string, values: readonly string[]): void {
  const lower = key.toLowerCase();
  context.set(lower, [...(context.get(lower) ?? []), ...values]);
}

/** A string, number or Boolean, or a list of them. */
function textsOf(value: unknown, what: string): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map((one: unknown) => {
    if (typeof one === 'string') return one;
    if (typeof one === 'number' || typeof one === 'boolean') return String(one);
    throw new UserError(`${what}: expected a string or a list of strings, received ${withArticle(kindOf(one))}`);
  });
}

function listOf(value: unknown, name: string): readonly string[] {
  if (value === undefined) return [];
  const texts = Array.isArray(value) ? value : [value];
  return texts.map((one: unknown) => {
    if (typeof one !== 'string')
      throw new UserError(`\`${name}\`: expected a string or a list of strings, received ${shown(one)}`);
    return one;
  });
}

function oneText(value: unknown, name: string): string | undefined {
  const texts = listOf(value, name);
  if (texts.length > 1) throw new UserError(`\`${name}\`: a call comes from one caller, received ${texts.length}`);
  return texts[0];
}

function withArticle(kind: string): string {
  return kind === 'object' ? 'an object' : kind.includes(' ') || kind === 'null' ? kind : `a ${kind}`;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 60);
}

type Mask = (text: string) => string;

/** External IDs of the policy and of the request do not show whole unless that was asked for. */
function masker(policy: TrustPolicy, request: AssumeRequest, showExternalIds: boolean): Mask {
  if (showExternalIds) return (text) => text;
  const ids = new Set<string>();
  for (const { conditions } of policy.statements)
    for (const clause of conditions)
      if (clause.key.toLowerCase().endsWith('externalid') && clause.operator.base !== 'Null')
        for (const { text } of clause.values) ids.add(text);
  for (const id of collectExternalIds(Object.fromEntries(request.context))) ids.add(id);
  for (const id of ids) if (/^[*?]*$/.test(id)) ids.delete(id);
  return ids.size === 0 ? (text) => text : (text) => maskText(text, ids);
}

function answerOf(answer: Decision, mask: Mask) {
  return {
    decision: answer.decision,
    statements: answer.statements.map(({ index, effect, matches, reasons }) => ({
      index,
      effect,
      matches,
      because: reasons.map(({ text }) => mask(text)),
    })),
    unknownKeys: answer.unknownKeys,
    ...(answer.unknownBecause.length === 0 ? {} : { unknownBecause: answer.unknownBecause }),
  };
}

const headlines: Readonly<Record<Decision['decision'], string>> = {
  allow: 'allow: the trust policy lets the call in',
  'explicit-deny': 'explicit-deny: a Deny statement of the trust policy matches',
  'implicit-deny': 'implicit-deny: no Allow statement of the trust policy matches',
  unknown: 'unknown: the answer depends on what is not known',
};

function textOf(
  io: Io,
  answer: Decision,
  policy: TrustPolicy,
  request: AssumeRequest,
  input: PolicyInput,
  mask: Mask,
): string {
  const paint = paintFor(io.stdout);
  const lines = [
    paint(
      [answer.decision === 'allow' ? 'green' : answer.decision === 'unknown' ? 'yellow' : 'red', 'bold'],
      headlines[answer.decision],
    ),
    `  ${plainText(describeCaller(request.caller))} calls ${plainText(request.actions.join(', '))}`,
  ];
  const marks = { yes: '✓', no: '✗', unknown: '?' } as const;
  for (const { index, effect, matches, reasons } of answer.statements) {
    const sid = policy.statements[index]?.sid;
    const word = { yes: 'matches', no: 'does not match', unknown: 'may match' }[matches];
    lines.push(
      '',
      `Statement ${index + 1}${sid === undefined || sid === '' ? '' : ` (${plainText(mask(sid))})`}, ${effect}: ${word}`,
    );
    for (const reason of reasons) lines.push(`  ${marks[reason.matches]} ${plainText(mask(reason.text))}`);
  }
  if (answer.decision === 'unknown') {
    lines.push('');
    if (answer.unknownKeys.length > 0)
      lines.push(
        `It depends on: ${answer.unknownKeys.map(plainText).join(', ')}`,
        '  Give them with --context key=value or --absent key, or --closed if nothing else is in the request.',
      );
    for (const why of answer.unknownBecause) lines.push(`Not known: ${plainText(why)}`);
  }
  lines.push('', whatElse(request.caller, input.role.arn));
  return `${lines.join('\n')}\n`;
}

/** IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic". */
function whatElse(caller: Caller, role: string | undefined): string {
  if (caller.kind === 'web-identity' || caller.kind === 'saml')
    return "This is the trust policy alone. AWS also checks the provider's token or assertion, and the resource control policies of the role's account.";
  if (caller.kind === 'service')
    return "This is the trust policy alone. AWS also evaluates the resource control policies of the role's account; handing the role to the service takes iam:PassRole.";
  const account = role === undefined ? undefined : splitArn(role)?.account;
  const identity =
    account === undefined || !('account' in caller)
      ? "the caller's identity-based policies (an allow there is needed from another account, or where the trust policy names only the account)"
      : account === caller.account
        ? "the caller's identity-based policies (an allow there is needed where the trust policy names only the account)"
        : "the caller's identity-based policies (an allow there is needed: the role is in another account)";
  return `This is the trust policy alone. AWS also evaluates ${identity}, permissions boundary, session policy, service and resource control policies, and a VPC endpoint's policy.`;
}
