/** `trusttrail completion`: which words may come next, as a script for the shell? */
import { Argument, Command, type Option } from 'commander';
import { shellQuote } from '../../findings/escape.ts';
import type { CommandEntry } from '../command-table.ts';
import type { Io } from '../io.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

interface OptionWords {
  readonly flag: string;
  readonly summary: string;
  readonly choices: readonly string[];
  readonly takesValue: boolean;
}

interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** What stands after the command, where there is a list of it; otherwise files do. */
  readonly values: readonly string[];
}

/** What stands before a command as well. */
const everywhere: readonly OptionWords[] = [
  { flag: '--show-external-ids', summary: 'print external IDs whole', choices: [], takesValue: false },
  { flag: '--debug', summary: 'print the stack of an unexpected error', choices: [], takesValue: false },
  { flag: '--help', summary: 'print the help', choices: [], takesValue: false },
];
const version: OptionWords = { flag: '--version', summary: 'print the version', choices: [], takesValue: false };

export function register(program: Command, io: Io, table: readonly CommandEntry[]): void {
  program
    .command('completion')
    .summary('the completion script of a shell')
    .description(
      'the completion script of a shell, for commands, options, their values, and the ids of rules and causes',
    )
    .addArgument(new Argument('<SHELL>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  $ source <(trusttrail completion bash)
  $ source <(trusttrail completion zsh)
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
    const program = new Command('trusttrail');
    (await entry.load()).register(program, io, table);
    const command = program.commands.find((one) => one.name() === entry.name);
    const options = (command?.options ?? []).filter((option) => !option.hidden).flatMap(optionWords);
    const values = (command?.registeredArguments ?? []).flatMap(({ argChoices }) => argChoices ?? []);
    words.push({
      name: entry.name,
      summary: entry.summary,
      options: [...options, ...everywhere],
      values: [...values, ...(await idsOf(entry.name))],
    });
  }
  const help = { name: 'help', summary: 'print the help of a command', options: [] };
  return [...words, { ...help, values: table.map(({ name }) => name) }];
}

async function idsOf(command: string): Promise<readonly string[]> {
  if (command === 'rules') return (await import('../../risks/catalogue.ts')).riskRules.map(({ id }) => id);
  if (command === 'causes') return (await import('../../causes/catalogue.ts')).causes.map(({ id }) => id);
  return [];
}

function optionWords(option: Option): readonly OptionWords[] {
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
      return zshScript(commands);
    case 'fish':
      return fishScript(commands);
  }
}

/** The lines of a `case` on command and option, one for each option with a list of values. */
function choiceCases(commands: readonly CommandWords[], answer: (choices: readonly string[]) => string): string {
  return commands
    .flatMap(({ name, options }) =>
      options
        .filter(({ choices }) => choices.length > 0)
        .map(({ flag, choices }) => `    '${name} ${flag}') ${answer(choices)}; return ;;`),
    )
    .join('\n');
}

function bashScript(commands: readonly CommandWords[]): string {
  const cases = commands.map(({ name, options, values }) => {
    const flags = shellQuote(options.map(({ flag }) => flag).join(' '));
    return `    ${name}) flags=${flags === "''" ? '' : flags} values=${values.length === 0 ? '' : shellQuote(values.join(' '))} ;;`;
  });
  const names = commands.map(({ name }) => name).join(' ');
  return `# trusttrail, completion of bash
_trusttrail() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= flags= values= index
  COMPREPLY=()
  # bash takes an option and its value apart at the sign between them.
  if [ "$word" = '=' ]; then word=
  elif [ "$previous" = '=' ]; then previous=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case \${COMP_WORDS[index]} in -*) ;; *) command=\${COMP_WORDS[index]}; break ;; esac
  done
  if [ -z "$command" ]; then
    COMPREPLY=($(compgen -W '${names} ${[...everywhere, version].map(({ flag }) => flag).join(' ')}' -- "$word"))
    return
  fi
  case "$command $previous" in
${choiceCases(commands, (choices) => `COMPREPLY=($(compgen -W ${shellQuote(choices.join(' '))} -- "$word"))`)}
  esac
  case "$command" in
${cases.join('\n')}
  esac
  case "$word" in -*) COMPREPLY=($(compgen -W "$flags" -- "$word")); return ;; esac
  if [ -n "$values" ]; then COMPREPLY=($(compgen -W "$values" -- "$word"))
  else COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _trusttrail trusttrail
`;
}

