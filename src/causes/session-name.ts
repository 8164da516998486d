/** Is the session's name another than the trust policy asks for? */
import { defineCause } from './cause.ts';
import { byUser, trusting, user } from './example-cases.ts';
import { unmet } from './wording.ts';

const asks = trusting(user, { StringLike: { 'sts:RoleSessionName': '${aws:username}' } });

export const sessionName = defineCause({
  id: 'session-name',
  title: 'The session name does not fit',
  side: 'trust-policy',
  who: 'caller',
  means:
    'A condition on `sts:RoleSessionName` fixes how the caller names the session. `${aws:username}` in it has a value for IAM users only.',
  toldApart: 'The record shows the session name, and the evaluator finds that it does not satisfy the condition.',
  fix: 'Pass the session name that the policy asks for with --role-session-name.',
  isIt: [
    {
      name: 'another name',
      event: byUser({ roleSessionName: 'work' }),
      policy: asks,
      confidence: 'proved',
      says: 'work',
    },
    { name: 'not recorded', event: byUser(null), policy: asks, confidence: 'likely' },
    {
      name: 'a variable under the old version is plain text',
      event: byUser({ roleSessionName: 'ana' }),
      policy: { ...asks, Version: '2008-10-17' },
      confidence: 'proved',
      says: 'plain text',
    },
  ],
  isNot: [
    { name: 'the user’s own name', event: byUser({ roleSessionName: 'ana' }), policy: asks },
    { name: 'none asked for', event: byUser(), policy: trusting(user) },
  ],
  claimsCondition: (part) =>
    part.clause.key.toLowerCase() === 'sts:rolesessionname' ? { summary: unmet(part) } : undefined,
});
