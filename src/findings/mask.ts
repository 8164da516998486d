/** Which text of a finding is an external ID, and how does it show without being told? */

import { shellQuote } from './escape.ts';
import type { CauseFinding, Explanation, Finding, Fix, Need, RiskFinding } from './finding.ts';

/** What stands in a command for an external ID to pass. */
export const externalIdPlaceholder = 'EXTERNAL_ID_FROM_THE_ROLE_OWNER';

/** @returns the first two characters and the length: `ac… (12 characters)`; of two characters or fewer, the length alone. */
export function maskExternalId(value: string): string {
  const characters = [...value];
  const shown = characters.length > 2 ? characters.slice(0, 2).join('') : '';
  return `${shown}… (${characters.length} ${characters.length === 1 ? 'character' : 'characters'})`;
}

/** Names under which an external ID stands: the condition key, and the parameter of AssumeRole. */
function namesExternalId(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === 'sts:externalid' || lower === 'externalid';
}

/** A pattern that every external ID matches tells nothing, and hiding it would hide that. */
function tellsNothing(value: string): boolean {
  return /^[*?]*$/.test(value);
}

/**
 * @returns every external ID in a JSON value: what stands under an `sts:ExternalId` of a condition or of a request's
 * context, or under `externalId` of request parameters, at any depth, also in JSON held as text (`policyDocument`).
 */
export function collectExternalIds(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const pending: { value: unknown; secret: boolean }[] = [{ value, secret: false }];
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    const { value: current, secret } = item;
    if (typeof current === 'string') {
      if (secret) {
        if (!tellsNothing(current)) found.add(current);
      } else if (mayHoldExternalId(current)) {
        const inner = parsedText(current);
        if (inner !== undefined) pending.push({ value: inner, secret: false });
      }
    } else if (typeof current === 'number' && secret) found.add(String(current));
    else if (Array.isArray(current)) for (const member of current) pending.push({ value: member, secret });
    else if (typeof current === 'object' && current !== null)
      for (const [name, member] of Object.entries(current))
        pending.push({ value: member, secret: secret || namesExternalId(name) });
  }
  return found;
}

/**
 * Masks a JSON value: the texts under an external ID's name, and every other text that quotes one of the IDs.
 * @param ids further IDs that its texts may quote; those of the value itself are found by the way.
 */
export function maskExternalIds<T>(value: T, ids: ReadonlySet<string> = new Set()): T {
  return masked(value, byLength(new Set([...ids, ...collectExternalIds(value)])), false) as T;
}

function masked(value: unknown, ids: readonly string[], secret: boolean): unknown {
  if (typeof value === 'string') {
    if (secret) return tellsNothing(value) ? value : maskExternalId(value);
    if (mayHoldExternalId(value)) {
      const inner = parsedText(value);
      if (inner !== undefined) return JSON.stringify(masked(inner, ids, false));
    }
    return maskWithin(value, ids);
  }
  if (typeof value === 'number' && secret) return maskExternalId(String(value));
  if (Array.isArray(value)) return value.map((member) => masked(member, ids, secret));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, masked(member, ids, secret || namesExternalId(name))]),
  );
}

/**
 * Masks the IDs that a sentence quotes.
 * An ID of twelve digits, as many are, is also an account id, and one may be an ARN: these are masked only where they are
 * quoted as a value.
 */
export function maskText(text: string, ids: Iterable<string>): string {
  return maskWithin(text, byLength(new Set(ids)));
}

