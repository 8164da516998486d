/** Are a caller's organization and its organization path taken for the one thing that they are? */
import { expect, test } from 'vitest';
import { compare } from '../../../src/policy/compare/compare.ts';
import { parseTrustPolicyValue } from '../../../src/policy/document/parse.ts';

const id = { StringEquals: { 'aws:PrincipalOrgID': 'o-aaaaaaaaaa' } };
const whole = { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-aaaaaaaaaa/*' } };
const unit = { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': 'o-aaaaaaaaaa/r-1/ou-1/*' } };
const another = { StringEquals: { 'aws:PrincipalOrgID': 'o-bbbbbbbbbb' } };
const someOrganization = { StringLike: { 'aws:PrincipalOrgID': '*' } };
const noOrganization = { Null: { 'aws:PrincipalOrgPaths': 'true' } };
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
