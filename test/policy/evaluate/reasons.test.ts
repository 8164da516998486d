/** The examples of `test/policy/cases/reasons.json`: why each part of a statement matches or not, and what is not known. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { answerLine } from '../../../src/cli/commands/can-assume.ts';
import { parseTrustPolicyValue } from '../../../src/policy/document/parse.ts';
import { callerFromArn } from '../../../src/policy/evaluate/caller.ts';
import { evaluate, prepare } from '../../../src/policy/evaluate/evaluate.ts';

interface Case {
  readonly name: string;
  readonly line: Readonly<Record<string, unknown>>;
  readonly told: {
    readonly decision: string;
    readonly unknownKeys: readonly string[];
    readonly unknownBecause?: readonly string[];
    /** By statement: whether it matches, then one sentence a part. */
    readonly because: readonly (readonly string[])[];
  };
}

interface Answer {
  readonly decision: string;
  readonly unknownKeys: readonly string[];
  readonly unknownBecause?: readonly string[];
  readonly statements: readonly { readonly matches: string; readonly because: readonly string[] }[];
}

const { cases } = JSON.parse(readFileSync(new URL('../cases/reasons.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

test.each(cases)('$name', ({ line, told }) => {
  const { decision, unknownKeys, unknownBecause, statements } = answerLine(line, true) as Answer;
  expect({
    decision,
    unknownKeys,
    ...(unknownBecause === undefined ? {} : { unknownBecause }),
    because: statements.map(({ matches, because }) => [matches, ...because]),
  }).toEqual(told);
});

describe('the key that would settle whom a statement means', () => {
  const account = '111122223333';
  const session = `arn:aws:sts::${account}:assumed-role/deploy/s`;
  test.each([
    [
      'a role, by its path',
      { Principal: { AWS: `arn:aws:iam::${account}:role/deploy` } },
      session,
      ['aws:PrincipalArn'],
    ],
    ['a unique id', { Principal: { AWS: 'AROAEXAMPLEID' } }, session, ['aws:userid']],
    ['an account', { Principal: { AWS: account } }, session, []],
    ['somebody of the account', { Principal: { AWS: `arn:aws:iam::${account}:role/deploy` } }, account, []],
    [
      'all but a role that is listed with its account',
      { NotPrincipal: { AWS: [account, `arn:aws:iam::${account}:role/deploy`, session] }, Effect: 'Deny' },
      session,
      ['aws:PrincipalArn'],
    ],
  ])('%s', (_, statement, arn, keys) => {
    const parsed = parseTrustPolicyValue({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', ...statement }],
    });
    const caller = callerFromArn(arn);
    if (parsed.status !== 'read' || caller === undefined) throw new Error('the example is not read');
    const answer = evaluate(prepare(parsed.policy), {
      caller,
      actions: ['sts:AssumeRole'],
      context: new Map(),
      absent: new Set(),
      closed: false,
    });
    expect(answer.statements[0]?.reasons[0]?.unknownKeys).toEqual(keys);
  });
});

describe('of several unknown keys, those that make a difference', () => {
  const asks = (condition: object, effect = 'Allow') => ({
    Effect: effect,
    Principal: '*',
    Action: 'sts:AssumeRole',
    Condition: condition,
  });
  const id = { 'sts:ExternalId': 'a' };
  const tag = { 'aws:RequestTag/t': 'x' };
  const team = { 'aws:PrincipalTag/team': 'red' };
  test.each([
    [
      'the one that a second statement asks for as well',
      [asks({ StringEquals: id }), asks({ StringEquals: { ...id, ...tag } })],
      ['sts:ExternalId'],
    ],
    [
      'the same, the other way round',
      [asks({ StringEquals: { ...id, ...tag } }), asks({ StringEquals: id })],
      ['sts:ExternalId'],
    ],
    ['both of one statement', [asks({ StringEquals: { ...id, ...tag } })], ['sts:ExternalId', 'aws:RequestTag/t']],
    [
      'either of two',
      [asks({ StringEquals: id }), asks({ StringEquals: tag })],
      ['sts:ExternalId', 'aws:RequestTag/t'],
    ],
    [
      'that of a Deny',
      [asks({ StringLike: { 'sts:RoleSessionName': '*' } }), asks({ StringEquals: tag }, 'Deny')],
      ['aws:RequestTag/t'],
    ],
    [
      'two of three',
      [asks({ StringEquals: { ...team, ...id } }), asks({ StringEquals: { ...team, ...id, ...tag } })],
      ['aws:PrincipalTag/team', 'sts:ExternalId'],
    ],
    ['none where a value or its opposite will do', [asks({ StringEquals: id }), asks({ StringNotEquals: id })], []],
  ])('%s', (_, Statement, keys) => {
    const line = { policy: { Version: '2012-10-17', Statement }, principal: 'arn:aws:iam::111122223333:user/ann' };
    const { decision, unknownKeys } = answerLine(line, true) as Answer;
    expect(decision).toBe(keys.length === 0 ? 'allow' : 'unknown');
    expect(unknownKeys).toEqual(keys);
  });
});
