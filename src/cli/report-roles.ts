/** Which versions did each role's trust policy have, and who is trusted by it in the end: for the report? */
import type { Finding } from '../findings/finding.ts';
import type { PolicyVersion, RoleVersions, TrustEdge } from '../findings/forms/html.ts';
import { collectExternalIds, maskExternalIds } from '../findings/mask.ts';
import { compare } from '../policy/compare/compare.ts';
import type { AccessClass } from '../policy/compare/comparison.ts';
import { splitArn } from '../policy/document/names.ts';
import { nobody } from '../policy/document/nobody.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';
import type { TrustStore } from '../ports/trust-store.ts';
import { actorName } from '../watch/actor.ts';
import { eventOf, roleStream } from '../watch/facts.ts';
import { documentOf, roleHistory } from '../watch/role-history.ts';

/** Roles that the report shows. */
const mostRoles = 500;

export interface RolePages {
  readonly versions: readonly RoleVersions[];
  readonly edges: readonly TrustEdge[];
}

/**
 * @param keys of the roles, as the store knows them. @param accounts own accounts.
 * @param findings whose changes stand beside the versions they made.
 */
export async function rolePages(
  store: TrustStore,
  keys: readonly string[],
  accounts: readonly string[],
  findings: readonly Finding[],
  showExternalIds: boolean,
): Promise<RolePages> {
  const versions: RoleVersions[] = [];
  const edges: TrustEdge[] = [];
  const changes = new Map(findings.flatMap((one) => (one.change === undefined ? [] : [[one.events[0], one.change]])));
  for (const key of keys.toSorted().slice(0, mostRoles)) {
    const events = (await store.events(roleStream(key))).flatMap((fact) => eventOf(fact) ?? []);
    const history = roleHistory(key, events);
    const last = history.changes.at(-1)?.after;
    const role = last?.arn ?? history.changes.findLast(({ change }) => change.role !== undefined)?.change.role;
    if (role === undefined) continue;
    const shown = history.changes.flatMap(({ change, after }): readonly PolicyVersion[] => {
      if (change.change === 'update-role') return [];
      const { record } = change;
      const policy = after.exists === false ? null : documentOf(after.policyText);
      const detail = changes.get(record.eventId);
      return [
        {
          time: record.eventTime,
          by: actorName(record),
          eventId: record.eventId,
          policy: showExternalIds ? policy : maskExternalIds(policy),
          ...(detail === undefined ? {} : { change: detail }),
        },
      ];
    });
    if (shown.length > 0) versions.push({ role, versions: shown });
    if (last?.exists === true && last.policy !== undefined) {
      const before = history.changes.find(({ after }) => after.policy !== undefined)?.after.policy;
      const found = edgesOf(role, last.policy, before, accounts);
      const ids = collectExternalIds(documentOf(last.policyText));
      edges.push(...(showExternalIds ? found : maskExternalIds(found, ids)));
    }
  }
  return { versions, edges };
}

/** Each class of callers that the policy really lets in, conditions taken into account. */
function edgesOf(
  role: string,
  policy: TrustPolicy,
  first: TrustPolicy | undefined,
  accounts: readonly string[],
): readonly TrustEdge[] {
  const own = new Set([splitArn(role)?.account, ...accounts]);
  const inTheBeginning = new Set((first === undefined ? [] : allowedBy(first, role)).map(({ summary }) => summary));
  return allowedBy(policy, role).map(({ summary, rank, witness }): TrustEdge => {
    const account = splitArn(witness.principal ?? witness.federated ?? '')?.account;
    const isOutside = rank === 1 && account !== undefined && !own.has(account);
    return {
      role,
      trusted: summary,
      marks: [
        ...(first !== undefined && !inTheBeginning.has(summary) ? (['new'] as const) : []),
        ...(rank === 0 ? (['public'] as const) : isOutside ? (['outside'] as const) : []),
      ],
    };
  });
}

function allowedBy(policy: TrustPolicy, role: string): readonly AccessClass[] {
  return compare(nobody, policy, { role }).gained;
}
