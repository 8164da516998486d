import type { KnownBlock } from '@slack/types';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/findings/finding.ts';
import {
  charactersOf,
  consoleLink,
  type SlackMessage,
  slackLimits,
  slackMessage,
} from '../../../src/findings/forms/slack.ts';
import { maskFinding } from '../../../src/findings/mask.ts';
import { findingExamples, hostile, hostileStrings } from '../examples.ts';

const examples = Object.values(findingExamples);
const docs = 'https://docs.example/trusttrail';

/** Everything that Slack refuses, or that could mention somebody or lead somewhere (Slack developer docs, "Blocks"). */
function expectWithinLimits(message: SlackMessage): void {
  expect(message.blocks.length).toBeLessThanOrEqual(slackLimits.blocks);
  expect(charactersOf(message.blocks)).toBeLessThanOrEqual(slackLimits.total);
  for (const text of textsOf(message.blocks)) {
    expect(text.text.length).toBeGreaterThan(0);
    expect(text.text.length).toBeLessThanOrEqual(slackLimits.text);
    if (text.type === 'plain_text') expect(text.emoji).toBe(false);
    else {
      expect(text.verbatim).toBe(true);
      expect(text.text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
      const outside = text.text.replace(/```[\s\S]*?```|`[^`\n]*`/g, '');
      expect(outside).not.toContain('`');
      expect(outside).not.toMatch(/[@#_~](?!\u200b)|:\/\//);
    }
  }
  expect(message.text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)|@(?!\u200b)/);
  expect(message).toMatchObject({ unfurl_links: false, unfurl_media: false });
  for (const block of message.blocks) {
    if (block.type === 'header') expect(block.text.text.length).toBeLessThanOrEqual(slackLimits.header);
    if (block.type === 'context') expect(block.elements.length).toBeLessThanOrEqual(10);
    if (block.type === 'actions')
      for (const element of block.elements)
        expect(element).toMatchObject({
          type: 'button',
          url: expect.stringMatching(/^https:\/\/(?:console\.aws\.amazon\.com|docs\.example)\//),
        });
  }
}

function textsOf(blocks: readonly KnownBlock[]): { type: string; text: string; verbatim?: boolean; emoji?: boolean }[] {
  const found: { type: string; text: string; verbatim?: boolean; emoji?: boolean }[] = [];
  JSON.stringify(blocks, (_, value: unknown) => {
    if (typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string')
      found.push(value as { type: string; text: string });
    return value;
  });
  return found;
}

describe.for(examples)('$kind', (finding) => {
  test('is made of these blocks', async () => {
    const message = slackMessage(maskFinding(finding), { docs });
    expectWithinLimits(message);
    await expect(`${JSON.stringify(message, null, 2)}\n`).toMatchFileSnapshot(`snapshots/${finding.kind}.slack.json`);
  });

  test.for(hostileStrings.map((text) => [text.slice(0, 40), text]))('hostile: %s', ([, text]) => {
    expectWithinLimits(slackMessage(hostile(finding, text ?? ''), { docs }));
  });
});

test('what does not fit is left out and counted, and the answer, the buttons and the ids stay', () => {
  const { causes = [], risks = [] } = { ...findingExamples.denial, ...findingExamples['trust-change'] };
  const big: Finding = {
    ...findingExamples['trust-change'],
    causes: Array.from({ length: 3 }, () => ({
      ...(causes[0] ?? findingExamples.denial.causes?.[0]),
      summary: '<&>'.repeat(400),
    })) as never,
    risks: Array.from({ length: 40 }, () => ({ ...risks[0], why: '<&>'.repeat(600) })) as never,
    notes: Array.from({ length: 60 }, () => 'x'.repeat(2000)),
  };
  const message = slackMessage(big, { docs });
  expectWithinLimits(message);
  const text = JSON.stringify(message.blocks);
  expect(text).toMatch(/\d+ more parts did not fit/);
  expect(message.blocks[0]?.type).toBe('header');
  expect(message.blocks.at(-1)?.type).toBe('context');
  expect(text).toContain('Open the event');
});

test('who gains access is told however long its escaped names are, as many as fit, and the rest is counted', () => {
  const { change } = findingExamples['trust-change'];
  const [gained] = change?.gained ?? [];
  if (change === undefined || gained === undefined) throw new Error('the example has lost its change');
  const message = (count: number, summary: string): SlackMessage =>
    slackMessage({
      ...findingExamples['trust-change'],
      change: { ...change, gained: Array.from({ length: count }, () => ({ ...gained, summary })) },
    });
  const told = (sent: SlackMessage): string =>
    textsOf(sent.blocks).find(({ text }) => text.startsWith('*Who gains access*'))?.text ?? '';
  for (const summary of ['role `'.padEnd(250, '<&'), 'tag `<<<<&&&&`'.repeat(20), '&'.repeat(4000)]) {
    expectWithinLimits(message(6, summary));
    expect(told(message(6, summary))).toMatch(/^\*Who gains access\*\n• .+\n {3}e\.g\. `/);
  }
  expect(told(message(30, 'role `deploy`'))).toMatch(/\n… and 24 more$/);
  expect(told(message(6, 'role `deploy`'))).not.toContain('more');
});

test('a title longer than a header is whole in the first lines', () => {
  const title = `VendorAccess can now be assumed by role \`${'x'.repeat(150)}\` and by everyone else`;
  const { blocks } = slackMessage({ ...findingExamples['trust-change'], title });
  expect(JSON.stringify(blocks[0])).toContain('…');
  expect(JSON.stringify(blocks[1])).toContain('and by everyone else');
  const short = slackMessage(findingExamples['trust-change']);
  expect(JSON.stringify(short.blocks[1])).not.toContain(findingExamples['trust-change'].title);
});

test('what a fix grants is quoted as code, as everywhere', () => {
  const { fix } = findingExamples.denial;
  if (fix === undefined) throw new Error('the example has lost its fix');
  const text = JSON.stringify(
    slackMessage({ ...findingExamples.denial, fix: { ...fix, verified: true, grants: 'role `ci`' } }).blocks,
  );
  expect(text).toContain('it lets in role `ci` and nobody else');
});

test('a command that finds out what is not known is whole or not there', () => {
  const unknown = (how: string): string =>
    JSON.stringify(slackMessage({ ...findingExamples.denial, unknown: [{ need: 'the policies', how }] }).blocks);
  const long = `aws iam simulate-principal-policy ${'--action-names sts:AssumeRole '.repeat(60)}--end`;
  expect(unknown(long)).toContain('sts:AssumeRole --end');
  expect(unknown(long.repeat(3))).toContain('The command is too long for Slack');
  expect(unknown('Ask the owner.')).toContain('*Not known:* the policies\\nAsk the owner.');
});

describe('consoleLink', () => {
  test.for([
    ['https://console.aws.amazon.com/iam/home#/roles/details/a', true],
    ['https://us-east-1.console.aws.amazon.com/x', true],
    ['https://console.amazonaws-us-gov.com/x', true],
    ['https://console.amazonaws.cn/x', true],
    ['http://console.aws.amazon.com/x', false],
    ['https://console.aws.amazon.com.evil.example/x', false],
    ['https://evilaws.amazon.com/x', false],
    ['https://user:pw@console.aws.amazon.com/x', false],
    ['https://console.aws.amazon.com:8443/x', false],
    ['javascript:alert(1)//aws.amazon.com', false],
    ['data:text/html,aws.amazon.com', false],
    ['not a link', false],
  ] as const)('%s: %s', ([url, leads]) => {
    expect(consoleLink(url) !== undefined).toBe(leads);
  });
});
