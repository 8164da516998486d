/** Are two causes at once both named, both proved, and nothing else; and is the one without the other not? */
import { describe, expect, test } from 'vitest';
import { byUser, policyOf, user } from '../../src/causes/example-cases.ts';
import { explained } from './run-example.ts';

interface Case {
  principal: string;
  actions: string[];
  conditions: Record<string, Record<string, unknown>>;
  parameters: Record<string, unknown>;
  statements: Record<string, unknown>[];
}

/** One fault: what it does to a policy and a call that fit. Two faults of one group exclude one another. */
interface Fault {
  readonly id: string;
  readonly group: string;
  readonly make: (one: Case) => void;
}

const asks = (operator: string, key: string, value: unknown) => (one: Case) => {
  one.conditions[operator] = { ...one.conditions[operator], [key]: value };
};
const trusts = (principal: string) => (one: Case) => {
  one.principal = principal;
};

const faults: readonly Fault[] = [
  { id: 'wrong-account', group: 'principal', make: trusts('444455556667') },
  { id: 'wrong-account', group: 'principal', make: trusts('arn:aws:iam::444455565666:user/ana') },
  { id: 'principal-too-narrow', group: 'principal', make: trusts('arn:aws:iam::444455556666:user/bob') },
  { id: 'principal-path', group: 'principal', make: trusts('arn:aws:iam::444455556666:user/team/ana') },
  { id: 'principal-recreated', group: 'principal', make: trusts('AIDAEXAMPLEGONE123456') },
  { id: 'external-id-missing', group: 'external-id', make: asks('StringEquals', 'sts:ExternalId', 'acme-4711-xyz') },
  {
    id: 'external-id-mismatch',
    group: 'external-id',
    make: (one) => {
      asks('StringEquals', 'sts:ExternalId', 'acme-4711-xyz')(one);
      one.parameters['externalId'] = 'other-0815-abc';
    },
  },
  { id: 'mfa-missing', group: 'mfa', make: asks('Bool', 'aws:MultiFactorAuthPresent', 'true') },
  { id: 'source-ip', group: 'ip', make: asks('IpAddress', 'aws:SourceIp', '203.0.112.0/24') },
  { id: 'source-ip-private', group: 'ip', make: asks('IpAddress', 'aws:SourceIp', '10.0.0.0/8') },
  { id: 'source-vpc', group: 'vpc', make: asks('StringEquals', 'aws:SourceVpce', 'vpce-0a1b2c3d') },
  { id: 'session-name', group: 'name', make: asks('StringLike', 'sts:RoleSessionName', 'ci-*') },
  { id: 'source-identity', group: 'identity', make: asks('StringLike', 'sts:SourceIdentity', '*') },
  { id: 'session-tags', group: 'tags', make: asks('StringEquals', 'aws:RequestTag/team', 'red') },
  { id: 'time-window', group: 'time', make: asks('DateLessThan', 'aws:CurrentTime', '2026-02-01T00:00:00Z') },
  { id: 'region', group: 'region', make: asks('StringEquals', 'aws:RequestedRegion', 'eu-central-1') },
  {
    id: 'wildcard-in-equals',
    group: 'arn',
    make: asks('StringEquals', 'aws:PrincipalArn', 'arn:aws:iam::444455556666:user/*'),
  },
  {
    id: 'principal-arn-condition',
    group: 'arn',
    make: asks('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::444455556666:role/*'),
  },
  { id: 'condition-key-misspelt', group: 'spelling', make: asks('StringLike', 'aws:PrincipalArm', 'arn:aws:iam::*') },
  { id: 'contradictory-conditions', group: 'duration', make: asks('NumericLessThan', 'sts:DurationSeconds', '3600') },
  { id: 'condition', group: 'type', make: asks('StringEquals', 'aws:PrincipalType', 'AssumedRole') },
  {
    id: 'wrong-assume-action',
    group: 'action',
    make: (one) => {
      one.actions = ['sts:AssumeRoleWithSAML'];
    },
  },
  {
    id: 'explicit-deny',
    group: 'deny',
    make: (one) => {
      one.statements.push({ Effect: 'Deny', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' });
    },
  },
];

function told(...made: readonly Fault[]): readonly string[] {
  const one: Case = { principal: user, actions: ['sts:AssumeRole'], conditions: {}, parameters: {}, statements: [] };
  for (const { make } of made) make(one);
  const allow = {
    Effect: 'Allow',
    Principal: { AWS: one.principal },
    Action: one.actions,
    ...(Object.keys(one.conditions).length === 0 ? {} : { Condition: one.conditions }),
  };
  const { causes, ruledOut } = explained({
    name: '',
    event: byUser(one.parameters),
    policy: policyOf(allow, ...one.statements),
  });
  const named = causes.map(({ cause, confidence }) => `${cause} ${confidence}`);
  expect(ruledOut.filter(({ cause }) => named.some((other) => other.startsWith(`${cause} `)))).toEqual([]);
  return named.sort();
}

test('without a fault the trust policy is not the cause', () => {
  expect(told()).toEqual(['identity-policy-no-allow likely']);
});

describe.for(faults.map((fault, index) => ({ ...fault, index })))('$id ($group)', (fault) => {
  test('alone', () => {
    expect(told(fault)).toEqual([`${fault.id} proved`]);
  });

  test.for(faults.slice(fault.index + 1).filter(({ group }) => group !== fault.group))('with $id ($group)', (other) => {
    expect(told(fault, other)).toEqual([`${fault.id} proved`, `${other.id} proved`].sort());
  });
});

test('five at once are all named', () => {
  const ids = ['wrong-account', 'external-id-missing', 'mfa-missing', 'region', 'time-window'];
  const made = ids.flatMap((id) => faults.find((one) => one.id === id) ?? []);
  expect(told(...made)).toEqual(ids.map((id) => `${id} proved`).sort());
});
