/** Which denials of a storm are kept, and how many does each stand for? The same answer in any order of delivery. */
import type { KeptDenial, StoredDenial } from './trust-store.ts';

/** Denials that are kept of one bucket: a role, a minute, a group of callers. Up to that many a count is exact. */
export const denialsKept = 64;
/** Groups of callers, so that one caller's storm does not drown another's denials. */
const callerGroups = 16;

export interface SketchEntry extends StoredDenial {
  /** In (0, 1]: hash of the eventID. */
  readonly rank: number;
}

/** The denials kept of one bucket, by rank. */
export interface DenialSketch {
  readonly entries: readonly SketchEntry[];
  /** Whether there were more than are kept. */
  readonly more: boolean;
}

export const emptySketch: DenialSketch = { entries: [], more: false };

/** Where a denial is kept: in its role's stream and in its caller's, each by minute. */
export interface Bucket {
  /** `role:KEY` or `caller:KEY`. */
  readonly stream: string;
  /** Milliseconds of the minute's beginning. */
  readonly minute: number;
  readonly group: number;
}

/** @returns the buckets with what is new for each; the text of a denial is kept once, in its role's bucket if it has one. */
export function bucketsOf(
  denials: readonly StoredDenial[],
): readonly { readonly bucket: Bucket; readonly entries: readonly SketchEntry[] }[] {
  const buckets = new Map<string, { bucket: Bucket; entries: SketchEntry[] }>();
  const add = (bucket: Bucket, entry: SketchEntry): void => {
    const key = `${bucket.minute} ${bucket.group} ${bucket.stream}`;
    const found = buckets.get(key);
    if (found === undefined) buckets.set(key, { bucket, entries: [entry] });
    else found.entries.push(entry);
  };
  for (const denial of denials) {
    const minute = minuteOf(denial.at);
    const rank = rankOf(denial.eventId);
    if (denial.role !== undefined) {
      const group = Math.floor(rankOf(denial.caller) * callerGroups) % callerGroups;
      add({ stream: `role:${denial.role}`, minute, group }, { ...denial, rank });
    }
    const body = denial.role === undefined ? denial.body : '';
    add({ stream: `caller:${denial.caller}`, minute, group: 0 }, { ...denial, body, rank });
  }
  return [...buckets.values()];
}

/** Adds entries, each eventID once. @returns the sketch itself where nothing changes. */
export function merge(sketch: DenialSketch, added: readonly SketchEntry[]): DenialSketch {
  const known = new Set(sketch.entries.map((entry) => entry.eventId));
  const fresh = new Map<string, SketchEntry>();
  let rejected = false;
  const last = sketch.entries.length < denialsKept ? undefined : sketch.entries.at(-1);
  for (const entry of added) {
    if (known.has(entry.eventId)) continue;
    if (last !== undefined && compare(entry, last) > 0) rejected = true;
    else fresh.set(entry.eventId, entry);
  }
  if (fresh.size === 0) return rejected && !sketch.more ? { ...sketch, more: true } : sketch;
  const entries = [...sketch.entries, ...fresh.values()].sort(compare);
  return { entries: entries.slice(0, denialsKept), more: sketch.more || rejected || entries.length > denialsKept };
}

/** @returns what is kept with its weight: the k-th smallest of n evenly spread hashes lies at about k/n. */
export function weighed(sketch: DenialSketch): readonly KeptDenial[] {
  const last = sketch.entries.at(-1);
  const estimate = last === undefined || !sketch.more ? sketch.entries.length : (denialsKept - 1) / last.rank;
  const weight = Math.max(1, Math.round(estimate / Math.max(1, sketch.entries.length)));
  return sketch.entries.map(({ rank: _, ...denial }) => ({ denial, weight }));
}

/** The order in which a store answers: time, then eventID. */
export function inOrder(left: { at: number; eventId: string }, right: { at: number; eventId: string }): number {
  return left.at - right.at || (left.eventId < right.eventId ? -1 : left.eventId > right.eventId ? 1 : 0);
}

export function minuteOf(at: number): number {
  return Math.floor(at / 60_000) * 60_000;
}

function compare(left: SketchEntry, right: SketchEntry): number {
  return left.rank - right.rank || (left.eventId < right.eventId ? -1 : left.eventId > right.eventId ? 1 : 0);
}

/** FNV-1a over two seeds with a final mix: even enough, and nobody but AWS chooses an eventID. */
function rankOf(text: string): number {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x85ebca6b);
  }
  return ((mixed(high) >>> 6) * 2 ** 26 + (mixed(low) >>> 6) + 1) / 2 ** 52;
}

function mixed(word: number): number {
  let value = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
