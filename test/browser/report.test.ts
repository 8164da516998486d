/** The report in a real browser: every control works, nothing in it runs or leaves the page, and everyone can read it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { htmlReport } from '../../src/findings/forms/html.ts';
import { maskFinding } from '../../src/findings/mask.ts';
import { findingExamples, hostile, hostileStrings } from '../findings/examples.ts';
import { manyFindings } from './many-findings.ts';
import { launchChromium, openPage } from './watched-page.ts';

const root = join(import.meta.dirname, '../..');
const screenshots = join(root, 'docs/screenshots');
const updates = (process.env['UPDATE_SCREENSHOTS'] ?? '') !== '';

let browser: Browser;
let samples: string;

beforeAll(async () => {
  browser = await launchChromium();
  const file = join(mkdtempSync(join(tmpdir(), 'trusttrail-samples-')), 'report.html');
  execFileSync(process.execPath, ['src/cli/trusttrail.js', 'replay', 'samples', '--report', file], {
    cwd: root,
    stdio: 'ignore',
  });
  samples = readFileSync(file, 'utf8');
});
afterAll(() => browser.close());

/** A busy machine takes its time. */
function soon<T>(ask: () => T, message = ''): ReturnType<typeof expect.poll<T>> {
  return expect.poll(ask, { timeout: 10_000, interval: 20, message });
}

async function shownFindings(page: Page): Promise<number> {
  return page.locator('.finding:visible').count();
}

