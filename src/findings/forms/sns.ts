/** How does a finding read as an e-mail that Amazon SNS sends: a subject, and text of 80 columns? */
import { plainText } from '../escape.ts';
import type { Finding } from '../finding.ts';
import { fittingFinding, safeJson } from './json.ts';
import { consoleLink } from './slack.ts';
import { terminalFinding, unpainted } from './terminal.ts';

export interface SnsMessage {
  /** ASCII, fewer than 100 characters, no line breaks (SNS API Reference, "Publish": Subject). */
  readonly subject: string;
  /** For e-mail. */
  readonly text: string;
  /** For every other protocol: the finding itself. */
  readonly json: string;
}

/** Bytes of the two bodies together; SNS takes 256 KB a message, and quotes around them count. */
const mostJson = 150_000;
const mostText = 40_000;

/** @param finding masked already. */
export function snsMessage(finding: Finding): SnsMessage {
  const text = terminalFinding(finding, { width: 80, paint: unpainted, verbose: true, breakCommands: true });
  const links = Object.entries(finding.links ?? {}).flatMap(([name, url]) => {
    const safe = consoleLink(url);
    return safe === undefined ? [] : [`The ${plainText(name)} in the console:\n${safe}`];
  });
  const body = [text.trimEnd(), ...links].join('\n\n');
  return {
    subject: asciiSubject(`[${finding.severity}] ${finding.title}`),
    text: `${body.length <= mostText ? body : `${wholeLines(body)}\n\n(shortened)`}\n`,
    json: safeJson(fittingFinding(finding, mostJson)),
  };
}

/** Cut behind a line, and never behind one that goes on in the next: half a command is worse than none. */
function wholeLines(body: string): string {
  let end = body.lastIndexOf('\n', mostText);
  while (end > 0 && body[end - 1] === '\\') end = body.lastIndexOf('\n', end - 1);
  return body.slice(0, Math.max(0, end));
}

/**
 * Typographic signs become their ASCII counterparts, accents go, and whatever is left becomes a question mark; the
 * backticks around names only take room. What is too long ends with a whole word, where one is near.
 */
function asciiSubject(text: string): string {
  const ascii = text
    .normalize('NFKD')
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[–—]/g, '-')
    .replace(/…/g, '...')
    .replaceAll('`', '')
    .replace(/\p{Mark}/gu, '')
    .replace(/\s+/g, ' ')
    .replace(/[^\u0020-\u007e]/gu, '?');
  if (ascii.length < 100) return ascii;
  const cut = ascii.slice(0, 96);
  const word = /^(.{72,}?)[ ,;:]+\S*$/.exec(cut)?.[1];
  return `${(word ?? cut).replace(/[ ,;:]+$/, '')}...`;
}
