/** How does a finding read in Slack, on a phone: the answer first, then why, then what to do? */
import type { ActionsBlock, Button, ContextBlock, HeaderBlock, KnownBlock, SectionBlock } from '@slack/types';
import { clip, plainText, slackCode, slackCodeBlock, slackProse, slackText } from '../escape.ts';
import type { CauseFinding, Finding, Fix, Severity } from '../finding.ts';
import { witnessLine } from './terminal.ts';
import {
  causeHeadline,
  evidencePlace,
  isCommand,
  kindOf,
  readableTime,
  shortName,
  verdictSentence,
  verification,
  whoName,
} from './words.ts';

/** What `chat.postMessage` and an incoming webhook take alike. */
export interface SlackMessage {
  /** For notifications and screen readers; Slack shows the blocks. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

export interface SlackOptions {
  /** Where the pages of rules and causes are published, for the runbook's button; https, without the last slash. */
  readonly docs?: string;
}

/** Slack developer docs, "Blocks" and "Text object"; `total` for the JSON of all blocks, see {@link charactersOf}. */
export const slackLimits = { blocks: 50, text: 3000, header: 150, button: 75, url: 3000, total: 13_000 } as const;

const signs: Readonly<Record<Severity, string>> = { critical: '🔴', high: '🟠', medium: '🟡', low: '🔵', info: '⚪' };

/** @param finding masked already. What does not fit is left out from the end, and the last line says so. */
export function slackMessage(finding: Finding, options: SlackOptions = {}): SlackMessage {
  // Backticks quote input in our sentences; a header shows no code, and would show them.
  const title = plainText(finding.title).replaceAll('`', '');
  const wanted: readonly (readonly KnownBlock[])[] = [
    [section(answer(finding, title))],
    ...changeSections(finding).map((text) => [section(text)]),
    ...correlationSections(finding).map((text) => [section(text)]),
    ...(finding.causes ?? []).slice(0, 3).map(causeBlocks),
    ...(finding.risks ?? [])
      .slice(0, 5)
      .map((risk) => [
        section(
          `*Risk:* ${proseWithin(risk.message, 900)}\n${slackCode(risk.rule)} · ${risk.severity}\n${proseWithin(risk.why, 1200)}`,
        ),
      ]),
    ...(finding.fix === undefined ? [] : [fixBlocks(finding.fix)]),
    ...rollbackBlocks(finding),
    ...(finding.unknown ?? [])
      .slice(0, 3)
      .map((need) => [
        section(
          `*Not known:* ${proseWithin(need.need, 800)}${isCommand(need.how) ? '' : `\n${proseWithin(need.how, 1200)}`}`,
        ),
        ...(isCommand(need.how) ? commandBlocks([need.how]) : []),
      ]),
    ...(finding.notes ?? []).slice(0, 3).map((note) => [context([proseWithin(note, 1200)])]),
  ];
  const head: readonly KnownBlock[] = [header(`${signs[finding.severity]} ${title}`)];
  const buttons = actions(finding, options);
  const foot: readonly KnownBlock[] = [...(buttons === undefined ? [] : [buttons]), context(footer(finding))];
  const { blocks, left } = fitted(wanted, head, foot);
  const shortened =
    left === 0 ? [] : [context([`${left} more parts did not fit; the finding is whole on the findings bus.`])];
  return {
    text: clip(`${signs[finding.severity]} ${finding.severity}: ${slackText(title)}`, 500),
    blocks: [...head, ...blocks, ...shortened, ...foot],
    unfurl_links: false,
    unfurl_media: false,
  };
}

/** The one line that has to be read: how bad, which role, by whom; before it a title that is longer than a header may be. */
function answer(finding: Finding, title: string): string {
  const parts = [
    `*${finding.severity.charAt(0).toUpperCase()}${finding.severity.slice(1)}* · ${kindOf(finding)}`,
    ...(finding.role === undefined ? [] : [slackCode(clip(finding.role, 400))]),
  ];
  const who = finding.actor?.arn ?? finding.actor?.type;
  const isCut = `${signs[finding.severity]} ${title}`.length > slackLimits.header;
  const lines = [...(isCut ? [proseWithin(finding.title, 1200)] : []), parts.join(' · ')];
  if (who !== undefined) {
    const ip = finding.actor?.sourceIp;
    lines.push(`by ${slackCode(clip(who, 400))}${ip === undefined ? '' : ` from ${slackCode(clip(ip, 100))}`}`);
  }
  if (finding.count > 1) lines.push(`${finding.count} times`);
  return lines.join('\n');
}

