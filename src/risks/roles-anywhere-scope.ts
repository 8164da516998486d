/** What holds IAM Roles Anywhere to a trust anchor and to a certificate? */
import type { PrincipalEntry, Statement } from '../policy/document/trust-policy.ts';
import { coversAction, entryOf } from './granted-actions.ts';
import { clause, type RiskContext } from './risk-context.ts';

const service = 'rolesanywhere.amazonaws.com';

export interface RolesAnywhereScope {
  readonly statement: Statement;
  readonly entry: PrincipalEntry;
  /** Whether another trust anchor of the account is kept out. */
  readonly anchor: boolean;
  /** Whether some field of the certificate decides. */
  readonly certificate: boolean;
}

/** @returns one entry for each Allow statement by which Roles Anywhere can assume the role. */
export function rolesAnywhereScopes(context: RiskContext): readonly RolesAnywhereScope[] {
  return context.allows.flatMap((statement) => {
    const entry = entryOf(statement, service);
    if (entry === undefined || !coversAction(statement, 'sts:AssumeRole') || !context.alive(statement)) return [];
    const only = (other: PrincipalEntry) => other === entry;
    const keys = context.keysFor(statement);
    const certificate = keys
      .filter(
        (key) => /^aws:(principaltag|requesttag)\/x509(subject|issuer|san)\//.test(key) || key === 'sts:sourceidentity',
      )
      .some((key) => context.guardedFor(statement, key, only));
    return [{ statement, entry, anchor: anchorDecides(context, statement, only), certificate }];
  });
}

/** The guard has to keep out an anchor that somebody adds to the same account; `trust-anchor/*` does not. */
function anchorDecides(context: RiskContext, statement: Statement, only: (entry: PrincipalEntry) => boolean): boolean {
  if (!context.guardedFor(statement, 'aws:SourceArn', only)) return false;
  const account = context.home ?? '111122223333';
  const another = `arn:aws:rolesanywhere:eu-west-1:${account}:trust-anchor/q7w4z1x9-0000-4000-8000-q7w4z1x9k3a1`;
  const answer = context.someone({
    statements: (other) => other.index === statement.index,
    entries: only,
    clauses: [clause('StringEquals', 'aws:SourceArn', [another])],
  });
  return answer.answer !== 'yes';
}
