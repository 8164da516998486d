/** Does a condition name a key that does not exist? */
import { meantKey } from '../policy/repair/meant-key.ts';
import { defineCause } from './cause.ts';
import { byUser, trusting, user } from './example-cases.ts';
import { shortened } from './wording.ts';

export const conditionKeyMisspelt = defineCause({
  id: 'condition-key-misspelt',
  title: 'No condition key of that name exists',
  side: 'trust-policy',
  who: 'owner',
  means:
    'IAM accepts names of condition keys that do not exist. No request ever has such a key, so that the condition never holds.',
  toldApart:
    'The name differs from a real key by its prefix or a slip of spelling alone. Names that may be newer than the registry are not called misspelt. Letter case does not count.',
  fix: 'Correct the name of the key.',
  isIt: [
    {
      name: 'no prefix',
      event: byUser({ externalId: 'acme-4711-xyz' }),
      policy: trusting(user, { StringEquals: { ExternalId: 'acme-4711-xyz' } }),
      confidence: 'proved',
      says: 'sts:ExternalId',
    },
    {
      name: 'the wrong prefix',
      event: byUser({ externalId: 'acme-4711-xyz' }),
      policy: trusting(user, { StringEquals: { 'aws:ExternalId': 'acme-4711-xyz' } }),
      confidence: 'proved',
    },
    {
      name: 'a slip of spelling',
      event: byUser(),
      policy: trusting(user, { ArnEquals: { 'aws:PrincipalArm': user } }),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'another letter case',
      event: byUser(),
      policy: trusting(user, { StringEquals: { 'sts:ExternalID': 'acme-4711-xyz' } }),
    },
    {
      name: 'a key that is not known',
      event: byUser(),
      policy: trusting(user, { StringEquals: { 'aws:SomethingQuiteNew': 'x' } }),
    },
    {
      name: 'negated, so that it always holds',
      event: byUser(),
      policy: trusting(user, { StringNotEquals: { ExternalId: 'x' } }),
    },
  ],
  claimsCondition: ({ clause, where, call }) => {
    const meant = meantKey(clause.key, call.caller);
    return meant !== undefined
      ? {
          summary: `${where} tests \`${shortened(clause.key)}\`, and no condition key of that name exists: \`${shortened(meant)}\` was probably meant.`,
        }
      : undefined;
  },
});
