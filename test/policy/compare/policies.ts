/** Policies for the examples, short to write. */
import { parseTrustPolicyValue } from '../../../src/policy/document/parse.ts';
import type { TrustPolicy } from '../../../src/policy/document/trust-policy.ts';

export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
type Principal = string | readonly string[] | Readonly<Record<string, string | readonly string[]>>;

export const home = '111122223333';
export const other = '444455556666';
export const github = `arn:aws:iam::${home}:oidc-provider/token.actions.githubusercontent.com`;

function statement(
  effect: string,
  principal: Principal,
  condition?: Condition,
  action?: string | readonly string[],
): object {
  const named = typeof principal === 'object' && !Array.isArray(principal) ? principal : { AWS: principal };
  const federated = Object.keys(named).includes('Federated');
  return {
    Effect: effect,
    Principal: named,
    Action: action ?? (federated ? 'sts:AssumeRoleWithWebIdentity' : 'sts:AssumeRole'),
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

export const allow = (principal: Principal, condition?: Condition, action?: string | readonly string[]) =>
  statement('Allow', principal, condition, action);
export const deny = (principal: Principal, condition?: Condition, action?: string | readonly string[]) =>
  statement('Deny', principal, condition, action);

export function policy(...statements: readonly object[]): TrustPolicy {
  const parsed = parseTrustPolicyValue({ Version: '2012-10-17', Statement: statements });
  if (parsed.status !== 'read') throw new Error(`the example is not read: ${JSON.stringify(parsed)}`);
  return parsed.policy;
}