function zshScript(commands: readonly CommandWords[]): string {
  /** In an array of `_describe` a colon ends the word. */
  const described = (word: string, summary: string): string => shellQuote(`${word.replaceAll(':', '\\:')}:${summary}`);
  const flagsOf = (options: readonly OptionWords[]): string =>
    options.map(({ flag, summary }) => described(flag, summary)).join(' ');
  const cases = commands.map(
    ({ name, options, values }) =>
      `    ${name}) flags=(${flagsOf(options)}) values=(${values.map((value) => shellQuote(value)).join(' ')}) ;;`,
  );
  return `#compdef trusttrail
# trusttrail, completion of zsh
_trusttrail() {
  local command= previous=\${words[CURRENT-1]} index
  local -a flags values commands
  for (( index = 2; index < CURRENT; index++ )); do
    [[ \${words[index]} == -* ]] || { command=\${words[index]}; break }
  done
  if [[ -z $command ]]; then
    flags=(${flagsOf([...everywhere, version])})
    commands=(${commands.map(({ name, summary }) => described(name, summary)).join(' ')})
    if [[ \${words[CURRENT]} == -* ]]; then _describe -o option flags; else _describe command commands; fi
    return
  fi
  if [[ \${words[CURRENT]} == --*=* ]]; then
    previous=\${words[CURRENT]%%=*}
    compset -P '*='
  fi
  case "$command $previous" in
${choiceCases(commands, (choices) => `compadd -- ${choices.join(' ')}`)}
  esac
  case "$command" in
${cases.join('\n')}
  esac
  if [[ \${words[CURRENT]} == --*=* ]]; then _files
  elif [[ \${words[CURRENT]} == -* ]]; then _describe -o option flags
  elif (( \${#values} )); then compadd -- $values
  else _files
  fi
}
if [[ \${funcstack[1]} == _trusttrail ]]; then _trusttrail "$@"
elif (( \${+functions[compdef]} )); then compdef _trusttrail trusttrail
fi
`;
}

function fishScript(commands: readonly CommandWords[]): string {
  const option = (condition: string, { flag, summary, choices, takesValue }: OptionWords): string => {
    const value = choices.length > 0 ? ` -x -a ${fishQuote(choices.join(' '))}` : takesValue ? ' -r' : '';
    return `complete -c trusttrail -n ${fishQuote(condition)} -l ${flag.slice(2)}${value} -d ${fishQuote(summary)}`;
  };
  const lines = commands.flatMap(({ name, summary, options, values }) => [
    `complete -c trusttrail -n __fish_use_subcommand -f -a ${name} -d ${fishQuote(summary)}`,
    ...options.map((one) => option(`__fish_seen_subcommand_from ${name}`, one)),
    // Nothing but one of these: no files.
    ...(values.length === 0
      ? []
      : [
          `complete -c trusttrail -n ${fishQuote(`__fish_seen_subcommand_from ${name}`)} -f -a ${fishQuote(values.join(' '))}`,
        ]),
  ]);
  const first = [...everywhere, version].map((one) => option('__fish_use_subcommand', one));
  return `# trusttrail, completion of fish\n${[...first, ...lines].join('\n')}\n`;
}

/** In fish's single quotes a backslash escapes itself and the quote. */
function fishQuote(text: string): string {
  return `'${text.replace(/[\\']/g, (sign) => `\\${sign}`)}'`;
}
