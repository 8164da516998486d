/** AWS, emulated by moto_server on this machine: one server for a test file, ended with it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Whether `moto_server` is on PATH; where it is not, the tests say so and skip, unless CI demands them. */
export const emulatorMissing = spawnSync('moto_server', ['--help'], { stdio: 'ignore' }).error !== undefined;

if (emulatorMissing) {
  if (process.env['CI'] !== undefined) throw new Error('moto_server is not on PATH, and CI requires it');
  process.stderr.write('moto_server is not on PATH: tests against emulated AWS are skipped\n');
}

export interface EmulatedAws {
  readonly endpoint: string;
  /** What every client of the SDK takes. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Forgets everything that was made. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an emulator on a free port. @throws where it does not answer within a minute. */
export async function startEmulatedAws(region = 'us-east-1'): Promise<EmulatedAws> {
  const port = await freePort();
  const server: ChildProcess = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, MOTO_IAM_LOAD_MANAGED_POLICIES: 'false' },
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const end = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(`${endpoint}/moto-api/data.json`).catch(() => undefined);
    if (answer?.ok === true) break;
    if (Date.now() > end || server.exitCode !== null) {
      server.kill('SIGKILL');
      throw new Error('moto_server did not start');
    }
    await pause(100);
  }
  return {
    endpoint,
    client: { endpoint, region, credentials: { accessKeyId: 'testing', secretAccessKey: 'testing' } },
    async reset() {
      await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
    },
    async stop() {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      await gone;
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
