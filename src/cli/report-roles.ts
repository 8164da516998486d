/** Which versions did each role's trust policy have, and who is trusted by it in the end: for the report? */
import type { Finding } from '../findings/finding.ts';
import type { PolicyVersion, RoleVersions, TrustEdge } from '../findings/forms/html.ts';
import { maskExternalIds } from '../findings/mask.ts';
import type { PrincipalEntry, TrustPolicy } from '../policy/document/trust-policy.ts';
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
      edges.push(...edgesOf(role, last.policy, before, accounts));
    }
  }
  return { versions, edges };
}

function edgesOf(
  role: string,
  policy: TrustPolicy,
  first: TrustPolicy | undefined,
  accounts: readonly string[],
): readonly TrustEdge[] {
  const own = new Set([role.split(':')[4], ...accounts]);
  const before = new Set(first === undefined ? [] : entriesOf(first).map(({ text }) => text));
  return entriesOf(policy).map((entry): TrustEdge => {
    const isNew = first !== undefined && first !== policy && !before.has(entry.text);
    const { name } = entry;
    const outside = 'account' in name && !own.has(name.account);
    return {
      role,
      trusted: trustedBy(entry),
      marks: [
        ...(isNew ? (['new'] as const) : []),
        ...(name.kind === 'everyone' ? (['public'] as const) : outside ? (['outside'] as const) : []),
      ],
    };
  });
}

function entriesOf(policy: TrustPolicy): readonly PrincipalEntry[] {
  const found = new Map<string, PrincipalEntry>();
  for (const { effect, principal } of policy.statements)
    if (effect === 'Allow' && principal.element === 'Principal')
      for (const entry of principal.entries) found.set(entry.text, entry);
  return [...found.values()];
}

function trustedBy({ name, text }: PrincipalEntry): string {
  switch (name.kind) {
    case 'everyone':
      return 'everyone (under its conditions, if any)';
    case 'account':
      return `account ${name.account}`;
    case 'service':
      return `service ${name.service}`;
    case 'unique-id':
      return `a deleted ${name.of} (${name.id})`;
    case 'oidc-provider':
    case 'built-in-provider':
      return `identity provider ${name.url}`;
    default:
      return text;
  }
}
