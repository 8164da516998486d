/** Does an identity of Cognito get in, of which pool, and logged in or not? What the rules about Cognito share. */
import { valuesOf } from './github-subject.ts';
import {
  admits,
  claimGuards,
  hasWildcard,
  type OidcTrust,
  oidcTrusts,
  positiveConditionsOn,
  takesPatterns,
  token,
  unforeseen,
} from './oidc-trust.ts';
import { clause, type RiskContext } from './risk-context.ts';

export const cognitoIssuer = 'cognito-identity.amazonaws.com';

/** @returns the trusts in identity pools of Cognito that let somebody in. */
export function cognitoTrusts(context: RiskContext): readonly OidcTrust[] {
  return oidcTrusts(context).filter(({ url }) => url === cognitoIssuer);
}

/** @returns whether the pool, or one identity of it, is held fast. */
export function holdsPool(context: RiskContext, trust: OidcTrust): boolean {
  return (claimGuards(context, trust, 'aud') && !otherPoolGetsIn(context, trust)) || holdsIdentity(context, trust);
}

/** A pool that the pattern for the audience fits unintended. */
function otherPoolGetsIn(context: RiskContext, trust: OidcTrust): boolean {
  const pools = valuesOf(trust, 'aud').flatMap(({ text, pattern }) =>
    pattern && hasWildcard(text) ? [unforeseen(text)] : [],
  );
  return pools.length > 0 && admits(context, trust, token(context, trust, { aud: { exactly: pools } })) !== 'no';
}

/** @returns whether one identity is asked for; its id is never given twice, in no pool. */
export function holdsIdentity(context: RiskContext, trust: OidcTrust): boolean {
  const values = valuesOf(trust, 'sub');
  return claimGuards(context, trust, 'sub') && values.every(({ text }) => /^[a-z0-9-]+:[0-9a-f-]{36}$/.test(text));
}

/** @returns whether a guest of the pool, who has not logged in, gets in. */
export function guestsGetIn(context: RiskContext, trust: OidcTrust): boolean {
  const amr = `${cognitoIssuer}:amr`;
  return admits(context, trust, [clause('StringEquals', amr, ['unauthenticated'], { set: 'ForAllValues' })]) === 'yes';
}

/** @returns the value that lets guests in by name, where there is one. */
export function guestValue(trust: OidcTrust) {
  for (const condition of positiveConditionsOn(trust, 'amr')) {
    if (condition.operator.set !== 'ForAnyValue') continue;
    const value = condition.values.find(
      ({ text }) => text === 'unauthenticated' || (takesPatterns(condition) && /^[*?]|^u[a-z]*[*?]/.test(text)),
    );
    if (value !== undefined) return value;
  }
  return undefined;
}
