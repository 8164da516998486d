/** How does a finding read in a terminal: what happened, to whom it matters, why, and what to do about it. */

import type { AccessClass, Comparison, Witness } from '../../policy/compare/comparison.ts';
import { clip, plainLines, plainText } from '../escape.ts';
import type {
  CauseFinding,
  CorrelatedChange,
  Explanation,
  Finding,
  Fix,
  Need,
  RiskFinding,
  RuledOut,
  Severity,
} from '../finding.ts';
import { bySeverity } from '../severity.ts';
import { isOfUnanswered } from '../unanswered.ts';
import {
  actorLine,
  causeHeadline,
  evidencePlace,
  isCommand,
  readableTime,
  verdictSentence,
  verification,
  whoName,
} from './words.ts';
import { wrap } from './wrap.ts';

/** The styles the forms use; names as in `util.styleText`, which the command line passes. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'inverse';
export type Paint = (styles: readonly Style[], text: string) => string;

/** For where there is no colour. */
export const unpainted: Paint = (_, text) => text;

export interface TerminalOptions {
  /** Columns of a line; prose is wrapped, commands and names are not. */
  readonly width: number;
  readonly paint: Paint;
  /** Also what was ruled out, the events' ids and the finding's own. */
  readonly verbose?: boolean;
  /** Commands longer than a line are continued with a backslash: for mail, whose readers break lines as they like. */
  readonly breakCommands?: boolean;
}

const severityStyles: Readonly<Record<Severity, readonly Style[]>> = {
  critical: ['bold', 'inverse', 'red'],
  high: ['bold', 'red'],
  medium: ['bold', 'yellow'],
  low: ['bold', 'cyan'],
  info: ['bold', 'dim'],
};

/** The severity as a label of eight columns, as wide as the longest. */
export function severityLabel(severity: Severity, paint: Paint): string {
  const label = severity.toUpperCase();
  return paint(severityStyles[severity], label) + ' '.repeat(8 - label.length);
}

/**
 * One finding as a story of several lines; ends in a line feed. Everything in it that came from outside is escaped.
 * What is not serious is told in short: without what its headline says already, and without why a risk is one.
 */
export function terminalFinding(finding: Finding, options: TerminalOptions): string {
  const verbose = options.verbose === true;
  const short = !verbose && isMinor(finding.severity);
  const rows = [
    ...changeRows(finding, short),
    ...(finding.correlatedChange === undefined ? [] : correlationRows(finding.correlatedChange)),
    ...causeAndFixRows(finding),
    ...(finding.risks ?? []).flatMap((risk) => riskRows(risk, !verbose && isMinor(risk.severity))),
    ...rollbackRows(finding),
    ...(finding.unknown ?? []).flatMap(needRows),
    ...(finding.notes ?? []).map((note): Row => ({ label: 'note', text: note, styles: ['dim'] })),
    // Whoever was woken by it wants to know what to do before what it is not.
    ...(verbose ? ruledOutRows(finding.ruledOut ?? []) : []),
    ...(finding.resolves === undefined ? [] : [{ label: 'ends', text: `finding ${finding.resolves}` }]),
    ...(finding.supersededBy === undefined ? [] : [{ label: 'now in', text: `finding ${finding.supersededBy}` }]),
    ...(verbose ? identityRows(finding) : []),
  ];
  return headline(finding.severity, finding.title, options) + rendered([...factRows(finding, short), ...rows], options);
}

/** What to look at first, a line each, for the end of a long answer; empty where nothing is serious or all is on one screen. */
export function terminalRecap(findings: readonly Finding[], { paint, width }: TerminalOptions): string {
  const serious = findings.filter(({ severity }) => severity === 'critical' || severity === 'high').sort(bySeverity);
  if (findings.length < 5 || serious.length === 0) return '';
  const shown = serious.slice(0, 10).map(({ severity, title, time }) => {
    const text = `${readableTime(time).slice(0, 16)}  ${plainText(title)}`;
    return `  ${severityLabel(severity, paint)}  ${wrap(clip(text, 300), width, `  ${indent}`, column + 2)}\n`;
  });
  const more = serious.length - shown.length;
  return `${paint(['bold'], 'Look at these first (times in UTC):')}\n${shown.join('')}${more > 0 ? `  ${indent}and ${more} more\n` : ''}`;
}

function isMinor(severity: Severity): boolean {
  return severity === 'low' || severity === 'info';
}

