/** `trusttrail rules`: which risk rules are there, and what is each? */
import { type Command, Option } from 'commander';
import { safeJson } from '../../findings/forms/json.ts';
import { severityLabel } from '../../findings/forms/terminal.ts';
import { wrap } from '../../findings/forms/wrap.ts';
import { editDistanceAtMost } from '../../policy/keys/edit-distance.ts';
import { riskRuleById, riskRules } from '../../risks/catalogue.ts';
import type { RiskRule } from '../../risks/risk-rule.ts';
import { ruleEntry, rulePage } from '../../risks/rule-page.ts';
import { type Io, UserError } from '../io.ts';
import { type ListedRow, listing } from '../listing.ts';
import { paintFor, terminalOptions } from '../paint.ts';

/** Adds the command. */
export function register(program: Command, io: Io): void {
  program
    .command('rules')
    .argument('[id]', 'the rule to show')
    .description('the risk rules that check knows, or the page of one')
    .addOption(new Option('--format <format>', 'the form of the answer').choices(['text', 'json']).default('text'))
    .action((id: string | undefined, { format }: { readonly format: 'text' | 'json' }) => {
      if (id === undefined) {
        if (format === 'json') io.out(`${safeJson({ rules: riskRules.map(ruleEntry) }, 2)}\n`);
        else
          io.out(
            listing(
              riskRules.map((rule) => rowOf(rule, io)),
              io.stdout,
            ),
          );
        return;
      }
      const rule = riskRuleById(id);
      if (rule === undefined) throw new UserError(`rules: no rule \`${id}\``, hintFor(id));
      io.out(format === 'json' ? `${safeJson(ruleEntry(rule), 2)}\n` : pageOf(rule, io));
    })
    .addHelpText('after', examples);
}

const examples = `
Examples:
  $ trusttrail rules
  $ trusttrail rules public-principal-unconditional
  $ trusttrail rules --format json | jq -r '.rules[] | select(.severity == "critical").id'`;

function rowOf({ id, severity, title }: RiskRule, io: Io): ListedRow {
  return [severityLabel(severity, paintFor(io.stdout)).trimEnd(), id, title];
}

/** The page as it stands under `docs`, with its headings in bold; a terminal gets its paragraphs wrapped. */
function pageOf(rule: RiskRule, io: Io): string {
  const { paint, width } = terminalOptions(io);
  const page = rulePage(rule);
  const fitted = io.stdout.isTTY
    ? page
        .split(/^(```[\s\S]*?^```)/m)
        .map((part) => (part.startsWith('```') ? part : wrapped(part, width)))
        .join('')
    : page;
  return fitted.replace(/^#+ .*$/gm, (heading) => paint(['bold'], heading));
}

/** Rows of a table stay whole. */
function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => {
      const start = /^ *(?:[-*] |\d+\. )?/.exec(line)?.[0].length ?? 0;
      return line.startsWith('|') || line.startsWith('#') ? line : wrap(line, width, ' '.repeat(start));
    })
    .join('\n');
}

function hintFor(id: string): string {
  const near = nearest(id);
  return near === undefined ? '`trusttrail rules` lists them' : `did you mean \`${near}\`?`;
}

/** The rule whose id is spelt most alike; else the first that holds every word of what was asked for. */
function nearest(id: string): string | undefined {
  const asked = id.toLowerCase();
  const limit = Math.max(2, Math.floor(asked.length / 4));
  const spelt = riskRules
    .flatMap((rule) => {
      const distance = editDistanceAtMost(rule.id, asked, limit);
      return distance === undefined ? [] : [{ id: rule.id, distance }];
    })
    .sort((a, b) => a.distance - b.distance);
  if (spelt[0] !== undefined) return spelt[0].id;
  const words = asked.split(/[^a-z0-9]+/).filter((word) => word !== '');
  if (words.length === 0) return undefined;
  return riskRules.find((rule) => words.every((word) => rule.id.includes(word)))?.id;
}
