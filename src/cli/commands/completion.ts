/** `trusttrail completion`: which words may come next, as a script for the shell? */
import { Argument, Command, type Option } from 'commander';
import { shellQuote } from '../../findings/escape.ts';
import type { CommandEntry } from '../command-table.ts';
import type { Io } from '../io.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly {
    readonly flag: string;
    readonly summary: string;
    readonly choices: readonly string[];
    readonly takesValue: boolean;
  }[];
}

export function register(program: Command, io: Io, table: readonly CommandEntry[]): void {
  program
    .command('completion')
    .summary('the completion script of a shell')
    .description(
      'Prints the completion script of a shell: commands, options, and the values of options that have a list.',
    )
    .addArgument(new Argument('<SHELL>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  $ source <(trusttrail completion bash)
  $ trusttrail completion zsh > "\${fpath[1]}/_trusttrail"
  $ trusttrail completion fish > ~/.config/fish/completions/trusttrail.fish`,
    )
    .action(async (shell: Shell) => {
      io.out(scriptOf(shell, await wordsOf(table, io)));
    });
}

/** Loads every command, which is what `--help` spares itself: completion scripts are made once. */
async function wordsOf(table: readonly CommandEntry[], io: Io): Promise<readonly CommandWords[]> {
  const words: CommandWords[] = [];
  for (const entry of table) {
    const program = new Command('trusttrail').option('--show-external-ids', 'print external IDs whole');
    (await entry.load()).register(program, io, table);
    const command = program.commands.find((one) => one.name() === entry.name);
    const options = [...(command?.options ?? []), ...program.options].filter((option) => !option.hidden);
    words.push({ name: entry.name, summary: entry.summary, options: options.flatMap(optionWords) });
  }
  return words;
}

function optionWords(option: Option): CommandWords['options'] {
  if (option.long === undefined || option.long === null) return [];
  return [
    {
      flag: option.long,
      summary: option.description,
      choices: option.argChoices ?? [],
      takesValue: option.required || option.optional,
    },
  ];
}

function scriptOf(shell: Shell, commands: readonly CommandWords[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(commands);
    case 'zsh':
      return `#compdef trusttrail\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(commands)}`;
    case 'fish':
      return fishScript(commands);
  }
}

function bashScript(commands: readonly CommandWords[]): string {
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map(
        ({ flag, choices }) =>
          `    '${name} ${flag}') COMPREPLY=($(compgen -W ${shellQuote(choices.join(' '))} -- "$word")); return ;;`,
      ),
  );
  const flags = commands.map(
    ({ name, options }) =>
      `    ${name}) words=${shellQuote([...options.map(({ flag }) => flag), '--help'].join(' '))} ;;`,
  );
  const names = commands.map(({ name }) => name).join(' ');
  return `# trusttrail, completion of bash
_trusttrail() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${names} help --help --version' -- "$word"))
    return
  fi
  case "$command $previous" in
${values.join('\n')}
  esac
  case "$command" in
${flags.join('\n')}
  esac
  if [ "\${word#-}" != "$word" ]; then COMPREPLY=($(compgen -W "$words" -- "$word")); else COMPREPLY=($(compgen -f -- "$word")); fi
}
complete -o filenames -F _trusttrail trusttrail
`;
}

function fishScript(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, summary, options }) => [
    `complete -c trusttrail -n __fish_use_subcommand -f -a ${name} -d ${fishQuote(summary)}`,
    ...options.map(({ flag, summary: what, choices, takesValue }) => {
      const value = choices.length > 0 ? ` -x -a ${fishQuote(choices.join(' '))}` : takesValue ? ' -r' : '';
      return `complete -c trusttrail -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}${value} -d ${fishQuote(what)}`;
    }),
  ]);
  return `# trusttrail, completion of fish\n${lines.join('\n')}\n`;
}

/** In fish's single quotes a backslash escapes itself and the quote. */
function fishQuote(text: string): string {
  return `'${text.replace(/[\\']/g, (sign) => `\\${sign}`)}'`;
}
