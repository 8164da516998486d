/** The messages under `docs/slack` are what the samples give, and Slack would take each; `npm run docs` writes them anew. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../src/findings/finding.ts';
import { slackMessage } from '../../src/findings/forms/slack.ts';

const root = join(import.meta.dirname, '../..');
let findings: readonly Finding[];

beforeAll(() => {
  const out = execFileSync(process.execPath, ['src/cli/trusttrail.js', 'replay', 'samples', '--format', 'ndjson'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  findings = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
});

const shown: readonly (readonly [string, (finding: Finding) => boolean])[] = [
  ['opened-to-everyone', ({ kind, severity }) => kind === 'trust-change' && severity === 'critical'],
  ['burst-of-denials', ({ kind }) => kind === 'denial-spike'],
  ['denied-by-subject', ({ cause }) => cause === 'oidc-subject'],
  ['change-refused', ({ kind }) => kind === 'trust-change-failed'],
  ['resolved', ({ kind }) => kind === 'resolved'],
];

describe.for(shown)('%s', ([name, wanted]) => {
  test('is taken by Slack, and is what stands in docs/slack', async () => {
    const finding = findings.find(wanted);
    if (finding === undefined) throw new Error('the samples have no such finding');
    const message = slackMessage(finding, { docs: 'https://github.com/trusttrail/trusttrail/blob/main/docs' });
    const text = `${JSON.stringify(message, null, 2)}\n`;
    expect(faultsOf(JSON.parse(text))).toEqual([]);
    await expect(text).toMatchFileSnapshot(join(root, `docs/slack/${name}.json`));
  });
});

test('the limits are asked for: a message that breaks each is refused', () => {
  const long = (type: string, length: number) => ({ type, text: 'x'.repeat(length) });
  const bad = {
    text: 'x',
    blocks: [
      { type: 'header', text: long('plain_text', 151) },
      { type: 'header', text: long('mrkdwn', 5) },
      { type: 'section', text: long('mrkdwn', 3001) },
      { type: 'section', text: long('mrkdwn', 0) },
      { type: 'section', fields: Array.from({ length: 11 }, () => long('mrkdwn', 5)) },
      { type: 'section', fields: [long('mrkdwn', 2001)] },
      { type: 'context', elements: Array.from({ length: 11 }, () => long('mrkdwn', 5)) },
      { type: 'actions', elements: [{ type: 'button', text: long('plain_text', 76), url: 'x'.repeat(3001) }] },
      { type: 'marquee' },
      ...Array.from({ length: 45 }, () => ({ type: 'divider' })),
    ],
  };
  expect(faultsOf(bad)).toEqual([
    'blocks: 54 of 50',
    'header: 151 of 150',
    'header: not plain_text',
    'section: 3001 of 3000',
    'section: empty',
    'section: 11 fields of 10',
    'section field: 2001 of 2000',
    'context: 11 elements of 10',
    'button: 76 of 75',
    'button: url of 3001 of 3000',
    'marquee: unknown',
  ]);
});

interface Text {
  readonly type?: string;
  readonly text?: string;
}
interface Block {
  readonly type: string;
  readonly text?: Text;
  readonly fields?: readonly Text[];
  readonly elements?: readonly { readonly type: string; readonly text?: Text | string; readonly url?: string }[];
}

/** As published: Slack developer docs, reference of blocks (header, section, context, actions) and of the button. */
function faultsOf(message: { readonly text: string; readonly blocks: readonly Block[] }): readonly string[] {
  const faults: string[] = [];
  const within = (name: string, text: string | undefined, most: number): void => {
    if (text === undefined || text.length === 0) faults.push(`${name}: empty`);
    else if (text.length > most) faults.push(`${name}: ${text.length} of ${most}`);
  };
  if (message.text === '') faults.push('text: empty');
  if (message.blocks.length > 50) faults.push(`blocks: ${message.blocks.length} of 50`);
  for (const block of message.blocks) {
    const { type, text, fields = [], elements = [] } = block;
    if (type === 'header') {
      within(type, text?.text, 150);
      if (text?.type !== 'plain_text') faults.push('header: not plain_text');
    } else if (type === 'section') {
      if (text !== undefined || fields.length === 0) within(type, text?.text, 3000);
      if (fields.length > 10) faults.push(`section: ${fields.length} fields of 10`);
      for (const field of fields) within('section field', field.text, 2000);
    } else if (type === 'context') {
      if (elements.length > 10) faults.push(`context: ${elements.length} elements of 10`);
      for (const element of elements)
        within('context', typeof element.text === 'string' ? element.text : element.text?.text, 3000);
    } else if (type === 'actions') {
      if (elements.length > 25) faults.push(`actions: ${elements.length} elements of 25`);
      for (const { text: label, url } of elements) {
        within('button', typeof label === 'string' ? label : label?.text, 75);
        if ((url?.length ?? 0) > 3000) faults.push(`button: url of ${url?.length} of 3000`);
      }
    } else if (type !== 'divider') faults.push(`${type}: unknown`);
  }
  return faults;
}