describe('the report of the samples', () => {
  test('search, kind and severity narrow the findings, together, and say how many are left', async () => {
    const { page, seen, close } = await openPage(browser, samples);
    const shown = page.locator('#shown');
    const all = await page.locator('.finding').count();
    expect(all).toBeGreaterThan(20);
    expect(await shown.textContent()).toBe(`${all} of ${all} findings`);

    await page.getByLabel('Search').fill('CI-DEPLOY wrong-account');
    await soon(() => shown.textContent()).toMatch(/^[1-3] of /);
    expect(await shownFindings(page)).toBe(Number((await shown.textContent())?.split(' ')[0]));
    for (const text of await page.locator('.finding:visible').allTextContents()) {
      expect(text).toContain('ci-deploy');
      expect(text).toContain('wrong-account');
    }
    await page.getByLabel('Search').fill('qqqzzz');
    await soon(() => shown.textContent()).toBe(`0 of ${all} findings`);
    await page.getByText('No finding fits.').waitFor();
    await page.getByLabel('critical').uncheck();
    await page.getByRole('button', { name: 'Show all findings' }).click();
    await soon(() => shownFindings(page)).toBe(all);
    expect(await page.getByText('No finding fits.').isVisible()).toBe(false);
    expect(await page.evaluate('document.activeElement.id')).toBe('search');

    await page.getByLabel('Kind').selectOption('denial-spike');
    expect(await shownFindings(page)).toBe(1);
    await page.getByLabel('Kind').selectOption('');
    await page.getByLabel('critical').uncheck();
    expect(await page.locator('.finding.critical:visible').count()).toBe(0);
    expect(await shownFindings(page)).toBe(all - (await page.locator('.finding.critical').count()));
    await page.getByLabel('critical').check();
    expect(await shownFindings(page)).toBe(all);
    expect(seen).toEqual([]);
    await close();
  });

  test('unfolding opens what is shown and folds it again', async () => {
    const { page, seen, close } = await openPage(browser, samples);
    await page.getByLabel('Kind').selectOption('denial');
    const unfold = page.getByRole('button', { name: 'Unfold all' });
    await unfold.click();
    expect(await page.locator('.finding[open]').count()).toBe(await shownFindings(page));
    await page.getByRole('button', { name: 'Fold all', exact: true }).click();
    expect(await page.locator('.finding[open]').count()).toBe(0);
    expect(seen).toEqual([]);
    await close();
  });

  test('findings are put in the order of their time, and back', async () => {
    const { page, seen, close } = await openPage(browser, samples);
    const times = async (): Promise<readonly string[]> =>
      page
        .locator('.finding > summary time')
        .evaluateAll((all) => all.map((one) => one.getAttribute('datetime') ?? ''));
    const first = await times();
    await page.getByLabel('Order').selectOption('newest');
    expect(await times()).toEqual(first.toSorted().toReversed());
    await page.getByLabel('Order').selectOption('oldest');
    expect(await times()).toEqual(first.toSorted());
    await page.getByLabel('Order').selectOption('severity');
    expect(await times()).toEqual(first);
    expect(seen).toEqual([]);
    await close();
  });

  test('a name in Hebrew or Arabic leaves the sentence around it in its order', async () => {
    const name = (letters: string) => `\u05e6\u05d5\u05d5\u05ea ${letters}`;
    const title = `${name('\u05d0')} 12 ${name('\u0645')}, 34 times`;
    const finding = { ...maskFinding(findingExamples.denial), title };
    const summary = { records: 1, files: 1 };
    const { page, seen, close } = await openPage(
      browser,
      htmlReport({ findings: [finding], summary, generatedAt: '2026-03-02T00:00:00Z' }),
    );
    // Where each of the words stands, from left to right.
    const places = (await page.evaluate(`(() => {
      const walker = document.createTreeWalker(document.querySelector('.finding > summary > b'), NodeFilter.SHOW_TEXT);
      const found = [];
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
        for (const { 0: word, index } of node.textContent.matchAll(/\\d+|times|[\u05d0\u0645]/g)) {
          const range = document.createRange();
          range.setStart(node, index);
          range.setEnd(node, index + word.length);
          found.push({ word, left: range.getBoundingClientRect().left });
        }
      return found;
    })()`)) as readonly { readonly word: string; readonly left: number }[];
    expect(places.toSorted((a, b) => a.left - b.left).map(({ word }) => word)).toEqual([
      '\u05d0',
      '12',
      '\u0645',
      '34',
      'times',
    ]);
    expect(seen).toEqual([]);
    await close();
  });

  test('a command is copied whole; where copying is not allowed it is selected', async () => {
    const { page, seen, close } = await openPage(browser, samples, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const command = page
      .locator('.finding.critical .command', { hasText: 'aws iam update-assume-role-policy' })
      .first();
    await page.locator('.finding.critical > summary').first().click();
    await command.getByRole('button').click();
    await soon(() => page.locator('#copied').textContent()).toBe('Copied.');
    const wanted = await command.locator('pre').textContent();
    expect(wanted).toContain('--policy-document');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(wanted);
    await page.evaluate("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))");
    await soon(() => command.getByRole('button').textContent()).toBe('Copy');
    await command.getByRole('button').click();
    await soon(() => page.locator('#copied').textContent()).toContain('press Ctrl+C');
    expect(await page.evaluate('getSelection().toString()')).toBe(wanted);
    expect(seen).toEqual([]);
    await close();
  });

  test('every link inside the page leads to something that then can be seen', async () => {
    const { page, seen, close } = await openPage(browser, samples);
    // What is folded has links too.
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    const links = await page
      .locator('a[href^="#"]')
      .evaluateAll((all) =>
        all.map((one) => (one as unknown as { getAttribute(name: string): string }).getAttribute('href')),
      );
    const targets = [...new Set(links)];
    expect(targets.length).toBeGreaterThan(20);
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = false; })");
    const lost = await page.evaluate(`(async () => {
      const lost = [];
      for (const target of ${JSON.stringify(targets)}) {
        const arrived = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
        location.hash = target;
        await arrived;
        const found = document.querySelector(target);
        if (found === null || !found.checkVisibility() || (found.matches('details') && !found.open)) lost.push(target);
      }
      return lost;
    })()`);
    expect(lost).toEqual([]);
    expect(seen).toEqual([]);
    await close();
  });

  test('the id that a message names a finding by leads to it, and nothing lies over what is led to', async () => {
    const ids = [...samples.matchAll(/<code>([0-9a-f]{32})<\/code><\/a>, revision/g)].map(([, id]) => id);
    const { page, seen, close } = await openPage(browser, samples, { hash: `#${ids[6]}` });
    const target = page.locator('.finding[open]');
    expect(await target.textContent()).toContain(ids[6]);
    const bottom = async (): Promise<number> => {
      const box = await page.locator('.filters').boundingBox();
      return (box?.y ?? 0) + (box?.height ?? 0);
    };
    await soon(async () => ((await target.boundingBox())?.y ?? 0) >= (await bottom())).toBe(true);
    // Going back by the keyboard too: what has the focus is never under the bar.
    await page.locator('#causes').scrollIntoViewIfNeeded();
    const summaries = page.locator('.finding > summary');
    for (const place of [12, 11, 10]) {
      await summaries.nth(place).focus();
      await soon(async () => ((await summaries.nth(place).boundingBox())?.y ?? 0) >= (await bottom())).toBe(true);
    }
    expect(seen).toEqual([]);
    await close();
  });

  test('a link to a finding that the filter hides shows it', async () => {
    const ids = [...samples.matchAll(/<details class="finding[^>]* id="(f[0-9a-f]{12})"/g)].map(([, id]) => id);
    const [, , , fourth, fifth] = ids;
    const { page, close } = await openPage(browser, samples, { hash: `#${fourth}` });
    expect(await page.locator(`#${fourth}`).getAttribute('open')).not.toBeNull();
    await page.getByLabel('Search').fill('qqqzzz');
    await soon(() => shownFindings(page)).toBe(0);
    await page.locator('details', { hasText: 'The timeline as a table' }).locator('> summary').click();
    await page.locator(`a[href="#${fifth}"]`).first().click();
    await soon(() => page.locator(`#${fifth}`).isVisible()).toBe(true);
    await close();
  });

  test('the burst stands after its change, apart from it, in the picture and in words', async () => {
    const { page, close } = await openPage(browser, samples);
    const join = await page.locator('figure .join path').first().boundingBox();
    expect(join?.width).toBeGreaterThan(16);
    expect(join?.height).toBeGreaterThan(8);
    const steps = page.locator('.bursts > li').first().locator('ol > li');
    expect(await steps.count()).toBe(3);
    expect(await steps.locator('.step').allTextContents()).toEqual(['changed', 'denied', 'resolved']);
    expect(await steps.nth(1).textContent()).toContain('4 minutes later: 7 calls; allowed before, denied after');
    await close();
  });

  test('policies stand with their changed lines beside who gained and lost', async () => {
    const { page, close } = await openPage(browser, samples);
    const role = page.locator('.roles details', { hasText: 'role/breakglass-admin' });
    await role.locator('> summary').click();
    const opened = role.locator('.version', { hasText: 'everyone with AWS credentials' }).first();
    expect(await opened.locator('ins').allTextContents()).toContainEqual(expect.stringContaining('"AWS": "*"'));
    const [account, diff] = [
      await opened.locator('> div').first().boundingBox(),
      await opened.locator('.diff').boundingBox(),
    ];
    expect(account?.y).toBe(diff?.y);
    expect(diff?.x).toBeGreaterThan((account?.x ?? 0) + (account?.width ?? 0));
    await close();
  });

  test('the picture of who can assume what marks what is new, public and outside', async () => {
    const { page, close } = await openPage(browser, samples);
    const edges = page.locator('figure .edge');
    expect(await edges.count()).toBeGreaterThan(5);
    expect(await page.locator('figure .label').allTextContents()).toContain('new, outside');
    const [line, end] = [
      await page.locator('figure .edge.outside').first().boundingBox(),
      await page.locator('figure a', { hasText: 'vendor-monitoring' }).boundingBox(),
    ];
    expect(Math.abs((line?.y ?? 0) + (line?.height ?? 0) / 2 - ((end?.y ?? 0) + (end?.height ?? 0) / 2))).toBeLessThan(
      20,
    );
    await close();
  });

  test('the keyboard does what the mouse does', async () => {
    const { page, seen, close } = await openPage(browser, samples);
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('To the findings');
    await page.locator('.finding > summary').first().focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('.finding').first().getAttribute('open')).not.toBeNull();
    await page.keyboard.press('Space');
    expect(await page.locator('.finding').first().getAttribute('open')).toBeNull();
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    expect(seen).toEqual([]);
    await close();
  });

  test('on paper everything is unfolded and the controls are gone', async () => {
    const { page, seen, close } = await openPage(browser, samples);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.filters').isVisible()).toBe(false);
    const heights = await page
      .locator('.finding > div')
      .evaluateAll((all) => all.map((one) => (one as unknown as { offsetHeight: number }).offsetHeight));
    expect(Math.min(...heights)).toBeGreaterThan(20);
    const paper = await page.pdf({ format: 'A4' });
    expect(paper.length).toBeGreaterThan(50_000);
    // No page is left half empty because the next finding is long: 24 of them and their policies were 33 pages.
    expect(paper.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeLessThan(30);
    // A sheet is as narrow as a small window, and the diff stands beside the account of who gained all the same.
    await page.setViewportSize({ width: 720, height: 1000 });
    const columns = await page.evaluate("getComputedStyle(document.querySelector('.version')).gridTemplateColumns");
    expect(String(columns).split(' ')).toHaveLength(2);
    expect(seen).toEqual([]);
    await close();
  });

  test('without scripts it can be read all the same', async () => {
    const { page, close } = await openPage(browser, samples, { javaScriptEnabled: false });
    expect(await page.locator('.filters').isVisible()).toBe(false);
    await page.locator('.finding > summary').first().click();
    expect(await page.locator('.finding > div').first().isVisible()).toBe(true);
    await close();
  });

  test('on a phone nothing is wider than the screen', async () => {
    const { page, close } = await openPage(browser, samples, { viewport: { width: 390, height: 800 } });
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await close();
  });

  test.skipIf(!updates)('its pictures for the documentation', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, close } = await openPage(browser, samples, { colorScheme, viewport: { width: 1280, height: 960 } });
      await page.screenshot({ path: join(screenshots, `report-${colorScheme}.png`) });
      await close();
    }
    const { page, close } = await openPage(browser, samples, { viewport: { width: 1280, height: 700 } });
    await page.locator('.roles details', { hasText: 'role/data-export' }).locator('> summary').click();
    await page.locator('.roles details[open]').screenshot({ path: join(screenshots, 'report-policy-versions.png') });
    await page
      .locator('section:has(> h2#edges)')
      .screenshot({ path: join(screenshots, 'report-who-can-assume-what.png') });
    await close();
    expect(readFileSync(join(screenshots, 'report-light.png')).length).toBeLessThan(400_000);
  });
});

