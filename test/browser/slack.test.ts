/** The Slack messages of the documentation, drawn: is every text of theirs there? `UPDATE_SCREENSHOTS=1` keeps the pictures. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KnownBlock } from '@slack/types';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { slackPicture } from './slack-picture.ts';
import { launchChromium, openPage } from './watched-page.ts';

const root = join(import.meta.dirname, '../..');
const messages = readdirSync(join(root, 'docs/slack')).filter((file) => file.endsWith('.json'));
const updates = (process.env['UPDATE_SCREENSHOTS'] ?? '') !== '';
const pictured = ['opened-to-everyone.json', 'burst-of-denials.json'];

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

test.for(messages)('%s', async (file) => {
  const { blocks } = JSON.parse(readFileSync(join(root, 'docs/slack', file), 'utf8')) as {
    blocks: readonly KnownBlock[];
  };
  const { page, seen, close } = await openPage(browser, slackPicture(blocks), {
    viewport: { width: 680, height: 400 },
  });
  const header = blocks.find((block) => block.type === 'header');
  expect((await page.locator('h3').textContent())?.slice(1)).toBe(
    header?.text.text.slice(header.text.text.indexOf(' ')),
  );
  // On a phone the answer is read without scrolling: how bad, which role, who did it.
  expect((await page.locator('p').first().boundingBox())?.y).toBeLessThan(160);
  expect(await page.locator('body').textContent()).not.toMatch(/`|\u200b|&(?:amp|lt|gt);/);
  if (updates && pictured.includes(file))
    await page.screenshot({
      path: join(root, 'docs/screenshots', `slack-${file.replace('.json', '.png')}`),
      fullPage: true,
    });
  expect(seen).toEqual([]);
  await close();
});
