/** `trusttrail explain`: why was a call denied, and what is to be done about it? */
import { type Command, Option } from 'commander';
import { type ExplainOptions, explain, explainFailedChange } from '../../causes/explain.ts';
import { type ReadEvents, readEvents, readEventValue } from '../../cloudtrail/read-record.ts';
import { recognise } from '../../cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../../cloudtrail/record.ts';
import type { Explanation } from '../../findings/finding.ts';
import { safeJson } from '../../findings/forms/json.ts';
import { terminalExplanation } from '../../findings/forms/terminal.ts';
import { runBatch } from '../batch.ts';
import { type Io, UserError } from '../io.ts';
import { terminalOptions } from '../paint.ts';
import { type PolicyInput, policyOf, readPolicyFile, readPolicyValue, roleDescription } from '../policy-input.ts';

interface Options {
  readonly policy?: string;
  readonly previousPolicy?: string;
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
    .option('--batch <file>', 'answer JSON lines in place of the arguments; - for standard input')
    .addOption(
      new Option('--format <format>', 'the form of the answer').choices(['text', 'json', 'ndjson']).default('text'),
    )
    .action(async (event: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
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
  $ trusttrail explain --batch denials.jsonl`;

async function single(io: Io, event: string, options: Options): Promise<void> {
  const records = recordsOf(readEvents(await io.readText(event), event));
  const input = options.policy === undefined ? undefined : await readPolicyFile(io, options.policy);
  const previous = options.previousPolicy === undefined ? undefined : await readPolicyFile(io, options.previousPolicy);
  const answers = records.flatMap((record) => answerRecord(record, { policy: input, previous }, {}, options) ?? []);
  if (answers.length > 1 && options.format === 'json')
    throw new UserError(`${event} holds ${answers.length} denials`, 'use --format ndjson');
  if (answers.length === 0) io.err('trusttrail: no denied assume call and no failed change of a trust policy in it\n');
  const shown = answers.length > 0 || options.format === 'ndjson' ? answers : [nothingToExplain(records[0])];
  for (const answer of shown) {
    if (options.format === 'text') io.out(terminalExplanation(answer, terminalOptions(io)));
    else io.out(`${safeJson(answer, options.format === 'json' ? 2 : undefined)}\n`);
  }
  const named = ({ causes }: Explanation) => causes.some(({ confidence }) => confidence !== 'possible');
  io.exit(answers.every(named) ? 0 : 1);
}

/** Answers one line of a batch. @throws {UserError} where the line is wrong. */
export function answerLine(line: Readonly<Record<string, unknown>>, showExternalIds: boolean): Explanation {
  const event = line['event'] ?? undefined;
  if (event === undefined) throw new UserError('the line has no `event`');
  const [record, ...more] = recordsOf(
    typeof event === 'string' ? readEvents(event, 'event') : readEventValue(event, 'event'),
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
  return explain(
    {
      denial: recognised,
      ...(input === undefined ? {} : { policy: inForce(input) }),
      ...(previous === undefined ? {} : { previousPolicy: inForce(previous) }),
      ...(typeof changed === 'string' ? { policyChangedAt: changed } : {}),
      ...(Object.keys(role).length === 0 ? {} : { role: { ...role, as: 'in-force' as const } }),
      ...(typeof line['roleExists'] === 'boolean' ? { roleExists: line['roleExists'] } : {}),
      ...(callerPolicies === undefined ? {} : { callerPolicies }),
    },
    options,
  );
}

/** @throws {UserError} where it is no list. */
function callerPoliciesOf(value: unknown): readonly unknown[] | undefined {
  if (value === undefined || Array.isArray(value)) return value;
  throw new UserError('`callerPolicies` is a list of identity-based policies');
}

function recordsOf({ records, problems }: ReadEvents): readonly CloudTrailRecord[] {
  const [problem] = problems;
  if (records.length === 0)
    throw new UserError(problem === undefined ? 'no CloudTrail record in it' : `${problem.place}: ${problem.message}`);
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
