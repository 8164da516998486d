/** `trusttrail explain`: why was a call denied, and what is to be done about it? */
import { type Command, Option } from 'commander';
import { type ExplainOptions, explain, explainFailedChange } from '../../causes/explain.ts';
import { type ReadEvents, readEvents, readEventValue } from '../../cloudtrail/read-record.ts';
import { recognise } from '../../cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../../cloudtrail/record.ts';
import { plainText } from '../../findings/escape.ts';
import type { CauseFinding, Explanation } from '../../findings/finding.ts';
import { safeJson } from '../../findings/forms/json.ts';
import { terminalExplanation } from '../../findings/forms/terminal.ts';
import { runBatch } from '../batch.ts';
import { type Io, UserError } from '../io.ts';
import type { LiveAws, LiveEvidence } from '../live-evidence.ts';
import { terminalOptions } from '../paint.ts';
import {
  type PolicyInput,
  policyOf,
  readPolicyFile,
  readPolicyText,
  readPolicyValue,
  roleDescription,
} from '../policy-input.ts';

interface Options {
  readonly policy?: string;
  readonly previousPolicy?: string;
  readonly role?: string;
  readonly live?: boolean;
  readonly batch?: string;
  readonly format: 'text' | 'json' | 'ndjson';
  readonly showExternalIds?: boolean;
}

/** Adds the command. */
export function register(program: Command, io: Io): void {
  program
    .command('explain')
    .argument('[event]', 'a CloudTrail record in any form; - for standard input')
    .description('why an AssumeRole call was denied, and the smallest fix')
    .option('--policy <file>', 'the trust policy in force at the time; - for standard input')
    .option('--previous-policy <file>', 'the version of the trust policy before it')
    .option('--role <arn-or-file>', 'the role that was meant, by its ARN or by what `aws iam get-role` prints')
    .option('--live', 'ask AWS what is not given, with the ambient credentials; changes nothing')
    .option('--batch <file>', 'answer JSON lines in place of the arguments; - for standard input')
    .addOption(
      new Option('--format <format>', 'the form of the answer').choices(['text', 'json', 'ndjson']).default('text'),
    )
    .action(async (event: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (options.batch !== undefined && options.live === true)
        throw new UserError('--live answers one EVENT', 'the lines of a --batch bring all that is known');
      const alone = event ?? options.policy ?? options.previousPolicy ?? options.role;
      if (options.batch !== undefined && alone !== undefined)
        throw new UserError('--batch stands in place of an EVENT and what belongs to it', 'give either');
      if (options.batch !== undefined)
        await runBatch(io, options.batch, (line) => answerLine(line, options.showExternalIds === true));
      else if (event === undefined)
        throw new UserError('explain needs an EVENT file', 'or --batch FILE with JSON lines');
      else await single(io, event, options);
    })
    .addHelpText('after', examples);
}

const examples = `
Examples:
  $ trusttrail explain event.json --policy trust.json
  $ aws iam get-role --role-name deploy | trusttrail explain event.json --policy -
  $ trusttrail explain event.json --live
  $ trusttrail explain --batch denials.jsonl`;

/** What was left out is told one by one up to here. */
const mostTold = 20;

