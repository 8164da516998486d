import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { timelineSvg } from '../../../src/cli/report-timeline.ts';
import type { Finding } from '../../../src/findings/finding.ts';
import { htmlReport, type ReportInput } from '../../../src/findings/forms/html.ts';
import { reportScript, reportStyle } from '../../../src/findings/forms/html-assets.ts';
import { maskFinding } from '../../../src/findings/mask.ts';
import { findingExamples, hostile, hostileStrings } from '../examples.ts';

const examples = Object.values(findingExamples).map((finding) => maskFinding(finding));
const change = maskFinding(findingExamples['trust-change']).change;

function inputOf(findings: readonly Finding[], text = ''): ReportInput {
  return {
    title: `trusttrail report${text}`,
    findings,
    summary: { [`records${text}`]: `120${text}`, files: 4 },
    generatedAt: '2026-03-02T00:00:00Z',
    versions: [
      {
        role: `arn:aws:iam::111122223333:role/vendor/VendorAccess${text}`,
        versions: [
          { time: '2026-01-01T00:00:00Z', by: `jane${text}`, eventId: `e1${text}`, policy: change?.previous },
          { time: '2026-03-01T03:12:09Z', policy: change?.current, ...(change === undefined ? {} : { change }) },
          { time: '2026-03-01T04:00:00Z', policy: `{"Statement": "${text}"` },
          { time: '2026-03-01T05:00:00Z', policy: null },
        ],
      },
    ],
    edges: [
      {
        role: `arn:aws:iam::111122223333:role/vendor/VendorAccess${text}`,
        trusted: `everyone${text}`,
        marks: ['new', 'public'],
      },
    ],
    problems: [{ place: `a.json:3${text}`, message: `is \`not\` JSON${text}` }],
  };
}

/** As much of the DOM as the tests look at: the compiler's own DOM types would be global for all of the project. */
interface Element {
  readonly tagName: string;
  readonly id: string;
  readonly textContent: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  getAttribute(name: string): string | null;
}
interface Document {
  querySelectorAll(selector: string): Iterable<Element> & { readonly length: number };
  querySelector(selector: string): Element | null;
}

