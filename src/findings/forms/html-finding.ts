/** How does one finding stand in the HTML report, unfolded and in short? */
import type { AccessClass } from '../../policy/compare/comparison.ts';
import { clip } from '../escape.ts';
import type { CauseFinding, Finding, Fix, RiskFinding } from '../finding.ts';
import { type Content, type Markup, markup, prose } from './markup.ts';
import { consoleLink } from './slack.ts';
import { witnessLine } from './terminal.ts';
import {
  actorLine,
  causeHeadline,
  evidencePlace,
  isCommand,
  kindOf,
  readableTime,
  verdictSentence,
  verification,
  whoName,
} from './words.ts';

/** @param places ids of the findings on the page, with their anchors. */
export function findingMarkup(finding: Finding, anchor: string, places: ReadonlyMap<string, string>): Markup {
  return markup`<details class="finding ${finding.severity}" id="${anchor}" data-kind="${finding.kind}">${summaryOf(finding)}<div>${[
    facts(finding, anchor, places),
    accessMarkup(finding),
    finding.causes === undefined || finding.causes.length === 0
      ? undefined
      : markup`<h3>Why</h3>${finding.causes.map((cause) => causeMarkup(cause, finding.fix))}`,
    finding.risks === undefined || finding.risks.length === 0
      ? undefined
      : markup`<h3>Risks</h3>${finding.risks.map(riskMarkup)}`,
    finding.fix === undefined ? undefined : fixMarkup(finding.fix),
    rollbackMarkup(finding),
    finding.unknown === undefined || finding.unknown.length === 0
      ? undefined
      : markup`<h3>Not known</h3><dl>${finding.unknown.map((one) => markup`<dt>${prose(one.need)}</dt><dd>${isCommand(one.how) ? commandMarkup(one.how) : prose(one.how)}</dd>`)}</dl>`,
    finding.ruledOut === undefined || finding.ruledOut.length === 0
      ? undefined
      : markup`<h3>Ruled out</h3><ul>${finding.ruledOut.map((one) => markup`<li><code>${one.cause}</code>: ${prose(one.because)}</li>`)}</ul>`,
    (finding.notes ?? []).map((note) => markup`<p class="faint">${prose(note)}</p>`),
  ]}</div></details>`;
}

/** For a report that would be too large: the headline, the role, the first cause, and what the finding can be found by. */
export function shortFindingMarkup(finding: Finding, anchor: string): Markup {
  const cause = finding.causes?.[0];
  const who = finding.actor?.arn ?? finding.actor?.type;
  return markup`<details class="finding ${finding.severity}" id="${anchor}" data-kind="${finding.kind}">${summaryOf(finding)}<div>${cause === undefined ? undefined : markup`<p>${prose(cause.summary)} <span class="faint">${causeHeadline(cause)}</span></p>`}<p class="faint">${who === undefined ? undefined : markup`By <code>${clip(who, 200)}</code>. `}Event <code>${finding.events[0] ?? 'unknown'}</code>, finding <code>${clip(finding.id, 40)}</code>; in short, to keep the report small.</p></div></details>`;
}

function summaryOf(finding: Finding): Markup {
  return markup`<summary><span class="severity ${finding.severity}">${finding.severity}</span> <b>${prose(finding.title)}</b><span class="meta"><time datetime="${finding.time}">${readableTime(finding.time)}</time> · ${kindOf(finding)}${finding.role === undefined ? undefined : markup` · <code>${finding.role}</code>`}</span></summary>`;
}

function facts(finding: Finding, own: string, places: ReadonlyMap<string, string>): Markup {
  const actor = actorLine(finding);
  const change = finding.correlatedChange;
  const rows: readonly (readonly [string, Content])[] = [
    ...(actor === undefined ? [] : [['By', markup`<code>${actor}</code>`] as const]),
    ...(finding.account === undefined ? [] : [['Account', finding.account] as const]),
    ...(finding.region === undefined ? [] : [['Region', finding.region] as const]),
    ...(finding.count > 1 ? [['Times', finding.count] as const] : []),
    ...(change === undefined
      ? []
      : [
          [
            'After',
            markup`the change at ${readableTime(change.time)} by <code>${change.by}</code>: <b>${prose(change.proof)}</b> <span class="faint">event <code>${change.eventId}</code></span>`,
          ] as const,
        ]),
    ...(finding.resolves === undefined ? [] : [['Ends', reference(finding.resolves, places)] as const]),
    ...(finding.supersededBy === undefined ? [] : [['Now in', reference(finding.supersededBy, places)] as const]),
    ['Events', eventsOf(finding)],
    ['Finding', markup`<a href="#${own}"><code>${finding.id}</code></a>, revision ${finding.revision}`],
  ];
  const links = Object.entries(finding.links ?? {}).flatMap(([name, url]) => {
    const safe = consoleLink(url);
    return safe === undefined ? [] : [markup`<a href="${safe}">Open the ${name} in the console</a>`];
  });
  return markup`<dl>${rows.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>${links.length === 0 ? undefined : markup`<p class="links">${links}</p>`}`;
}

