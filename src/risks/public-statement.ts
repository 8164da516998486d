/** Which statements let in principals of accounts the policy never mentions, and what still guards them? */
import type { PrincipalEntry, Statement } from '../policy/document/trust-policy.ts';
import type { RiskContext } from './risk-context.ts';

export interface PublicStatement {
  readonly statement: Statement;
  readonly star: PrincipalEntry;
  /** Effective guards, registered names in lower case. */
  readonly guards: readonly string[];
  /** The guards whose value the caller does not choose. */
  readonly realGuards: readonly string[];
}

/** @returns the Allow statements for everyone that a stranger's account gets in by. */
export function publicStatements(context: RiskContext): readonly PublicStatement[] {
  return context.allows.flatMap((statement) => {
    if (statement.principal.element !== 'Principal') return [];
    const star = statement.principal.entries.find((entry) => entry.name.kind === 'everyone');
    if (star === undefined || !context.open(statement)) return [];
    const guards = context.guards(statement);
    return [{ statement, star, guards, realGuards: guards.filter((key) => !isChosenByCaller(key)) }];
  });
}

/** Keys whose value any caller sets as it likes (IAM User Guide, "Global condition keys"); the external ID is spoken of apart. */
const chosen: ReadonlySet<string> = new Set([
  'sts:rolesessionname',
  'sts:sourceidentity',
  'sts:transitivetagkeys',
  'aws:tagkeys',
  'aws:useragent',
  'aws:referer',
  'aws:requestedregion',
  'aws:securetransport',
  'aws:currenttime',
  'aws:epochtime',
]);

/** @returns whether whoever calls can give the key any value, or simply wait for it. */
export function isChosenByCaller(key: string): boolean {
  const lower = key.toLowerCase();
  return chosen.has(lower) || lower.startsWith('aws:requesttag/');
}

const networkKeys: ReadonlySet<string> = new Set([
  'aws:sourceip',
  'aws:vpcsourceip',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:sourcevpcarn',
  'aws:vpceaccount',
  'aws:vpceorgid',
  'aws:vpceorgpaths',
]);

/** @returns whether the key speaks of the network a call comes from. */
export function isNetworkKey(key: string): boolean {
  return networkKeys.has(key.toLowerCase());
}