describe.for(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  test('axe finds nothing serious, folded and unfolded', async () => {
    // axe itself writes markup, which the page's own policy forbids.
    const { page, close } = await openPage(browser, samples, { colorScheme, bypassCSP: true });
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await page.evaluate(axe);
    for (const open of [false, true]) {
      await page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = ${open}; })`);
      const { violations, passes } = (await page.evaluate(
        "axe.run(document, { resultTypes: ['violations'] })",
      )) as AxeResults;
      expect(passes.length).toBeGreaterThan(10);
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(
        serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`),
      ).toEqual([]);
    }
    await close();
  });
});

interface AxeResults {
  readonly passes: readonly unknown[];
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

describe('hostile text', () => {
  const examples = Object.values(findingExamples).map((finding) => maskFinding(finding));

  // The long one is a page of its own: it makes any page slow.
  test.for([
    ['short', hostileStrings.filter((text) => text.length < 1000)],
    ['long', hostileStrings.filter((text) => text.length >= 1000)],
  ] as const)('in every field of every part stays text, %s: nothing runs, opens or loads', async ([, texts]) => {
    expect(texts.length).toBeGreaterThan(0);
    const findings = texts.flatMap((text) => examples.map((finding) => hostile(finding, text)));
    const all = texts.join(' ');
    const { page, seen, close } = await openPage(
      browser,
      htmlReport({
        title: all,
        findings,
        summary: Object.fromEntries(texts.map((text) => [text, text])),
        generatedAt: all,
        versions: texts.map((text, index) => {
          const { change } = findings[index * examples.length] ?? {};
          return {
            role: text,
            versions: [
              { time: text, by: text, eventId: text, policy: { [text]: text } },
              { time: text, policy: text, ...(change === undefined ? {} : { change }) },
            ],
          };
        }),
        edges: texts.map((text) => ({ role: text, trusted: text, marks: ['new', 'public'] })),
        problems: texts.map((text) => ({ place: text, message: text })),
      }),
    );
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
    for (const text of texts) {
      await page.locator('#search').fill(text.slice(0, 200).replace(/[\r\n]/g, ' '));
      await soon(() => page.locator('#shown').textContent()).toContain(` of ${findings.length} findings`);
    }
    await page.evaluate(
      "document.querySelectorAll('body *').forEach((one) => one.dispatchEvent(new MouseEvent('mouseover', { bubbles: true })))",
    );
    expect(await page.locator('script, style, img, iframe, object, embed, link').count()).toBe(2);
    expect(await page.locator('.finding').count()).toBe(findings.length);
    expect(seen).toEqual([]);
    await close();
  });

  test('would be seen if it did run: the listeners and the policy of the page are awake', async () => {
    const bare = await openPage(
      browser,
      '<!doctype html><script>alert(1); console.log(2); fetch("https://evil.example/x").catch(() => {});</script>',
    );
    await soon(() => bare.seen.length).toBeGreaterThan(2);
    expect(bare.seen).toEqual(expect.arrayContaining(['dialog: 1', 'console: 2', 'request: https://evil.example/x']));
    await bare.close();
    const injected = samples.replace(
      '<main>',
      '<main><img src="https://evil.example/x" onerror="alert(1)"><script>alert(2)</script>',
    );
    const held = await openPage(browser, injected);
    await soon(() => held.seen.filter((one) => one.includes('Content Security Policy')).length).toBeGreaterThan(1);
    expect(held.seen.filter((one) => one.startsWith('dialog'))).toEqual([]);
    await held.close();
  });
});

test('a report of 5,000 findings opens, filters and opens one of them', async () => {
  const { page, seen, close } = await openPage(browser, htmlReport(manyFindings(5000)));
  expect(await page.locator('#shown').textContent()).toBe('5000 of 5000 findings');
  await page.getByLabel('Search').fill('role-0042');
  await soon(() => page.locator('#shown').textContent()).toMatch(/^[1-9]\d{0,2} of 5000 findings$/);
  await page.locator('.finding:visible > summary').first().click();
  expect(await page.locator('.finding[open]').textContent()).toContain('role-0042');
  expect(seen).toEqual([]);
  await close();
});