function changeSections(finding: Finding): readonly string[] {
  const { change } = finding;
  if (change === undefined) return [];
  const list = (title: string, classes: typeof change.gained): readonly string[] => {
    if (classes.length === 0) return [];
    const items = classes.map(
      (one) => `• ${proseWithin(one.summary, 500)}\n   e.g. ${codeWithin(witnessLine(one.witness), 500)}`,
    );
    return [listWithin(`*${title}*`, items, 6)];
  };
  // The heading says it of all of them.
  const direct = (change.direct ?? []).map(
    (one) => `• ${proseWithin(one.summary.replace(/ needs no identity-based policy any more$/, ''), 500)}`,
  );
  const open = (change.undecided ?? []).map((one) => `• ${proseWithin(one.construct, 500)}`);
  return [
    verdictSentence(change),
    ...list('Who gains access', change.gained),
    ...list('Who loses access', change.lost),
    ...list('Who can assume it now', change.allowed ?? []),
    ...(direct.length === 0 ? [] : [listWithin('*Needs no identity-based policy any more*', direct, 5)]),
    ...(open.length === 0 ? [] : [listWithin('*Not decided because of*', open, 5)]),
  ];
}

function correlationSections({ correlatedChange: found }: Finding): readonly string[] {
  if (found === undefined) return [];
  return [
    `*After a change* at ${timeOf(found.time)} by ${codeWithin(found.by, 800)}\n${proseWithin(found.proof, 1200)}`,
  ];
}

function causeBlocks(cause: CauseFinding): readonly KnownBlock[] {
  const evidence = cause.evidence.map((one) => `• ${proseWithin(`${evidencePlace(one)}: ${one.detail}`, 600)}`);
  return [
    section(`*Why:* ${proseWithin(cause.summary, 1500)}`),
    context([listWithin(slackText(clip(causeHeadline(cause), 200)), evidence, 4)]),
  ];
}

function fixBlocks(fix: Fix): readonly KnownBlock[] {
  const proof = fix.policy === null && !fix.verified ? '' : ` · ${proseWithin(verification(fix), 600)}`;
  return [
    section(`*Fix* (${whoName(fix.who)})${proof}\n${proseWithin(fix.summary, 1500)}`),
    ...commandBlocks(fix.commands),
  ];
}

function rollbackBlocks({ rollback }: Finding): readonly (readonly KnownBlock[])[] {
  if (rollback === undefined || rollback.commands.length === 0) return [];
  return [[section('*Undo*: this puts back what was there before'), ...commandBlocks(rollback.commands)]];
}

/** A command that does not fit whole is not shown: half a command is worse than none. */
function commandBlocks(commands: readonly string[]): readonly KnownBlock[] {
  const text = slackCodeBlock(commands.join('\n'));
  if (commands.length === 0) return [];
  return text.length <= slackLimits.text
    ? [section(text)]
    : [context(['The command is too long for Slack; the finding on the findings bus has it.'])];
}

function actions(finding: Finding, { docs }: SlackOptions): ActionsBlock | undefined {
  const page = finding.cause === undefined ? undefined : `causes/${finding.cause}`;
  const rule = finding.risks?.[0]?.rule;
  const runbook = page ?? (rule === undefined ? undefined : `rules/${rule}`);
  const links: readonly (readonly [string, string | undefined])[] = [
    ['Open the event', consoleLink(finding.links?.['event'])],
    ['Open the role', consoleLink(finding.links?.['role'])],
    [
      'Runbook',
      docs === undefined || runbook === undefined || !/^[a-z]+\/[a-z0-9-]+$/.test(runbook)
        ? undefined
        : `${docs}/${runbook}.md`,
    ],
  ];
  const elements = links.flatMap(([label, url], index): Button[] =>
    url === undefined || url.length > slackLimits.url
      ? []
      : [{ type: 'button', text: { type: 'plain_text', text: label, emoji: false }, url, action_id: `open-${index}` }],
  );
  return elements.length === 0 ? undefined : { type: 'actions', elements };
}

