/** Are the session tags missing, or others than the trust policy asks for? */
import { defineCause } from './cause.ts';
import { byUser, trusting, user } from './example-cases.ts';
import { unmet } from './wording.ts';

const both = ['sts:AssumeRole', 'sts:TagSession'];
const asks = trusting(user, { StringEquals: { 'aws:RequestTag/team': 'red' } }, both);

export const sessionTags = defineCause({
  id: 'session-tags',
  title: 'The session tags do not fit',
  side: 'trust-policy',
  who: 'caller',
  means: 'Conditions on `aws:RequestTag/KEY` and `aws:TagKeys` speak of the tags that the call passes.',
  toldApart:
    'Missing tags deny `sts:AssumeRole`, wrong ones `sts:TagSession`; the message names the action. Proved only where the parameters are recorded.',
  fix: 'Pass the tags that the policy asks for with --tags.',
  isIt: [
    { name: 'none passed', event: byUser(), policy: asks, confidence: 'proved', says: 'had none' },
    {
      name: 'another value',
      event: byUser({ tags: [{ key: 'team', value: 'blue' }] }),
      policy: asks,
      confidence: 'proved',
      says: 'blue',
    },
    {
      name: 'a key that is not allowed',
      event: byUser({ tags: [{ key: 'cost', value: '1' }] }),
      policy: trusting(user, { 'ForAllValues:StringEquals': { 'aws:TagKeys': 'team' } }, both),
      confidence: 'proved',
    },
    { name: 'not recorded', event: byUser(null), policy: asks, confidence: 'likely' },
  ],
  isNot: [
    { name: 'the right tag', event: byUser({ tags: [{ key: 'Team', value: 'red' }] }), policy: asks },
    {
      name: 'tags of the caller itself are asked for',
      event: byUser(),
      policy: trusting(user, { StringEquals: { 'aws:PrincipalTag/team': 'red' } }),
    },
  ],
  claimsCondition: (part) =>
    /^aws:(?:requesttag\/|tagkeys$)/i.test(part.clause.key) ? { summary: unmet(part) } : undefined,
});
