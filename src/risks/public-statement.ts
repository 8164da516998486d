/** Which statements let in principals of accounts the policy never mentions, and what still guards them? */
import type { PrincipalEntry, Statement } from '../policy/document/trust-policy.ts';
import type { RiskContext } from './risk-context.ts';

/**
 * What stands between a stranger and the role. `unguarded`: nothing. `excluded`: the list of those who may not.
 * `worthless`: conditions that any caller can meet. `external-id`, `network`, `tag`, `name`: only that, and what any
 * caller can meet. `identity`: something that a stranger cannot have, whatever account it comes from.
 */
export type Protection =
  | 'unguarded'
  | 'excluded'
  | 'worthless'
  | 'external-id'
  | 'network'
  | 'tag'
  | 'name'
  | 'identity';

export interface PublicStatement {
  readonly statement: Statement;
  readonly star: PrincipalEntry;
  /** Effective guards, registered names in lower case. */
  readonly guards: readonly string[];
  readonly protection: Protection;
}

/** @returns the Allow statements for everyone that a stranger's account gets in by. */
export function publicStatements(context: RiskContext): readonly PublicStatement[] {
  return context.allows.flatMap((statement) => {
    const star = starOf(statement);
    if (star === undefined || !context.open(statement)) return [];
    const guards = context.guards(statement);
    return [{ statement, star, guards, protection: protectionBy(guards, statement) }];
  });
}

/** @returns the entry of the Principal element that means everyone. */
export function starOf(statement: Statement): PrincipalEntry | undefined {
  if (statement.principal.element !== 'Principal') return undefined;
  return statement.principal.entries.find((entry) => entry.name.kind === 'everyone');
}

function protectionBy(guards: readonly string[], { conditions }: Statement): Protection {
  if (guards.length === 0) {
    // `role/*` of any account keeps nobody out for long: whoever wants in creates a role.
    if (conditions.some(asksForSomeArn)) return 'name';
    const loose = conditions.some(
      ({ operator }) => operator.ifExists || operator.set === 'ForAllValues' || operator.base.includes('Not'),
    );
    return loose ? 'excluded' : 'unguarded';
  }
  const real = guards.filter((key) => !anyCallerCanMeet(key));
  if (real.length === 0) return 'worthless';
  const others = real.filter((key) => key !== 'sts:externalid' && !isNetworkKey(key));
  if (others.length === 0) return real.some(isNetworkKey) ? 'network' : 'external-id';
  if (others.every((key) => key.startsWith('aws:principaltag/'))) return 'tag';
  return others.every((key) => key === 'aws:principalarn' || key.startsWith('aws:principaltag/')) ? 'name' : 'identity';
}

function asksForSomeArn({ key, operator, values }: Statement['conditions'][number]): boolean {
  return (
    key.toLowerCase() === 'aws:principalarn' &&
    /^(?:Arn|String)(?:Equals|Like)$/.test(operator.base) &&
    values.length > 0 &&
    values.every(({ text }) => /[^*]/.test(text))
  );
}

/**
 * Keys whose condition any caller can meet (IAM User Guide, "Global condition keys"): those it fills in itself, those it
 * can arrange in an account of its own, those it need only wait for, and those that speak of the role and not of the caller.
 */
const worthless: ReadonlySet<string> = new Set([
  'aws:assumedroot',
  'aws:calledvia',
  'aws:calledviafirst',
  'aws:calledvialast',
  'aws:currenttime',
  'aws:epochtime',
  'aws:multifactorauthage',
  'aws:multifactorauthpresent',
  'aws:principalisawsservice',
  'aws:principaltype',
  'aws:referer',
  'aws:requestedregion',
  'aws:resourceaccount',
  'aws:resourceorgid',
  'aws:resourceorgpaths',
  'aws:securetransport',
  'aws:tagkeys',
  'aws:tokenissuetime',
  'aws:useragent',
  'aws:username',
  'aws:viaawsservice',
  'sts:rolesessionname',
  'sts:sourceidentity',
  'sts:transitivetagkeys',
]);

/** @returns whether a caller of any account can meet a condition on the key. */
export function anyCallerCanMeet(key: string): boolean {
  const lower = key.toLowerCase();
  return worthless.has(lower) || /^(?:aws:requesttag|aws:resourcetag|iam:resourcetag)\//.test(lower);
}

/** Those of them that say nothing of who calls: whoever is trusted meets them, in time and place. */
const ofNoCaller =
  /^aws:(?:currenttime|epochtime|principalisawsservice|referer|requestedregion|resourceaccount|resourceorgid|resourceorgpaths|securetransport|useragent|viaawsservice)$/;

/** @returns whether a condition on the key says nothing of who calls. */
export function saysNothingOfCaller(key: string): boolean {
  return ofNoCaller.test(key.toLowerCase());
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