/** The page as a browser's parser sees it, and all that could run or load in it. */
function inspect(page: string): { readonly document: Document; readonly active: readonly string[] } {
  const { document } = parseHTML(page) as unknown as { document: Document };
  const active: string[] = [];
  const allowed = new Set([
    'html',
    'head',
    'body',
    'meta',
    'title',
    'style',
    'script',
    'a',
    'header',
    'main',
    'nav',
    'section',
    'search',
    'h1',
    'h2',
    'h3',
    'p',
    'ul',
    'ol',
    'li',
    'dl',
    'dt',
    'dd',
    'b',
    'span',
    'code',
    'pre',
    'br',
    'time',
    'details',
    'summary',
    'div',
    'button',
    'label',
    'input',
    'select',
    'option',
    'fieldset',
    'legend',
    'table',
    'caption',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'figure',
    'meter',
    'ins',
    'del',
    'svg',
    'text',
    'line',
    'path',
    'rect',
    'circle',
  ]);
  for (const element of document.querySelectorAll('*')) {
    const name = element.tagName.toLowerCase();
    if (!allowed.has(name)) active.push(`<${name}>`);
    for (const { name: attribute, value } of element.attributes) {
      if (/^on|^style$|^srcdoc$|^src$|^action$|^formaction$|^xlink/i.test(attribute))
        active.push(`${name} ${attribute}=${value}`);
      if (attribute === 'href' && !/^(?:#|https:\/\/console\.aws\.amazon\.com\/)/.test(value))
        active.push(`href=${value}`);
    }
  }
  for (const script of document.querySelectorAll('script'))
    if (script.textContent !== reportScript) active.push('a script that is not ours');
  for (const style of document.querySelectorAll('style'))
    if (style.textContent !== reportStyle) active.push('a style that is not ours');
  if (document.querySelectorAll('script').length !== 1 || document.querySelectorAll('style').length !== 1)
    active.push('more than one');
  return { document, active };
}

test('the report of one finding of each kind', async () => {
  const page = htmlReport(inputOf(examples));
  await expect(page.replace(reportStyle, '/* style */').replace(reportScript, '/* script */')).toMatchFileSnapshot(
    'snapshots/report.html',
  );
  const { document, active } = inspect(page);
  expect(active).toEqual([]);
  expect(document.querySelectorAll('details.finding')).toHaveLength(examples.length);
  expect([...document.querySelectorAll('h2')].map((head) => head.textContent)).toEqual([
    'Timeline',
    'Findings',
    'Roles and their policies',
    'Who can assume what',
    'Causes by frequency',
    'Not read',
  ]);
});

test('the policy lets the page run its own script and nothing else', () => {
  const page = htmlReport(inputOf(examples));
  const { document } = inspect(page);
  const policy = document.querySelector('meta[http-equiv=Content-Security-Policy]')?.getAttribute('content') ?? '';
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    `style-src ${hash(reportStyle)}`,
    `script-src ${hash(reportScript)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]);
  expect(`${reportScript}${reportStyle}`).not.toMatch(/https?:|innerHTML|eval|@import|url\(|<\//);
});

describe.for(hostileStrings.map((text) => [text.slice(0, 40), text] as const))('hostile: %s', ([, text]) => {
  test('stays text in every field of every part of the page', () => {
    const { document, active } = inspect(
      htmlReport(
        inputOf(
          examples.map((finding) => hostile(finding, text)),
          text,
        ),
      ),
    );
    expect(active).toEqual([]);
    expect(document.querySelectorAll('details.finding')).toHaveLength(examples.length);
    expect(document.querySelector('body')?.textContent).not.toMatch(/[^\P{Cc}\n]|[\p{Bidi_Control}\p{Surrogate}]/u);
  });
});

test('every reference inside the page has its target, and every id stands once', () => {
  const { document } = inspect(htmlReport(inputOf(examples)));
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  expect(new Set(ids).size).toBe(ids.length);
  const targets = [...document.querySelectorAll('a[href^="#"]')].map((link) => link.getAttribute('href')?.slice(1));
  expect(targets.filter((target) => !ids.includes(target ?? ''))).toEqual([]);
  const labelled = [...document.querySelectorAll('[aria-labelledby], label[for]')].map(
    (one) => one.getAttribute('aria-labelledby') ?? one.getAttribute('for'),
  );
  expect(labelled.filter((label) => !ids.includes(label ?? ''))).toEqual([]);
});

test('a thousand findings with all else at its largest are under 1.5 MB, all of them there, the most serious whole', () => {
  const many = Array.from({ length: 1000 }, (_, index): Finding => {
    const finding = examples[index % examples.length] ?? findingExamples.denial;
    return { ...finding, id: String(index), time: new Date(Date.UTC(2026, 0, 1) + index * 3_600_000).toISOString() };
  });
  const role = (index: number): string => `arn:aws:iam::111122223333:role/vendor/team-${index}/VendorAccess-${index}`;
  const svg = timelineSvg(many);
  const [versions] = inputOf(many).versions ?? [];
  const page = htmlReport({
    ...inputOf(many),
    versions: Array.from({ length: 500 }, (_, index) => ({ role: role(index), versions: versions?.versions ?? [] })),
    edges: Array.from({ length: 2000 }, (_, index) => ({
      role: role(index % 500),
      trusted: `any principal of account ${444455556666 + index}, with principal ARN \`arn:aws:iam::${444455556666 + index}:role/some/path/*\` or \`arn:aws:iam::${444455556666 + index}:role/another/path/*\``,
      marks: ['new', 'outside'],
    })),
    ...(svg === undefined ? {} : { timelineSvg: svg }),
  });
  expect(Buffer.byteLength(page)).toBeLessThan(1_500_000);
  expect(Buffer.byteLength(page)).toBeGreaterThan(1_000_000);
  const found = page.match(/<details class="finding (\w+)"/g) ?? [];
  expect(found).toHaveLength(1000);
  const whole = page.slice(0, page.indexOf('in short, to keep'));
  expect(whole.match(/<details class="finding critical"/g)).toHaveLength(
    page.match(/<details class="finding critical"/g)?.length ?? 0,
  );
});

test('nothing found is a page too', () => {
  const { document, active } = inspect(htmlReport({ findings: [], summary: {}, generatedAt: '2026-03-02T00:00:00Z' }));
  expect(active).toEqual([]);
  expect(document.querySelector('main')?.textContent).toContain('Nothing was found.');
});
