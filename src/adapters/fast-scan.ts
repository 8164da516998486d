/**
 * Which records of a log file matter? The bytes are searched for the few that do; the mass of records, calls that only
 * read and assume calls that succeeded, is passed over without being parsed.
 */
import { endOfJson } from '../cloudtrail/json-recovery.ts';
import { type ReadingProblem, readEventValue } from '../cloudtrail/read-record.ts';
import {
  allRecognised,
  assumeCalls,
  identityChanges,
  organizationChanges,
  principalEvents,
  trustChanges,
} from '../cloudtrail/recognise.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { type StructureLoop, structureLoop } from './json-structure.ts';
import { layout } from './json-structure-code.ts';

export interface Scanned {
  /** The records that mean something to trusttrail, in the order of the file. */
  readonly records: readonly CloudTrailRecord[];
  readonly problems: readonly ReadingProblem[];
  /** Records that were looked at, those that matter among them. */
  readonly looked: number;
  /** Why the scan stopped before the end: the text is not in a form that it knows, or it is damaged. */
  readonly stopped?: ScanStop;
}

export interface ScanStop {
  readonly because: 'empty' | 'other-encoding' | 'other-form' | 'query-rows' | 'no-json' | 'damaged' | 'cut-off';
  /** Byte of the text, inflated, near which. */
  readonly offset: number;
}

/** A record is at most 256 KB (CloudTrail User Guide, "CloudTrail record contents"); envelopes hold a few. */
const mostUnitBytes = 8 * 1024 * 1024;
/** Small steps in a small window: what is copied is still in the processor's cache when it is scanned. */
const stepBytes = 64 * 1024;
const windowBytes = 3 * stepBytes;
/** Bytes that the loop reads ahead of the 64 it works on: of a key in the last of them, and of the name behind it. */
const ahead = 96;
/** Told one by one, of a file; the rest is counted in one last line, as `readEvents` does. */
const mostProblems = 1000;

const byte = {
  newline: 0x0a,
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  brace: 0x7b,
  bracket: 0x5b,
  slash: 0x5c,
  closed: 0x7d,
  n: 0x6e,
};
const listBeginning = /^\{[ \t\r\n]*"(Records|Events|Messages|logEvents|events)"[ \t\r\n]*:[ \t\r\n]*\[/;
/** Characters that {@link listBeginning} may take. */
const longestBeginning = 512;
/** Members after the list, such as LookupEvents' `NextToken`. */
const longestTail = 64 * 1024;
const lists: ReadonlySet<string> = new Set(['Records', 'Events', 'Messages', 'logEvents', 'events']);
const queryRows = 'QueryResultRows';
const listNames: ReadonlySet<string> = new Set([...lists, queryRows, 'eventName', 'CloudTrailEvent']);
const memberBeginning = /[ \t\r\n]*"((?:[^"\\]|\\.)*)"[ \t\r\n]*:[ \t\r\n]*/y;
const simpleValue = /"(?:[^"\\]|\\.)*"|[-+.\w]+/y;
const memberEnd = /[ \t\r\n]*,/y;

/** What S3's notifications are named by, which look like records: the reader says what they are. Most have a `:` in them. */
const notifications = [
  'IntelligentTiering',
  'LifecycleExpiration:',
  'LifecycleTransition',
  'ObjectAcl:',
  'ObjectCreated:',
  'ObjectRemoved:',
  'ObjectRestore:',
  'ObjectTagging:',
  'ReducedRedundancyLostObject',
  'Replication:',
];

/** Every call that `recognise` knows; the assume calls matter only where they failed. */
const calls: ReadonlyMap<string, 'change' | 'assume' | 'no-name'> = new Map([
  ...notifications.map((name) => [name, 'no-name'] as const),
  ...[trustChanges, principalEvents, identityChanges].flatMap((names) =>
    [...names.keys()].map((name) => [name, 'change'] as const),
  ),
  ...[...organizationChanges].map((name) => [name, 'change'] as const),
  ...assumeCalls.map((name) => [name, 'assume'] as const),
]);

const textBytes = mostUnitBytes + 2 * stepBytes;
const unitWords = layout.units >> 2;
const hitWords = layout.hits >> 2;
const escapeWords = layout.escapes >> 2;
const keys = {
  eventName: Buffer.from('"eventName"'),
  errorCode: Buffer.from('"errorCode"'),
  errorMessage: Buffer.from('"errorMessage"'),
} as const;
const escapedLetter = /^00(?:[46][1-9a-f]|[57][0-9a])$/i;

