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