/** The causes of one denied call; ends in a line feed. */
export function terminalExplanation(explanation: Explanation, options: TerminalOptions): string {
  const { event, causes } = explanation;
  if (causes.length === 0 && explanation.note !== undefined && !isOfUnanswered({ notes: [explanation.note] }))
    return `${plainText(explanation.note)}\n`;
  const title = plainText(
    `${event.action ?? 'The call'} ${explanation.note === undefined ? 'was denied' : 'failed, and was not denied'}`,
  );
  const rows: readonly Row[] = [
    ...(event.time === null ? [] : [{ label: 'when', text: readableTime(event.time) }]),
    ...(event.caller === null ? [] : [{ label: 'caller', text: event.caller }]),
    ...(event.role === null ? [] : [{ label: 'role', text: event.role }]),
    ...(event.id === null ? [] : [{ label: 'event', text: event.id, styles: ['dim'] as const }]),
    ...causes.flatMap((cause, at) => {
      const { fix } = cause;
      const isTold =
        fix !== null && causes.slice(0, at).some((before) => before.fix !== null && sameFix(before.fix, fix));
      return [
        ...causeRows(cause, !isTold),
        ...(isTold ? [{ label: 'fix', text: 'As above: the one change cures this too.' }] : []),
      ];
    }),
    ...(explanation.note === undefined ? [] : [{ label: 'cause', text: explanation.note, styles: ['bold'] as const }]),
    ...(causes.length > 0 || explanation.note !== undefined
      ? []
      : [{ label: 'cause', text: 'None can be named from what is known.' }]),
    ...explanation.unknown.flatMap(needRows),
    ...ruledOutRows(explanation.ruledOut),
  ];
  return `${options.paint(['bold'], title)}\n${rendered(rows, options)}`;
}

/** One risk of a policy file: its place, what it is, why it matters, and the fix; ends in a line feed. */
export function terminalRisk(risk: RiskFinding, options: TerminalOptions): string {
  const place = [risk.file, risk.line, risk.column].filter((part) => part !== undefined).join(':');
  const rows: readonly Row[] = [
    { label: 'at', text: [place, risk.pointer].filter((part) => part !== '').join(' ') },
    { label: 'rule', text: [risk.rule, ...(risk.also ?? []).map((also) => `also ${also}`)].join(', ') },
    { label: 'why', text: risk.why },
    ...(risk.fix === null ? [] : [{ label: 'fix', text: `${sentence(risk.fix.summary)} ${verified(risk.fix)}` }]),
    { label: 'docs', text: risk.docs, styles: ['dim'] },
  ];
  return headline(risk.severity, risk.message, options) + rendered(rows, options);
}

/** What the statements of both policies are called, by their index; a person counts them from one. */
export interface StatementNames {
  readonly old: (index: number) => string;
  readonly new: (index: number) => string;
}

/** Who gained and who lost by a change of a policy, a row each; empty where nobody did. Masked already. */
export function terminalComparison(
  comparison: Omit<Comparison, 'verdict'>,
  options: TerminalOptions,
  names: StatementNames,
): string {
  return rendered(comparisonRows(comparison, names), options);
}

/** The request that shows a difference, as a line. */
export function witnessLine(witness: Witness): string {
  const who = witness.principal ?? witness.service ?? witness.federated ?? 'somebody';
  const context = Object.entries(witness.context)
    .filter(([key]) => key.toLowerCase() !== 'aws:principalarn')
    .map(([key, values]) => `${key}=${values.join(',')}`);
  return `${who} calls ${[witness.action, ...(witness.actions ?? []).filter((one) => one !== witness.action)].join(' and ')}${
    context.length === 0 ? '' : ` with ${context.join(' ')}`
  }`;
}

/** A label in the first column and a text in the second; a row without a label goes on with the one above. */
interface Row {
  readonly label?: string;
  readonly text: string;
  readonly styles?: readonly Style[];
  /** True: to be copied, so it is neither wrapped nor shortened. */
  readonly command?: boolean;
}

