/** `trusttrail causes`: which causes of a denied call are there, and what is each? */
import type { Command } from 'commander';
import { causeById, causes } from '../../causes/catalogue.ts';
import { type Io, UserError } from '../io.ts';

/** Adds the command. */
export function register(program: Command, io: Io): void {
  program
    .command('causes')
    .argument('[id]', 'the cause to show')
    .description('the causes that explain knows')
    .action((id: string | undefined) => {
      if (id === undefined) {
        for (const cause of causes) io.out(`${cause.id}  ${cause.title}\n`);
        return;
      }
      const cause = causeById(id);
      if (cause === undefined) throw new UserError(`causes: no cause \`${id}\``, '`trusttrail causes` lists them');
      io.out(`# ${cause.id}\n\n${cause.title}.\n\nSide: ${cause.side}. Fix (${cause.who}): ${cause.fix}\n`);
    });
}
