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
