/** Who can assume what, as a picture and as a table: the trusted on the left, the roles on the right? */
import { clip } from '../escape.ts';
import { type Markup, markup, prose } from './markup.ts';
import { distinctNames, shortened } from './role-names.ts';
import { shortName } from './words.ts';

/** Who is trusted by a role at the end of the history: one line of the picture of who can assume what. */
export interface TrustEdge {
  readonly role: string;
  /** `any principal of account 999999999999`, `any GitHub Actions workflow of …`, `everyone with AWS credentials`. */
  readonly trusted: string;
  readonly marks: readonly ('new' | 'public' | 'outside')[];
}

/** Lines that a picture still shows apart. */
const mostDrawn = 60;
const rowHeight = 30;
const top = 34;
const [left, right] = [400, 690] as const;

/** @param anchors of the roles on the page. */
export function edgeSection(edges: readonly TrustEdge[], anchors: ReadonlyMap<string, string>): Markup | undefined {
  if (edges.length === 0) return undefined;
  const inOrder = [...edges].sort((one, other) => weight(other) - weight(one));
  const rows = inOrder
    .slice(0, 250)
    .map(
      ({ role, trusted, marks }) =>
        markup`<tr><td>${prose(trusted)} ${marks.map((mark) => markup`<span class="badge ${mark}">${mark}</span> `)}</td><td>${roleName(role, anchors)}</td></tr>`,
    );
  return markup`<section aria-labelledby="edges"><h2 id="edges">Who can assume what</h2><p class="faint">At the end of the history. Thick lines: <span class="badge public">public</span>, anyone with AWS credentials; dashed lines: <span class="badge new">new</span> since the first policy seen; <span class="badge outside">outside</span>: an account that is not yours.</p>${picture(inOrder, anchors)}<details><summary>The same as a table, ${edges.length} ${edges.length === 1 ? 'line' : 'lines'}</summary>${
    edges.length > rows.length ? markup`<p class="faint">The first ${rows.length}.</p>` : undefined
  }<section class="scroll" tabindex="0" aria-label="Table of who can assume what"><table><caption>At the end of the history</caption><thead><tr><th scope="col">Trusted</th><th scope="col">Role</th></tr></thead><tbody>${rows}</tbody></table></section></details></section>`;
}

function roleName(role: string, anchors: ReadonlyMap<string, string>): Markup {
  const anchor = anchors.get(role);
  return anchor === undefined ? markup`<code>${role}</code>` : markup`<a href="#${anchor}"><code>${role}</code></a>`;
}

/** Public before outside before new before the rest. */
function weight({ marks }: TrustEdge): number {
  return (marks.includes('public') ? 4 : 0) + (marks.includes('outside') ? 2 : 0) + (marks.includes('new') ? 1 : 0);
}

function picture(inOrder: readonly TrustEdge[], anchors: ReadonlyMap<string, string>): Markup {
  const edges = inOrder.slice(0, mostDrawn);
  const trusted = [...new Set(edges.map((edge) => edge.trusted))];
  const firstOf = new Map(trusted.map((text, index) => [text, index]));
  // Each role stands at the mean height of those it trusts, so that few lines cross.
  const heights = new Map(
    [...Map.groupBy(edges, ({ role }) => role)].map(([role, found]) => [
      role,
      found.reduce((sum, { trusted: text }) => sum + (firstOf.get(text) ?? 0), 0) / found.length,
    ]),
  );
  const roles = [...heights].sort(([, one], [, other]) => one - other).map(([role]) => role);
  const tallest = Math.max(trusted.length, roles.length);
  const height = top + tallest * rowHeight;
  const y = (index: number, of: number): number =>
    Math.round(top + ((index + 0.5) * tallest * rowHeight) / Math.max(1, of));
  const names = distinctNames(inOrder.map(({ role }) => role));
  const lines = edges.map((edge) => {
    const from = y(firstOf.get(edge.trusted) ?? 0, trusted.length);
    const to = y(roles.indexOf(edge.role), roles.length);
    const middle = (left + right) / 2;
    const label = edge.marks.join(', ');
    return markup`<path class="edge ${edge.marks.join(' ')}" d="M${left} ${from}C${middle} ${from} ${middle} ${to} ${right} ${to}"><title>${clip(edge.trusted, 300)} can assume ${names.get(edge.role) ?? shortName(edge.role)}${label === '' ? '' : ` (${label})`}</title></path>${
      label === ''
        ? undefined
        : markup`<text class="label ${edge.marks.join(' ')}" x="${middle}" y="${Math.round((from + to) / 2) - 5}" text-anchor="middle">${label}</text>`
    }`;
  });
  const who = trusted.map(
    (text, index) =>
      markup`<text x="${left - 10}" y="${y(index, trusted.length) + 4}" text-anchor="end">${clip(text.replaceAll('`', ''), 58)}<title>${clip(text, 300)}</title></text><circle class="end" cx="${left}" cy="${y(index, trusted.length)}" r="3.5"></circle>`,
  );
  const what = roles.map((role, index) => {
    const anchor = anchors.get(role);
    const name = markup`<text x="${right + 10}" y="${y(index, roles.length) + 4}">${shortened(names.get(role) ?? role, 32)}<title>${clip(role, 300)}</title></text>`;
    return markup`${anchor === undefined ? name : markup`<a href="#${anchor}">${name}</a>`}<circle class="end" cx="${right}" cy="${y(index, roles.length)}" r="3.5"></circle>`;
  });
  return markup`<figure class="scroll" tabindex="0" aria-label="Who can assume what"><svg viewBox="0 0 960 ${height}" role="group" aria-label="Lines lead from those who are trusted to the roles they can assume; the table below says the same"><text class="faint" x="${left - 10}" y="16" text-anchor="end">trusted</text><text class="faint" x="${right + 10}" y="16">role</text>${lines}${who}${what}</svg></figure>${
    inOrder.length > edges.length
      ? markup`<p class="faint">Drawn are ${edges.length} of ${inOrder.length}, public and outside ones first.</p>`
      : undefined
  }`;
}
