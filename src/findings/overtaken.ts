/** Which findings of a history propose what a later change has overtaken: a repair, or a command that undoes a change? */
import { splitArn } from '../policy/document/names.ts';
import type { Finding } from './finding.ts';

/**
 * What is proposed was worked out on the version of its time. Saved today it would undo whatever was changed since, and
 * may let in again whom a later change shut out: the finding then says so.
 * @param findings all of a history, in any order. @returns the same, in the same order.
 */
export function withLaterChanges(findings: readonly Finding[]): readonly Finding[] {
  const last = new Map<string, Finding>();
  for (const finding of findings) {
    const key = changesDocument(finding) ? roleKey(finding.role) : undefined;
    const before = key === undefined ? undefined : last.get(key);
    if (key !== undefined && (before === undefined || before.time < finding.time)) last.set(key, finding);
  }
  return findings.map((finding) => {
    const key = proposesDocument(finding) ? roleKey(finding.role) : undefined;
    const later = key === undefined ? undefined : last.get(key);
    if (later === undefined || later.time <= workedOutAt(finding)) return finding;
    return { ...finding, notes: [...(finding.notes ?? []), laterChange(later)] };
  });
}

/** A repair is of the version that denied a call, and what is undone is the change behind it, which may be older. */
function workedOutAt({ time, rollback, correlatedChange }: Finding): string {
  const changedAt = rollback === undefined ? undefined : correlatedChange?.time;
  return changedAt !== undefined && changedAt < time ? changedAt : time;
}

function laterChange({ time, actor, change }: Finding): string {
  const by = actor?.arn === undefined ? '' : ` by \`${actor.arn}\``;
  return isDeletion(change)
    ? `The role was deleted at ${time}${by}: what is proposed here is for the role as it was before.`
    : `The trust policy was changed again, last at ${time}${by}: compare what is proposed here with the version in force before you save it, or it may undo that change.`;
}

/** A version that lets in the same callers overtakes nothing. */
function changesDocument({ kind, change }: Finding): boolean {
  return (
    kind === 'trust-change' &&
    change !== undefined &&
    (change.verdict !== 'equivalent' || (change.direct ?? []).length > 0 || isDeletion(change))
  );
}

/** What a change set and the record does not show is undecided. */
function isDeletion(change: Finding['change']): boolean {
  return change !== undefined && change.current === undefined && change.verdict !== 'undecided';
}

/** Whether it proposes a document, or a command that saves one. */
function proposesDocument({ fix, rollback }: Finding): boolean {
  return (
    (fix?.policy ?? null) !== null ||
    [...(fix?.commands ?? []), ...(rollback?.commands ?? [])].some((command) =>
      /\biam (?:update-assume-role-policy|create-role)\b/.test(command),
    )
  );
}

/** A role is known by its account and its name, whatever its path. */
function roleKey(role: string | undefined): string | undefined {
  const parts = role === undefined ? undefined : splitArn(role);
  return parts === undefined ? undefined : `${parts.account}/${parts.resource.split('/').at(-1)}`;
}
