/** Is a risk accepted by its owner, and until when? */
import { matchWildcard } from '../policy/evaluate/wildcard.ts';
import type { RuledRisk } from '../risks/risk-rule.ts';
import type { Acceptance, Configuration } from './configuration.ts';

/** @returns the acceptance that covers the risk of this role, in force or expired; one in force is preferred. */
export function acceptanceOf(
  configuration: Configuration,
  risk: Pick<RuledRisk, 'rule' | 'discriminator'>,
  role: string | undefined,
  /** ISO 8601. */
  at: string,
): { readonly acceptance: Acceptance; readonly expired: boolean } | undefined {
  const matching = configuration.accept.filter(
    (entry) =>
      (entry.rule === risk.rule || entry.rule === `${risk.rule}[${risk.discriminator}]`) &&
      (role === undefined ? entry.role === '*' : matchWildcard(entry.role, role)),
  );
  const day = at.slice(0, 10);
  const inForce = matching.find((entry) => entry.until >= day);
  if (inForce !== undefined) return { acceptance: inForce, expired: false };
  const [expired] = matching;
  return expired === undefined ? undefined : { acceptance: expired, expired: true };
}
