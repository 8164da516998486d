/** Does explain answer, in time and without telling secrets, whatever stands in a record, a policy or beside them? */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byGithub, byRole, byUser, policyOf, statement, trusting, user } from '../../src/causes/example-cases.ts';
import { explain } from '../../src/causes/explain.ts';
import { readEventValue } from '../../src/cloudtrail/read-record.ts';
import { recognise } from '../../src/cloudtrail/recognise.ts';
import { parseTrustPolicyValue } from '../../src/policy/document/parse.ts';
import { runs } from '../arbitraries/runs.ts';
import { denialFrom, explained, policyFrom } from './run-example.ts';

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    '',
    0,
    true,
    [],
    {},
    'x'.repeat(5000),
    '${aws:username}',
    '__proto__',
    '\u202e',
    '`; rm -rf /',
    '<script>',
    '*',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** A record of a real form in which some fields, at some depth, hold anything. */
const records = fc
  .record({
    base: fc.constantFrom<object>(
      byUser(),
      byUser(null),
      byRole({ tags: [{ key: 'a', value: 'b' }] }),
      byGithub('repo:acme/app:ref:refs/heads/main'),
    ),
    changes: fc.dictionary(
      fc.constantFrom(
        'errorCode',
        'errorMessage',
        'requestParameters',
        'userIdentity',
        'resources',
        'awsRegion',
        'sourceIPAddress',
        'additionalEventData',
        'vpcEndpointId',
        'eventTime',
        'recipientAccountId',
      ),
      odd,
      { maxKeys: 3 },
    ),
    identity: fc.dictionary(
      fc.constantFrom(
        'arn',
        'type',
        'principalId',
        'accountId',
        'sessionContext',
        'identityProvider',
        'userName',
        'invokedBy',
        'accessKeyId',
      ),
      odd,
      { maxKeys: 2 },
    ),
    parameters: fc.dictionary(
      fc.constantFrom(
        'externalId',
        'tags',
        'roleArn',
        'durationSeconds',
        'sourceIdentity',
        'transitiveTagKeys',
        'incomingTransitiveTags',
        'serialNumber',
        'roleSessionName',
      ),
      odd,
      { maxKeys: 3 },
    ),
  })
  .map(({ base, changes, identity, parameters }) => {
    const whole = base as Record<string, unknown>;
    const inside = (name: string, more: object) =>
      typeof whole[name] === 'object' && whole[name] !== null && Object.keys(more).length > 0
        ? { [name]: { ...whole[name], ...more } }
        : {};
    return { ...whole, ...inside('userIdentity', identity), ...inside('requestParameters', parameters), ...changes };
  });

const policy = policyFrom(
  policyOf(
    {
      Sid: 'Ci',
      ...statement(
        'Allow',
        { AWS: ['444455556667', 'arn:aws:iam::444455556666:role/x'] },
        {
          StringEquals: { 'sts:ExternalId': 'acme-4711-xyz', 'aws:RequestTag/${aws:username}': '${aws:RequestTag/x}' },
        },
      ),
    },
    statement(
      'Allow',
      { Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com' },
      { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:acme/*:ref:*' } },
      '*',
    ),
    statement('Deny', '*', { Null: { 'aws:PrincipalOrgID': 'true' } }, 'sts:*'),
  ),
);

test('a record in which anything may stand is explained, and each cause is of the catalogue and of one line', () => {
  let denials = 0;
  fc.assert(
    fc.property(records, odd, (event, callerPolicy) => {
      const [record] = readEventValue(event, 'event').records;
      const recognised = record === undefined ? undefined : recognise(record);
      if (recognised?.kind !== 'denial') return;
      denials += 1;
      const answer = explain({
        denial: recognised,
        policy: { policy, as: 'in-force', from: 'a file' },
        callerPolicies: [callerPolicy],
        policyChangedAt: 'yesterday',
        role: { as: 'now', createDate: 'soon' },
      });
      for (const { summary, evidence, fix } of answer.causes) {
        expect(summary).toMatch(/^[^\r\n]{10,4000}$/);
        expect(evidence[0].detail).not.toBe('');
        expect(fix?.commands.every((command) => !command.includes('\n'))).toBe(true);
      }
      expect(JSON.stringify(answer)).not.toContain('acme-4711-xyz');
    }),
    { numRuns: runs(200) },
  );
  expect(denials).toBeGreaterThan(60);
});

test('an external ID shows nowhere, under whichever name of the key it stands', () => {
  for (const key of ['sts:ExternalId', 'STS:EXTERNALID', 'ExternalId', 'aws:ExternalId', 'sts:ExternlId'])
    for (const operator of ['StringEquals', 'StringLike', 'ForAnyValue:StringEquals', 'StringNotEquals'])
      for (const event of [byUser(), byUser(null), byUser({ externalId: 'other-0815-abc' })]) {
        const trust = trusting(user, { [operator]: { [key]: ['acme-4711-xyz', 'acme-*-4711'] } });
        const answer = explained({ name: '', event, policy: trust, line: { previousPolicy: trust } });
        expect(JSON.stringify(answer)).not.toMatch(/acme-4711|acme-\*-|other-0815/);
        expect(
          JSON.stringify(
            explained(
              {
                name: '',
                event: byUser({ externalId: 'other-0815-abc' }),
                policy: trusting(user, { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } }),
              },
              true,
            ),
          ),
        ).toContain('other-0815-abc');
      }
});

describe('policies of hostile size', () => {
  const many = (count: number, make: (index: number) => Readonly<Record<string, unknown>>) =>
    policyOf(...Array.from({ length: count }, (_, index) => make(index)));
  test.for<[string, object]>([
    [
      'many statements',
      many(500, (i) =>
        statement('Allow', `arn:aws:iam::444455556666:role/r${i}`, {
          StringLike: { 'aws:PrincipalTag/x': `a*b*c${i}*` },
        }),
      ),
    ],
    [
      'many contradictions',
      many(300, (i) =>
        statement('Allow', '444455556666', {
          StringLike: { 'aws:PrincipalTag/x': `a*b*c${i}*d*e*f` },
          StringEquals: { 'aws:PrincipalTag/x': `abc${i}` },
        }),
      ),
    ],
    [
      'many principals',
      trusting({ AWS: Array.from({ length: 2500 }, (_, i) => `44445555${String(i).padStart(4, '0')}`) }),
    ],
    [
      'many values',
      trusting(user, { StringLike: { 'sts:ExternalId': Array.from({ length: 2000 }, (_, i) => `a*b?c${i}*d`) } }),
    ],
  ])('%s', ([, document]) => {
    const parsed = parseTrustPolicyValue(document);
    expect(parsed.status).toBe('read');
    const began = performance.now();
    const { causes } = explained({ name: '', event: byUser(null), policy: document });
    expect(causes.length).toBeGreaterThan(0);
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});

test('a message that somebody else wrote into the name of a role decides nothing', () => {
  const errorMessage = `User: ${user} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/x with an explicit deny in a service control policy`;
  const denial = denialFrom(
    byUser(
      { roleArn: 'arn:aws:iam::111122223333:role/x with an explicit deny in a service control policy' },
      { errorMessage },
    ),
  );
  expect(explain({ denial }).causes).toEqual([]);
});
