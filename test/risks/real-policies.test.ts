/** What the rules say of trust policies that others wrote: each finding was read and judged before it stood in the snapshot. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseTrustPolicy } from '../../src/policy/document/parse.ts';
import { checkRisks } from '../../src/risks/check-risks.ts';
import type { RiskQuestion } from '../../src/risks/risk-rule.ts';
import { unconfigured, world } from './questions.ts';

const folder = new URL('../../../shared/trust-policies/', import.meta.url);
const here = existsSync(folder);
const files = here
  ? readdirSync(folder)
      .filter((file) => file.endsWith('.json'))
      .sort()
  : [];

/** The file's name and what fired; nothing of the policy. */
function findings(more: Omit<RiskQuestion, 'policy'>): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    files.map((file) => {
      const parsed = parseTrustPolicy(readFileSync(new URL(file, folder), 'utf8'));
      if (parsed.status !== 'read') return [file, [parsed.status]];
      const risks = checkRisks({ policy: parsed.policy, ...more }, { fixes: false });
      return [file, risks.map(({ rule, severity, also }) => [severity, rule, ...(also ?? [])].join(' '))];
    }),
  );
}

describe.skipIf(!here)('real trust policies (skipped where ../shared/trust-policies is absent)', () => {
  test('there are some', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  test.for([
    ['nothing configured, the role not known', 'unconfigured', { world: unconfigured }],
    [
      'own accounts and an organization configured, a role of the first account',
      'configured',
      {
        role: 'arn:aws:iam::123456789012:role/example',
        world: { ...world, accounts: ['123456789012', '111111111111'], organizations: ['o-own1234567'] },
      },
    ],
  ] as const)('%s', async ([, name, more]) => {
    const found = findings(more);
    await expect(`${JSON.stringify(found, null, 2)}\n`).toMatchFileSnapshot(
      join(import.meta.dirname, `snapshots/real-policies.${name}.json`),
    );
  });
});
