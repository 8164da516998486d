/** Do several threads find what one finds, in the same order and at the same places? */
import { expect, test } from 'vitest';
import { accountDetails } from '../../bench/account.ts';
import { type Checked, type CheckSettings, externalIdsOf } from '../../src/cli/check-policies.ts';
import { checkAll } from '../../src/cli/check-pool.ts';
import { policiesInFile } from '../../src/cli/policies-in-file.ts';
import { defaultConfiguration } from '../../src/configuration/configuration.ts';

const settings: CheckSettings = {
  configuration: defaultConfiguration,
  at: '2026-06-15T12:00:00Z',
  showExternalIds: false,
};

function policies() {
  const details = JSON.parse(accountDetails(120)) as { RoleDetailList: object[] };
  details.RoleDetailList.splice(30, 0, { RoleName: 'broken', AssumeRolePolicyDocument: '{' });
  details.RoleDetailList.splice(70, 0, { RoleName: 'refused', AssumeRolePolicyDocument: { Statement: [] } });
  const template = `Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Action: sts:AssumeRole, Principal: {AWS: [!Ref V, '*']}}]
`;
  return [...policiesInFile(JSON.stringify(details, null, 2), 'a.json'), ...policiesInFile(template, 't.yaml')];
}

async function all(jobs: number, bound: ReadonlyMap<string, string> = new Map()): Promise<readonly Checked[]> {
  const some = policies();
  const among = { externalIds: externalIdsOf(some), answers: new Map() };
  const found: Checked[] = [];
  const baselines = async ({ label }: { readonly label?: string }) => {
    const text = bound.get(label ?? '');
    const [one] = text === undefined ? [] : policiesInFile(text, 'b.json');
    return one?.input.parsed.status === 'read' ? { name: 'b.json', policy: one.input.parsed.policy } : undefined;
  };
  for await (const checked of checkAll(some, settings, among, baselines, jobs)) found.push(checked);
  return found;
}

test('two threads and none give the same answers', { timeout: 60_000 }, async () => {
  const alone = await all(0);
  expect(await all(2)).toEqual(alone);
  expect(alone).toHaveLength(123);
  expect(alone.filter(({ unreadable }) => unreadable !== undefined)).toHaveLength(1);
  expect(alone.flatMap(({ findings }) => findings).length).toBeGreaterThan(50);
  for (const { findings } of alone) for (const { line } of findings) expect(line).toBeGreaterThan(1);
});

test('a role with a baseline is checked against it', { timeout: 60_000 }, async () => {
  const nobody = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'batch.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  });
  const found = await all(2, new Map([['arn:aws:iam::111122223333:role/role-16', nobody]]));
  const beyond = found.flatMap(({ findings }) => findings).filter(({ rule }) => rule === 'baseline-exceeded');
  expect(beyond).toMatchObject([{ role: 'arn:aws:iam::111122223333:role/role-16', severity: 'high' }]);
});
