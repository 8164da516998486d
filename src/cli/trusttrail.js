#!/usr/bin/env node
/**
 * Starts trusttrail, under any Node.js from 18: plain JavaScript, because an old Node cannot read TypeScript.
 * The program itself wants Node 24. Where this one is older, the copy that `npm ci` put beside it takes over.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const needed = 24;
const here = fileURLToPath(import.meta.url);
const packageRoot = dirname(dirname(dirname(here)));

if (Number(process.versions.node.split('.')[0]) >= needed) await startHere();
else handOver();

/** Runs the program in this process. */
async function startHere() {
  silenceExperimentalWarnings();
  // Compiled code is kept beside the dependencies, not in the shared temporary folder that others may write to.
  if (process.env.NODE_COMPILE_CACHE === undefined) {
    const modules = join(packageRoot, 'node_modules');
    if (existsSync(modules)) nodeModule.enableCompileCache(join(modules, '.cache', 'trusttrail'));
  } else nodeModule.enableCompileCache();
  // The published package holds the compiled program; a checkout runs as it is.
  const entry = existsSync(join(dirname(here), 'main.ts')) ? './main.ts' : '../../dist/cli/main.js';
  resolveOwnModulesAtOnce(new URL(join(dirname(entry), '../'), import.meta.url).href);
  const { runProcess } = await import(entry);
  await runProcess();
}

/**
 * Node looks every import up on the disk, with the package it may belong to; ours among each other say exactly where they
 * are, and are hundreds: a third of the time that a command takes to start.
 */
function resolveOwnModulesAtOnce(root) {
  const formats = { ts: 'module-typescript', js: 'module' };
  nodeModule.registerHooks?.({
    resolve(specifier, context, next) {
      const extension = /^\.\.?\/.*\.(ts|js)$/.exec(specifier)?.[1];
      if (extension === undefined || !context.parentURL?.startsWith(root)) return next(specifier, context);
      return { url: new URL(specifier, context.parentURL).href, format: formats[extension], shortCircuit: true };
    },
  });
}

/** `node:sqlite` and the like warn that they are experimental: nothing a user of trusttrail can act on. */
function silenceExperimentalWarnings() {
  const emit = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...rest) => {
    const kind = typeof rest[0] === 'object' && rest[0] !== null ? rest[0].type : rest[0];
    if (kind !== 'ExperimentalWarning' && warning?.name !== 'ExperimentalWarning') emit(warning, ...rest);
  };
}

/** Starts the same command again under the Node 24 of the checkout, and ends as it ends. */
function handOver() {
  const node = findNode();
  if (node === undefined) {
    process.stderr.write(
      `trusttrail: needs Node.js ${needed} or later, and this is ${process.version}; run \`npm ci\` in ${packageRoot}, which brings its own\n`,
    );
    process.exitCode = 2;
    return;
  }
  const child = spawn(node, [here, ...process.argv.slice(2)], { stdio: 'inherit' });
  // With a terminal, an interrupt reaches the child by itself; sent twice it would read as "stop at once".
  const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGUSR2']) process.on(signal, () => child.kill(signal));
  for (const signal of ['SIGINT', 'SIGQUIT']) process.on(signal, () => terminal || child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`trusttrail: cannot start ${node}: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 2) : 128 + constants.signals[signal];
  });
}

/** @returns the file of the Node.js that npm installed for us: here, or further up where we are a dependency. */
function findNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  for (let folder = packageRoot; ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', 'node', 'bin', name);
    if (existsSync(file)) return file;
    if (dirname(folder) === folder) return undefined;
  }
}
