/** Which web identity providers does a policy trust, and who of theirs gets in? What the rules about OIDC share. */
import type { AccessAnswer } from '../policy/compare/comparison.ts';
import type { ConditionClause, PrincipalEntry, Statement } from '../policy/document/trust-policy.ts';
import { prepareWildcard } from '../policy/evaluate/wildcard.ts';
import { coversAction } from './granted-actions.ts';
import { type Issuer, issuerOf } from './oidc-issuers.ts';
import { clause, type RiskContext } from './risk-context.ts';

/** One provider under one Allow statement that may let its callers in. */
export interface OidcTrust {
  readonly statement: Statement;
  readonly entry: PrincipalEntry;
  /** Host and path, which are the prefix of its condition keys. */
  readonly url: string;
  readonly issuer: Issuer | undefined;
}

const remembered = new WeakMap<RiskContext, readonly OidcTrust[]>();

/** @returns every web identity provider under every Allow statement by which some token of it may get in. */
export function oidcTrusts(context: RiskContext): readonly OidcTrust[] {
  const known = remembered.get(context);
  if (known !== undefined) return known;
  const found = namedProviders(context).filter(
    (trust) => coversAction(trust.statement, 'sts:AssumeRoleWithWebIdentity') && admits(context, trust, []) !== 'no',
  );
  remembered.set(context, found);
  return found;
}

/** @returns the providers that Allow statements name, whether or not anybody gets in by them. */
export function namedProviders(context: RiskContext): readonly OidcTrust[] {
  return context.allows.flatMap((statement) =>
    statement.principal.element !== 'Principal'
      ? []
      : statement.principal.entries.flatMap((entry) => {
          const url = providerUrl(entry);
          return url === undefined ? [] : [{ statement, entry, url, issuer: issuerOf(url) }];
        }),
  );
}

/** @returns host and path of the provider that an entry names; `undefined` where it names none. */
export function providerUrl({ name }: PrincipalEntry): string | undefined {
  return name.kind === 'oidc-provider' || name.kind === 'built-in-provider' ? name.url : undefined;
}

/**
 * Asks the comparison whether a token with these claims gets in by this provider and statement. Denies count.
 */
export function admits(
  context: RiskContext,
  { statement, entry }: OidcTrust,
  clauses: readonly ConditionClause[],
): AccessAnswer['answer'] {
  return context.someone({
    clauses,
    statements: (other) => other.index === statement.index,
    entries: (other) => other === entry,
    actions: ['sts:AssumeRoleWithWebIdentity'],
  }).answer;
}

/** @returns whether the claim keeps tokens out: neither its absence nor an arbitrary value gets in. Denies count. */
export function claimGuards(context: RiskContext, trust: OidcTrust, claim: string): boolean {
  return context.guardedFor(trust.statement, keyOf(trust, claim), (entry) => entry === trust.entry);
}

/** @returns the key of a claim of this provider; a name with a prefix of its own stays as it is. */
export function keyOf({ url }: { readonly url: string }, claim: string): string {
  return claim.includes(':') ? claim : `${url}:${claim}`;
}

/** @returns the statement's conditions on a claim of the provider. */
export function conditionsOn({ statement, url }: OidcTrust, claim: string): readonly ConditionClause[] {
  const key = keyOf({ url }, claim).toLowerCase();
  return statement.conditions.filter((condition) => condition.key.toLowerCase() === key);
}

/** @returns those that ask for a value; `Null` and the negated operators do not. */
export function positiveConditionsOn(trust: OidcTrust, claim: string): readonly ConditionClause[] {
  return conditionsOn(trust, claim).filter(isPositive);
}

export function isPositive({ operator }: ConditionClause): boolean {
  return operator.base !== 'Null' && !/Not/.test(operator.base);
}

/** @returns whether `*` and `?` stand for other characters under the operator. */
export function takesPatterns({ operator }: ConditionClause): boolean {
  return /Like$|^Arn/.test(operator.base);
}

/** @returns whether the values of the condition are nothing but wildcards. */
export function isWildcardOnly(condition: ConditionClause): boolean {
  return takesPatterns(condition) && condition.values.some(({ text }) => /^[*?]+$/.test(text));
}

/** @returns the names of all keys of the policy's conditions that could keep this provider's tokens out, in lower case. */
export function keysAsked(context: RiskContext, { statement }: OidcTrust): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { conditions } of [statement, ...context.denies])
    for (const { key } of conditions) keys.add(key.toLowerCase());
  return keys;
}

/**
 * Turns claims into clauses, leaving out those that no condition of the policy asks for: they cannot change the answer.
 *
 * @param claims claim → patterns; `absent` for a claim that the token has not; `perhaps` for one it may lack.
 */
export function token(
  context: RiskContext,
  trust: OidcTrust,
  claims: Readonly<
    Record<
      string,
      | readonly string[]
      | 'absent'
      | { readonly perhaps: readonly string[] }
      | { readonly not: readonly string[] }
      | { readonly exactly: readonly string[] }
    >
  >,
): readonly ConditionClause[] {
  const asked = keysAsked(context, trust);
  return Object.entries(claims).flatMap(([claim, value]) => {
    const key = keyOf(trust, claim.replace(/ .*$/, ''));
    if (!asked.has(key.toLowerCase())) return [];
    if (value === 'absent') return [clause('Null', key, ['true'])];
    if ('exactly' in value) return [clause('StringEquals', key, value.exactly)];
    if ('perhaps' in value) return [clause('StringEquals', key, value.perhaps, { ifExists: true })];
    if ('not' in value) return [clause('StringNotLike', key, value.not)];
    return [clause('StringLike', key, value)];
  });
}

/** @returns a text that fits the pattern and that its author did not think of: `acme*` → `acme-x7q`. */
export function unforeseen(pattern: string): string {
  return pattern
    .replace(/^\*+/, 'x7q')
    .replace(/([\w])\*+/g, '$1-x7q')
    .replace(/\*+/g, 'x7q')
    .replaceAll('?', 'q');
}

export function hasWildcard(text: string): boolean {
  return /[*?]/.test(text);
}

/** @returns whether the statement's own positive conditions on the claim let this value pass; those with policy variables do. */
export function fitsConditions(trust: OidcTrust, claim: string, text: string): boolean {
  return positiveConditionsOn(trust, claim).every((condition) => testOf(condition)(text));
}

const tests = new WeakMap<ConditionClause, (text: string) => boolean>();

/** Made once for each condition: a policy may list fifty repositories, and be asked about hundreds of subjects. */
function testOf(condition: ConditionClause): (text: string) => boolean {
  const known = tests.get(condition);
  if (known !== undefined) return known;
  const made = makeTest(condition);
  tests.set(condition, made);
  return made;
}

function makeTest({ operator: { base }, values }: ConditionClause): (text: string) => boolean {
  if (!base.startsWith('String') || values.some(({ text }) => text.includes('${'))) return () => true;
  if (base === 'StringLike') {
    const patterns = values.map(({ text }) => prepareWildcard(text));
    return (text) => patterns.some((matches) => matches(text));
  }
  const fold = (text: string) => (base.endsWith('IgnoreCase') ? text.toLowerCase() : text);
  const texts = new Set(values.map(({ text }) => fold(text)));
  return (text) => texts.has(fold(text));
}
