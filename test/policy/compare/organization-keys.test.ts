/** Are a caller's organization and its organization path taken for the one thing that they are? */
import { expect, test } from 'vitest';
import { compare } from '../../../src/policy/compare/compare.ts';
import { parseTrustPolicyValue } from '../../../src/policy/document/parse.ts';

const id = { StringEquals: { 'aws:PrincipalOrgID': 'o-aaaaaaaaaa' } };
const whole = { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-aaaaaaaaaa/*' } };
const unit = { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-aaaaaaaaaa/r-1/ou-1/*' } };
const another = { StringEquals: { 'aws:PrincipalOrgID': 'o-bbbbbbbbbb' } };
const someOrganization = { StringLike: { 'aws:PrincipalOrgID': '*' } };
const nobody = { StringEquals: { ExternalId: 'x' } };
const noOrganization = { Null: { 'aws:PrincipalOrgPaths': 'true' } };
const ids = Array.from({ length: 60 }, (_, at) => `o-${String(at).padStart(10, 'a')}`);
const manyIds = { StringEquals: { 'aws:PrincipalOrgID': ids } };
const manyPaths = { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': ids.map((one) => `${one}/*`) } };
const oneMorePath = {
  'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': [...ids, 'o-bbbbbbbbbb'].map((one) => `${one}/*`) },
};
const likeA = { StringLike: { 'aws:PrincipalOrgID': 'o-a*' } };
const likeB = { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-b*/r-1/*' } };
const twoOfOne = {
  'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-aaaaaaaaaa/r-1/*' },
  'ForAnyValue:StringEquals': { 'aws:PrincipalOrgPaths': 'o-bbbbbbbbbb/r-1/' },
};
const twoUnits = (one: string, two: string) => ({
  'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': one },
  'ForAnyValue:StringLikeIfExists': { 'aws:PrincipalOrgPaths': two },
  ...someOrganization,
});
const inUnitOfAny = { 'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': 'o-*/r-1/*' } };
const aPathElsewhere = {
  'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-aaaaaaaaaa/*' },
  'ForAnyValue:StringNotLike': { 'aws:PrincipalOrgPaths': 'o-aaaaaaaaaa/r-1/*' },
};
const unitOfAny = { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-*/r-1/*' } };

function compared(old: object, now: object) {
  const read = (condition: object) => {
    const parsed = parseTrustPolicyValue({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole', Condition: condition }],
    });
    if (parsed.status !== 'read') throw new Error('the example is not read');
    return parsed.policy;
  };
  return compare(read(old), read(now), { role: 'arn:aws:iam::111122223333:role/x' });
}

test.each([
  ['an organization and a unit of it', id, unit, 'narrower'],
  ['a unit and its organization', unit, id, 'broader'],
  ['an organization and all of its paths', id, whole, 'equivalent'],
  ['a unit, and the unit in its organization', unit, { ...id, ...unit }, 'equivalent'],
  ['a unit in another organization, which cannot be, and the unit', { ...another, ...unit }, unit, 'broader'],
  ['any organization and one', someOrganization, whole, 'narrower'],
  ['one organization and no organization', id, noOrganization, 'incomparable'],
  ['no organization, by either key', { Null: { 'aws:PrincipalOrgID': 'true' } }, noOrganization, 'equivalent'],
  ['a unit of any organization and that of one', unitOfAny, { ...id, ...unitOfAny }, 'narrower'],
  ['sixty organizations, and all of their paths', manyIds, manyPaths, 'equivalent'],
  ['sixty organizations, and the paths of one more', manyIds, oneMorePath, 'broader'],
  ['organizations by a pattern, at paths of others: nobody', { ...likeA, ...likeB }, nobody, 'equivalent'],
  [
    'paths of two organizations, where the id is asked for: nobody',
    { ...twoOfOne, ...someOrganization },
    nobody,
    'equivalent',
  ],
  [
    'a path besides, of the same organization',
    { ...aPathElsewhere, ...id },
    { ...aPathElsewhere, ...someOrganization },
    'equivalent',
  ],
  [
    'an id by a pattern, which ends where the path begins: nobody',
    { StringLike: { 'aws:PrincipalOrgID': 'o-*b' }, 'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': 'o-x/*b/' } },
    nobody,
    'equivalent',
  ],
  [
    'two organizations, of any of which everything is asked: nobody',
    { ...twoUnits('o-aaaaaaaaaa/r-1/*', 'o-bbbbbbbbbb/*'), ...inUnitOfAny },
    nobody,
    'equivalent',
  ],
  ['units of two patterns, one of which says all', nobody, twoUnits('o-a*/r-1/*', '*/r-2/*'), 'broader'],
  ['units of two patterns, in the other order', nobody, twoUnits('*/r-2/*', 'o-*b/r-1/*'), 'broader'],
  [
    'units of two patterns that have organizations in common',
    nobody,
    twoUnits('o-a?/r-1/*', 'o-?b/r-2/*'),
    'undecided',
  ],
  ['no id of a date', { ...id, DateEquals: { 'aws:PrincipalOrgID': '2026-01-01' }, ...whole }, nobody, 'equivalent'],
  ['an id by its letters', { StringEqualsIgnoreCase: { 'aws:PrincipalOrgID': 'O-AAAAAAAAAA' } }, whole, 'narrower'],
  [
    'an id that is none of these',
    { StringNotLike: { 'aws:PrincipalOrgID': 'o-a*' } },
    { ...unitOfAny, StringNotLike: { 'aws:PrincipalOrgID': ['o-a*', 'o-b*'] } },
    'narrower',
  ],
])('%s', (_, old, now, verdict) => {
  const answer = compared(old, now);
  expect(answer.verdict).toBe(verdict);
  for (const { witness } of [...answer.gained, ...answer.lost]) {
    const [organization] = witness.context['aws:PrincipalOrgID'] ?? [];
    for (const path of witness.context['aws:PrincipalOrgPaths'] ?? [])
      if (organization !== undefined) expect(path.startsWith(`${organization}/`)).toBe(true);
  }
});

test('the account of who gained says that the path does not matter any more', () => {
  expect(compared(unit, id).gained.map(({ summary }) => summary)).toEqual([
    'any principal of organization `o-aaaaaaaaaa`, at any organization path',
  ]);
});

test('whichever of the keys is asked for, a witness has both', () => {
  const { gained, lost } = compared({ ...nobody, ...someOrganization }, unit);
  expect(lost).toEqual([]);
  expect(gained.map(({ witness }) => witness.context['aws:PrincipalOrgID'])).toEqual([['o-aaaaaaaaaa']]);
});

test.each(['Source', 'Resource'])('the organization by aws:%sOrgID and by its paths', (whose) => {
  const read = (condition: object) => {
    const parsed = parseTrustPolicyValue({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole', Condition: condition },
      ],
    });
    if (parsed.status !== 'read') throw new Error('the example is not read');
    return parsed.policy;
  };
  const byId = read({ StringEquals: { [`aws:${whose}OrgID`]: 'o-aaaaaaaaaa' } });
  const byPaths = read({ 'ForAnyValue:StringLike': { [`aws:${whose}OrgPaths`]: 'o-aaaaaaaaaa/*' } });
  expect(compare(byId, byPaths).verdict).toBe('equivalent');
});

test('what is compared with a variable is shown by one organization', () => {
  const role = '${aws:ResourceOrgID}';
  const { gained, verdict } = compared(
    { ...nobody, ...whole },
    { StringEquals: { 'aws:PrincipalOrgID': role }, 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': '*/r-1/*' } },
  );
  expect(verdict).toBe('broader');
  for (const { witness } of gained) {
    const [organization] = witness.context['aws:PrincipalOrgID'] ?? [];
    expect(witness.context['aws:PrincipalOrgPaths']?.every((path) => path.startsWith(`${organization}/`))).toBe(true);
    expect(witness.context['aws:ResourceOrgID']).toEqual([organization]);
  }
});
