/** What does a reader see of a rule: its page under `docs/rules`, its row in the table, its entry in JSON? */
import type { RiskExample, RiskRule } from './risk-rule.ts';

/** @returns the page of a rule in Markdown, with its examples as the tests run them. */
export function rulePage(rule: RiskRule): string {
  const parts = [
    `# ${rule.id}`,
    `**${rule.title}**`,
    `Severity: ${rule.severity}. ${
      rule.about === 'change'
        ? 'About a change: asked where the version before is known.'
        : 'About a policy as it stands.'
    }${rule.fix === undefined ? '' : ' A fix is derived where one can be.'}`,
    rule.why,
    '## What to do',
    rule.remedy,
    ...(rule.notCovered === undefined ? [] : ['## What it does not cover', rule.notCovered]),
    ...(rule.folds === undefined || rule.folds.length === 0
      ? []
      : ['## Says more exactly than', rule.folds.map((id) => `* \`${id}\``).join('\n')]),
    '## Fires',
    ...rule.fires.map((example) => exampleText(example, rule)),
    '## Stays silent',
    ...rule.silent.map((example) => exampleText(example, rule)),
    '## References',
    rule.references.map((reference) => `* ${reference}`).join('\n'),
    `<sub>Made from \`src/risks/${rule.id}.ts\` by \`npm run docs\`.</sub>`,
  ];
  return `${parts.join('\n\n')}\n`;
}

/** @returns the page that lists all rules, most severe first. */
export function rulesTable(rules: readonly RiskRule[], order: readonly string[]): string {
  const rows = [...rules]
    .sort((a, b) => order.indexOf(b.severity) - order.indexOf(a.severity) || (a.id < b.id ? -1 : 1))
    .map(({ id, severity, about, title }) => `| [${id}](${id}.md) | ${severity} | ${about} | ${title} |`);
  return [
    '# Risk rules',
    `${rules.length} rules. Each is one module of \`src/risks\`; its page is made from it, and every example on the page is a test. A severity is the usual one: what a finding carries may differ with what is known of the role and of its callers. *State* rules judge a policy as it stands; *change* rules need the version before.`,
    'Which checks of other tools they cover stands in [peer-checks.md](peer-checks.md).',
    ['| rule | severity | about | what it says |', '| --- | --- | --- | --- |', ...rows].join('\n'),
    '<sub>Made from the modules by `npm run docs`.</sub>',
    '',
  ].join('\n\n');
}

/** @returns the entry of a rule for programs. */
export function ruleEntry(rule: RiskRule): Readonly<Record<string, unknown>> {
  const { id, title, severity, about, why, remedy, notCovered, references, folds } = rule;
  return {
    id,
    title,
    severity,
    about,
    why,
    remedy,
    notCovered: notCovered ?? null,
    references,
    folds: folds ?? [],
    derivesFix: rule.fix !== undefined,
    docs: `docs/rules/${id}.md`,
    fires: rule.fires.map(exampleEntry),
    silent: rule.silent.map(exampleEntry),
  };
}

function exampleEntry({ name, policy, previous, role, severity }: RiskExample): Readonly<Record<string, unknown>> {
  return {
    name,
    policy,
    ...(previous === undefined ? {} : { previous }),
    ...(role === undefined ? {} : { role }),
    ...(severity === undefined ? {} : { severity }),
  };
}

function exampleText({ name, policy, previous, role, world, more, severity }: RiskExample, rule: RiskRule): string {
  const known = [
    ...(role === undefined ? [] : [role === null ? 'the role is not known' : `the role is \`${role}\``]),
    ...Object.entries({ ...world, ...more }).map(([what, value]) => `${what}: \`${readable(plain(value), 80)}\``),
    ...(severity === undefined || severity === rule.severity ? [] : [`severity: ${severity}`]),
  ];
  const beside = known.length === 0 ? '' : ` (${known.join('; ').replaceAll('\n', ' ')})`;
  const before = previous === undefined ? '' : `\n\nbefore:\n\n${block(previous)}\n\nafter:`;
  return `### ${sentence(name)}${beside === '' ? '' : `\n\n${beside.slice(2, -1)}`}${before}\n\n${block(policy)}`;
}

function sentence(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

function block(policy: string | object): string {
  return `\`\`\`json\n${typeof policy === 'string' ? policy : readable(policy, 100)}\n\`\`\``;
}

/** Maps are shown as the objects they would be in a file. */
function plain(value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value as ReadonlyMap<string, unknown>) : value;
}

/** JSON in which whatever fits on a line stands on one. */
function readable(value: unknown, width: number, indent = ''): string {
  const short = oneLine(value);
  if (typeof value !== 'object' || value === null || indent.length + short.length <= width) return short;
  const inner = `${indent}  `;
  const list = Array.isArray(value);
  const rows = list
    ? value.map((item: unknown) => readable(item, width, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${readable(item, width, inner)}`);
  const [open, close] = list ? ['[', ']'] : ['{', '}'];
  return `${open}\n${rows.map((row) => inner + row).join(',\n')}\n${indent}${close}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}