function hashed(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) | 0;
}

/** Of the calls' names: most names of calls are known not to be one of them without being made a text. */
const callHashes = new Set([...calls.keys()].map((name) => Buffer.from(name).reduce(hashed, 0)));

/**
 * @param object a text that begins with an object's `{`.
 * @returns the name of its member that holds the records, and where they are a list the place behind its `[`.
 */
function listAmong(object: string): { readonly member: string; readonly from?: number } | undefined {
  for (let at = 1; ; ) {
    memberBeginning.lastIndex = at;
    const [beginning, member] = memberBeginning.exec(object) ?? [];
    if (beginning === undefined || member === undefined) return undefined;
    at += beginning.length;
    const isList = object[at] === '[';
    if (listNames.has(member)) return isList && lists.has(member) ? { member, from: at + 1 } : { member };
    simpleValue.lastIndex = at;
    const end = isList || object[at] === '{' ? endOfJson(object, at) : at + (simpleValue.exec(object)?.[0].length ?? 0);
    if (end === undefined || end === at) return undefined;
    memberEnd.lastIndex = end;
    const separator = memberEnd.exec(object)?.[0];
    if (separator === undefined) return undefined;
    at = end + separator.length;
  }
}

/** Loops that nobody uses at the moment: their memory is worth keeping. */
const idle: StructureLoop[] = [];

export interface FileScanner {
  /** Takes the next bytes of the text; they may be reused afterwards. @returns false where no more are wanted. */
  push(bytes: Uint8Array): boolean;
  /** The text has ended. To be called once. */
  end(): Scanned;
}

/**
 * Reads `{"Records":[…]}` and its kin, JSON arrays, and JSON lines, written in any legal way. A text that is none of
 * these, or that is damaged, stops the scan; what was found before is given, and `readEvents` says more about the rest.
 * @param name what the file is called in the places of problems.
 */
