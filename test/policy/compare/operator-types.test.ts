/** Operators of another type than the key, and variables in them: is every answer one that the evaluator gives? */
import { describe, expect, test } from 'vitest';
import { compare } from '../../../src/policy/compare/compare.ts';
import { callerFromArn } from '../../../src/policy/evaluate/caller.ts';
import { evaluate, prepare } from '../../../src/policy/evaluate/evaluate.ts';
import { allow, type Condition, home, other, policy } from './policies.ts';

const tag = 'aws:PrincipalTag/level';
const account = 'aws:PrincipalAccount';
const service = { Service: 's3.amazonaws.com' };
const on = (operator: string, key: string, ...values: string[]): Condition => ({ [operator]: { [key]: values } });

describe('numbers', () => {
  test.each<[string, object, object, string]>([
    ['an account as a number', allow('*', on('NumericEquals', account, other)), allow(other), 'equivalent'],
    [
      'an account with zeros before it',
      allow('*', on('NumericEquals', account, '42')),
      allow('000000000042'),
      'equivalent',
    ],
    [
      'a number that no account has',
      allow('*', on('NumericEquals', account, '42.5')),
      allow(home, on('StringEquals', 'ExternalId', 'x')),
      'equivalent',
    ],
    [
      'accounts below one and up to it',
      allow('*', on('NumericLessThan', account, other)),
      allow('*', on('NumericLessThanEquals', account, other)),
      'broader',
    ],
    [
      'just the one account more',
      allow('*', on('NumericLessThanEquals', account, other)),
      { ...allow('*', on('NumericLessThan', account, other)) },
      'narrower',
    ],
    [
      'accounts that are not',
      allow('*', on('NumericNotEquals', account, other)),
      allow('*', on('StringNotEquals', account, other)),
      'equivalent',
    ],
    [
      'every account is above less than nothing',
      allow('*', on('NumericGreaterThan', account, '-1')),
      allow('*'),
      'broader',
    ],
    [
      'no account is an address',
      allow('*', on('IpAddress', account, '0.0.0.0/0')),
      allow(home, on('StringEquals', 'ExternalId', 'x')),
      'equivalent',
    ],
    [
      'the account of a resource',
      allow(service, on('NumericEquals', 'aws:SourceAccount', home)),
      allow(service, on('StringEquals', 'aws:SourceAccount', home)),
      'equivalent',
    ],
    [
      'twelve digits, however many are asked for',
      allow(service, on('StringLike', 'aws:SourceAccount', '1*')),
      allow(service, on('StringLike', 'aws:SourceAccount', '1???????????')),
      'equivalent',
    ],
    ['no ARN is a number', allow('*', on('NumericNotEquals', 'aws:PrincipalArn', '5')), allow('*'), 'equivalent'],
    [
      'no id is a date',
      allow(other, on('DateLessThan', 'aws:userid', '2027-01-01')),
      allow(home, on('StringEquals', 'ExternalId', 'x')),
      'equivalent',
    ],
    [
      'an age is not written so',
      allow(other, on('StringEquals', 'aws:MultiFactorAuthAge', '1e1')),
      allow(home, on('StringEquals', 'ExternalId', 'x')),
      'equivalent',
    ],
    [
      'a number, however it is written',
      allow(other, on('NumericEquals', 'sts:ExternalId', '5')),
      allow(other, on('NumericEquals', 'sts:ExternalId', '5.0')),
      'equivalent',
    ],
    [
      'a number and its text',
      allow(other, on('NumericEquals', tag, '5')),
      allow(other, on('StringEquals', tag, '5')),
      'narrower',
    ],
    [
      'a text and its number',
      allow(other, on('StringEquals', 'sts:ExternalId', '5')),
      allow(other, on('NumericEquals', 'sts:ExternalId', '5')),
      'broader',
    ],
  ])('%s', (_, old, now, verdict) => {
    expect(compare(policy(old), policy(now)).verdict).toBe(verdict);
  });

  test.each(['-1', '0', '7', '000000000007', '42.5', '111122223333', '999999999999', '1e12', '1e400', '1000000000000'])(
    'of accounts told by %s, each is in or out as the evaluator has it',
    (number) => {
      const accounts = [
        '000000000000',
        '000000000001',
        '000000000006',
        '000000000007',
        '000000000008',
        '000000000042',
        '000000000043',
        '111122223332',
        '111122223333',
        '111122223334',
        '999999999998',
        '999999999999',
      ];
      for (const operator of [
        'Equals',
        'NotEquals',
        'LessThan',
        'LessThanEquals',
        'GreaterThan',
        'GreaterThanEquals',
      ]) {
        const asked = policy(allow('*', on(`Numeric${operator}`, account, number)));
        for (const one of accounts) {
          const caller = callerFromArn(`arn:aws:iam::${one}:user/x`);
          if (caller === undefined) throw new Error('the example is no caller');
          const { decision } = evaluate(prepare(asked), {
            caller,
            actions: ['sts:AssumeRole'],
            context: new Map(),
            absent: new Set(),
            closed: true,
          });
          const only = compare(policy(allow(one)), policy(allow(one, on(`Numeric${operator}`, account, number))));
          expect(only.verdict, `${operator} ${one}`).toBe(decision === 'allow' ? 'equivalent' : 'narrower');
        }
      }
    },
  );

  test('a time compared as a text is said to be what is not decided', () => {
    const asText = allow(other, on('StringLike', 'aws:EpochTime', '2026', 'ann'));
    const { verdict, undecided } = compare(policy(allow(home)), policy(allow(home), asText));
    expect(verdict).toBe('undecided');
    expect(undecided.map(({ construct }) => construct)).toEqual(['a time compared as a text']);
    expect(compare(policy(asText), policy(asText, asText)).verdict).toBe('equivalent');
  });

  test('what a key of another type cannot hold is no witness', () => {
    const age = 'aws:MultiFactorAuthAge';
    const { gained, verdict } = compare(
      policy(allow(other, on('StringEquals', 'ExternalId', 'x'))),
      policy(allow(other, on('DateGreaterThan', age, '2027-01-01T00:00:00Z'))),
    );
    for (const { witness } of gained) expect(witness.context[age]?.[0]).toMatch(/^\d+(\.\d+)?$/);
    expect(['broader', 'undecided']).toContain(verdict);
  });
});

