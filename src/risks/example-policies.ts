/** Short ways to write the example policies of the rules. Hoisted functions: examples run while their module loads. */

/** @returns a document of Version 2012-10-17 with these statements. */
export function policyOf(...statements: readonly object[]): object {
  return { Version: '2012-10-17', Statement: statements };
}

/** @returns an Allow statement for `sts:AssumeRole`, or the action that fits a federated principal. */
export function allow(principal: object | string, condition?: object, action?: string | readonly string[]): object {
  return statementOf('Allow', principal, condition, action);
}

/** @returns the same as a Deny statement. */
export function deny(principal: object | string, condition?: object, action?: string | readonly string[]): object {
  return statementOf('Deny', principal, condition, action);
}

function statementOf(
  effect: string,
  principal: object | string,
  condition?: object,
  action?: string | readonly string[],
): object {
  return {
    Effect: effect,
    Principal: principal,
    Action: action ?? fitting(principal),
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

function fitting(principal: object | string): string {
  if (typeof principal === 'string' || !('Federated' in principal)) return 'sts:AssumeRole';
  return String(principal.Federated).includes(':saml-provider/')
    ? 'sts:AssumeRoleWithSAML'
    : 'sts:AssumeRoleWithWebIdentity';
}

/** The OIDC provider of GitHub Actions in the account of the examples. */
export const githubProvider = 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com';

/** @returns a statement that trusts GitHub Actions with these conditions on its claims (without the provider's prefix). */
export function github(
  like: Readonly<Record<string, string | readonly string[]>>,
  equals: Readonly<Record<string, string>> = { aud: 'sts.amazonaws.com' },
): object {
  return allow(
    { Federated: githubProvider },
    { StringEquals: prefixed(equals), ...(Object.keys(like).length === 0 ? {} : { StringLike: prefixed(like) }) },
  );
}

function prefixed(claims: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(claims).map(([claim, value]) => [`token.actions.githubusercontent.com:${claim}`, value]),
  );
}