async function single(io: Io, event: string, options: Options): Promise<void> {
  const standard = [event, options.policy, options.previousPolicy, options.role].filter((file) => file === '-');
  if (standard.length > 1) throw new UserError('standard input can be read only once', 'give the other a file');
  const read = readEvents(await io.readText(event), event);
  const records = recordsOf(read, event === '-' ? 'standard input' : event);
  for (const { place, message } of read.problems.slice(0, mostTold))
    io.err(`trusttrail: left out: ${plainText(`${place}: ${message}`)}\n`);
  if (read.problems.length > mostTold)
    io.err(`trusttrail: left out: ${read.problems.length - mostTold} more that are no CloudTrail record\n`);
  const role = options.role === undefined ? undefined : await readRole(io, options.role);
  const input = options.policy === undefined ? role?.policy : await readPolicyFile(io, options.policy);
  const previous = options.previousPolicy === undefined ? undefined : await readPolicyFile(io, options.previousPolicy);
  const line = role === undefined ? {} : { role: role.description };
  const asked = options.live === true ? liveAsker() : undefined;
  const answers: Explanation[] = [];
  for (const record of records) {
    const answer = answerRecord(record, { policy: input, previous }, line, options, await asked?.(record));
    if (answer !== undefined) answers.push(answer);
  }
  if (answers.length > 1 && options.format === 'json')
    throw new UserError(`${event} holds ${answers.length} denials`, 'use --format ndjson');
  if (answers.length === 0) io.err('trusttrail: no denied assume call and no failed change of a trust policy in it\n');
  const shown = answers.length > 0 || options.format === 'ndjson' ? answers : [nothingToExplain(records[0])];
  for (const [at, answer] of shown.entries()) {
    if (options.format === 'text') io.out(`${at === 0 ? '' : '\n'}${terminalExplanation(answer, terminalOptions(io))}`);
    else io.out(`${safeJson(answer, options.format === 'json' ? 2 : undefined)}\n`);
  }
  const named = ({ causes }: Explanation) => causes.some(({ confidence }) => confidence !== 'possible');
  io.exit(answers.every(named) ? 0 : 1);
}

interface RoleInput {
  /** In the form of a line of a batch. */
  readonly description: Readonly<Record<string, unknown>>;
  readonly policy: PolicyInput | undefined;
}

/** @throws {UserError} where it is neither the ARN of a role nor a file that describes one. */
async function readRole(io: Io, given: string): Promise<RoleInput> {
  if (given.startsWith('arn:')) {
    if (!/^arn:[a-z0-9-]+:iam::\d{12}:role\/\S+$/.test(given))
      throw new UserError(`--role ${given}: expected arn:PARTITION:iam::ACCOUNT:role/NAME`);
    return { description: { Arn: given }, policy: undefined };
  }
  const text = await io.readText(given);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError(`--role ${given}: expected an ARN, or the JSON that aws iam get-role prints`);
  }
  const described = roleDescription(value);
  if (described.arn === undefined)
    throw new UserError(`--role ${given}: no Arn of a role in it`, 'the JSON that aws iam get-role prints is expected');
  const { arn: Arn, roleId: RoleId, maxSessionDuration: MaxSessionDuration, createDate: CreateDate } = described;
  const policy = readPolicyText(text, given);
  return {
    description: { Arn, RoleId, MaxSessionDuration, CreateDate },
    policy: /AssumeRolePolicyDocument/.test(text) ? policy : undefined,
  };
}

/** Asks AWS once who we are in each partition, and then about each denial. */
function liveAsker(): (record: CloudTrailRecord) => Promise<LiveEvidence | undefined> {
  const known = new Map<string, Promise<LiveAws>>();
  return async (record) => {
    const denial = recognise(record);
    if (denial?.kind !== 'denial') return undefined;
    // The SDK is read in only where it is used.
    const { liveAws, liveEvidence } = await import('../live-evidence.ts');
    const partition = (denial.role ?? record.userIdentity.arn ?? '').split(':')[1] || 'aws';
    const aws = known.get(partition) ?? liveAws(partition);
    known.set(partition, aws);
    return liveEvidence(denial, await aws);
  };
}

/** Answers one line of a batch. @throws {UserError} where the line is wrong. */
export function answerLine(line: Readonly<Record<string, unknown>>, showExternalIds: boolean): Explanation {
  const event = line['event'] ?? undefined;
  if (event === undefined) throw new UserError('the line has no `event`');
  const [record, ...more] = recordsOf(
    typeof event === 'string' ? readEvents(event, 'event') : readEventValue(event, 'event'),
    'event',
  );
  if (more.length > 0) throw new UserError('`event` holds several records; one a line is expected');
  const read = (name: string) => {
    const given = line[name] ?? undefined;
    return given === undefined ? undefined : readPolicyValue(given, name);
  };
  const inputs = { policy: read('policy'), previous: read('previousPolicy') };
  const options = { showExternalIds };
  return (record === undefined ? undefined : answerRecord(record, inputs, line, options)) ?? nothingToExplain(record);
}

