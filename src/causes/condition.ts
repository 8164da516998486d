/** Which condition of the trust policy does not hold, where no other cause says it more exactly? */
import { defineCause } from './cause.ts';
import { byUser, trusting, user } from './example-cases.ts';
import { unmet } from './wording.ts';

export const condition = defineCause({
  id: 'condition',
  title: 'A condition of the trust policy does not hold',
  side: 'trust-policy',
  who: 'owner',
  means: 'A condition that has no cause of its own here: the summary names it, with the call’s value beside it.',
  toldApart: 'What is left of the conditions.',
  fix: 'Correct the condition, or what the call brings.',
  isIt: [
    {
      name: 'aws:PrincipalType',
      event: byUser(),
      policy: trusting('444455556666', { StringEquals: { 'aws:PrincipalType': 'AssumedRole' } }),
      confidence: 'proved',
      says: 'User',
    },
    {
      name: 'aws:username',
      event: byUser(),
      policy: trusting('444455556666', { StringEquals: { 'aws:username': 'bob' } }),
      confidence: 'proved',
    },
    {
      name: 'a key that may be newer than the registry',
      event: byUser(),
      policy: trusting(user, { StringEquals: { 'aws:SomethingQuiteNew': 'x' } }),
      confidence: 'likely',
    },
  ],
  isNot: [
    {
      name: 'a condition with a cause of its own',
      event: byUser(),
      policy: trusting(user, { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } }),
    },
    {
      name: 'it holds',
      event: byUser(),
      policy: trusting('444455556666', { StringEquals: { 'aws:username': 'ana' } }),
    },
  ],
  claimsCondition: (part) => ({ summary: unmet(part) }),
});
