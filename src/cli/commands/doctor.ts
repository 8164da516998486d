/** `trusttrail doctor`: what is wrong with a live deployment? */
import { type Command, Option } from 'commander';
import { deploymentReader } from '../../adapters/deployment-facts.ts';
import { plainText } from '../../findings/escape.ts';
import { safeJson } from '../../findings/forms/json.ts';
import { type Diagnosis, diagnose } from '../diagnosis.ts';
import type { Io } from '../io.ts';
import { paintFor } from '../paint.ts';

interface Options {
  readonly stack: string;
  readonly region?: string;
  readonly format: 'text' | 'json';
}

const signs = { well: '✓', wrong: '✗', unknown: '?' } as const;
const colours = { well: 'green', wrong: 'red', unknown: 'yellow' } as const;

/** Adds the command. */
export function register(program: Command, io: Io): void {
  program
    .command('doctor')
    .description(
      'what is wrong with a live deployment, in plain words; asks AWS with the ambient credentials, and changes nothing',
    )
    .option('--stack <name>', 'name of the hub’s stack', 'Trusttrail')
    .option('--region <region>', 'where the hub is; by default where the events of IAM arrive')
    .addOption(new Option('--format <format>', 'the form of the answer').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      `
Examples:
  $ trusttrail doctor
  $ AWS_PROFILE=security trusttrail doctor --stack Trusttrail --region us-east-1 --format json`,
    )
    .action(async (options: Options) => {
      const reader = deploymentReader({ fetch });
      const found = await diagnose(reader, {
        stack: options.stack,
        ...(options.region === undefined ? {} : { region: options.region }),
      });
      const counts = countOf(found);
      if (options.format === 'json') io.out(`${safeJson({ diagnoses: found, summary: counts }, 2)}\n`);
      else io.out(textOf(found, io));
      io.exit(counts.wrong > 0 ? 1 : 0);
    });
}

function textOf(found: readonly Diagnosis[], io: Io): string {
  const paint = paintFor(io.stdout);
  const lines = found.flatMap(({ state, about, message, remedy }) => [
    `${paint([colours[state]], signs[state])} ${plainText(about)}: ${plainText(message)}`,
    ...(remedy === undefined ? [] : [`    → ${plainText(remedy)}`]),
  ]);
  const { wrong, unknown, well } = countOf(found);
  const rest = [...(unknown > 0 ? [`${unknown} could not be looked at`] : []), `${well} well`].join(', ');
  return `${lines.join('\n')}\n\n${wrong === 0 ? 'Nothing wrong was found' : `${wrong} wrong`}; ${rest}.\n`;
}

function countOf(found: readonly Diagnosis[]): Readonly<Record<Diagnosis['state'], number>> {
  const counts = { well: 0, wrong: 0, unknown: 0 };
  for (const { state } of found) counts[state] += 1;
  return counts;
}