function factRows(finding: Finding, short: boolean): readonly Row[] {
  const facts = [
    readableTime(finding.time),
    ...(finding.region === undefined ? [] : [finding.region]),
    ...(finding.account === undefined ? [] : [`account ${finding.account}`]),
    ...(finding.count > 1 ? [`${finding.count} times`] : []),
    ...(finding.revision > 1 ? [`revision ${finding.revision}`] : []),
  ];
  const actor = actorLine(finding, short ? 'short' : 'whole');
  return [
    { label: 'when', text: facts.join(' · ') },
    ...(finding.role === undefined ? [] : [{ label: 'role', text: finding.role }]),
    ...(actor === undefined ? [] : [{ label: 'by', text: actor }]),
  ];
}

function changeRows(finding: Finding, short: boolean): readonly Row[] {
  const { change, title } = finding;
  if (change === undefined) return [];
  const untold = (one: AccessClass): boolean => !short || !title.includes(one.summary);
  return [
    ...(short && change.verdict !== 'undecided' ? [] : [{ label: 'access', text: verdictSentence(change) }]),
    ...comparisonRows({ ...change, gained: change.gained.filter(untold), lost: change.lost.filter(untold) }),
    ...(change.allowed ?? []).filter(untold).flatMap((allowed) => accessRows('lets in', allowed, ['yellow'])),
  ];
}

function comparisonRows(
  { gained, lost, direct, undecided }: Pick<Comparison, 'gained' | 'lost'> & Partial<Comparison>,
  names?: StatementNames,
): readonly Row[] {
  const by = (name: ((index: number) => string) | undefined, index: number, which: string): string | undefined =>
    name === undefined ? undefined : `by ${name(index)} of the ${which} policy`;
  return [
    ...gained.flatMap((one) => accessRows('gains', one, ['red'], by(names?.new, one.statement, 'new'))),
    ...lost.flatMap((one) => accessRows('loses', one, ['green'], by(names?.old, one.statement, 'old'))),
    ...(direct ?? []).map((one) => ({ label: 'direct', text: one.summary })),
    ...(undecided ?? []).map((stopped) => ({
      label: 'open',
      text: `not decided because of ${stopped.construct}${stopped.pointer === undefined ? '' : ` at ${stopped.pointer}`}`,
    })),
  ];
}

function accessRows(label: string, found: AccessClass, styles: readonly Style[], by?: string): readonly Row[] {
  return [
    { label, text: found.summary, styles },
    ...(by === undefined ? [] : [{ text: by, styles: ['dim'] as const }]),
    { text: `e.g. ${witnessLine(found.witness)}`, styles: ['dim'] },
  ];
}

function correlationRows({ by, time, proof, eventId }: CorrelatedChange): readonly Row[] {
  return [
    { label: 'after', text: `the change at ${readableTime(time)} by ${by}: ${proof}`, styles: ['bold'] },
    { text: `event ${eventId}`, styles: ['dim'] },
  ];
}

/** The first cause with the fix of the finding, which is its own as a rule; then the others, with what is to be done of them beside that. */
function causeAndFixRows({ causes = [], fix }: Finding): readonly Row[] {
  const commands = new Set(fix?.commands);
  const ofFinding = fix === undefined ? [] : fixRows(fix);
  const told = causes.map((cause) => causeRows(cause, cause.fix !== null && !sameFix(cause.fix, fix), commands));
  return [...(told[0] ?? []), ...ofFinding, ...told.slice(1).flat()];
}

/** @param told commands that stand elsewhere in the finding. */
function causeRows(cause: CauseFinding, withFix: boolean, told: ReadonlySet<string> = new Set()): readonly Row[] {
  return [
    { label: 'cause', text: cause.summary, styles: ['bold'] },
    { text: causeHeadline(cause), styles: ['dim'] },
    ...cause.evidence.map((evidence): Row => ({ text: `- ${evidencePlace(evidence)}: ${evidence.detail}` })),
    ...(withFix && cause.fix !== null
      ? fixRows({ ...cause.fix, commands: cause.fix.commands.filter((command) => !told.has(command)) })
      : []),
  ];
}

function riskRows(risk: RiskFinding, short: boolean): readonly Row[] {
  return [
    { label: 'risk', text: risk.message, styles: ['bold'] },
    { text: `${risk.rule}, ${risk.severity}${risk.pointer === '' ? '' : `, at ${risk.pointer}`}`, styles: ['dim'] },
    ...(short ? [] : [{ text: risk.why }]),
    ...(risk.fix === null ? [] : [{ text: `fix: ${sentence(risk.fix.summary)} ${verified(risk.fix)}` }]),
  ];
}