interface PolicyInputs {
  readonly policy: PolicyInput | undefined;
  readonly previous: PolicyInput | undefined;
}

function answerRecord(
  record: CloudTrailRecord,
  { policy: input, previous }: PolicyInputs,
  line: Readonly<Record<string, unknown>>,
  options: ExplainOptions,
  live?: LiveEvidence,
): Explanation | undefined {
  const recognised = recognise(record);
  const inForce = (known: PolicyInput) => ({ policy: policyOf(known), as: 'in-force' as const, from: known.name });
  if (recognised?.kind === 'trust-change' && !recognised.succeeded)
    return explainFailedChange(
      { change: recognised, ...(input === undefined ? {} : { policyInForce: inForce(input) }) },
      options,
    );
  if (recognised?.kind !== 'denial') return undefined;
  const changed = line['policyChangedAt'];
  const callerPolicies = callerPoliciesOf(line['callerPolicies'] ?? undefined);
  const role = { ...input?.role, ...roleDescription(line['role'] ?? {}) };
  const explanation = explain(
    {
      denial: recognised,
      ...found(live, input !== undefined),
      ...(input === undefined ? {} : { policy: inForce(input) }),
      ...(previous === undefined ? {} : { previousPolicy: inForce(previous) }),
      ...(typeof changed === 'string' ? { policyChangedAt: changed } : {}),
      ...(Object.keys(role).length === 0 ? {} : { role: { ...role, as: 'in-force' as const } }),
      ...(typeof line['roleExists'] === 'boolean' ? { roleExists: line['roleExists'] } : {}),
      ...(callerPolicies === undefined ? {} : { callerPolicies }),
    },
    options,
  );
  return live === undefined ? explanation : withNeeds(explanation, live, input !== undefined);
}

function withNeeds(explanation: Explanation, { needs, onlyGoneNow }: LiveEvidence, given: boolean): Explanation {
  const asked = new Set(explanation.unknown.map(({ need }) => need));
  const further = needs.filter(({ need }) => !asked.has(need) && !(given && /trust policy/.test(need)));
  // That there is no such role now is no proof that there was none at the time of the call.
  const lessSure = (cause: CauseFinding): CauseFinding =>
    onlyGoneNow && cause.cause === 'role-not-found' ? { ...cause, confidence: 'likely' } : cause;
  return {
    ...explanation,
    causes: explanation.causes.map(lessSure),
    unknown: [...explanation.unknown, ...further],
  };
}

/** What AWS said; with a policy given, that is the one, and history of others says nothing of it. */
function found(live: LiveEvidence | undefined, given: boolean): LiveEvidence['evidence'] {
  if (live === undefined || !given) return live?.evidence ?? {};
  const { policy: _, previousPolicy: __, policyChangedAt: ___, roleExists: ____, ...rest } = live.evidence;
  return rest;
}

/** @throws {UserError} where it is no list. */
function callerPoliciesOf(value: unknown): readonly unknown[] | undefined {
  if (value === undefined || Array.isArray(value)) return value;
  throw new UserError('`callerPolicies` is a list of identity-based policies');
}

/** @throws {UserError} where there is none. */
function recordsOf({ records, problems }: ReadEvents, name: string): readonly CloudTrailRecord[] {
  const [problem] = problems;
  if (records.length === 0)
    throw new UserError(
      problem === undefined
        ? `${name}: no CloudTrail record in it, expected one or more`
        : `${problem.place}: ${problem.message}`,
    );
  return records;
}

function nothingToExplain(record: CloudTrailRecord | undefined): Explanation {
  return {
    event: {
      id: record?.eventId ?? null,
      time: record?.eventTime ?? null,
      action: record === undefined ? null : `${record.eventSource.split('.')[0]}:${record.eventName}`,
      caller: record?.userIdentity.arn ?? null,
      role: null,
    },
    causes: [],
    ruledOut: [],
    unknown: [],
    note: 'No denied assume call and no failed change of a trust policy: there is nothing to explain.',
  };
}
