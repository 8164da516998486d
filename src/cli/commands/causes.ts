/** `trusttrail causes`: which causes of a denied call are there, and what is each? */
import { type Command, Option } from 'commander';
import { causeById, causes } from '../../causes/catalogue.ts';
import type { Cause } from '../../causes/cause.ts';
import { causeText } from '../../causes/cause-page.ts';
import { safeJson } from '../../findings/forms/json.ts';
import { type Io, UserError } from '../io.ts';
import { listing } from '../listing.ts';
import { nearestWord } from '../nearest-word.ts';
import { terminalOptions } from '../paint.ts';

/** Adds the command. */
export function register(program: Command, io: Io): void {
  program
    .command('causes')
    .argument('[id]', 'the cause to show')
    .description('the causes that explain knows, or the page of one')
    .addOption(new Option('--format <format>', 'the form of the answer').choices(['text', 'json']).default('text'))
    .action((id: string | undefined, _: unknown, command: Command) => {
      const { format } = command.optsWithGlobals<{ readonly format: 'text' | 'json' }>();
      const one = id === undefined ? undefined : causeById(id);
      if (id !== undefined && one === undefined) throw new UserError(`causes: no cause \`${id}\``, hintFor(id));
      if (format === 'json')
        io.out(`${safeJson(one === undefined ? { causes: causes.map(entryOf) } : entryOf(one), 2)}\n`);
      else
        io.out(
          one === undefined
            ? listing(
                causes.map(({ id, title }) => [id, title]),
                io.stdout,
              )
            : `${causeText(one, terminalOptions(io).width)}\n`,
        );
    })
    .addHelpText('after', examples);
}

const examples = `
Examples:
  $ trusttrail causes
  $ trusttrail causes external-id-missing
  $ trusttrail causes wrong-account --format json`;

function hintFor(id: string): string {
  const ids = causes.map((cause) => cause.id);
  const near = nearestWord(ids, id);
  return near === undefined ? '`trusttrail causes` lists them' : `did you mean \`${near}\`?`;
}

/** The entry as others may read it: what the page says, without the examples' records. */
function entryOf({ id, title, side, who, means, toldApart, fix, isIt, isNot }: Cause): object {
  return {
    cause: id,
    title,
    side,
    means,
    toldApart,
    fix: { who, summary: fix },
    isIt: isIt.map(({ name, confidence }) => ({ name, confidence })),
    isNot: isNot.map(({ name }) => ({ name })),
    docs: `docs/causes/${id}.md`,
  };
}
