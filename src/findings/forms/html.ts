/** How do findings read as one page that needs nothing but itself: for the auditor's file, the ticket, the printer? */
import { diffLines } from 'diff';
import { clip } from '../escape.ts';
import type { Finding, FindingKind, Severity, TrustChangeDetail } from '../finding.ts';
import { sha256Base64 } from '../identity.ts';
import { bySeverity, countBySeverity, severityRank } from '../severity.ts';
import { isOfUnanswered } from '../unanswered.ts';
import { reportScript, reportStyle } from './html-assets.ts';
import { edgeSection, type TrustEdge } from './html-edges.ts';
import { accessList, findingMarkup, shortFindingMarkup } from './html-finding.ts';
import { type Markup, markup, prose, trusted } from './markup.ts';
import { distinctNames } from './role-names.ts';
import { labelledMoments, placedMoments } from './time-axis.ts';
import { rowOf, timelineRows } from './timeline-rows.ts';
import { grouped, kindName, readableTime, verdictSentence } from './words.ts';

/** One version of a role's trust policy. */
export interface PolicyVersion {
  /** ISO 8601: since when it was in force. */
  readonly time: string;
  /** ARN of whoever set it, where known. */
  readonly by?: string;
  readonly eventId?: string;
  /** The document, as text or as a JSON value; masked already. `null`: the role was deleted. */
  readonly policy: unknown;
  /** What it changed against the version before. */
  readonly change?: TrustChangeDetail;
}

export interface RoleVersions {
  readonly role: string;
  /** Oldest first. */
  readonly versions: readonly PolicyVersion[];
}

export interface ReportInput {
  /** Heads the page; `trusttrail report` where left out. */
  readonly title?: string;
  /** Masked already. */
  readonly findings: readonly Finding[];
  /** What was read, for the head of the page: `records` → `1,204`, in this order. */
  readonly summary: Readonly<Record<string, string | number>>;
  /** ISO 8601: up to when what was read tells. */
  readonly generatedAt: string;
  readonly versions?: readonly RoleVersions[];
  readonly edges?: readonly TrustEdge[];
  /** Records and files that could not be read. */
  readonly problems?: readonly { readonly place: string; readonly message: string }[];
  /** SVG of the timeline, drawn by a chart library of the command line; without it a plain one stands in. */
  readonly timelineSvg?: string;
}

export type { TrustEdge } from './html-edges.ts';

/** Characters of the findings' and the policies' part; past it the least serious findings are told in short. */
const mostOfBoth = 1_070_000;

/** Characters of the policies' part: the more, the fewer findings there are to be told. */
function roomForPolicies(findings: number): number {
  return Math.min(450_000, Math.max(150_000, mostOfBoth - findings * 1000));
}

