/** How is a report opened in a real browser so that nothing it does goes unseen? */
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** The Chromium of the machine; `CHROMIUM` names another. */
export async function launchChromium(): Promise<Browser> {
  const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const executablePath = process.env['CHROMIUM'] ?? known.find((path) => existsSync(path));
  if (executablePath === undefined || executablePath === '')
    throw new Error('no Chromium found: install it (`apt-get install chromium`) or name its executable in CHROMIUM');
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
}

export interface WatchedPage {
  readonly page: Page;
  /** Dialogs, messages on the console, errors, and requests beyond the page itself; empty where all is well. */
  readonly seen: string[];
  readonly close: () => Promise<void>;
}

/** Opens a document from a file, as whoever gets it by mail does. */
export async function openPage(
  browser: Browser,
  html: string,
  options: BrowserContextOptions & { readonly hash?: string } = {},
): Promise<WatchedPage> {
  const { hash = '', ...contextOptions } = options;
  const file = join(mkdtempSync(join(tmpdir(), 'trusttrail-page-')), 'report.html');
  writeFileSync(file, html);
  const url = pathToFileURL(file).href;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...contextOptions });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const seen: string[] = [];
  page.on('dialog', (dialog) => {
    seen.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => seen.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => seen.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (request.url() !== url) seen.push(`request: ${request.url()}`);
  });
  context.on('page', (other) => {
    if (other !== page) seen.push(`window: ${other.url()}`);
  });
  await page.goto(`${url}${hash}`);
  return { page, seen, close: () => context.close() };
}