function eventsOf(finding: Finding): Markup {
  const shown = finding.events.slice(0, 5).map((event) => markup`<code>${event}</code> `);
  const more = finding.events.length - shown.length;
  return markup`${shown}${more > 0 ? `and ${more} more` : undefined}`;
}

function reference(id: string, places: ReadonlyMap<string, string>): Markup {
  const anchor = places.get(id);
  return anchor === undefined
    ? markup`finding <code>${id}</code>`
    : markup`<a href="#${anchor}">finding <code>${id}</code></a>`;
}

function accessMarkup(finding: Finding): Markup | undefined {
  const { change } = finding;
  if (change === undefined) return undefined;
  return markup`<h3>Access</h3><p>${verdictSentence(change)}</p>${accessList(change)}`;
}

/** Who gains, who loses, and what could not be decided. */
export function accessList(change: NonNullable<Finding['change']>): Markup | undefined {
  const items = [
    ...change.gained.map((one) => accessItem('gained', 'gains', one)),
    ...change.lost.map((one) => accessItem('lost', 'loses', one)),
    ...(change.allowed ?? []).map((one) => accessItem('allowed', 'lets in', one)),
    ...(change.direct ?? []).map((one) => markup`<li><b>direct</b> ${prose(one.summary)}</li>`),
    ...(change.undecided ?? []).map(
      (one) => markup`<li><b>open</b> not decided because of ${prose(one.construct)}</li>`,
    ),
  ];
  return items.length === 0 ? undefined : markup`<ul class="access">${items}</ul>`;
}

function accessItem(style: 'gained' | 'lost' | 'allowed', word: string, found: AccessClass): Markup {
  return markup`<li class="${style}"><b>${word}</b> ${prose(found.summary)}<br><span class="faint">e.g. <code>${witnessLine(found.witness)}</code></span></li>`;
}

function causeMarkup(cause: CauseFinding, own: Fix | undefined): Markup {
  return markup`<p><b>${prose(cause.summary)}</b> <span class="faint">${causeHeadline(cause)}</span></p><ul>${cause.evidence.map(
    (one) => markup`<li><span class="faint">${evidencePlace(one)}:</span> ${prose(one.detail)}</li>`,
  )}</ul>${cause.fix === null || cause.fix.summary === own?.summary ? undefined : fixMarkup(cause.fix)}`;
}

function riskMarkup(risk: RiskFinding): Markup {
  return markup`<p><span class="severity ${risk.severity}">${risk.severity}</span> <b>${prose(risk.message)}</b></p><p>${prose(risk.why)} <span class="faint"><code>${risk.rule}</code>${risk.pointer === '' ? undefined : markup` at <code>${risk.pointer}</code>`}</span></p>${
    risk.fix === null
      ? undefined
      : markup`<p>Fix: ${prose(risk.fix.summary)} <span class="faint">(${prose(verification(risk.fix))})</span></p>${policyMarkup(risk.fix.policy)}`
  }`;
}

function fixMarkup(fix: Fix): Markup {
  const proof = fix.policy === null && !fix.verified ? undefined : markup`; ${prose(verification(fix))}`;
  return markup`<h3>Fix</h3><p>${prose(fix.summary)} <span class="faint">(${whoName(fix.who)}${proof})</span></p>${fix.commands.map(commandMarkup)}${policyMarkup(fix.policy)}`;
}

function policyMarkup(policy: unknown): Markup | undefined {
  if (policy === null || policy === undefined) return undefined;
  return markup`<details><summary>The repaired policy</summary><div class="command"><pre tabindex="0">${JSON.stringify(policy, null, 2)}</pre><button type="button" data-copy>Copy</button></div></details>`;
}

function rollbackMarkup({ rollback }: Finding): Markup | undefined {
  if (rollback === undefined || rollback.commands.length === 0) return undefined;
  return markup`<h3>Undo</h3><p>This puts back what was there before.</p>${rollback.commands.map(commandMarkup)}`;
}

function commandMarkup(command: string): Markup {
  return markup`<div class="command"><pre>${command}</pre><button type="button" data-copy>Copy</button></div>`;
}