function maskWithin(text: string, ids: readonly string[]): string {
  let result = text;
  for (const id of ids) {
    if (id === '' || !result.includes(id)) continue;
    const quotedOnly = /^(?:\d{12}$|arn:)/.test(id) || id.length < 4;
    let out = '';
    let from = 0;
    for (let at = result.indexOf(id); at >= 0; at = result.indexOf(id, from)) {
      const before = result[at - 1] ?? '';
      const after = result[at + id.length] ?? '';
      const quoted = /^[`'"“‘]$/.test(before) && /^[`'"”’]$/.test(after);
      const apart = !/^[\p{L}\p{N}]$/u.test(before) && !/^[\p{L}\p{N}]$/u.test(after);
      out += result.slice(from, at) + (quoted || (apart && !quotedOnly) ? maskExternalId(id) : id);
      from = at + id.length;
    }
    result = out + result.slice(from);
  }
  return maskQuoted(result);
}

/** How the key, the parameter and the words of people name it. */
const mention = /external[ -]?id/i;

/**
 * The second net: what a sentence quotes behind the words "external ID" or the key's name is taken for one, whether or
 * not it is known, save an ARN, the name of a key or an operator, and what is masked already.
 */
function maskQuoted(text: string): string {
  const found = mention.exec(text);
  if (found === null) return text;
  const from = endOfQuote(text, found.index + found[0].length);
  return (
    text.slice(0, from) +
    text.slice(from).replace(/([`"])([^`"]{2,1224})\1/g, (whole, quote: string, value: string, at: number) => {
      if (namesSomethingElse(text.slice(Math.max(0, from + at - 200), from + at))) return whole;
      const name =
        /^(?:arn:|[a-z][a-z0-9-]*:[A-Za-z/]+$|\/|(?:For(?:Any|All)Values?:)?[A-Z][A-Za-z]+(?:Equals|Like|IfExists|IgnoreCase)$|Null$)/;
      return name.test(value) ||
        /^(?:[a-z]+:)?external-?id$/i.test(value) ||
        tellsNothing(value) ||
        /… \(\d+ characters?\)$/.test(value)
        ? whole
        : quote + maskExternalId(value) + quote;
    })
  );
}

/** Whether what is quoted next is the name of a role, say: `role `, or `role `a`, `b` or `. */
function namesSomethingElse(before: string): boolean {
  const noun = before.replace(/(?:[`"][^`"]*[`"](?:, | or | and ))+$/, '');
  return /\b(?:roles?|users?|sessions?|organizations?|accounts?|services?|providers?|repositor(?:y|ies)|branch(?:es)?|paths?) $/.test(
    noun,
  );
}

/** Where the mention itself stands in quotes, as the name of a key does, what is quoted next begins behind them. */
function endOfQuote(text: string, at: number): number {
  let from = at;
  for (const quote of ['`', '"']) {
    const open = text.slice(0, from).split(quote).length % 2 === 0;
    const end = open ? text.indexOf(quote, from) : -1;
    if (end >= 0) from = end + 1;
  }
  return from;
}

/** Longer ones first, so that an ID that is part of another does not break it up. */
function byLength(ids: ReadonlySet<string>): readonly string[] {
  return [...ids].sort((left, right) => right.length - left.length || (left < right ? -1 : 1));
}

function mayHoldExternalId(text: string): boolean {
  return /^\s*(?:[{[]|%7b)/i.test(text) && /externalid/i.test(text);
}

function parsedText(text: string): unknown {
  for (const candidate of [text, decoded(text)]) {
    if (candidate === undefined) continue;
    try {
      return JSON.parse(candidate);
    } catch {
      // Not JSON in this spelling: the next one, or plain text.
    }
  }
  return undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * A fix in which nothing masked is meant for use: where the policy holds an external ID it is left out, `--external-id`
 * gets the placeholder, and another command that holds an ID says how to have it whole.
 */
export function maskFix<F extends Partial<Fix> & { readonly summary: string }>(fix: F, ids: ReadonlySet<string>): F {
  const own = collectExternalIds(fix.policy);
  const all = byLength(new Set([...ids, ...own]));
  const result: { -readonly [Name in keyof F]: F[Name] } = { ...fix, summary: maskWithin(fix.summary, all) };
  if (fix.grants !== undefined) Object.assign(result, { grants: maskWithin(fix.grants, all) });
  // Also one that stands under a misspelt key, or is quoted elsewhere in it.
  const holds =
    own.size > 0 || JSON.stringify(maskExternalIds(fix.policy, new Set(all))) !== JSON.stringify(fix.policy);
  if (fix.policy !== undefined && fix.policy !== null && holds) {
    const note = 'the policy holds an external ID: --show-external-ids prints it';
    const summary = result.summary.endsWith('.')
      ? `${result.summary} ${note.charAt(0).toUpperCase()}${note.slice(1)}.`
      : `${result.summary} (${note})`;
    Object.assign(result, { policy: null, summary });
  }
  if (fix.commands !== undefined) Object.assign(result, { commands: fix.commands.map((one) => maskCommand(one, all)) });
  return result;
}

/** A command in which an external ID to pass is the placeholder; one that holds an ID elsewhere is not printed. */
export function maskCommand(command: string, ids: Iterable<string>): string {
  const all = byLength(new Set(ids));
  const passed = command.replace(
    /(--external-id[ =])('(?:[^']|'\\'')*'|\$'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S+)/g,
    (_, option: string) => option + externalIdPlaceholder,
  );
  const held = all.some(
    (id) =>
      (maskWithin(passed, [id]) !== passed && /externalid/i.test(passed)) ||
      (id.length > 3 && passed.includes(shellQuote(id)) && !/^(?:\d{12}$|arn:)/.test(id)),
  );
  return held ? '# this command holds an external ID: run again with --show-external-ids to see it' : passed;
}

/**
 * Whether no external ID can be in it, however it is written: each is found by a name or a word that stands in the text
 * as it is. Most findings have none, and walking through all of their texts costs more than making them.
 */
function mentionsNone(value: unknown): boolean {
  return !mention.test(JSON.stringify(value));
}

/** A finding as it is told by default. */
export function maskFinding(finding: Finding, ids: ReadonlySet<string> = new Set()): Finding {
  const { fix, rollback, risks, causes, ...rest } = finding;
  // In the same order as below.
  if (ids.size === 0 && mentionsNone(finding))
    return {
      ...rest,
      ...(risks === undefined ? {} : { risks }),
      ...(causes === undefined ? {} : { causes }),
      ...(fix === undefined ? {} : { fix }),
      ...(rollback === undefined ? {} : { rollback }),
    };
  const all = new Set([...ids, ...collectExternalIds(finding)]);
  const { unknown } = rest;
  return {
    ...maskExternalIds(rest, all),
    ...(risks === undefined ? {} : { risks: risks.map((risk) => maskRisk(risk, all)) }),
    ...(causes === undefined ? {} : { causes: causes.map((cause) => maskCause(cause, all)) }),
    ...(fix === undefined ? {} : { fix: maskFix(fix, all) }),
    ...(unknown === undefined ? {} : { unknown: unknown.map((need) => maskNeed(need, all)) }),
    ...(rollback === undefined
      ? {}
      : { rollback: { ...rollback, commands: rollback.commands.map((one) => maskCommand(one, all)) } }),
  };
}

/** A risk as it is told by default. */
export function maskRisk<R extends RiskFinding>(risk: R, ids: ReadonlySet<string>): R {
  const { fix, ...rest } = risk;
  return { ...maskExternalIds(rest, ids), fix: fix === null ? null : maskFix(fix, ids) } as R;
}

/** A cause as it is told by default. */
export function maskCause(cause: CauseFinding, ids: ReadonlySet<string>): CauseFinding {
  const { fix, ...rest } = cause;
  return { ...maskExternalIds(rest, ids), fix: fix === null ? null : maskFix(fix, ids) };
}

/** What is not known, with a command that is meant for use, or words. */
function maskNeed(need: Need, ids: ReadonlySet<string>): Need {
  const all = byLength(ids);
  const how = /^aws /.test(need.how) ? maskCommand(need.how, ids) : maskWithin(need.how, all);
  return { need: maskWithin(need.need, all), how };
}

/** An answer of `explain` as it is told by default. */
export function maskExplanation(explanation: Explanation, ids: ReadonlySet<string>): Explanation {
  const { event, causes, unknown, ...rest } = explanation;
  // In the order in which it is read, here and below.
  if (ids.size === 0 && mentionsNone(explanation)) return { event, causes, ...rest, unknown };
  const all = new Set([...ids, ...collectExternalIds(explanation)]);
  return {
    ...maskExternalIds({ event }, all),
    causes: causes.map((cause) => maskCause(cause, all)),
    ...maskExternalIds(rest, all),
    unknown: unknown.map((need) => maskNeed(need, all)),
  };
}
