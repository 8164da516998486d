/** The pages under `docs/rules` are what the modules say; `npm run docs` writes them anew. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { severities } from '../../src/findings/finding.ts';
import { riskRuleById, riskRules } from '../../src/risks/catalogue.ts';
import { rulePage, rulesTable } from '../../src/risks/rule-page.ts';

const folder = join(import.meta.dirname, '../../docs/rules');
const documentFolder = join(import.meta.dirname, '../../src/policy/document');

test.for(riskRules)('the page of $id', async (rule) => {
  await expect(rulePage(rule)).toMatchFileSnapshot(join(folder, `${rule.id}.md`));
});

test('the table of all rules', async () => {
  await expect(rulesTable(riskRules, severities)).toMatchFileSnapshot(join(folder, 'README.md'));
});

test('no page is left of a rule that is gone', () => {
  const pages = readdirSync(folder)
    .filter((file) => file.endsWith('.md') && !['README.md', 'peer-checks.md'].includes(file))
    .map((file) => file.slice(0, -'.md'.length));
  expect(pages.filter((id) => riskRuleById(id) === undefined)).toEqual([]);
});

test('every rule named in peer-checks.md is there, and no check is left without an answer', () => {
  const text = readFileSync(join(folder, 'peer-checks.md'), 'utf8');
  const links = [...text.matchAll(/\[([a-z0-9-]+)\]\(\1\.md\)/g)].map(([, id = '']) => id);
  expect(links.length).toBeGreaterThan(50);
  expect(links.filter((id) => riskRuleById(id) === undefined)).toEqual([]);
  const sources = readdirSync(documentFolder).map((file) => readFileSync(join(documentFolder, file), 'utf8'));
  const codes = [...text.matchAll(/`(invalid-[a-z-]+[a-z])`/g)].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(20);
  expect(codes.filter((code) => !sources.some((source) => source.includes(`'${code}'`)))).toEqual([]);
  const rows = text.split('\n').filter((line) => /^\| (?!---|check )/.test(line));
  expect(rows.length).toBeGreaterThan(80);
  expect(rows.filter((row) => !/^\| .+ \| .{10,} \|$/.test(row))).toEqual([]);
});