function fixRows(fix: Fix): readonly Row[] {
  const proof = fix.policy === null && !fix.verified ? '' : ` ${verified(fix)}`;
  return [
    { label: 'fix', text: `${sentence(fix.summary)} To be done by ${whoName(fix.who)}.${proof}` },
    ...fix.commands.map((command) => ({ text: command, command: true })),
  ];
}

function rollbackRows(finding: Finding): readonly Row[] {
  const commands = finding.rollback?.commands ?? [];
  if (commands.length === 0) return [];
  return [
    { label: 'undo', text: 'This puts back what was there before:' },
    ...commands.map((command) => ({ text: command, command: true })),
  ];
}

function ruledOutRows(ruledOut: readonly RuledOut[]): readonly Row[] {
  if (ruledOut.length === 0) return [];
  const [first, ...rest] = ruledOut.map(
    ({ cause, because }): Row => ({ text: `${cause}: ${because}`, styles: ['dim'] }),
  );
  return first === undefined ? [] : [{ ...first, label: 'not' }, ...rest];
}

function needRows(need: Need): readonly Row[] {
  return [
    { label: 'unknown', text: need.need },
    // A command that is wrapped cannot be copied.
    isCommand(need.how) ? { text: need.how, command: true } : { text: need.how, styles: ['dim'] },
  ];
}

function identityRows(finding: Finding): readonly Row[] {
  return [
    { label: 'events', text: finding.events.join(' '), styles: ['dim'] },
    { label: 'id', text: `${finding.id}, ${finding.kind}`, styles: ['dim'] },
  ];
}

function sentence(text: string): string {
  return /[.!?:]$/.test(text) ? text : `${text}.`;
}

function verified(fix: { readonly verified: boolean; readonly grants?: string }): string {
  const text = verification(fix);
  return sentence(text.charAt(0).toUpperCase() + text.slice(1));
}

/** The fix of the first cause is usually the finding's own: it is not printed twice. */
function sameFix(left: Fix, right: Fix | undefined): boolean {
  return (
    right !== undefined && left.summary === right.summary && left.commands.join('\n') === right.commands.join('\n')
  );
}

const column = 10;
const indent = ' '.repeat(column);

function headline(severity: Severity, title: string, { paint, width }: TerminalOptions): string {
  return `${severityLabel(severity, paint)}  ${styled(wrap(clip(plainText(title), 400), width, indent, column), ['bold'], paint)}\n`;
}

function rendered(rows: readonly Row[], { paint, width, breakCommands }: TerminalOptions): string {
  let text = '';
  for (const row of rows) {
    const label = row.label ?? '';
    const start = label === '' ? indent : `  ${paint(['dim'], label)}${' '.repeat(column - 2 - label.length)}`;
    const styles = row.styles ?? [];
    if (row.command === true) {
      // A comment says what the next command is for, or how to undo them all; a backslash would not continue it.
      const comment = row.text.startsWith('#');
      const broken = breakCommands === true && !comment ? continued(row.text, width - column - 2) : row.text;
      const lines = plainLines(broken).split('\n');
      text += `${indent}${styled(`${comment ? '' : '$ '}${lines.join(`\n${indent}  `)}`, [comment ? 'dim' : 'cyan'], paint)}\n`;
    } else {
      const hanging = label === '' ? `${indent}  ` : indent;
      text += `${start}${styled(wrap(clip(plainText(row.text), 4000), width, hanging, column), styles, paint)}\n`;
    }
  }
  return text;
}

/** The same command over several lines, broken between words and never inside quotes. */
function continued(command: string, width: number): string {
  if (command.length <= width || command.includes('\n')) return command;
  const words = command.match(/(?:'[^']*'|"(?:[^"\\]|\\.)*"|\\.|[^\s'"\\]|['"\\])+/g) ?? [command];
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const next = line === '' ? word : `${line} ${word}`;
    if (next.length + 2 > width && line !== '') {
      lines.push(line);
      line = `  ${word}`;
    } else line = next;
  }
  lines.push(line);
  return lines.join(' \\\n');
}

/** Colours each line by itself, so that a pager that cuts lines shows them right. */
function styled(text: string, styles: readonly Style[], paint: Paint): string {
  if (styles.length === 0) return text;
  return text
    .split('\n')
    .map((line) => {
      const start = line.length - line.trimStart().length;
      return line.slice(0, start) + paint(styles, line.slice(start));
    })
    .join('\n');
}
