/** Has the caller not the tag that the trust policy asks for? */
import { defineCause } from './cause.ts';
import { byRole, byUser, trusting } from './example-cases.ts';
import { unmet } from './wording.ts';

const asks = trusting('444455556666', { StringEquals: { 'aws:PrincipalTag/team': 'red' } });

export const principalTag = defineCause({
  id: 'principal-tag',
  title: 'The tags of the caller do not fit',
  side: 'trust-policy',
  who: 'caller',
  means: '`aws:PrincipalTag/KEY` is a tag of the calling user or role, or of its session.',
  toldApart: 'No record of a denied call shows the caller’s tags, so that it is likely at most.',
  fix: 'Correct the tags of the calling user or role.',
  isIt: [
    { name: 'a tag is asked for', event: byRole(), policy: asks, confidence: 'likely' },
    { name: 'of a user', event: byUser(null), policy: asks, confidence: 'likely' },
  ],
  isNot: [
    { name: 'none asked for', event: byRole(), policy: trusting('444455556666') },
    {
      name: 'a tag of the request',
      event: byUser(),
      policy: trusting('444455556666', { StringEquals: { 'aws:RequestTag/team': 'red' } }, [
        'sts:AssumeRole',
        'sts:TagSession',
      ]),
    },
  ],
  claimsCondition: (part) => (/^aws:principaltag\//i.test(part.clause.key) ? { summary: unmet(part) } : undefined),
});
