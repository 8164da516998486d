import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { timelineSvg } from '../../../src/cli/report-timeline.ts';
import type { Finding } from '../../../src/findings/finding.ts';
import { htmlReport, type ReportInput } from '../../../src/findings/forms/html.ts';
import { reportScript, reportStyle } from '../../../src/findings/forms/html-assets.ts';
import { maskFinding } from '../../../src/findings/mask.ts';
import { unansweredNotes } from '../../../src/findings/unanswered.ts';
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

describe('the page of many roles', () => {
  const denial = findingExamples.denial;
  const version = (policy: unknown) => ({ time: '2026-01-01T00:00:00Z', policy });
  const arn = (account: string, path: string): string => `arn:aws:iam::${account}:role/${path}`;

  test('no two roles are called alike: in the timeline, among the policies, in the picture of who can assume what', () => {
    const roles = [
      arn('111122223333', 'deploy'),
      arn('444455556666', 'a/deploy'),
      arn('444455556666', 'b/deploy'),
      arn('444455556666', 'alone'),
    ];
    const findings = roles.map((role): Finding => ({ ...denial, role }));
    const page = (timeline?: string): Document =>
      inspect(
        htmlReport({
          findings,
          summary: {},
          generatedAt: '2026-03-02T00:00:00Z',
          versions: roles.map((role) => ({ role, versions: [version(change?.current)] })),
          edges: roles.map((role) => ({ role, trusted: 'everyone', marks: [] })),
          ...(timeline === undefined ? {} : { timelineSvg: timeline }),
        }),
      ).document;
    const names = ['deploy (111122223333)', 'a/deploy (444455556666)', 'b/deploy (444455556666)', 'alone'];
    for (const document of [page(), page(timelineSvg(findings))]) {
      const drawn = [...document.querySelectorAll('svg text')].map((text) => text.textContent.replace(/arn:.*/, ''));
      for (const name of names) expect(drawn.filter((text) => text === name)).toHaveLength(2);
      expect([...document.querySelectorAll('.roles summary > b')].map((name) => name.textContent).sort()).toEqual(
        names.toSorted(),
      );
    }
  });

  test('where there is no room for the policies of all, those with the most serious findings have it', () => {
    const roles = Array.from({ length: 400 }, (_, index) => arn('111122223333', `team-${index}`));
    const worst = arn('111122223333', 'zz-worst');
    const document = inspect(
      htmlReport({
        findings: [
          ...roles.map((role): Finding => ({ ...denial, role })),
          { ...findingExamples['trust-change'], role: worst },
        ],
        summary: {},
        generatedAt: '2026-03-02T00:00:00Z',
        versions: [...roles, worst].map((role) => ({
          role,
          versions: [version(change?.previous), version({ ...(change?.current as object), Id: 'x'.repeat(1500) })],
        })),
      }),
    ).document;
    const shown = [...document.querySelectorAll('.roles summary > b')].map((name) => name.textContent);
    expect(shown.length).toBeLessThan(401);
    expect(shown[0]).toBe('zz-worst');
    expect(document.querySelector('.roles')?.textContent).toContain(`${shown.length} of 401 roles`);
  });

  test('a role whose policy is long and changed often is shown by its last versions rather than not at all', () => {
    const long = (index: number): unknown => ({
      Version: '2012-10-17',
      Statement: Array.from({ length: 150 }, (_, at) => ({ Sid: `s${index}-${at}`, Effect: 'Allow', Principal: '*' })),
    });
    const role = arn('111122223333', 'flapping');
    const document = inspect(
      htmlReport({
        findings: Array.from({ length: 940 }, (): Finding => ({ ...denial, role })),
        summary: {},
        generatedAt: '2026-03-02T00:00:00Z',
        versions: [{ role, versions: Array.from({ length: 20 }, (_, index) => version(long(index))) }],
      }),
    ).document;
    expect(document.querySelector('.roles details')?.textContent).toMatch(/The last \d+ of 20/);
    expect(document.querySelectorAll('.roles .version').length).toBeLessThanOrEqual(5);
  });

  test('the timeline says how many roles it leaves out, and a burst that a change caused is never one of them', () => {
    const risky = Array.from(
      { length: 60 },
      (_, index): Finding => ({
        ...denial,
        severity: 'high',
        role: arn('111122223333', `team-${index}`),
      }),
    );
    const burst: Finding = {
      ...findingExamples['denial-spike'],
      severity: 'low',
      role: arn('111122223333', 'zz-burst'),
    };
    const svg = timelineSvg([...risky, burst]) ?? '';
    expect(svg).toContain('zz-burst');
    const page = htmlReport({
      findings: [...risky, burst],
      summary: {},
      generatedAt: '2026-03-02T00:00:00Z',
      timelineSvg: svg,
    });
    expect(page).toContain('The 25 roles with the most serious findings, of 61.');
  });

  test('times of several years say which', () => {
    const later = { ...denial, time: '2027-05-06T07:08:09Z' };
    expect(timelineSvg([denial, later])).toContain('2027-05-06');
    expect(timelineSvg([denial])).toContain('03-01 03:12');
  });
});

