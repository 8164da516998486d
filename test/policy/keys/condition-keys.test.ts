/** Is a condition key known, is it a slip of typing for one that is, or might it be newer than the registry? */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conditionKeys, lookUpKey } from '../../../src/policy/keys/condition-keys.ts';
import { editDistanceAtMost } from '../../../src/policy/keys/edit-distance.ts';
import { runs } from '../../arbitraries/runs.ts';

test.each<[string, string]>([
  ['aws:PrincipalArn', 'registered aws:PrincipalArn'],
  ['AWS:PRINCIPALARN', 'registered aws:PrincipalArn'],
  ['aws:PrincipalTag/team', 'registered aws:PrincipalTag/ team'],
  ['aws:RequestTag/a/b', 'registered aws:RequestTag/ a/b'],
  ['token.actions.githubusercontent.com:sub', 'registered token.actions.githubusercontent.com:sub'],
  ['idp.example.com/path:aud', 'registered idp.example.com/path:aud'],
  ['ExternalId', 'misspelt sts:ExternalId'],
  ['aws:ExternalId', 'misspelt sts:ExternalId'],
  [':ExternalId', 'misspelt sts:ExternalId'],
  ['iam:PrincipalArn', 'misspelt aws:PrincipalArn'],
  ['sts:PrincipalTag/team', 'misspelt aws:PrincipalTag/team'],
  ['PrincipalTag/', 'unregistered'],
  ['aws:PrincipalTag/', 'nameless'],
  ['AWS:principaltag', 'nameless'],
  ['sts:RequestContext/', 'nameless'],
  ['sts:ExternalIds', 'misspelt sts:ExternalId'],
  ['sts:ExtrnalIdd', 'misspelt sts:ExternalId'],
  ['sts:ExternlaId', 'misspelt sts:ExternalId'],
  ['aws:PrincpalTag/team', 'misspelt aws:PrincipalTag/team'],
  ['sts:XtrnalIdds', 'unregistered'],
  ['asw:PrincipalArn', 'misspelt aws:PrincipalArn'],
  ['as:PrincipalArn', 'misspelt aws:PrincipalArn'],
  ['a:PrincipalArn', 'unregistered'],
  ['acme:PrincipalArn', 'unregistered'],
  ['acme:new', 'unregistered'],
  ['s3:prefix', 'unregistered'],
])('%s: %s', (name, told) => {
  const found = lookUpKey(name);
  const words =
    found.kind === 'registered'
      ? `registered ${found.key.name}${found.tag === undefined ? '' : ` ${found.tag}`}`
      : found.kind === 'misspelt'
        ? `misspelt ${found.intended}`
        : found.kind;
  expect(words).toBe(told);
  // The second answer is that of memory.
  expect(lookUpKey(name)).toEqual(found);
});

test('every key of the registry is found, in any letter case', () => {
  for (const { name } of conditionKeys) {
    const whole = name.endsWith('/') ? `${name}x` : name;
    for (const written of [whole, whole.toUpperCase(), whole.toLowerCase()])
      expect(lookUpKey(written)).toMatchObject({ kind: 'registered', key: { name } });
  }
});

describe('the distance of two words', () => {
  /** By definition, without a table. */
  const naive = (a: string, b: string): number => {
    if (a === '' || b === '') return a.length + b.length;
    const [la, lb] = [a.slice(0, -1), b.slice(0, -1)];
    const ways = [naive(la, b) + 1, naive(a, lb) + 1, naive(la, lb) + (a.at(-1) === b.at(-1) ? 0 : 1)];
    if (a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1))
      ways.push(naive(a.slice(0, -2), b.slice(0, -2)) + 1);
    return Math.min(...ways);
  };

  test('is that of the definition, where it is within the limit', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
    fc.assert(
      fc.property(word, word, fc.nat({ max: 4 }), (a, b, limit) => {
        const distance = naive(a, b);
        expect(editDistanceAtMost(a, b, limit)).toBe(distance <= limit ? distance : undefined);
      }),
      { numRuns: runs(300) },
    );
  });
});
