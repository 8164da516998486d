/** The store of a single reading of history: in this process's memory, and gone with it. */
import {
  bucketsOf,
  type DenialSketch,
  emptySketch,
  inOrder,
  merge,
  minuteOf,
  type SketchEntry,
  weighed,
} from '../ports/denial-sketch.ts';
import { isFuller } from '../ports/fuller-copy.ts';
import type {
  Delivery,
  FindingKey,
  KeptDenial,
  StoredEvent,
  StoredFinding,
  TimeWindow,
  TrustStore,
} from '../ports/trust-store.ts';

/** Keeps the promises of the other stores, with what a promise resolved for as durable as the process. */
export function memoryTrustStore(): TrustStore {
  const events = new Map<string, InTime<StoredEvent>>();
  const denials = new Map<string, InTime<Minute>>();
  const subjects = new Map<string, InTime<KnownFinding>>();

  const findingOf = ({ subject, at, id }: FindingKey): KnownFinding | undefined =>
    subjects.get(subject)?.get(`${at} ${id}`);

  return {
    async addEvents(stream, added) {
      const known = ofKey(events, stream);
      for (const { eventId, at, body } of added) {
        const before = known.get(eventId);
        if (before === undefined) known.add(eventId, { eventId, at, body });
        else if (isFuller(body, before.body)) known.replace(eventId, { eventId, at, body });
      }
    },
    async events(stream, { most = Number.POSITIVE_INFINITY, ...window } = {}) {
      const found = events.get(stream)?.within(window) ?? [];
      return found.length > most ? found.slice(found.length - most) : found;
    },
    async addDenials(added) {
      const kept = new Set<string>();
      for (const { bucket, entries } of bucketsOf(added)) {
        const minutes = ofKey(denials, bucket.stream);
        const name = `${bucket.minute} ${bucket.group}`;
        let place = minutes.get(name);
        if (place === undefined) {
          place = { at: bucket.minute, eventId: name, sketch: emptySketch };
          minutes.add(name, place);
        }
        place.sketch = withFuller(merge(place.sketch, entries), entries);
        const stays = new Set(place.sketch.entries.map(({ eventId }) => eventId));
        for (const { eventId } of entries) if (stays.has(eventId)) kept.add(eventId);
      }
      return kept;
    },
    async denials({ role, caller }, { from = 0, to = Number.MAX_SAFE_INTEGER }) {
      const minutes = denials.get(role === undefined ? `caller:${caller}` : `role:${role}`);
      const found: KeptDenial[] = [];
      for (const { sketch } of minutes?.within({ from: minuteOf(from), to }) ?? [])
        for (const kept of weighed(sketch)) {
          const { at, caller: by } = kept.denial;
          if (at < from || at > to) continue;
          if (role === undefined || caller === undefined || by === caller) found.push(kept);
        }
      return found.sort((left, right) => inOrder(left.denial, right.denial));
    },
    async finding(key) {
      const known = findingOf(key);
      return known === undefined ? undefined : shown(known);
    },
    async findings(subject, window) {
      return subjects.get(subject)?.within(window).map(shown) ?? [];
    },
    async putFinding(state) {
      const { subject, at, id, revision } = state;
      const before = findingOf(state);
      if (revision !== (before?.state.revision ?? 0) + 1) return false;
      if (before === undefined)
        ofKey(subjects, subject).add(`${at} ${id}`, { at, eventId: id, state, deliveries: new Map() });
      else before.state = state;
      return true;
    },
    async claim(key, revision, claim, now) {
      const known = findingOf(key);
      if (known === undefined || known.state.revision !== revision) return false;
      const { claim: before } = known.state;
      if (before !== undefined && before.holder !== claim.holder && before.until > now) return false;
      known.state = { ...known.state, claim };
      return true;
    },
    async delivered(key, deliveries) {
      const known = findingOf(key);
      for (const [channel, { revision, sentAt, sentRevision }] of deliveries)
        if (known !== undefined && revision >= (known.deliveries.get(channel)?.revision ?? 0))
          known.deliveries.set(channel, {
            revision,
            ...(sentAt === undefined ? {} : { sentAt }),
            ...(sentRevision === undefined ? {} : { sentRevision }),
          });
    },
    async close() {
      for (const all of [events, denials, subjects]) all.clear();
    },
  };
}

/** Unlike in a store of deliveries the fuller copy is kept, whichever comes first. */
function withFuller(sketch: DenialSketch, added: readonly SketchEntry[]): DenialSketch {
  const fullest = new Map(sketch.entries.map((entry) => [entry.eventId, entry]));
  let isChanged = false;
  for (const entry of added) {
    const kept = fullest.get(entry.eventId);
    if (kept === undefined || !isFuller(entry.body, kept.body)) continue;
    fullest.set(entry.eventId, entry);
    isChanged = true;
  }
  return isChanged ? { ...sketch, entries: [...fullest.values()] } : sketch;
}

interface Timed {
  readonly at: number;
  /** Decides between those of one time. */
  readonly eventId: string;
}

interface Minute extends Timed {
  sketch: DenialSketch;
}

interface KnownFinding extends Timed {
  state: Omit<StoredFinding, 'deliveries'>;
  readonly deliveries: Map<string, Delivery>;
}

function shown({ state, deliveries }: KnownFinding): StoredFinding {
  return { ...state, deliveries: new Map(deliveries) };
}

function ofKey<T extends Timed>(all: Map<string, InTime<T>>, key: string): InTime<T> {
  let found = all.get(key);
  if (found === undefined) {
    found = new InTime();
    all.set(key, found);
  }
  return found;
}

/** Things by name, read in the order of time: sorted when they are read, since they are added many at a time. */
class InTime<T extends Timed> {
  readonly #byName = new Map<string, T>();
  readonly #inOrder: T[] = [];
  #isSorted = true;

  get(name: string): T | undefined {
    return this.#byName.get(name);
  }

  add(name: string, one: T): void {
    this.#byName.set(name, one);
    const last = this.#inOrder.at(-1);
    if (last !== undefined && inOrder(last, one) > 0) this.#isSorted = false;
    this.#inOrder.push(one);
  }

  /** Seldom: it looks through all of them. */
  replace(name: string, one: T): void {
    const before = this.#byName.get(name);
    if (before === undefined) return;
    this.#byName.set(name, one);
    this.#inOrder[this.#inOrder.indexOf(before)] = one;
    this.#isSorted = false;
  }

  within({ from = 0, to = Number.MAX_SAFE_INTEGER }: TimeWindow = {}): readonly T[] {
    if (!this.#isSorted) this.#inOrder.sort(inOrder);
    this.#isSorted = true;
    return this.#inOrder.slice(this.#firstFrom(from), this.#firstFrom(to + 1));
  }

  /** The index of the first one that is not before the time. */
  #firstFrom(at: number): number {
    let low = 0;
    let high = this.#inOrder.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#inOrder[middle]?.at ?? at) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
