/** Are the transitive tag keys missing, or others than the trust policy asks for? */
import { defineCause } from './cause.ts';
import { byUser, trusting, user } from './example-cases.ts';
import { unmet } from './wording.ts';

const both = ['sts:AssumeRole', 'sts:TagSession'];
const asks = trusting(user, { 'ForAnyValue:StringEquals': { 'sts:TransitiveTagKeys': 'team' } }, both);
const tags = [{ key: 'team', value: 'red' }];

export const transitiveTags = defineCause({
  id: 'transitive-tags',
  title: 'The transitive tag keys do not fit',
  side: 'trust-policy',
  who: 'caller',
  means: 'A condition on `sts:TransitiveTagKeys` says which session tags the call has to mark as transitive.',
  toldApart: 'The record shows `transitiveTagKeys`, or parameters without it.',
  fix: 'Pass the keys that the policy asks for with --transitive-tag-keys.',
  isIt: [
    { name: 'none marked', event: byUser({ tags }), policy: asks, confidence: 'proved' },
    {
      name: 'another marked',
      event: byUser({ tags: [...tags, { key: 'cost', value: '1' }], transitiveTagKeys: ['cost'] }),
      policy: asks,
      confidence: 'proved',
    },
  ],
  isNot: [
    { name: 'marked', event: byUser({ tags, transitiveTagKeys: ['team'] }), policy: asks },
    { name: 'none asked for', event: byUser({ tags }), policy: trusting(user, undefined, both) },
  ],
  claimsCondition: (part) =>
    part.clause.key.toLowerCase() === 'sts:transitivetagkeys' ? { summary: unmet(part) } : undefined,
});