/** @returns a whole HTML document. */
export function htmlReport(input: ReportInput): string {
  const findings = input.findings.toSorted(bySeverity).map((finding) => withoutLongTexts(finding));
  const { title = 'trusttrail report' } = input;
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${sha256Base64(reportStyle)}'`,
    `script-src 'sha256-${sha256Base64(reportScript)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  const anchors = anchorsOf(findings);
  const roles = roleSection(input.versions ?? [], findings, anchors);
  const body = markup`<a class="skip" href="#findings">To the findings</a>
<header><h1>${title}</h1><p class="faint">Up to <time datetime="${input.generatedAt}">${readableTime(input.generatedAt)}</time>${Object.entries(
    input.summary,
  ).map(([name, value]) => ` · ${counted(value, name)}`)}</p>${figures(findings)}${navigation(input)}</header>
<main>
${timeline(input, findings, anchors)}
${findingSection(findings, anchors, mostOfBoth - (roles?.section.source.length ?? 0))}
${roles?.section}
${edgeSection(input.edges ?? [], roles?.anchors ?? new Map())}
${causeSection(findings)}
${problemSection(input.problems ?? [])}
</main>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
${markup`<title>${title}</title>`.source}
<style>${reportStyle}</style>
</head>
<body${findings.length > 300 ? ' class="many"' : ''}>
${body.source}
<div id="copied" role="status" class="faint"></div>
<script>${reportScript}</script>
</body>
</html>
`;
}

/** A text longer than anybody reads would push the other findings out of the report; what is copied or compared stays whole. */
function withoutLongTexts<T>(value: T): T {
  const short = (inner: unknown, name: string): unknown => {
    if (name === 'commands' || name === 'policy' || name === 'previous' || name === 'current') return inner;
    if (typeof inner === 'string') return clip(inner, 2000);
    if (Array.isArray(inner)) return inner.map((member) => short(member, ''));
    if (typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, member]) => [key, short(member, key)]));
  };
  return short(value, '') as T;
}

/** Where each finding stands on the page: by its id, so that a link to it still leads there in tomorrow's report. */
function anchorsOf(findings: readonly Finding[]): ReadonlyMap<Finding, string> {
  const taken = new Set<string>();
  return new Map(
    findings.map((finding, index) => {
      const byId = `f${finding.id.slice(-12)}`;
      const anchor = /^[0-9a-f]{32}$/.test(finding.id) && !taken.has(byId) ? byId : `f${index}`;
      taken.add(anchor);
      return [finding, anchor];
    }),
  );
}

/** `1 file`, `12 files`. */
function counted(value: string | number, name: string): string {
  return `${typeof value === 'number' ? grouped(value) : value} ${String(value) === '1' ? name.replace(/s$/, '') : name}`;
}

function figures(findings: readonly Finding[]): Markup {
  const counts = countBySeverity(findings);
  const of = (...kinds: readonly FindingKind[]): number => findings.filter((one) => kinds.includes(one.kind)).length;
  const widened = findings.filter((one) => (one.change?.gained.length ?? 0) > 0).length;
  // What AWS throttled, or failed to answer, was not denied.
  const denied = findings.filter(
    (one) => (one.kind === 'denial' || one.kind === 'denial-spike') && !isOfUnanswered(one),
  );
  const roles = new Set(findings.flatMap((one) => (one.role === undefined ? [] : [one.role]))).size;
  const figure = (value: number, one: string, many: string, style = ''): Markup =>
    markup`<li class="${value > 0 ? style : ''}"><b>${grouped(value)}</b> ${value === 1 ? one : many}</li>`;
  return markup`<ul class="figures" aria-label="Headline figures">${[
    figure(counts.critical, 'critical finding', 'critical findings', 'critical'),
    figure(counts.high, 'high finding', 'high findings', 'high'),
    figure(widened, 'change that let somebody new in', 'changes that let somebody new in', 'high'),
    figure(of('trust-change', 'trust-change-failed'), 'trust policy change', 'trust policy changes'),
    figure(eventCount(denied), 'denied call', 'denied calls'),
    figure(denied.filter(({ kind }) => kind === 'denial-spike').length, 'burst of denials', 'bursts of denials'),
    figure(roles, 'role', 'roles'),
  ]}</ul>`;
}

/** How many events the findings stand for: one that is in two of them, a denial and its burst, counts once. */
function eventCount(findings: readonly Finding[]): number {
  const seen = new Set(findings.flatMap((one) => one.events));
  return findings.reduce((sum, one) => sum + Math.max(0, one.count - one.events.length), seen.size);
}

function navigation(input: ReportInput): Markup {
  const links: readonly (readonly [string, string])[] = [
    ['timeline', 'Timeline'],
    ['findings', 'Findings'],
    ...((input.versions ?? []).length > 0 ? [['roles', 'Roles and their policies'] as const] : []),
    ...((input.edges ?? []).length > 0 ? [['edges', 'Who can assume what'] as const] : []),
    ...(input.findings.some((one) => one.cause !== undefined) ? [['causes', 'Causes'] as const] : []),
    ...((input.problems ?? []).length > 0 ? [['problems', 'Not read'] as const] : []),
  ];
  return markup`<nav aria-label="Sections"><ul>${links.map(([anchor, name]) => markup`<li><a href="#${anchor}">${name}</a></li>`)}</ul></nav>`;
}

function findingSection(findings: readonly Finding[], anchors: ReadonlyMap<Finding, string>, most: number): Markup {
  const places = new Map(findings.map((finding) => [finding.id, anchors.get(finding) ?? '']));
  let room = most;
  const items = findings.map((finding, index) => {
    const anchor = anchors.get(finding) ?? '';
    const whole = findingMarkup(finding, anchor, places);
    // Those that come later are less serious: of each enough room is kept to be told in short.
    if (room - whole.source.length > (findings.length - index) * 650) {
      room -= whole.source.length;
      return whole;
    }
    const short = shortFindingMarkup(finding, anchor);
    room -= short.source.length;
    return short;
  });
  const kinds = [...new Set(findings.map((one) => one.kind))];
  const severities = [...new Set(findings.map((one) => one.severity))].sort(
    (a, b) => severityRank(b) - severityRank(a),
  );
  return markup`<section aria-labelledby="findings"><h2 id="findings">Findings</h2>${
    findings.length === 0
      ? markup`<p>Nothing was found in what was read.</p>`
      : markup`${filters(kinds, severities)}<p id="none" hidden>No finding fits. <button type="button" id="all">Show all findings</button></p>`
  }${items}</section>`;
}

/** Hidden until the script that serves them runs. */
function filters(kinds: readonly FindingKind[], severities: readonly Severity[]): Markup {
  return markup`<search class="filters" aria-label="Filter the findings" hidden><div><label class="over" for="search">Search</label><input type="search" id="search" placeholder="role, account, cause, event …"></div><div><label class="over" for="kind">Kind</label><select id="kind"><option value="">all kinds</option>${kinds.map(
    (kind) => markup`<option value="${kind}">${kindName(kind)}</option>`,
  )}</select></div><div><label class="over" for="order">Order</label><select id="order"><option value="severity">most serious first</option><option value="newest">newest first</option><option value="oldest">oldest first</option></select></div><fieldset><legend>Severity</legend>${severities.map(
    (severity) =>
      markup`<label><input type="checkbox" name="severity" value="${severity}" checked> ${severity}</label>`,
  )}</fieldset><button type="button" id="unfold">Unfold all</button><span id="shown" role="status"></span></search>`;
}

function timeline(input: ReportInput, findings: readonly Finding[], anchors: ReadonlyMap<Finding, string>): Markup {
  const inOrder = [...findings].sort((left, right) => (left.time < right.time ? -1 : left.time > right.time ? 1 : 0));
  if (inOrder.length === 0)
    return markup`<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2><p>Nothing was found.</p></section>`;
  const picture = input.timelineSvg === undefined ? plainTimeline(inOrder) : trusted(input.timelineSvg);
  const shown = timelineRows(findings);
  const untold =
    shown.of > shown.rows.length
      ? markup` The ${shown.rows.length} roles with the most serious findings, of ${shown.of}.`
      : undefined;
  const rows = inOrder
    .slice(0, 300)
    .map(
      (one) =>
        markup`<tr><td><time datetime="${one.time}">${readableTime(one.time)}</time></td><td><span class="severity ${one.severity}">${one.severity}</span></td><td><a href="#${anchors.get(one) ?? 'findings'}">${prose(one.title)}</a></td></tr>`,
    );
  const cut =
    inOrder.length > rows.length
      ? markup`<p class="faint">The first ${rows.length} of ${inOrder.length}.</p>`
      : undefined;
  return markup`<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2><figure class="scroll" tabindex="0" aria-label="Findings over time, one row a role">${picture}</figure><p class="faint key">${legend()} Times are UTC. Quiet stretches are shortened.${untold}</p>${bursts(inOrder, anchors)}<details><summary>The timeline as a table</summary>${cut}<section class="scroll" tabindex="0" aria-label="Timeline table"><table><caption>Findings in the order of time</caption><thead><tr><th scope="col">Time</th><th scope="col">Severity</th><th scope="col">What happened</th></tr></thead><tbody>${rows}</tbody></table></section></details></section>`;
}

/** Marks on a line for each role, and an arc from a change to the burst it caused. */
function plainTimeline(inOrder: readonly Finding[]): Markup {
  const moments = placedMoments(
    inOrder
      .flatMap((one) => [one.time, ...(one.correlatedChange === undefined ? [] : [one.correlatedChange.time])])
      .map((time) => Date.parse(time)),
  );
  const places = new Map(moments.map(({ at, place }) => [at, place]));
  const byRole = Map.groupBy(inOrder, rowOf);
  const { rows: chosen, names } = timelineRows(inOrder);
  const busiest = chosen.map((role) => [role, byRole.get(role) ?? []] as const);
  const rowHeight = 32;
  const left = 220;
  const right = 900;
  const x = (time: string): number => Math.round(left + 10 + (right - left - 20) * (places.get(Date.parse(time)) ?? 0));
  const rows = busiest.map(([role, found], row) => {
    const y = 26 + row * rowHeight;
    const joins = found.flatMap((one) => {
      if (one.correlatedChange === undefined || one.kind !== 'denial-spike') return [];
      const [from, to] = [x(one.correlatedChange.time), x(one.time)];
      return [markup`<path class="join" d="M${from} ${y}C${from} ${y - 16} ${to} ${y - 16} ${to} ${y}"></path>`];
    });
    // Two marks at one place look like one: of those the worst is drawn.
    const dots = [...Map.groupBy(found, (one) => x(one.time))].map(([at, here]) => {
      const worst = here.reduce((high, one) => (severityRank(one.severity) > severityRank(high.severity) ? one : high));
      const label = markup`<title>${readableTime(worst.time)} ${worst.title}${here.length > 1 ? ` and ${here.length - 1} more` : ''}</title>`;
      if (here.some((one) => one.kind === 'trust-change'))
        return markup`<rect class="dot ${worst.severity}" x="${at - 5}" y="${y - 5}" width="10" height="10">${label}</rect>`;
      return markup`<circle class="dot ${worst.severity}" cx="${at}" cy="${y}" r="${worst.kind === 'denial-spike' ? 9 : 5}">${label}</circle>`;
    });
    return markup`<text x="0" y="${y + 4}">${names.get(role) ?? role}</text><line class="track" x1="${left}" y1="${y}" x2="${right}" y2="${y}"></line>${joins}${dots}`;
  });
  const height = 26 + busiest.length * rowHeight + 20;
  const ticks = labelledMoments(moments, 0.2).map(
    ({ at, place }) =>
      markup`<text class="faint" x="${Math.round(left + 10 + (right - left - 20) * place)}" y="${height - 8}" text-anchor="middle">${timeLabel(at)}</text>`,
  );
  return markup`<svg viewBox="0 0 960 ${height}" role="img" aria-label="Timeline of the findings: squares are trust changes, large circles bursts of denials, small circles the rest; arcs lead from a change to the burst it caused; quiet stretches are shortened">${rows}${ticks}</svg>`;
}

function legend(): Markup {
  return markup`<svg viewBox="0 0 16 16" aria-hidden="true"><rect class="dot info" x="3" y="3" width="10" height="10"></rect></svg> change of a trust policy <svg viewBox="0 0 16 16" aria-hidden="true"><circle class="dot info" cx="8" cy="8" r="7"></circle></svg> burst of denials <svg viewBox="0 0 16 16" aria-hidden="true"><circle class="dot info" cx="8" cy="8" r="4"></circle></svg> denial or other <svg viewBox="0 0 24 16" aria-hidden="true"><path class="join" d="M2 13C2 2 22 2 22 13"></path></svg> what a change caused.`;
}

/** Each burst after the change that caused it, in words. */
function bursts(inOrder: readonly Finding[], anchors: ReadonlyMap<Finding, string>): Markup | undefined {
  const ended = new Map(inOrder.flatMap((one) => (one.resolves === undefined ? [] : [[one.resolves, one] as const])));
  const all = inOrder.filter(({ kind }) => kind === 'denial-spike');
  const names = distinctNames(inOrder.flatMap(({ role }) => (role === undefined ? [] : [role])));
  // Where there is no room for all, those that a change caused stay.
  const told = all
    .toSorted((one, other) => Number(other.correlatedChange !== undefined) - Number(one.correlatedChange !== undefined))
    .slice(0, 20);
  const items = all
    .filter((one) => told.includes(one))
    .map((one) => {
      const { correlatedChange: change, role, time, count } = one;
      const end = ended.get(one.id);
      const changed =
        change === undefined
          ? undefined
          : markup`<li><span class="step change">changed</span> <time datetime="${change.time}">${readableTime(change.time)}</time>${change.time > time ? after(time, change.time) : undefined} by <code>${change.by}</code></li>`;
      const denied = markup`<li><span class="step burst">denied</span> <time datetime="${time}">${readableTime(time)}</time>${change === undefined ? undefined : after(change.time, time)}: <a href="#${anchors.get(one) ?? 'findings'}">${grouped(count)} calls</a>${
        change === undefined ? undefined : markup`; ${prose(change.proof)}`
      }</li>`;
      // A burst that had begun before is told in the order in which it happened.
      const steps =
        change !== undefined && Date.parse(time) < Date.parse(change.time) ? [denied, changed] : [changed, denied];
      return markup`<li><b>${role === undefined ? 'No single role' : (names.get(role) ?? role)}</b><ol>${steps}${
        end === undefined
          ? undefined
          : markup`<li><span class="step end">resolved</span> <a href="#${anchors.get(end) ?? 'findings'}"><time datetime="${end.time}">${readableTime(end.time)}</time></a>${after(time, end.time)}</li>`
      }</ol></li>`;
    });
  return items.length === 0
    ? undefined
    : markup`<h3>Bursts of denials, and the change before each</h3>${
        all.length > told.length ? markup`<p class="faint">${told.length} of ${all.length}.</p>` : undefined
      }<ul class="bursts">${items}</ul>`;
}

/** `, 4 minutes later`; nothing where the times are not in that order. */
function after(from: string, to: string): string {
  const minutes = Math.round((Date.parse(to) - Date.parse(from)) / 60_000);
  if (!Number.isFinite(minutes) || minutes < 0) return '';
  if (minutes < 1) return ', within a minute';
  const [count, unit] =
    minutes < 120
      ? [minutes, 'minute']
      : minutes < 2880
        ? [Math.round(minutes / 60), 'hour']
        : [Math.round(minutes / 1440), 'day'];
  return `, ${count} ${unit}${count === 1 ? '' : 's'} later`;
}

function timeLabel(at: number): string {
  return Number.isFinite(at) ? readableTime(new Date(at).toISOString()) : '';
}

interface RoleSection {
  readonly section: Markup;
  /** Of the roles that found room. */
  readonly anchors: ReadonlyMap<string, string>;
}

function roleSection(
  roles: readonly RoleVersions[],
  findings: readonly Finding[],
  places: ReadonlyMap<Finding, string>,
): RoleSection | undefined {
  if (roles.length === 0) return undefined;
  const byEvent = new Map(
    findings.flatMap((one) =>
      one.change === undefined ? [] : [[one.events[0] ?? '', places.get(one) ?? ''] as const],
    ),
  );
  // The findings come most serious first.
  const worst = new Map<string, Severity>();
  for (const { role, severity } of findings) if (role !== undefined && !worst.has(role)) worst.set(role, severity);
  const rank = ({ role }: RoleVersions): number => {
    const severity = worst.get(role);
    return severity === undefined ? -1 : severityRank(severity);
  };
  const names = distinctNames(roles.map(({ role }) => role));
  const anchors = new Map<string, string>();
  const items: Markup[] = [];
  let room = roomForPolicies(findings.length);
  for (const [index, role] of roles.toSorted((one, other) => rank(other) - rank(one)).entries()) {
    // Of a role whose every version is long the last ones are shown, rather than none.
    for (const most of [20, 5, 1]) {
      const item = roleMarkup(
        role,
        names.get(role.role) ?? role.role,
        worst.get(role.role),
        `r${index}`,
        most,
        byEvent,
      );
      if (item.source.length > room) continue;
      room -= item.source.length;
      items.push(item);
      anchors.set(role.role, `r${index}`);
      break;
    }
    if (room < 1000) break;
  }
  const section = markup`<section class="roles" aria-labelledby="roles"><h2 id="roles">Roles and their policies</h2><p class="faint">Those with the most serious findings first. Each version with its lines that came and went, beside who gained and lost access by it.</p>${
    roles.length > items.length
      ? markup`<p class="faint">${items.length} of ${roles.length} roles, to keep the report small.</p>`
      : undefined
  }${items}</section>`;
  return { section, anchors };
}

function roleMarkup(
  { role, versions }: RoleVersions,
  name: string,
  worst: Severity | undefined,
  anchor: string,
  most: number,
  findings: ReadonlyMap<string, string>,
): Markup {
  const rows = versions.slice(-most).map((version, at, shown) => {
    const before = at === 0 ? versions[versions.length - shown.length - 1] : shown[at - 1];
    return versionMarkup(version, before, findings.get(version.eventId ?? ''));
  });
  const earlier = versions.length - rows.length;
  return markup`<details id="${anchor}"><summary><b>${name}</b> · ${versions.length} ${versions.length === 1 ? 'version' : 'versions'}${worst === undefined ? undefined : markup` · worst finding <span class="severity ${worst}">${worst}</span>`}<span class="meta"><code>${role}</code></span></summary>${earlier > 0 ? markup`<p class="faint">The last ${rows.length} of ${versions.length}.</p>` : undefined}${rows}</details>`;
}

function versionMarkup(version: PolicyVersion, before: PolicyVersion | undefined, anchor: string | undefined): Markup {
  const who = version.by === undefined ? undefined : markup` by <code>${version.by}</code>`;
  const account =
    version.change === undefined
      ? undefined
      : markup`<p>${verdictSentence(version.change)}</p>${accessList(version.change)}`;
  const finding = anchor === undefined ? undefined : markup`<p><a href="#${anchor}">The finding about it</a></p>`;
  return markup`<div class="version"><div><h3><time datetime="${version.time}">${readableTime(version.time)}</time></h3><p>${version.policy === null ? 'The role was deleted' : 'Set'}${who}${version.eventId === undefined ? undefined : markup` <span class="faint">event <code>${version.eventId}</code></span>`}</p>${account}${finding}</div><div class="diff mono">${diffMarkup(before?.policy, version.policy)}</div></div>`;
}

/** The lines of the document, with those that came and went; both marked by more than their colour. */
function diffMarkup(before: unknown, after: unknown): Markup {
  const [old, now] = [documentText(before), documentText(after)];
  if (old === '') return markup`<span>${now}</span>`;
  const parts = diffLines(old, now, { maxEditLength: 2000, timeout: 500 });
  if (parts === undefined) return markup`<span>${now}</span>`;
  return markup`${parts.map((part) => {
    const lines = part.value.replace(/\n$/, '').split('\n');
    if (part.added) return markup`<ins>${lines.map((line) => `+ ${line}`).join('\n')}</ins>`;
    if (part.removed) return markup`<del>${lines.map((line) => `- ${line}`).join('\n')}</del>`;
    return markup`<span>${lines.map((line) => `  ${line}`).join('\n')}</span>`;
  })}`;
}

/** Laid out anew, so that a change of white space is no difference; a document too large for a page is cut. */
function documentText(policy: unknown): string {
  if (policy === undefined || policy === null) return '';
  let value = policy;
  if (typeof policy === 'string') {
    try {
      value = JSON.parse(policy);
    } catch {
      return policy.slice(0, 20_000);
    }
  }
  return `${JSON.stringify(value, null, 2).slice(0, 20_000)}\n`;
}

function causeSection(findings: readonly Finding[]): Markup | undefined {
  const counts = new Map<string, number>();
  for (const one of findings)
    if (one.cause !== undefined) counts.set(one.cause, (counts.get(one.cause) ?? 0) + one.count);
  const rows = [...counts].sort(([, left], [, right]) => right - left);
  const most = rows[0]?.[1];
  if (most === undefined) return undefined;
  return markup`<section aria-labelledby="causes"><h2 id="causes">Causes by frequency</h2><table class="narrow"><caption>Denied calls and failed changes by their first cause</caption><thead><tr><th scope="col">Cause</th><th scope="col">Times</th><th scope="col">Share</th></tr></thead><tbody>${rows.map(
    ([cause, count]) =>
      markup`<tr><td><code>${cause}</code></td><td class="number">${grouped(count)}</td><td><meter min="0" max="${most}" value="${count}" aria-label="${cause}">${count}</meter></td></tr>`,
  )}</tbody></table></section>`;
}

function problemSection(problems: readonly { readonly place: string; readonly message: string }[]): Markup | undefined {
  if (problems.length === 0) return undefined;
  const rows = problems
    .slice(0, 200)
    .map(({ place, message }) => markup`<tr><td><code>${place}</code></td><td>${prose(message)}</td></tr>`);
  return markup`<section aria-labelledby="problems"><h2 id="problems">Not read</h2><table><caption>${problems.length} ${problems.length === 1 ? 'record or file' : 'records or files'} that could not be read</caption><thead><tr><th scope="col">Where</th><th scope="col">Why</th></tr></thead><tbody>${rows}</tbody></table></section>`;
}