export function fileScanner(name: string): FileScanner {
  const loop = idle.pop() ?? structureLoop(textBytes, calls.keys());
  const { buffer, words, state } = loop;
  // The one before may have stopped within a text.
  state.inString.value = 0n;
  const records: CloudTrailRecord[] = [];
  const problems: ReadingProblem[] = [];
  let untold = { count: 0, place: '' };
  let looked = 0;
  let stopped: ScanStop | undefined;
  /** `start`: before a value; `values`: values one after the other; `list`: in a list; `tail`: after the list of an object. */
  let phase: 'start' | 'values' | 'list' | 'tail' = 'start';
  let member = '';
  /** Bytes from `base` are still needed, up to `done` they were scanned, up to `filled` there are any. */
  let base: number = layout.data;
  let done = base;
  let filled = base;
  /** Bytes of the text before `layout.data`. */
  let gone = 0;
  let sawValue = false;
  /** Of the element: its number in the list, or in the file where there is one after the other. */
  let unitIndex = 0;
  let firstIndex = 0;
  let gapFrom = base;
  let commas = 0;
  /** Elements that have ended, of those that the loop counts. */
  let ended = 0;
  /** Whether the element that is open has grown too large to be kept. */
  let dropping = false;
  let dropped = 0;
  /** Whether it holds more names and escapes than the lists have room for: it is parsed without asking. */
  let crowded = false;

  const stop = (because: ScanStop['because'], at = done): void => {
    stopped ??= { because, offset: gone + at - layout.data };
  };

  const isSpace = (at: number): boolean => {
    const code = buffer[at];
    return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
  };

  const begin = (level: number, at: number): void => {
    state.depth.value = level;
    state.level.value = level;
    state.inString.value = 0n;
    state.escaped.value = 0;
    state.left.value = 0;
    state.units.value = 0;
    state.hits.value = 0;
    state.escapes.value = 0;
    state.doubt.value = 2;
    state.before.value = at;
    state.closed.value = 0;
    state.kept.value = 0;
    state.separator.value = level === 0 ? byte.newline : byte.comma;
    done = at;
    gapFrom = at;
    ended = 0;
    commas = 0;
    phase = level === 0 ? 'values' : 'list';
    firstIndex = phase === 'list' ? 0 : unitIndex;
    unitIndex = firstIndex;
  };

  /** @returns whether there is something to do with what is there. */
  const start = (final: boolean): boolean => {
    if (gone === 0 && done === layout.data) {
      if (filled - done < 3 && !final) return false;
      if (buffer[done] === 0xef && buffer[done + 1] === 0xbb && buffer[done + 2] === 0xbf) done += 3;
      const pair = filled - done < 2 ? 0 : buffer.readUInt16BE(done);
      if (pair === 0xfffe || pair === 0xfeff) stop('other-encoding');
    }
    while (done < filled && isSpace(done)) done += 1;
    base = done;
    if (done === filled || stopped !== undefined) return false;
    const first = buffer[done];
    if (first !== byte.brace && first !== byte.bracket) {
      stop(sawValue ? 'damaged' : 'no-json');
      return false;
    }
    if (filled - done < longestBeginning && !final) return false;
    sawValue = true;
    if (first === byte.bracket) {
      member = '';
      begin(1, done + 1);
      return true;
    }
    const beginning = listBeginning.exec(buffer.toString('latin1', done, Math.min(filled, done + longestBeginning)));
    if (beginning === null) begin(0, done);
    else {
      member = beginning[1] ?? '';
      begin(2, done + beginning[0].length);
    }
    return true;
  };

  /** After `]`: the rest of the object, whose members must not change what it is. */
  const tail = (final: boolean): boolean => {
    while (done < filled && isSpace(done)) done += 1;
    base = done;
    if (done === filled && !final) return false;
    if (buffer[done] === byte.closed) {
      done += 1;
      phase = 'start';
      return true;
    }
    if (!final && filled - done <= longestTail) return false;
    const opened = '{"":0';
    const rest = opened + buffer.toString('latin1', done, Math.min(filled, done + longestTail));
    const end = endOfJson(rest, 0);
    let members: object;
    try {
      members = JSON.parse(rest.slice(0, end)) as object;
    } catch {
      stop(end !== undefined ? 'damaged' : final ? 'cut-off' : 'other-form');
      return false;
    }
    if (Object.keys(members).some((key) => listNames.has(key))) stop('other-form');
    done += rest.slice(0, end).length - opened.length;
    phase = 'start';
    return true;
  };

  /**
   * The value that is open is larger than any record: it may be a list, or an object whose list is not its first member.
   * Where that is so it is read from its beginning now, else the scan stops.
   */
  const openList = (): void => {
    const isList = buffer[base] === byte.bracket;
    const list = isList ? undefined : listAmong(buffer.toString('latin1', base, Math.min(filled, base + longestTail)));
    if (!isList && list?.from === undefined) {
      stop(list?.member === queryRows ? 'query-rows' : 'other-form', base);
      return;
    }
    member = list?.member ?? '';
    begin(isList ? 1 : 2, base + (list?.from ?? 1));
    run(false);
  };

  /** What stands between two elements: white space, and in a list one comma. */
  const gap = (to: number): void => {
    for (; gapFrom < to; gapFrom += 1) {
      if (isSpace(gapFrom)) continue;
      if (buffer[gapFrom] === byte.comma) commas += 1;
      else stop(phase === 'values' && looked === 0 ? 'other-form' : 'damaged', gapFrom);
    }
  };

  const place = (): string => {
    if (phase === 'values') return `${name}, record ${unitIndex + 1}`;
    return member === '' ? `${name}, element ${unitIndex}` : `${name}, ${member}[${unitIndex}]`;
  };

  const read = (from: number, to: number): void => {
    let value: unknown;
    try {
      value = JSON.parse(buffer.toString('utf8', from, to));
    } catch {
      stop('damaged', from);
      return;
    }
    const found = readEventValue(value, place());
    looked += found.records.length;
    for (const record of found.records) if (allRecognised(record).length > 0) records.push(record);
    for (const problem of found.problems) {
      if (problems.length < mostProblems) problems.push(problem);
      else untold = { count: untold.count + 1, place: problem.place };
    }
  };

  const keyAt = (at: number, key: Uint8Array): boolean => {
    for (let index = 0; index < key.length; index += 1) if (buffer[at + index] !== key[index]) return false;
    return true;
  };

  /** @returns what the call that is named by the text at the place is; the text is only read where it looks like one. */
  const callAt = (quote: number, most: number): 'change' | 'assume' | 'no-name' | undefined => {
    let hash = 0;
    for (let at = quote + 1; at < most; at += 1) {
      const code = buffer[at] ?? 0;
      if (code === byte.quote) {
        if (at === quote + 1) return 'no-name';
        return callHashes.has(hash) ? calls.get(buffer.toString('latin1', quote + 1, at)) : undefined;
      }
      if (code === byte.colon) return 'no-name';
      hash = hashed(hash, code);
    }
    return 'no-name';
  };

  /** @returns the place of the value of the key that ends there, or -1 where it is no key. */
  const valueAfter = (keyEnd: number): number => {
    let at = keyEnd;
    while (isSpace(at)) at += 1;
    if (buffer[at] !== byte.colon) return -1;
    at += 1;
    while (isSpace(at)) at += 1;
    return at;
  };

  /** What is known of the elements since the last look, and how far it was gone through. */
  let hitCount = 0;
  let escapeCount = 0;
  let nextHit = 0;
  let nextEscape = 0;

  /** @returns whether the element has to be parsed to know what it is. */
  const matters = (from: number, to: number): boolean => {
    let named = false;
    let wanted = buffer[from] !== byte.brace;
    let assume = false;
    let failed = false;
    for (; nextHit < hitCount; nextHit += 1) {
      const at = words[hitWords + nextHit] ?? 0;
      if (at >= to) break;
      if (at < from) continue;
      if (keyAt(at, keys.eventName)) {
        const value = valueAfter(at + keys.eventName.length);
        if (value < 0) continue;
        named = true;
        // An empty text, or none, is no name: the reader says what is wrong with the record.
        const call = buffer[value] === byte.quote ? callAt(value, to) : 'no-name';
        if (call === 'change' || call === 'no-name') wanted = true;
        if (call === 'assume') assume = true;
      } else {
        const key = keyAt(at, keys.errorCode) ? keys.errorCode : keyAt(at, keys.errorMessage) ? keys.errorMessage : [];
        const value = key.length === 0 ? -1 : valueAfter(at + key.length);
        if (value >= 0 && buffer[value] !== byte.n) failed = true;
      }
    }
    for (; nextEscape < escapeCount; nextEscape += 1) {
      const at = words[escapeWords + nextEscape] ?? 0;
      if (at >= to) break;
      // A letter that is written as an escape may be one of a name.
      if (at >= from && escapedLetter.test(buffer.toString('latin1', at + 2, at + 6))) wanted = true;
    }
    return wanted || !named || (assume && failed);
  };

  /** Counts the elements up to one that nobody has to look at, and what stands between them the loop has seen. */
  const passOver = (closed: number, before: number): void => {
    looked += closed - ended;
    unitIndex = firstIndex + closed;
    ended = closed;
    if (before <= gapFrom) return;
    gapFrom = before;
    commas = 0;
  };

  const drain = (): void => {
    hitCount = state.hits.value;
    escapeCount = state.escapes.value;
    nextHit = 0;
    nextEscape = 0;
    const units = state.units.value;
    for (let unit = 0; unit < units && stopped === undefined; unit += 1) {
      const from = words[unitWords + 4 * unit] ?? 0;
      const to = words[unitWords + 4 * unit + 1] ?? 0;
      passOver(words[unitWords + 4 * unit + 3] ?? 0, words[unitWords + 4 * unit + 2] ?? 0);
      if (!dropping) {
        gap(from);
        if (commas !== (phase === 'list' && unitIndex > 0 ? 1 : 0)) stop('damaged', from);
      }
      if (stopped !== undefined) return;
      if (dropping) {
        dropping = false;
        dropped += 1;
      } else if (matters(from, to) || crowded) read(from, to);
      else looked += 1;
      ended += 1;
      unitIndex += 1;
      crowded = false;
      gapFrom = to;
      commas = 0;
    }
    if (stopped !== undefined) return;
    passOver(state.closed.value, state.before.value);
    keepOpen();
  };

  /** Moves what was noted of the element that is still open to the front of the lists. */
  const keepOpen = (): void => {
    const open = state.depth.value > state.level.value;
    const from = dropping ? Number.POSITIVE_INFINITY : open ? state.unitStart.value : done;
    if (!dropping) gap(Math.min(from, done));
    let hits = 0;
    for (let index = 0; index < hitCount; index += 1) {
      const at = words[hitWords + index] ?? 0;
      if (at < from) continue;
      words[hitWords + hits] = at;
      hits += 1;
    }
    let escapes = 0;
    for (let index = 0; index < escapeCount; index += 1) {
      const at = words[escapeWords + index] ?? 0;
      if (at < from) continue;
      words[escapeWords + escapes] = at;
      escapes += 1;
    }
    if (hits > layout.mostHits - 66 || escapes > layout.mostEscapes - 66) {
      crowded = true;
      state.doubt.value = 2;
      hits = 0;
      escapes = 0;
    }
    state.units.value = 0;
    state.hits.value = hits;
    state.escapes.value = escapes;
    state.kept.value = 0;
    base = dropping || !open ? done : state.unitStart.value;
  };

  const scan = (final: boolean): boolean => {
    const to = final ? filled : filled - ahead;
    if (done >= to) return false;
    done = Math.min(loop.scan(done, to), filled);
    if (state.bad.value !== 0) {
      const at = state.bad.value - 1;
      state.bad.value = 0;
      drain();
      stop(looked === 0 && phase === 'values' ? 'other-form' : 'damaged', at);
      return false;
    }
    if (state.left.value !== 0) {
      // The last bracket is no part of what stands between two elements.
      done = state.left.value - 1;
      drain();
      if (commas !== 0 || phase === 'values') stop('damaged');
      done += 1;
      state.inString.value = 0n;
      state.escaped.value = 0;
      phase = member === '' ? 'start' : 'tail';
      base = done;
      return stopped === undefined;
    }
    drain();
    return stopped === undefined;
  };

  const run = (final: boolean): void => {
    if (final) buffer.fill(0x20, filled, filled + 2 * ahead);
    for (let more = true; more && stopped === undefined; )
      more = phase === 'start' ? start(final) : phase === 'tail' ? tail(final) : scan(final);
  };

  const makeRoom = (): void => {
    const end = filled + stepBytes + 2 * ahead;
    if (end <= layout.data + windowBytes) return;
    // An element that fills much of the window is not moved again and again, but given all the room there is.
    if (filled - base > windowBytes / 4 && end <= layout.data + textBytes) return;
    if (base === layout.data || filled - base > mostUnitBytes) {
      if (phase === 'values') {
        openList();
        if (stopped === undefined) makeRoom();
        return;
      }
      dropping = true;
      state.doubt.value = 2;
      state.hits.value = 0;
      state.escapes.value = 0;
      base = done;
    }
    const last = dropping ? (buffer[base - 1] ?? 0) : 0;
    const by = base - layout.data;
    buffer.copyWithin(layout.data, base, filled);
    base -= by;
    done -= by;
    filled -= by;
    gapFrom -= by;
    gone += by;
    state.unitStart.value -= by;
    // What lay before the text that is kept is gone: nothing that may stand there is taken for it.
    state.before.value = Math.max(state.before.value - by, layout.data - 1);
    buffer[layout.data - 1] = last;
    for (let hit = 0; hit < state.hits.value; hit += 1) words[hitWords + hit] = (words[hitWords + hit] ?? 0) - by;
    for (let at = 0; at < state.escapes.value; at += 1) {
      const index = escapeWords + at;
      words[index] = (words[index] ?? 0) - by;
    }
  };

  return {
    push(bytes) {
      for (let from = 0; from < bytes.length && stopped === undefined; from += stepBytes) {
        makeRoom();
        if (stopped !== undefined) break;
        const part = bytes.subarray(from, from + stepBytes);
        buffer.set(part, filled);
        filled += part.length;
        run(false);
      }
      return stopped === undefined;
    },
    end() {
      if (stopped === undefined) run(true);
      const inside = phase === 'list' || phase === 'tail' || (phase === 'values' && state.depth.value > 0);
      if (stopped === undefined && (inside || state.inString.value !== 0n)) stop('cut-off');
      if (stopped === undefined && !sawValue) stop('empty');
      if (untold.count > 0)
        problems.push({ place: untold.place, message: `and ${untold.count} more of the kind`, kind: 'damaged' });
      if (dropped > 0)
        problems.push({
          place: name,
          message: `${dropped === 1 ? 'a record' : `${dropped} records`} larger than ${mostUnitBytes / 1024 / 1024} MB, passed over`,
          kind: 'damaged',
        });
      idle.push(loop);
      return { records, problems, looked, ...(stopped === undefined ? {} : { stopped }) };
    },
  };
}
