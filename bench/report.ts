/** How long until the report of 5,000 findings is open, and until a search in it shows? In real Chromium; `node bench/report.ts [FINDINGS]`. */
import { htmlReport } from '../src/findings/forms/html.ts';
import { manyFindings } from '../test/browser/many-findings.ts';
import { launchChromium, openPage } from '../test/browser/watched-page.ts';

export interface ReportTimes {
  readonly bytes: number;
  /** Milliseconds; `written` by the program, the rest in the browser. */
  readonly written: number;
  readonly opened: number;
  /** Median of several searches, from the last key to the picture that shows their answer; 80 ms of it wait for a next key. */
  readonly filtered: number;
  readonly slowest: number;
}

export async function measure(findings: number): Promise<ReportTimes> {
  const input = manyFindings(findings);
  htmlReport(manyFindings(50));
  let start = performance.now();
  const html = htmlReport(input);
  const written = performance.now() - start;
  const browser = await launchChromium();
  try {
    start = performance.now();
    const { page, seen, close } = await openPage(browser, html);
    await page.locator('.finding:visible').first().waitFor();
    const opened = performance.now() - start;
    const times: number[] = [];
    for (const words of ['role-0042', 'wrong', 'trust-change role-01', 'qqqzzz', 'account 111122223333', 'burst', '']) {
      times.push(
        (await page.evaluate(`new Promise((resolve) => {
          const search = document.getElementById('search');
          const shown = document.getElementById('shown');
          const start = performance.now();
          const watcher = new MutationObserver(() => {
            watcher.disconnect();
            requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - start)));
          });
          watcher.observe(shown, { childList: true, characterData: true, subtree: true });
          search.value = ${JSON.stringify(words)};
          search.dispatchEvent(new Event('input'));
        })`)) as number,
      );
    }
    await close();
    if (seen.length > 0) throw new Error(seen.join('; '));
    times.sort((left, right) => left - right);
    return {
      bytes: Buffer.byteLength(html),
      written,
      opened,
      filtered: times[Math.floor(times.length / 2)] ?? 0,
      slowest: times.at(-1) ?? 0,
    };
  } finally {
    await browser.close();
  }
}

if (import.meta.main) {
  const findings = Number(process.argv[2] ?? 5000);
  const { bytes, written, opened, filtered, slowest } = await measure(findings);
  console.log(
    `${findings} findings, ${(bytes / 1e6).toFixed(1)} MB: written in ${Math.round(written)} ms, opened in ${Math.round(opened)} ms, searched in ${Math.round(filtered)} ms (slowest ${Math.round(slowest)} ms)`,
  );
}
