/** Which SAML providers does a policy trust, and who of theirs gets in? What the rules about SAML share. */
import type { AccessAnswer } from '../policy/compare/comparison.ts';
import type { ConditionClause, PrincipalEntry, Statement } from '../policy/document/trust-policy.ts';
import { coversAction } from './granted-actions.ts';
import type { RiskContext } from './risk-context.ts';

interface SamlTrust {
  readonly statement: Statement;
  readonly entry: PrincipalEntry;
  readonly partition: string;
}

/** @returns every SAML provider under every Allow statement that speaks of its action. */
export function namedSamlProviders(context: RiskContext): readonly SamlTrust[] {
  return context.allows.flatMap((statement) =>
    statement.principal.element !== 'Principal' || !coversAction(statement, 'sts:AssumeRoleWithSAML')
      ? []
      : statement.principal.entries.flatMap((entry) =>
          entry.name.kind === 'saml-provider' ? [{ statement, entry, partition: entry.name.partition }] : [],
        ),
  );
}

/** @returns those by which some assertion may get in. */
export function samlTrusts(context: RiskContext): readonly SamlTrust[] {
  return namedSamlProviders(context).filter((trust) => assertionGetsIn(context, trust, []) !== 'no');
}

/** Asks the comparison whether an assertion with these attributes gets in. Denies count. */
export function assertionGetsIn(
  context: RiskContext,
  { statement, entry }: SamlTrust,
  clauses: readonly ConditionClause[],
): AccessAnswer['answer'] {
  return context.someone({
    clauses,
    statements: (other) => other.index === statement.index,
    entries: (other) => other === entry,
    actions: ['sts:AssumeRoleWithSAML'],
  }).answer;
}

/** @returns whether the key keeps assertions out: neither its absence nor an arbitrary value gets in. Denies count. */
export function samlKeyGuards(context: RiskContext, { statement, entry }: SamlTrust, key: string): boolean {
  return context.guardedFor(statement, key, (other) => other === entry);
}

/** The end of the sign-in endpoint's host, by partition. */
const endpoints: ReadonlyMap<string, string> = new Map([
  ['aws', 'signin.aws.amazon.com'],
  ['aws-cn', 'signin.amazonaws.cn'],
  ['aws-us-gov', 'signin.amazonaws-us-gov.com'],
]);

/** @returns the audience of the partition's sign-in endpoint; `undefined` for partitions that are not public. */
export function samlAudience(partition: string): string | undefined {
  const host = endpoints.get(partition);
  return host === undefined ? undefined : `https://${host}/saml`;
}

/** @returns the partition whose sign-in endpoint, global or of a region, the audience names. */
export function partitionOfAudience(audience: string): string | undefined {
  const host = /^https:\/\/([^/]+)\/saml/.exec(audience)?.[1];
  if (host === undefined) return undefined;
  for (const [partition, end] of endpoints) if (host === end || host.endsWith(`.${end}`)) return partition;
  return undefined;
}
