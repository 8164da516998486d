/** `trusttrail athena-ddl`: what makes the table over a trail's bucket that `athena:` reads? */
import type { Command } from 'commander';
import { athenaDdl } from '../../adapters/athena.ts';
import { isDay } from '../history-sources.ts';
import { type Io, UserError } from '../io.ts';

interface Options {
  readonly table: string;
  readonly organization?: string;
  readonly accounts: string;
  readonly regions: string;
  readonly from: string;
}

const examples = `
Examples:
  $ trusttrail athena-ddl s3://my-trail-bucket --accounts 111122223333 --regions us-east-1,eu-west-1 > table.sql
  $ trusttrail athena-ddl s3://my-trail-bucket --organization o-a1b2c3d4e5 --accounts 111122223333,444455556666`;

/** Adds the command. */
export function register(program: Command, io: Io): void {
  program
    .command('athena-ddl')
    .argument('<location>', 's3://bucket or s3://bucket/prefix: what stands before AWSLogs/')
    .description("the table over a trail's bucket that athena: reads, as a statement for Athena")
    .requiredOption('--accounts <ids>', 'account ids, separated by commas')
    .option('--regions <regions>', 'regions, separated by commas', 'us-east-1')
    .option('--organization <id>', 'of an organization’s trail, o-…')
    .option('--table <name>', 'the table’s name, also with its database', 'cloudtrail_logs')
    .option('--from <day>', 'the first day with logs, YYYY-MM-DD', '2020-01-01')
    .addHelpText('after', examples)
    .action((location: string, options: Options, command: Command) => {
      io.out(athenaDdl(placeOf(location, options)));
      if (command.getOptionValueSource('regions') === 'default')
        io.err(
          `trusttrail: the table shows ${options.regions} alone: name with --regions every region in which roles are assumed\n`,
        );
    });
}

/** Everything goes into a statement, so nothing is taken that could be more than it should. */
function placeOf(
  location: string,
  { table, organization, accounts, regions, from }: Options,
): Parameters<typeof athenaDdl>[0] {
  if (!/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/[\w!.*()/=+@,-]*)?$/.test(location))
    throw new UserError(
      `${location}: expected s3://bucket or s3://bucket/prefix, with a bucket’s name of 3 to 63 characters`,
    );
  if (/(?:^|\/)AWSLogs(?:\/|$)/.test(location))
    throw new UserError(`${location}: give what stands before AWSLogs/`, location.replace(/\/?AWSLogs.*$/, ''));
  if (!/^\w{1,128}(?:\.\w{1,128})?$/.test(table)) throw new UserError(`--table ${table}: letters, digits and _ only`);
  if (organization !== undefined && !/^o-[a-z0-9]{10,32}$/.test(organization))
    throw new UserError(`--organization ${organization}: expected an id such as o-a1b2c3d4e5`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(from) || !isDay(from))
    throw new UserError(`--from ${from}: no such day`, 'YYYY-MM-DD');
  return {
    location,
    table,
    ...(organization === undefined ? {} : { organization }),
    accounts: listOf(accounts, /^\d{12}$/, '--accounts', 'an account id of 12 digits'),
    regions: listOf(regions, /^[a-z]{2,4}(?:-[a-z]+)+-\d+$/, '--regions', 'a region'),
    since: from.replaceAll('-', '/'),
  };
}

function listOf(text: string, form: RegExp, option: string, expected: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  const wrong = items.find((item) => !form.test(item));
  if (wrong !== undefined) throw new UserError(`${option} ${text}: \`${wrong}\` is not ${expected}`);
  return items;
}
