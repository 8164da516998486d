/**
 * How many small faults in `src/policy` do the checks see? `node test/mutation/mutate-policy.ts` prints the score and
 * the survivors. Each fault is first held to the focused check (the naive evaluator, brute force, the tables), then to
 * the ordinary tests that ask these modules (`run-tests.ts`). Options: `--file PART` (modules whose path holds it),
 * `--every N` (each Nth fault only), `--sample N --seed TEXT` (so many by lot, the same for the same seed and code),
 * `--jobs N`. Left out is what only counts work (`mutants.ts`). Survivors that change no answer are counted apart, with
 * the reason (`explained.ts`).
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { reasonFor } from './explained.ts';
import { fault, type Reference, referenceFor, subjectWith } from './focused-check.ts';
import { codeOf, pathOf } from './load-mutated.ts';
import { applied, type Mutant, mutantsOf } from './mutants.ts';
import { failingTest } from './run-tests.ts';

interface Task {
  readonly file: string;
  readonly mutant: Mutant;
  readonly number: number;
}

interface Outcome extends Task {
  readonly result: 'killed' | 'survived' | 'explained' | 'no program' | 'hangs';
  readonly how: string;
}

/** Milliseconds; a sound program takes some thousand. */
const patience = 120_000;
/** Copies of a program are never unloaded, so that a process takes so many and ends. */
const faultsInOneProcess = 60;

const { values: options } = parseArgs({
  options: {
    file: { type: 'string', default: '' },
    every: { type: 'string', default: '1' },
    sample: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '2' },
    worker: { type: 'boolean', default: false },
  },
});

if (options.worker) await work();
else await main();

async function main(): Promise<void> {
  const files = globSync('src/policy/**/*.ts', { cwd: pathOf('.') })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.includes(options.file))
    .sort();
  const every = files
    .flatMap((file) => mutantsOf(codeOf(file)).map((mutant) => ({ file, mutant })))
    .filter((_, at) => at % Number(options.every) === 0);
  const tasks = drawn(every).map((task, number): Task => ({ ...task, number }));
  process.stderr.write(`${tasks.length} of ${every.length} faults in ${files.length} modules\n`);
  const sound = await subjectWith('sound', undefined);
  const reference = referenceFor(sound, 260, 700);
  const wrong = fault(sound, reference);
  const failing = wrong ?? (await failingTest('sound', undefined));
  if (failing !== undefined) throw new Error(`the program as it is fails: ${failing}`);
  const outcomes: Outcome[] = [];
  const open = [...tasks];
  const done = (ended: Outcome) => {
    const why = ended.result === 'survived' ? reasonFor(ended.file, lineOf(ended), ended.mutant) : undefined;
    const outcome: Outcome = why === undefined ? ended : { ...ended, result: 'explained', how: why };
    outcomes.push(outcome);
    if (outcome.result === 'explained') process.stdout.write(`explained ${describe(outcome)}   (${why})\n`);
    if (outcome.result === 'survived') process.stdout.write(`survived ${describe(outcome)}\n`);
    if (outcomes.length % 50 === 0) process.stderr.write(`${outcomes.length} of ${tasks.length}\n`);
  };
  await Promise.all([...Array(Number(options.jobs)).keys()].map(() => employ(open, reference, done)));
  report(files, outcomes);
}

/** So many as `--sample` says, in the order of the modules: the same for the same seed and the same code. */
function drawn<T>(all: readonly T[]): readonly T[] {
  if (options.sample === '') return all;
  const lot = (at: number) => createHash('sha256').update(`${options.seed}:${at}`).digest('hex');
  const chosen = all.map((_, at) => ({ at, lot: lot(at) })).sort((a, b) => (a.lot < b.lot ? -1 : 1));
  const places = new Set(chosen.slice(0, Number(options.sample)).map(({ at }) => at));
  return all.filter((_, at) => places.has(at));
}

/** One process after the other, as long as there are faults. */
async function employ(open: Task[], reference: Reference, done: (outcome: Outcome) => void): Promise<void> {
  while (open.length > 0) {
    const worker = fork(new URL(import.meta.url), ['--worker'], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    worker.send(reference);
    if ((await answer(worker)) === undefined) throw new Error('a process did not begin');
    for (let count = 0; count < faultsInOneProcess; count += 1) {
      const task = open.shift();
      if (task === undefined) break;
      worker.send(task);
      const outcome = await answer(worker);
      done(outcome === undefined ? { ...task, result: 'hangs', how: '' } : (outcome as Outcome));
      if (outcome === undefined) break;
    }
    worker.kill('SIGKILL');
  }
}

/** @returns what the process says next; `undefined` where it says nothing in time, or dies. */
function answer(worker: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => settle(undefined), patience);
    const settle = (value: unknown) => {
      clearTimeout(timer);
      worker.removeAllListeners();
      resolve(value);
    };
    worker.once('message', settle);
    worker.once('exit', () => settle(undefined));
    worker.once('error', () => settle(undefined));
  });
}

function report(files: readonly string[], outcomes: readonly Outcome[]): void {
  const count = (of: readonly Outcome[], ...results: readonly Outcome['result'][]) =>
    of.filter(({ result }) => results.includes(result)).length;
  const line = (name: string, of: readonly Outcome[]) => {
    const caught = count(of, 'killed', 'hangs');
    const explained = count(of, 'explained');
    const all = caught + explained + count(of, 'survived');
    if (all === 0) return;
    const score = ((100 * caught) / all).toFixed(1);
    process.stdout.write(
      `${score.padStart(5)} %  ${String(caught).padStart(4)} of ${String(all).padStart(4)}, ${explained} explained  ${name}\n`,
    );
  };
  for (const file of files)
    line(
      file,
      outcomes.filter((one) => one.file === file),
    );
  line('all', outcomes);
  process.stdout.write(`${count(outcomes, 'no program')} more make no program, ${count(outcomes, 'hangs')} hang\n`);
}

function lineOf({ file, mutant }: Task): string {
  const code = codeOf(file);
  const end = code.indexOf('\n', mutant.offset);
  return code.slice(code.lastIndexOf('\n', mutant.offset - 1) + 1, end === -1 ? code.length : end).trim();
}

function describe(task: Task): string {
  const { file, mutant } = task;
  const before = codeOf(file).slice(0, mutant.offset).split('\n');
  return `${file}:${before.length}:${(before.at(-1) ?? '').length + 1} \`${mutant.from.trim()}\` → \`${mutant.to.trim()}\`   ${lineOf(task).slice(0, 140)}`;
}

/** Answers one fault after the other; the first message is what they are held to. */
async function work(): Promise<void> {
  const [reference] = (await once(process, 'message')) as [Reference];
  process.on('message', (task: Task) => {
    void judge(task, reference).then((outcome) => process.send?.(outcome));
  });
  process.send?.('ready');
}

async function judge(task: Task, reference: Reference): Promise<Outcome> {
  const { file, mutant, number } = task;
  const copy = { file, code: applied(codeOf(file), mutant) };
  let subject: Awaited<ReturnType<typeof subjectWith>>;
  try {
    subject = await subjectWith(String(number), copy);
  } catch (error) {
    return { ...task, result: error instanceof SyntaxError ? 'no program' : 'killed', how: String(error) };
  }
  try {
    const how = fault(subject, reference) ?? (await failingTest(String(number), copy));
    return how === undefined ? { ...task, result: 'survived', how: '' } : { ...task, result: 'killed', how };
  } catch (error) {
    return { ...task, result: 'killed', how: String(error) };
  }
}
