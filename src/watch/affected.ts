/** Whose findings may have changed by facts that came in? */

/** Milliseconds, of events. */
export interface RoleTouched {
  /** Earliest and latest of the role's changes, or of principals it names, that came in. */
  changed?: { from: number; to: number };
  readonly denials: Set<number>;
}

export interface CallerTouched {
  readonly denials: Set<number>;
  /** Failed changes that named a principal which does not exist. */
  readonly probes: Set<number>;
}

export interface Affected {
  readonly roles: Map<string, RoleTouched>;
  readonly callers: Map<string, CallerTouched>;
}

export function nothingAffected(): Affected {
  return { roles: new Map(), callers: new Map() };
}

export function touchRole({ roles }: Affected, key: string): RoleTouched {
  let touched = roles.get(key);
  if (touched === undefined) {
    touched = { denials: new Set() };
    roles.set(key, touched);
  }
  return touched;
}

export function touchChange(affected: Affected, key: string, at: number): void {
  const touched = touchRole(affected, key);
  const { from = at, to = at } = touched.changed ?? {};
  touched.changed = { from: Math.min(from, at), to: Math.max(to, at) };
}

export function touchCaller({ callers }: Affected, key: string): CallerTouched {
  let touched = callers.get(key);
  if (touched === undefined) {
    touched = { denials: new Set(), probes: new Set() };
    callers.set(key, touched);
  }
  return touched;
}

/** Adds what the second holds to the first. */
export function mergeAffected(into: Affected, more: Affected): void {
  for (const [key, { changed, denials }] of more.roles) {
    if (changed !== undefined) {
      touchChange(into, key, changed.from);
      touchChange(into, key, changed.to);
    }
    const touched = touchRole(into, key);
    for (const at of denials) touched.denials.add(at);
  }
  for (const [key, { denials, probes }] of more.callers) {
    const touched = touchCaller(into, key);
    for (const at of denials) touched.denials.add(at);
    for (const at of probes) touched.probes.add(at);
  }
}
