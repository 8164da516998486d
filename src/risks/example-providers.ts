/** Short ways to write the example policies of the rules about federation. Hoisted functions: see `example-policies.ts`. */
import { allow, deny } from './example-policies.ts';

/** @returns the ARN of an OIDC provider in the account of the examples. */
export function providerArn(url: string): string {
  return `arn:aws:iam::111122223333:oidc-provider/${url}`;
}

/** @returns a statement that trusts an OIDC provider; the operators' keys are claims, without the provider's prefix. */
export function oidc(url: string, conditions: Readonly<Record<string, object>> = {}): object {
  return allow({ Federated: providerArn(url) }, withPrefix(url, conditions));
}

/** @returns a statement that trusts a provider that needs none in IAM. */
export function builtIn(url: string, conditions: Readonly<Record<string, object>> = {}): object {
  return allow({ Federated: url }, withPrefix(url, conditions));
}

/** @returns a statement that denies the provider's tokens. */
export function oidcDeny(url: string, conditions: Readonly<Record<string, object>>): object {
  return deny({ Federated: providerArn(url) }, withPrefix(url, conditions));
}

/** @returns a statement that trusts a SAML provider of the account of the examples. */
export function saml(condition?: object, partition = 'aws'): object {
  return allow(
    { Federated: `arn:${partition}:iam::111122223333:saml-provider/corp` },
    condition,
    'sts:AssumeRoleWithSAML',
  );
}

function withPrefix(url: string, conditions: Readonly<Record<string, object>>): object | undefined {
  if (Object.keys(conditions).length === 0) return undefined;
  return Object.fromEntries(
    Object.entries(conditions).map(([operator, claims]) => [
      operator,
      Object.fromEntries(Object.entries(claims).map(([claim, value]) => [`${url}:${claim}`, value])),
    ]),
  );
}
