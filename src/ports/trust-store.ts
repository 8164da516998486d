/** What has to be remembered between two deliveries: the facts, once an eventID each, and what was told of them. */

/** One event as it is kept. Its text is the watch's own affair; a store only finds it again. */
export interface StoredEvent {
  /** CloudTrail's eventID; a stream holds each once. */
  readonly eventId: string;
  /** Milliseconds since the epoch, of the event, not of its delivery. */
  readonly at: number;
  /** At most some 300 KB of text. */
  readonly body: string;
}

/**
 * A denied call. A storm of them must cost a bounded number of writes, so that each role, minute and group of callers
 * keeps at most `denialsKept` of them (denial-sketch.ts): those with the smallest hash of their eventID. Which ones these are depends neither on
 * the order nor on the repetition of deliveries, and how small the largest kept hash is tells how many there were (a
 * "k minimum values" sketch). Up to that number a count is exact.
 */
export interface StoredDenial extends StoredEvent {
  /** Key of the role denied, `ACCOUNT/NAME`; `undefined`: the record names none. */
  readonly role: string | undefined;
  /** Who called, without the name of the session: the key of an ARN, a provider, a service. */
  readonly caller: string;
}

export interface DenialsOf {
  readonly role?: string;
  readonly caller?: string;
}

/** Denials of a time, oldest first, with how many calls each stands for. */
export interface KeptDenial {
  readonly denial: StoredDenial;
  /** 1, or more where its minute had more than are kept. */
  readonly weight: number;
}

/** What a finding is found by. */
export interface FindingKey {
  readonly id: string;
  /** The role's key, or the caller's for an enumeration. */
  readonly subject: string;
  /** Milliseconds: the time of the first event when the finding was first made; a burst is known by it ever after. */
  readonly at: number;
}

/**
 * Who is telling a revision: until then nobody else does, so that two at work at once do not both send it. It runs out by
 * itself, since its holder may die; whoever finds another's claim comes again later.
 */
export interface Claim {
  readonly holder: string;
  /** Milliseconds of the clock. */
  readonly until: number;
}

/** What is to be told of one finding. */
export interface FindingState extends FindingKey {
  readonly kind: string;
  /** Begins at 1; one more with each change of what the finding says. */
  readonly revision: number;
  /** Hash of what it says. */
  readonly digest: string;
  /** The finding itself as JSON. */
  readonly body: string;
  /** Id of the finding that tells it now. */
  readonly supersededBy?: string;
  /** Goes with the revision: whoever wrote it tells it first. */
  readonly claim?: Claim;
}

/** And what of it reached which channel: the proof against telling it twice and against never telling it. */
export interface StoredFinding extends FindingState {
  readonly deliveries: ReadonlyMap<string, Delivery>;
}

/** A revision of a finding that reached a channel, or that was held back there on purpose. */
export interface Delivery {
  readonly revision: number;
  /** Milliseconds of the clock: when something was last sent there; absent where all was held back so far. */
  readonly sentAt?: number;
  /** The revision that was sent then. */
  readonly sentRevision?: number;
}

export interface TimeWindow {
  /** Milliseconds, inclusive; from the beginning where left out. */
  readonly from?: number;
  /** Milliseconds, inclusive; until the end where left out. */
  readonly to?: number;
}

/**
 * Every call may be repeated, with the same result. What a promise has resolved for is durable. A store throws where it
 * cannot answer; the caller's delivery is then repeated.
 */
export interface TrustStore {
  /**
   * Appends events to a stream (`role:KEY` changes of a role, `principal:KEY` its creations and deletions, …).
   * An eventID that the stream holds stays as it is, save that a store of a single reading keeps the fuller of two copies.
   */
  addEvents(stream: string, events: readonly StoredEvent[]): Promise<void>;
  /** @returns the events of a stream in the order of time, then eventID; the newest `most` of them. */
  events(stream: string, window?: TimeWindow & { readonly most?: number }): Promise<readonly StoredEvent[]>;

  /**
   * Adds denials, once an eventID. Found by caller, a denial that names a role comes back without its text.
   * @returns the eventIDs that are kept now; those that are not are only counted, and change nothing else.
   */
  addDenials(denials: readonly StoredDenial[]): Promise<ReadonlySet<string>>;
  /** @returns the denials kept of a role or of a caller, in the order of time, then eventID. */
  denials(of: DenialsOf, window: TimeWindow): Promise<readonly KeptDenial[]>;

  finding(key: FindingKey): Promise<StoredFinding | undefined>;
  /** The findings of a subject whose `at` lies in the window, superseded ones among them, in the order of `at`, then id. */
  findings(subject: string, window?: TimeWindow): Promise<readonly StoredFinding[]>;
  /**
   * Writes a finding's state where the one in the store has the revision before it (none for revision 1); deliveries stay.
   * @returns `false` where somebody else was faster; nothing was written then.
   */
  putFinding(state: FindingState): Promise<boolean>;
  /**
   * Takes it on oneself to tell a revision, where it is the one in the store and nobody else has: no claim, one's own, or one
   * that has run out by `now`.
   * @returns whether it is the caller's now; the deliveries have to be read again then, since somebody may have told meanwhile.
   */
  claim(key: FindingKey, revision: number, claim: Claim, now: number): Promise<boolean>;
  /** Notes, by channel, what reached it; where a later revision is noted already nothing changes for that channel. */
  delivered(key: FindingKey, deliveries: ReadonlyMap<string, Delivery>): Promise<void>;

  close(): Promise<void>;
}
