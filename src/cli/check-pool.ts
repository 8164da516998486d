/** How are the thousands of policies of an account checked in seconds: in several threads, in the order of the file? */
import { getCompileCacheDir } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, extname } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Among, type Checked, type CheckSettings, checkPolicy } from './check-policies.ts';
import type { CheckAnswer, CheckOrder, CheckShared, PolicyToCheck } from './check-worker.ts';
import type { PolicyInFile } from './policy-in-file.ts';

/** Policies for which a further thread is worth its start. */
const policiesForAThread = 300;
/** Policies of one order: few enough that the bar moves, and Ctrl+C is heard. */
const policiesAtOnce = 50;
/** Orders that wait in a thread while it works on another. */
const ordersAhead = 2;

/** One that has to be checked here, since a thread cannot be sent all of it, or what bounds it. */
export type Baselines = (one: PolicyInFile) => Promise<Parameters<typeof checkPolicy>[3]>;

/**
 * Checks policies and gives the answers in their order.
 *
 * @param jobs threads; by default one a core, eight at most, and none for few policies.
 */
export async function* checkAll(
  policies: readonly PolicyInFile[],
  settings: CheckSettings,
  among: Among | undefined,
  baselines: Baselines,
  jobs = Math.min(8, availableParallelism(), Math.floor(policies.length / policiesForAThread)),
): AsyncGenerator<Checked, void, undefined> {
  const pool = jobs > 1 && settings.previous === undefined ? threads(jobs, settings, among) : undefined;
  const waiting: (() => Promise<readonly Checked[]>)[] = [];
  const flush = async function* (most: number): AsyncGenerator<Checked, void, undefined> {
    while (waiting.length > most) yield* (await waiting.shift()?.()) ?? [];
  };
  try {
    for (let from = 0; from < policies.length; from += policiesAtOnce) {
      const some = policies.slice(from, from + policiesAtOnce);
      const bounds = await Promise.all(some.map((one) => baselines(one)));
      const here = async (): Promise<readonly Checked[]> => {
        const checked = some.map((one, at) => checkPolicy(one, settings, among, bounds[at]));
        await setImmediate();
        return checked;
      };
      const sendable = some.flatMap((one, at) => (bounds[at] === undefined ? (toSend(one) ?? []) : []));
      if (pool === undefined || sendable.length < some.length) waiting.push(here);
      else {
        const answer = pool.check(sendable).then((checked) => checked?.map((one, at) => inPlace(one, some[at])));
        waiting.push(async () => (await answer) ?? here());
      }
      yield* flush(pool === undefined ? 0 : jobs * ordersAhead);
    }
    yield* flush(0);
  } finally {
    await pool?.close();
  }
}

function toSend(one: PolicyInFile): PolicyToCheck | undefined {
  const { input, previous, deployments, ...rest } = one;
  if (input.parsed.status !== 'read' || previous !== undefined || deployments !== undefined) return undefined;
  return { ...rest, text: input.parsed.policy.text, name: input.name, role: input.role };
}

/** The thread knew the places in the document alone; these are those in the file. */
function inPlace(checked: Checked, one: PolicyInFile | undefined): Checked {
  const parsed = one?.input.parsed;
  if (parsed?.status !== 'read') return checked;
  const { placeOf } = parsed.policy;
  return {
    ...checked,
    findings: checked.findings.map((finding) => {
      if (finding.line === undefined) return finding;
      const place = placeOf(finding.pointer);
      const { line: _, column: __, ...rest } = finding;
      return place === undefined ? rest : { ...rest, line: place.line, column: place.column };
    }),
  };
}

interface Lane {
  readonly worker: Worker;
  readonly waiting: Map<number, (checked: readonly Checked[] | undefined) => void>;
}

/** An order of a thread that fails is answered with `undefined`: it is checked here then. */
function threads(most: number, settings: CheckSettings, among: Among | undefined) {
  const cache = getCompileCacheDir();
  const lanes = new Set<Lane>();
  let last = 0;
  const open = (): Lane => {
    // Beside this file, in the same language: `.ts` in a checkout, `.js` where it was compiled.
    const worker = new Worker(new URL(`./check-worker${extname(import.meta.url)}`, import.meta.url), {
      // Without a bound a thread collects its garbage late, and eight of them fill the machine.
      resourceLimits: { maxOldGenerationSizeMb: 384, maxYoungGenerationSizeMb: 16 },
      // A thread does not share the compiled code that the program keeps on the disk, unless it is told where.
      ...(cache === undefined ? {} : { env: { ...process.env, NODE_COMPILE_CACHE: dirname(cache) } }),
    });
    const lane: Lane = { worker, waiting: new Map() };
    const lost = (): void => {
      lanes.delete(lane);
      for (const resolve of lane.waiting.values()) resolve(undefined);
      lane.waiting.clear();
    };
    worker.on('message', ({ id, checked }: CheckAnswer) => {
      lane.waiting.get(id)?.(checked);
      lane.waiting.delete(id);
    });
    worker.on('error', lost);
    worker.on('exit', lost);
    const shared: CheckShared = { kind: 'shared', settings, externalIds: among?.externalIds ?? new Map() };
    worker.postMessage(shared);
    lanes.add(lane);
    return lane;
  };
  return {
    check(policies: readonly PolicyToCheck[]): Promise<readonly Checked[] | undefined> {
      const [least] = [...lanes].sort((a, b) => a.waiting.size - b.waiting.size);
      const lane = least !== undefined && (least.waiting.size === 0 || lanes.size >= most) ? least : open();
      last += 1;
      const order: CheckOrder = { kind: 'order', id: last, policies };
      return new Promise((resolve) => {
        lane.waiting.set(order.id, resolve);
        lane.worker.postMessage(order);
      });
    },
    async close(): Promise<void> {
      await Promise.all([...lanes].map(({ worker }) => worker.terminate()));
    },
  };
}
