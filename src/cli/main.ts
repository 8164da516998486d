/** The command line: which command was asked for, and how it ends. */
import { Command, CommanderError } from 'commander';
import { plainText } from '../findings/escape.ts';
import { type CommandEntry, commandTable } from './command-table.ts';
import { helpForm, helpProse } from './help-form.ts';
import { type Io, UserError } from './io.ts';
import { nearestWord } from './nearest-word.ts';
import { processIo } from './process-io.ts';
import { repository, version } from './version.ts';

const issues = `${repository}/issues`;

/** Runs the command of this process's arguments; sets the exit code and lets the streams empty themselves. */
export async function runProcess(): Promise<void> {
  // A reader that has seen enough (`| head`) closes the pipe: that is no error of ours.
  const endOnLostOutput = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') process.exit();
    // A full disk, say: what was printed is not whole.
    if (stderrWorks) process.stderr.write(`trusttrail: the output cannot be written: ${plainText(error.message)}\n`);
    process.exit(2);
  };
  let stderrWorks = true;
  process.stdout.on('error', endOnLostOutput);
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    stderrWorks = false;
    endOnLostOutput(error);
  });
  const io = processIo();
  await run(process.argv.slice(2), io);
  process.exitCode = io.exitCode();
}

/**
 * Runs one command line. Never throws: what goes wrong is one line on stderr and the exit code 2.
 * @param args without the program's own name.
 */
export async function run(
  args: readonly string[],
  io: Io,
  table: readonly CommandEntry[] = commandTable,
): Promise<void> {
  const debug = args.includes('--debug');
  try {
    const program = await programFor(args, io, table);
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return;
    io.err(`trusttrail: ${messageOf(error)}\n`);
    if (debug && error instanceof Error) io.err(`${error.stack ?? ''}\n`);
    io.exit(2);
  }
}

/** The program with all commands for its help, of which only the one asked for is loaded. */
export async function programFor(args: readonly string[], io: Io, table: readonly CommandEntry[]): Promise<Command> {
  const width = Math.min(io.stdout.columns, 100);
  const program = new Command('trusttrail')
    .description(
      'Who can newly assume an IAM role, and why AssumeRole was denied, from CloudTrail alone, with a fix proven to grant nothing more.',
    )
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print the help')
    .helpCommand('help [command]', 'print the help of a command')
    .option('--show-external-ids', 'print external IDs whole, not as their first two characters and length')
    .option('--debug', 'print the stack of an unexpected error')
    .configureHelp(helpForm(width))
    .configureOutput({
      writeOut: (text) => io.out(helpProse(text, width)),
      writeErr: (text) => io.err(text),
      outputError: () => {},
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => Math.min(io.stderr.columns, 100),
      getOutHasColors: () => io.stdout.colour,
      getErrHasColors: () => io.stderr.colour,
    })
    .exitOverride()
    .addHelpText('after', examples);
  const words = args.filter((arg) => !arg.startsWith('-'));
  const asked = words[0] === 'help' ? words[1] : words[0];
  const names = [...table.map(({ name }) => name), 'help'];
  // The library would answer with the help of everything.
  if (words[0] === 'help' && asked !== undefined && !names.includes(asked)) {
    const near = nearestWord(names, asked);
    throw new UserError(`unknown command '${asked}'`, near === undefined ? undefined : `did you mean ${near}?`);
  }
  for (const entry of table) {
    if (entry.name === asked) (await entry.load()).register(program, io, table);
    else program.command(entry.name).description(entry.summary);
  }
  return program;
}

const examples = `
Examples:
  $ trusttrail replay samples --report report.html
  $ trusttrail diff old.json new.json
  $ trusttrail check --fail-on high roles/*.json
  $ trusttrail can-assume --policy trust.json --principal arn:aws:iam::111122223333:role/deploy
  $ trusttrail explain event.json --policy trust.json

Exit codes: 0 nothing found, 1 something was found, 2 the command line or an input is wrong.
Run \`trusttrail COMMAND --help\` for one command.`;

/** One line, whatever was thrown; text of an input in it cannot steer the terminal. */
function messageOf(error: unknown): string {
  if (error instanceof UserError)
    return plainText(error.hint === undefined ? error.message : `${error.message} (${error.hint})`);
  if (error instanceof CommanderError) {
    const choice =
      /(?:argument|command-argument value) '(.*)' is invalid(?: for argument '(.*)')?\. Allowed choices are (.*)\.$/s.exec(
        error.message,
      );
    const near = choice === null ? undefined : nearestWord((choice[3] ?? '').split(', '), choice[1] ?? '');
    if (near !== undefined) return plainText(`${error.message.replace(/^error: /, '')} (did you mean ${near}?)`);
    const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
    return plainText([first, ...rest.map((line) => line.replace(/^\(Did you mean/, '(did you mean'))].join(' '));
  }
  const message = error instanceof Error ? error.message : String(error);
  return `unexpected error, please report it at ${issues}: ${plainText(message)} (--debug prints more)`;
}
