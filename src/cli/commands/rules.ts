/** `trusttrail rules`: which risk rules are there, and what is each? */
import { type Command, Option } from 'commander';
import { safeJson } from '../../findings/forms/json.ts';
import { severityLabel } from '../../findings/forms/terminal.ts';
import { editDistanceAtMost } from '../../policy/keys/edit-distance.ts';
import { riskRuleById, riskRules } from '../../risks/catalogue.ts';
import type { RiskRule } from '../../risks/risk-rule.ts';
import { ruleEntry, rulePage } from '../../risks/rule-page.ts';
import { type Io, UserError } from '../io.ts';
import { paintFor } from '../paint.ts';

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
        else for (const rule of riskRules) io.out(rowOf(rule, io));
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

const column = Math.max(...riskRules.map(({ id }) => id.length)) + 2;

function rowOf({ id, severity, title }: RiskRule, io: Io): string {
  return `${severityLabel(severity, paintFor(io.stdout))}  ${id.padEnd(column)}${title}\n`;
}

/** The page as it stands under `docs`, with its headings in bold. */
function pageOf(rule: RiskRule, io: Io): string {
  const paint = paintFor(io.stdout);
  return rulePage(rule).replace(/^#+ .*$/gm, (heading) => paint(['bold'], heading));
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
