/** Which denied calls are found by their caller: not those that never tried a role, or a throttled caller would look like one that searches. */
import { triedTheRole } from '../cloudtrail/unanswered-call.ts';
import type { StoredDenial, TrustStore } from '../ports/trust-store.ts';
import { eventOf } from './facts.ts';

/** The calls that told their caller nothing of the role. */
const untried = 'untried:';

/**
 * The same store, but that calls which never tried the role they name are kept under a name of their own: by their role
 * they are found as ever. Apart from the beginning, since a storm of them would drown the denied calls of its caller.
 */
export function untriedApart(store: TrustStore): TrustStore {
  const apart: Pick<TrustStore, 'addDenials'> = {
    addDenials: (denials) => store.addDenials(denials.map(withKey)),
  };
  return Object.assign(Object.create(store) as TrustStore, apart);
}

function withKey(stored: StoredDenial): StoredDenial {
  // Nearly all are plain refusals: those need not be read again.
  if (stored.role === undefined || stored.body.includes('"errorCode":"AccessDenied"')) return stored;
  const denial = eventOf(stored)?.recognised.find((one) => one.kind === 'denial');
  return denial?.kind === 'denial' && !triedTheRole(denial)
    ? { ...stored, caller: `${untried}${stored.caller}` }
    : stored;
}
