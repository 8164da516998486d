/** Is the caller's organization another than the trust policy asks for? */
import { defineCause } from './cause.ts';
import { byRole, byUser, trusting } from './example-cases.ts';
import { unmet } from './wording.ts';

const keys: ReadonlySet<string> = new Set([
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:resourceorgid',
  'aws:resourceorgpaths',
]);

export const organization = defineCause({
  id: 'organization',
  title: 'The caller’s organization does not fit',
  side: 'trust-policy',
  who: 'owner',
  means:
    '`aws:PrincipalOrgID` and `aws:PrincipalOrgPaths` speak of the organization of the caller’s account; a caller outside any organization has neither.',
  toldApart:
    'No record shows the organization, so that it is likely at most, save where the condition can hold for nobody: `aws:PrincipalOrgPaths` has several values and needs `ForAnyValue` or `ForAllValues`.',
  fix: 'Correct the organization id or path, or trust the account by its id.',
  isIt: [
    {
      name: 'an organization is asked for',
      event: byUser(null),
      policy: trusting('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij' } }),
      confidence: 'likely',
    },
    {
      name: 'a path without a set operator never matches',
      event: byRole(),
      policy: trusting('*', { StringLike: { 'aws:PrincipalOrgPaths': 'o-abcdefghij/*' } }),
      confidence: 'proved',
      says: 'ForAnyValue',
    },
  ],
  isNot: [
    { name: 'another statement trusts the caller', event: byUser(), policy: trusting('444455556666') },
    {
      name: 'an account id is asked for',
      event: byUser(),
      policy: trusting('*', { StringEquals: { 'aws:PrincipalAccount': '777788889999' } }),
    },
  ],
  claimsCondition: (part) => {
    const key = part.clause.key.toLowerCase();
    if (!keys.has(key)) return undefined;
    const needsSet =
      key.endsWith('orgpaths') && part.clause.operator.set === undefined && part.clause.operator.base !== 'Null';
    return {
      summary: unmet(
        part,
        needsSet && part.matches === 'no'
          ? 'a key of several values matches only under ForAnyValue or ForAllValues'
          : '',
      ),
    };
  },
});
