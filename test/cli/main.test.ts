import { Argument, type Command, Option } from 'commander';
import { describe, expect, test } from 'vitest';
import { type CommandEntry, commandTable } from '../../src/cli/command-table.ts';
import { type Io, UserError } from '../../src/cli/io.ts';
import { run } from '../../src/cli/main.ts';
import { fakeIo } from './fake-io.ts';

let loaded: string[] = [];

/** Commands that do what a test wants to see main.ts deal with. */
const table: readonly CommandEntry[] = [
  entry('greet', (program, io) => {
    program
      .command('greet')
      .argument('<NAME>', 'whom')
      .option('--loud', 'in capitals')
      .option('--times <N>', 'how often')
      .addOption(new Option('--in <language>', 'in which language').choices(['english', 'french']))
      .addHelpText('after', '\nExamples:\n  $ trusttrail greet world')
      .action((name: string, _options: unknown, command: Command) => {
        const { loud, showExternalIds } = command.optsWithGlobals<{ loud?: boolean; showExternalIds?: boolean }>();
        io.out(`hello ${loud === true ? name.toUpperCase() : name}${showExternalIds === true ? ' whole' : ''}\n`);
        io.exit(1);
      });
  }),
  entry('wave', (program) => {
    program
      .command('wave')
      .addArgument(new Argument('<hand>').choices(['left', 'right']))
      .action(() => {});
  }),
  entry('fail', (program, io) => {
    program
      .command('fail')
      .argument('<HOW>')
      .action(async (how: string) => {
        await io.drained?.();
        if (how === 'user') throw new UserError('trust.json:3:5: expected `}`\u001b[2J', 'see docs');
        if (how === 'odd') throw 'no error at all';
        throw new TypeError('undefined is not\na function');
      });
  }),
];

function entry(name: string, register: (program: Command, io: Io) => void): CommandEntry {
  return {
    name,
    summary: `the command ${name}`,
    load: async () => {
      loaded.push(name);
      return { register };
    },
  };
}

async function runWith(
  ...args: readonly string[]
): Promise<{ out: string; err: string; code: number; loaded: readonly string[] }> {
  loaded = [];
  const io = fakeIo();
  await run(args, io, table);
  return { out: io.printed(), err: io.warned(), code: io.exitCode(), loaded };
}

test('runs the command, with its exit code, and loads no other', async () => {
  expect(await runWith('greet', 'world')).toEqual({ out: 'hello world\n', err: '', code: 1, loaded: ['greet'] });
});

test.for([
  [['--show-external-ids', 'greet', 'a']],
  [['greet', 'a', '--show-external-ids']],
  [['greet', '--show-external-ids', 'a']],
] as const)('--show-external-ids stands anywhere: %j', async ([args]) => {
  expect(await runWith(...args)).toMatchObject({ out: 'hello a whole\n', err: '' });
});

describe('help and version', () => {
  test.for([[['--help']], [['-h']], [[]], [['help']]] as const)(
    '%j lists all commands and loads none',
    async ([args]) => {
      const { out, err, code, loaded: modules } = await runWith(...args);
      expect(out).toMatch(/greet +the command greet\n +wave +the command wave\n +fail +the command fail/);
      expect({ err, code, modules }).toEqual({ err: '', code: 0, modules: [] });
    },
  );

  test.for([[['greet', '--help']], [['help', 'greet']]] as const)(
    '%j is the help of one, with its examples',
    async ([args]) => {
      const { out, err, code } = await runWith(...args);
      expect(out).toMatch(/Usage: trusttrail greet[\s\S]*--loud[\s\S]*--show-external-ids[\s\S]*Examples:/);
      expect({ err, code }).toEqual({ err: '', code: 0 });
    },
  );

  test('--version', async () => {
    expect(await runWith('--version')).toMatchObject({ out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), code: 0 });
  });
});

describe('a wrong command line is one line and exit code 2', () => {
  test.for([
    [['gret', 'x'], "trusttrail: unknown command 'gret' (did you mean greet?)\n"],
    [['zzzzzz'], "trusttrail: unknown command 'zzzzzz'\n"],
    [['greet'], "trusttrail: missing required argument 'NAME'\n"],
    [['greet', 'a', '--lout'], "trusttrail: unknown option '--lout' (did you mean --loud?)\n"],
    [['greet', 'a', '--times'], "trusttrail: option '--times <N>' argument missing\n"],
    [['--bogus'], "trusttrail: unknown option '--bogus'\n"],
    [['help', 'gret'], "trusttrail: unknown command 'gret' (did you mean greet?)\n"],
    [['help', 'zzzzzz'], "trusttrail: unknown command 'zzzzzz'\n"],
    [
      ['greet', 'a', '--in', 'frnech'],
      "trusttrail: option '--in <language>' argument 'frnech' is invalid. Allowed choices are english, french. (did you mean french?)\n",
    ],
    [
      ['greet', 'a', '--in', 'klingon'],
      "trusttrail: option '--in <language>' argument 'klingon' is invalid. Allowed choices are english, french.\n",
    ],
    [
      ['wave', 'lfet'],
      "trusttrail: command-argument value 'lfet' is invalid for argument 'hand'. Allowed choices are left, right. (did you mean left?)\n",
    ],
  ] as const)('%j', async ([args, line]) => {
    expect(await runWith(...args)).toMatchObject({ out: '', err: line, code: 2 });
  });
});

describe('what a command throws', () => {
  test('a UserError is its message and hint on one line, without control characters', async () => {
    const { err, code } = await runWith('fail', 'user');
    expect(err).toBe('trusttrail: trust.json:3:5: expected `}`\\u001b[2J (see docs)\n');
    expect(code).toBe(2);
  });

  test.for(['bug', 'odd'])('anything else asks to be reported, without its stack: %s', async (how) => {
    const { err, code } = await runWith('fail', how);
    expect(err).toMatch(/^trusttrail: unexpected error, please report it at https:\/\/\S+: .*\n$/);
    expect(err).not.toContain('    at ');
    expect(code).toBe(2);
  });

  test('--debug prints the stack', async () => {
    expect((await runWith('fail', 'bug', '--debug')).err).toContain('    at ');
  });
});

test('the exit code is the highest asked for', async () => {
  const io = fakeIo();
  io.exit(1);
  io.exit(0);
  expect(io.exitCode()).toBe(1);
});

describe.for(commandTable.map((one) => [one.name, one] as const))('%s', ([name, command]) => {
  test('registers itself under its name, and its help has an example', async () => {
    const io = fakeIo();
    await run([name, '--help'], io);
    expect(io.warned()).toBe('');
    expect(io.printed()).toMatch(new RegExp(`^Usage: trusttrail ${name}`));
    expect(io.printed()).toMatch(new RegExp(`\\$ (?:.*\\| )?trusttrail ${name}`));
    expect(command.summary).toMatch(/^[^.]{10,80}$/);
  });
});
