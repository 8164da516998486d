/** The question that an example of a rule stands for, in the world that examples share. */
import { parseTrustPolicy } from '../../src/policy/document/parse.ts';
import type { TrustPolicy } from '../../src/policy/document/trust-policy.ts';
import type { RiskExample, RiskQuestion, TrustedWorld } from '../../src/risks/risk-rule.ts';

/** As `RiskExample` promises: one own account, one own organization, one partner for every role, one vendor of the public list. */
export const world: TrustedWorld = {
  accounts: ['111122223333'],
  organizations: ['o-own1234567'],
  partners: [{ name: 'Example Partner', accounts: ['777788889999'], roles: ['*'] }],
  vendors: new Map([['464622532012', 'Datadog']]),
};

/** What is known where nothing is configured. */
export const unconfigured: TrustedWorld = { ...world, accounts: [], organizations: [], partners: [] };

export const exampleRole = 'arn:aws:iam::111122223333:role/example';

/** @throws where the text has no meaning as a trust policy: then the example proves nothing. */
export function policyFrom(document: string | object): TrustPolicy {
  const parsed = parseTrustPolicy(typeof document === 'string' ? document : JSON.stringify(document, null, 2));
  if (parsed.status === 'read') return parsed.policy;
  const problems = parsed.status === 'unreadable' ? [parsed.problem] : parsed.problems;
  throw new Error(`the policy is not read: ${problems.map(({ message }) => message).join('; ')}`);
}

export function questionOf(example: Omit<RiskExample, 'name'>): RiskQuestion {
  const { policy, previous, role = exampleRole, more } = example;
  return {
    policy: policyFrom(policy),
    ...(previous === undefined ? {} : { previous: policyFrom(previous) }),
    ...(role === null ? {} : { role }),
    world: { ...world, ...example.world },
    ...more,
  };
}
