/** A template that nests without end is refused in a line, before its depth costs anything; what merely looks so is read. */
import { describe, expect, test } from 'vitest';
import { templatePolicies } from '../../src/cli/template-policies.ts';

const role = (more = ''): string => `${more}Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: sts:AssumeRole}
`;

describe('is refused', () => {
  const many = 200_000;
  test.for<readonly [name: string, text: string, why: RegExp]>([
    ['brackets', `a: ${'['.repeat(many)}`, /^f:1:\d+: .*nested more than 300 levels deep$/],
    ['braces', `a: ${'{"a":'.repeat(many)}`, /nested more than 300 levels deep$/],
    ['lists in lists on one line', '- '.repeat(many), /nested more than 300 levels deep$/],
    ['keys of keys', '? '.repeat(many), /nested more than 300 levels deep$/],
    ['keys on one line', `a${' :'.repeat(many)}`, /nested more than 300 levels deep$/],
    [
      'indentation',
      Array.from({ length: 1_000 }, (_, n) => `${' '.repeat(n)}a:\n`).join(''),
      /^f:3\d\d:\d+: .*nested more than 300/,
    ],
    [
      'an alias within what it stands for',
      'Resources: &all\n  Role: *all\n',
      /an alias stands for what it is part of$/,
    ],
    [
      'a chain of aliases',
      Array.from(
        { length: 3 },
        (_, n) => `a${n}: &a${n} ${'['.repeat(110)}${n === 0 ? 'x' : `*a${n - 1}`}${']'.repeat(110)}\n`,
      ).join(''),
      /nested more than 300 levels deep, by its aliases$/,
    ],
    ['a great many aliases', `a: &a x\nb:\n${'- *a\n'.repeat(100_000)}`, /more than 2000 aliases$/],
    ['one alias many times', `a: &a x\nb:\n${'- *a\n'.repeat(1_000)}`, /[Ee]xcessive alias count/],
    ['a key twice', role('Description: one\nDescription: two\n'), /^f:2:1: .*Map keys must be unique$/],
    ['more documents than one', `${role()}---\n${role()}`, /^f:\d+:\d+: .*several documents in one file$/],
  ])('%s', ([, text, why]) => {
    expect(() => templatePolicies(text, 'f', undefined)).toThrow(why);
  });
});

describe('is read', () => {
  test.for<readonly [name: string, text: string]>([
    ['a line of dashes', role(`# ${'-'.repeat(2_000)}\n`)],
    ['dashes with spaces in a comment', role(`# ${'- '.repeat(2_000)}\n`)],
    ['brackets in a text', role(`Description: "${'[{'.repeat(2_000)}"\n`)],
    ['brackets in a comment', role(`# ${'['.repeat(2_000)}\n`)],
    [
      'a document of JSON in a block of text',
      role(`Metadata:\n  Policy: |\n    ${'{"a": ['.repeat(400)}${']}'.repeat(400)}\n`),
    ],
    ['a hundred levels', role(`Metadata: ${'{a: ['.repeat(50)}${']}'.repeat(50)}\n`)],
    ['many keys', role(`Metadata:\n${Array.from({ length: 20_000 }, (_, n) => `  k${n}: v\n`).join('')}`)],
    ['one document between its marks', `---\n${role()}...\n---\n`],
    [
      'a part that two share',
      `${role('Metadata: &shared {a: [1, {b: 2}]}\n')}  Other: {Type: AWS::SNS::Topic, Metadata: *shared}\n`,
    ],
  ])('%s', ([, text]) => {
    const [policy] = templatePolicies(text, 'f', '111122223333');
    expect(policy?.input.parsed.status).toBe('read');
  });

  test('a template as large as CloudFormation takes', () => {
    const resource = (n: number): string =>
      `  Role${n}:\n    Type: AWS::IAM::Role\n    Properties:\n      Description: ${'"'}${'x [ '.repeat(450)}"\n      AssumeRolePolicyDocument:\n        Version: '2012-10-17'\n        Statement:\n          - {Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: sts:AssumeRole}\n`;
    const text = `Resources:\n${Array.from({ length: 500 }, (_, n) => resource(n)).join('')}`;
    expect(text.length).toBeGreaterThan(1_000_000);
    expect(templatePolicies(text, 'f', '111122223333')).toHaveLength(500);
  });
});
