/** What does the page of a cause say, and the table of all of them? Markdown, made from the modules. */
import { markdown } from '../findings/escape.ts';
import { sideName, whoName } from '../findings/forms/words.ts';
import { wrap } from '../findings/forms/wrap.ts';
import type { Cause, CauseExample } from './cause.ts';

/** The page `docs/causes/ID.md`. */
export function causePage(cause: Cause): string {
  return [
    `# ${cause.id}`,
    `**${cause.title}.**`,
    `Side: ${sideName(cause.side)}. Fixed by: ${whoName(cause.who)}.`,
    `## What it means`,
    cause.means,
    `## How it is told apart`,
    cause.toldApart,
    `## Fix`,
    cause.fix,
    `## It is this`,
    list(cause.isIt.map((one) => `${markdown(one.name)}: *${one.confidence}*${policyLine(one)}`)),
    `## It is not this`,
    list(cause.isNot.map((one) => `${markdown(one.name)}${policyLine(one)}`)),
    `Every example is a test (\`test/causes/catalogue.test.ts\`). This page is made from \`src/causes/${cause.id}.ts\`.`,
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

/** `docs/causes/README.md`. */
export function causesTable(causes: readonly Cause[]): string {
  return [
    '# Why a call is denied',
    'The causes that `trusttrail explain` knows; `trusttrail causes ID` prints one. This table is made from the modules in `src/causes`.',
    [
      '| cause | it is this when | side | fixed by |',
      '| --- | --- | --- | --- |',
      ...causes.map(
        ({ id, title, side, who }) => `| [\`${id}\`](${id}.md) | ${title} | ${sideName(side)} | ${whoName(who)} |`,
      ),
    ].join('\n'),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

/** One paragraph or list on a terminal: the page without its marks. */
export function causeText(cause: Cause, width: number): string {
  const paragraph = (text: string): string => `  ${wrap(text, width, '  ', 2)}`;
  const item = (text: string): string => `  - ${wrap(text, width, '    ', 4)}`;
  return [
    wrap(`${cause.id}: ${cause.title}.`, width),
    wrap(`Side: ${sideName(cause.side)}. Fixed by: ${whoName(cause.who)}.`, width),
    `What it means\n${paragraph(cause.means)}`,
    `How it is told apart\n${paragraph(cause.toldApart)}`,
    `Fix\n${paragraph(cause.fix)}`,
    `It is this\n${cause.isIt.map(({ name, confidence }) => item(`${name} (${confidence})`)).join('\n')}`,
    `It is not this\n${cause.isNot.map(({ name }) => item(name)).join('\n')}`,
  ].join('\n\n');
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}

function policyLine({ policy }: CauseExample): string {
  if (policy === undefined) return '';
  const text = typeof policy === 'string' ? policy : JSON.stringify(policy);
  return `\n\n  \`\`\`json\n  ${text.replaceAll('\n', '\n  ')}\n  \`\`\``;
}