test('a finding keeps its place in the next report, and is named by it', () => {
  const finding = { ...findingExamples.denial, id: '0123456789abcdef0123456789abcdef' };
  const alone = inspect(htmlReport({ ...inputOf([]), findings: [finding] })).document;
  const among = inspect(htmlReport({ ...inputOf([]), findings: [...examples, finding, finding] })).document;
  for (const document of [alone, among])
    expect(document.querySelector('#f456789abcdef')?.textContent).toContain(finding.id);
  expect([...alone.querySelectorAll('.finding dd a')].map((link) => link.getAttribute('href'))).toContain(
    '#f456789abcdef',
  );
});

test('a command that tells what is not known can be copied like any other', () => {
  const how = 'aws iam get-role --role-name x';
  const finding = {
    ...findingExamples.denial,
    unknown: [
      { need: 'the role', how },
      { need: 'the rest', how: 'Ask.' },
    ],
  };
  const { document } = inspect(htmlReport({ ...inputOf([]), findings: [finding] }));
  const commands = [...document.querySelectorAll('dd .command pre')].map((command) => command.textContent);
  expect(commands).toEqual([how]);
});

test('told in short a finding can still be found by who did it and by its id', () => {
  const many = Array.from(
    { length: 900 },
    (_, index): Finding => ({
      ...findingExamples.denial,
      id: index.toString(16).padStart(32, '0'),
      severity: 'info',
    }),
  );
  const { document } = inspect(htmlReport({ ...inputOf([]), findings: many }));
  const last = [...document.querySelectorAll('.finding')].at(-1)?.textContent ?? '';
  expect(last).toContain('in short');
  expect(last).toContain(findingExamples.denial.actor?.arn);
  expect(last).toContain(many.at(-1)?.id);
});

test('counts are written as people write them', () => {
  const { document } = inspect(
    htmlReport({
      findings: [{ ...findingExamples.denial, count: 20_705 }],
      summary: { records: 1, files: 1234 },
      generatedAt: '2026-03-02T00:00:00Z',
    }),
  );
  const head = document.querySelector('header')?.textContent ?? '';
  expect(head).toContain('1 record · 1,234 files');
  expect(head).toContain('20,705 denied calls');
});

test('calls that AWS throttled are no denied calls', () => {
  const notes = [unansweredNotes.throttled];
  const { document } = inspect(
    htmlReport({
      findings: [
        { ...findingExamples.denial, count: 3 },
        { ...findingExamples['denial-spike'], count: 500, events: ['e-1'], notes },
      ],
      summary: { records: 1, files: 1 },
      generatedAt: '2026-03-02T00:00:00Z',
    }),
  );
  const figures = document.querySelector('.figures')?.textContent ?? '';
  expect(figures).toContain('3 denied calls');
  expect(figures).toContain('0 bursts of denials');
  expect(document.querySelector('main')?.textContent).toContain('burst of failed calls');
});

test('a burst that had begun before the change beside it is told in that order', () => {
  const burst = findingExamples['denial-spike'];
  const step = (time: string): readonly string[] => {
    const input = { ...inputOf([]), findings: [{ ...burst, time }] };
    return [...inspect(htmlReport(input)).document.querySelectorAll('.bursts .step')].map((one) => one.textContent);
  };
  expect(step('2027-01-01T00:00:00Z')).toEqual(['changed', 'denied']);
  expect(step('2025-01-01T00:00:00Z')).toEqual(['denied', 'changed']);
});

test('nothing found is a page too', () => {
  const { document, active } = inspect(htmlReport({ findings: [], summary: {}, generatedAt: '2026-03-02T00:00:00Z' }));
  expect(active).toEqual([]);
  expect(document.querySelector('main')?.textContent).toContain('Nothing was found.');
});
