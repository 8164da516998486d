/** The pages under `docs/commands` are what `--help` says; `npm run docs` writes them anew. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commandTable } from '../../src/cli/command-table.ts';
import { run } from '../../src/cli/main.ts';
import { fakeIo } from '../cli/fake-io.ts';
import { commandPage } from './command-page.ts';

const folder = join(import.meta.dirname, '../../docs/commands');
const names = commandTable.map(({ name }) => name);

test.for(commandTable)('the page of $name', async ({ name, summary }) => {
  const io = fakeIo({}, { columns: 100 });
  await run([name, '--help'], io);
  expect(io.warned()).toBe('');
  const help = io.printed();
  expect(help).toMatch(/^Usage: trusttrail /);
  const page = commandPage(
    { name, summary, help },
    names.filter((other) => other !== name),
  );
  // Nothing of the help is lost on the way.
  for (const option of help.match(/^ {2}(?:-\w, )?--[a-z-]+/gm) ?? []) expect(page).toContain(option);
  await expect(page).toMatchFileSnapshot(join(folder, `${name}.md`));
});

test('the list of all commands', async () => {
  const rows = commandTable.map(({ name, summary }) => `| [${name}](${name}.md) | ${summary} |`);
  const page = `# Commands\n\nWritten by \`npm run docs\` from what \`trusttrail COMMAND --help\` prints.\n\n| command | what it does |\n| --- | --- |\n${rows.join('\n')}\n`;
  await expect(page).toMatchFileSnapshot(join(folder, 'README.md'));
});

test('no page is left of a command that is gone', () => {
  const pages = readdirSync(folder).filter((file) => file !== 'README.md');
  expect(pages.toSorted()).toEqual(names.map((name) => `${name}.md`).toSorted());
});
