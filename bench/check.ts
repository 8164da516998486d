/** How long do all risk rules take over one trust policy? Target: a median under 2 ms, parsing and fixes included. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parseTrustPolicy } from '../src/policy/document/parse.ts';
import { riskRules } from '../src/risks/catalogue.ts';
import { checkRisks } from '../src/risks/check-risks.ts';
import type { RiskQuestion } from '../src/risks/risk-rule.ts';

const role = 'arn:aws:iam::111122223333:role/example';
const world: RiskQuestion['world'] = {
  accounts: ['111122223333'],
  organizations: ['o-own1234567'],
  partners: [{ name: 'Example Partner', accounts: ['777788889999'], roles: ['*'] }],
  vendors: new Map(),
};

export interface CheckTimes {
  readonly policies: number;
  readonly median: number;
  readonly slowest: number;
}

/** @returns the milliseconds of one `checkRisks`, from the text on: each policy's best of several rounds, for a warm process. */
export function timesOf(texts: readonly string[], fixes: boolean): CheckTimes {
  const best = texts.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < 12; round += 1)
    texts.forEach((text, at) => {
      const start = performance.now();
      const parsed = parseTrustPolicy(text);
      if (parsed.status !== 'read') return;
      checkRisks({ policy: parsed.policy, role, world }, { fixes });
      best[at] = Math.min(best[at] ?? 0, performance.now() - start);
    });
  const sorted = best.filter(Number.isFinite).sort((a, b) => a - b);
  return {
    policies: sorted.length,
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    slowest: sorted.at(-1) ?? Number.NaN,
  };
}

/** Every example of every rule: the policies that the rules have most to say about. */
export function examplePolicies(): readonly string[] {
  return riskRules
    .flatMap(({ fires, silent }) => [...fires, ...silent])
    .map(({ policy }) => (typeof policy === 'string' ? policy : JSON.stringify(policy)));
}

/** About as much as fits into a trust policy of 4,096 characters. */
export function largePolicy(): string {
  const condition = { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } };
  const vendors = ['444455556666', '555566667777', '666677778888', '777788889999'].map((account) => ({
    Effect: 'Allow',
    Principal: { AWS: [`arn:aws:iam::${account}:role/scanner`, `arn:aws:iam::${account}:role/reporter`] },
    Action: 'sts:AssumeRole',
    Condition: condition,
  }));
  const github = {
    Effect: 'Allow',
    Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com' },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
      StringLike: {
        'token.actions.githubusercontent.com:sub': Array.from(
          { length: 12 },
          (_, n) => `repo:acme/app-${n}:ref:refs/heads/main`,
        ),
      },
    },
  };
  const services = {
    Effect: 'Allow',
    Principal: { Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com', 'states.amazonaws.com'] },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
  };
  const organization = {
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: 'sts:AssumeRole',
    Condition: {
      StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-own1234567', 'aws:PrincipalAccount': '777788889999' },
      Bool: { 'aws:PrincipalIsAWSService': 'false' },
    },
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [...vendors, github, services, organization] });
}

/** One statement for that many accounts, as vendors' and landing zones' roles have it. */
export function manyAccounts(count: number): string {
  const accounts = Array.from({ length: count }, (_, at) => String(200_000_000_000 + at * 7_919));
  const condition = { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } };
  const statement = { Effect: 'Allow', Principal: { AWS: accounts }, Action: 'sts:AssumeRole', Condition: condition };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

/** Dense wildcards, of which each statement has to be told from all others. */
export function hostilePolicy(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const statements = Array.from({ length: 12 }, (_, at) => ({
    Effect: 'Allow',
    Principal: { AWS: '*' },
    Action: 'sts:AssumeRole',
    Condition: {
      StringLike: {
        'sts:ExternalId': `*${letters[at]}*${letters[(at * 7) % 26]}?????${letters[(at * 3) % 26]}*`,
        'sts:RoleSessionName': `*${letters[(at * 5) % 26]}??${letters[(at * 11) % 26]}*`,
      },
    },
  }));
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** Those that others wrote; none where the folder is absent. */
export function realPolicies(): readonly string[] {
  const folder = new URL('../../shared/trust-policies/', import.meta.url);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => readFileSync(new URL(file, folder), 'utf8'));
}

if (import.meta.main) {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['real policies', realPolicies()],
    ['examples of the rules', examplePolicies()],
    ['a large policy', [largePolicy()]],
    ['100 accounts', [manyAccounts(100)]],
    ['a hostile policy', [hostilePolicy()]],
  ];
  console.log(`${riskRules.length} rules over one policy, milliseconds`);
  for (const [name, texts] of rows) {
    if (texts.length === 0) continue;
    const { policies, median, slowest } = timesOf(texts, true);
    const bare = timesOf(texts, false);
    console.log(
      `${name.padEnd(22)} ${String(policies).padStart(5)} policies  median ${median.toFixed(2)}  slowest ${slowest.toFixed(2)}  (without fixes ${bare.median.toFixed(2)}, ${bare.slowest.toFixed(2)})`,
    );
  }
}
