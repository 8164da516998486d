/** Which commands are there, what each does in one line, and which module holds it: read without loading any. */
import type { Command } from 'commander';
import type { Io } from './io.ts';

/** What every file under `commands/` exports. */
export interface CommandModule {
  /** Adds the command to the program; its action works through `io` alone. `table` is for a command about commands. */
  register(program: Command, io: Io, table: readonly CommandEntry[]): void;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

/** In the order of `--help`: the everyday ones first. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'check',
    summary: 'validate trust policies and look for risks',
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'diff',
    summary: 'who can assume the role under NEW that could not under OLD',
    load: () => import('./commands/diff.ts'),
  },
  {
    name: 'can-assume',
    summary: 'whether a trust policy lets a principal assume the role',
    load: () => import('./commands/can-assume.ts'),
  },
  {
    name: 'explain',
    summary: 'why an AssumeRole call was denied, and the smallest fix',
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'replay',
    summary: 'run the live service on recorded events, on this machine',
    load: () => import('./commands/replay.ts'),
  },
  {
    name: 'audit',
    summary: 'review history: files, S3, LookupEvents, Athena',
    load: () => import('./commands/audit.ts'),
  },
  {
    name: 'who',
    summary: 'who could assume a role at a time',
    load: () => import('./commands/who.ts'),
  },
  {
    name: 'watch',
    summary: 'print findings as they come, with nothing deployed',
    load: () => import('./commands/watch.ts'),
  },
  {
    name: 'rules',
    summary: 'the risk rules, or the page of one',
    load: () => import('./commands/rules.ts'),
  },
  {
    name: 'causes',
    summary: 'the causes of a denial, or the page of one',
    load: () => import('./commands/causes.ts'),
  },
  {
    name: 'doctor',
    summary: 'what is wrong with a live deployment, in plain words',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'athena-ddl',
    summary: "the table over a trail's bucket that `athena:` reads",
    load: () => import('./commands/athena-ddl.ts'),
  },
  {
    name: 'completion',
    summary: 'the completion script of a shell',
    load: () => import('./commands/completion.ts'),
  },
];