/** @returns the link where it leads to an AWS console and nowhere else. */
export function consoleLink(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, hostname, username, password, port, href } = new URL(url);
  const known = /(?:^|\.)(?:aws\.amazon\.com|amazonaws-us-gov\.com|amazonaws\.cn|amazonaws\.com\.cn)$/.test(hostname);
  return protocol === 'https:' && known && username === '' && password === '' && port === '' ? href : undefined;
}

function footer(finding: Finding): readonly string[] {
  const facts = [
    timeOf(finding.time),
    ...(finding.account === undefined ? [] : [`account ${slackText(clip(finding.account, 40))}`]),
    ...(finding.region === undefined ? [] : [slackText(clip(finding.region, 40))]),
    ...(finding.role === undefined ? [] : [slackText(clip(shortName(finding.role), 100))]),
  ];
  const [event] = finding.events;
  return [
    facts.join(' · '),
    `finding ${slackCode(finding.id)} · revision ${finding.revision}${event === undefined ? '' : ` · event ${slackCode(clip(event, 80))}`}`,
    ...(finding.resolves === undefined ? [] : [`ends ${slackCode(clip(finding.resolves, 80))}`]),
    ...(finding.supersededBy === undefined ? [] : [`now in ${slackCode(clip(finding.supersededBy, 80))}`]),
  ];
}

/** A sentence of so many characters once it is escaped, which may make it five times as long. */
function proseWithin(text: string, most: number): string {
  return within(text, most, slackProse);
}

function codeWithin(text: string, most: number): string {
  return within(text, most, slackCode);
}

function within(text: string, most: number, escaped: (text: string) => string): string {
  let kept = Math.min(text.length, most);
  let result = escaped(clip(text, kept));
  while (result.length > most && kept > 1) {
    kept = Math.max(1, Math.min(kept - 1, Math.floor((kept * most) / result.length)));
    result = escaped(clip(text, kept));
  }
  return result;
}

/** A heading and as many items below it as a text may hold; the rest is counted. */
function listWithin(heading: string, items: readonly string[], most: number): string {
  let text = heading;
  let shown = 0;
  for (const item of items.slice(0, most)) {
    // 30 characters are kept for the line that counts the rest.
    if (text.length + 1 + item.length > slackLimits.text - 30) break;
    text += `\n${item}`;
    shown += 1;
  }
  return shown < items.length ? `${text}\n… and ${items.length - shown} more` : text;
}

function timeOf(time: string): string {
  const readable = readableTime(time);
  return readable === time ? slackText(clip(time, 40)) : readable;
}

function header(text: string): HeaderBlock {
  return { type: 'header', text: { type: 'plain_text', text: clip(text, slackLimits.header), emoji: false } };
}

/** `verbatim`: Slack makes no links, channels or mentions of what looks like one. */
function section(text: string): SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}

function context(lines: readonly string[]): ContextBlock {
  return { type: 'context', elements: lines.map((text) => ({ type: 'mrkdwn', text, verbatim: true })) };
}

/** Groups of blocks stay together; those that no longer fit the message are counted. */
function fitted(
  groups: readonly (readonly KnownBlock[])[],
  head: readonly KnownBlock[],
  foot: readonly KnownBlock[],
): { readonly blocks: readonly KnownBlock[]; readonly left: number } {
  // One block and 200 characters are kept for the line that says what did not fit.
  let room = slackLimits.total - 200 - charactersOf([...head, ...foot]);
  let places = slackLimits.blocks - 1 - head.length - foot.length;
  const blocks: KnownBlock[] = [];
  let left = 0;
  for (const group of groups) {
    const fits = group.length <= places && charactersOf(group) <= room && group.every(withinTextLimit);
    if (!fits) {
      left += 1;
      continue;
    }
    blocks.push(...group);
    places -= group.length;
    room -= charactersOf(group);
  }
  return { blocks, left };
}

function withinTextLimit(block: KnownBlock): boolean {
  if (block.type === 'section') return (block.text?.text.length ?? 0) <= slackLimits.text;
  if (block.type !== 'context') return true;
  return block.elements.every((element) => !('text' in element) || element.text.length <= slackLimits.text);
}

/** Slack counts all of the blocks, their structure too (slackapi/bolt-js issue 2509, where it was measured). */
export function charactersOf(blocks: readonly KnownBlock[]): number {
  return JSON.stringify(blocks).length;
}