describe('variables', () => {
  const another = '${aws:PrincipalTag/other}';

  test('to Bool a variable that is neither true nor false equals nothing', () => {
    const [truth, text] = [on('Bool', tag, another), on('StringEqualsIgnoreCase', tag, another)].map((one) =>
      policy(allow(other, one)),
    );
    if (truth === undefined || text === undefined) throw new Error('no policies');
    expect(compare(truth, text).gained).not.toEqual([]);
    expect(compare(text, truth).verdict).not.toBe('equivalent');
    expect(compare(truth, policy(allow(other, on('Bool', tag, another)))).verdict).toBe('equivalent');
  });

  test('a variable with one default is none with another, or with none', () => {
    const defaults = ['${aws:PrincipalTag/other}', "${aws:PrincipalTag/other, 'x'}", "${aws:PrincipalTag/other, 'y'}"];
    for (const one of defaults)
      for (const two of defaults) {
        const { verdict, gained } = compare(
          policy(allow(other, on('StringEquals', tag, one))),
          policy(allow(other, on('StringEquals', tag, two))),
        );
        expect(verdict === 'equivalent', `${one} ${two}`).toBe(one === two);
        if (one !== two && two.includes("'"))
          expect(gained.map(({ witness }) => witness.context[tag])).toEqual([[two.includes("'x'") ? 'x' : 'y']]);
      }
  });

  test('a witness has no value that AWS never gives a key', () => {
    const mfa = 'aws:MultiFactorAuthPresent';
    const { gained, lost } = compare(
      policy(allow(other, on('Bool', mfa, '${aws:SecureTransport}'))),
      policy(allow(other, on('StringEquals', mfa, '${aws:SecureTransport}'))),
    );
    const values = [...gained, ...lost].flatMap(({ witness }) =>
      [mfa, 'aws:SecureTransport'].flatMap((key) => witness.context[key] ?? []),
    );
    expect(values.filter((value) => value !== 'true' && value !== 'false')).toEqual([]);
  });

  test('what every request brings is in every witness, and its default is never used', () => {
    const withDefault = policy(allow(other, on('StringEquals', tag, "${sts:RoleSessionName, 'x'}")));
    const without = policy(allow(other, on('StringEquals', tag, '${sts:RoleSessionName}')));
    expect(compare(without, withDefault).gained).toEqual([]);
    const [shown] = compare(policy(allow(home)), withDefault).gained;
    expect(shown?.witness.context['sts:RoleSessionName']).toEqual(shown?.witness.context[tag]);
  });
});

describe('letter case', () => {
  test.each([
    ['k', ['k', 'K']],
    ['å', ['å', 'Å']],
    ['ß', ['ß']],
  ])('%s is more than the letter and its capital', (letter, written) => {
    const [any, these] = [on('StringEqualsIgnoreCase', tag, letter), on('StringEquals', tag, ...written)];
    const { verdict, lost } = compare(policy(allow(other, any)), policy(allow(other, these)));
    expect(verdict).toBe('narrower');
    expect(lost.map(({ witness }) => witness.context[tag]?.[0]?.toLowerCase())).toEqual([letter]);
  });

  test('every character of the lower case of another is one of its cases', () => {
    for (let code = 0; code < 0x1_0000; code += 1) {
      const character = String.fromCharCode(code);
      const letter = character.toLowerCase();
      if (letter.length !== 1 || letter.charCodeAt(0) > 0xff || letter === character) continue;
      const ignoring = policy(allow(other, on('StringEqualsIgnoreCase', tag, letter)));
      const others = [letter, letter.toUpperCase()].filter((one) => one.length === 1 && one !== character);
      expect(compare(ignoring, policy(allow(other, on('StringEquals', tag, ...others)))).verdict, character).toBe(
        'narrower',
      );
    }
  });
});
