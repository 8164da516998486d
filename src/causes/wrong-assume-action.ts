/** Does the trust policy allow another assume action than the one that was called? */
import { defineCause } from './cause.ts';
import { byGithub, byUser, githubProvider, trusting, user } from './example-cases.ts';
import { listed } from './wording.ts';

export const wrongAssumeAction = defineCause({
  id: 'wrong-assume-action',
  title: 'The trust policy allows another assume action than the one called',
  side: 'trust-policy',
  who: 'owner',
  means:
    'Users and roles call `sts:AssumeRole`, web identities `sts:AssumeRoleWithWebIdentity`, SAML identities `sts:AssumeRoleWithSAML`; a statement lets in only the calls that its actions name.',
  toldApart:
    'The statement matches the caller but for its action; or nothing but another assume action is allowed at all.',
  fix: 'Allow the action that is called, or call the one that is allowed.',
  isIt: [
    {
      name: 'the web identity’s action for a user',
      event: byUser(null),
      policy: trusting(user, undefined, 'sts:AssumeRoleWithWebIdentity'),
      confidence: 'proved',
    },
    {
      name: 'AssumeRole for a web identity',
      event: byGithub('repo:acme/app:ref:refs/heads/main'),
      policy: trusting({ Federated: githubProvider }),
      confidence: 'proved',
      says: 'AssumeRoleWithWebIdentity',
    },
    {
      name: 'tags alone are allowed',
      event: byUser(),
      policy: trusting(user, undefined, 'sts:TagSession'),
      confidence: 'proved',
    },
    {
      name: 'a role for GitHub, called by a user',
      event: byUser(),
      policy: trusting({ Federated: githubProvider }, undefined, 'sts:AssumeRoleWithWebIdentity'),
      confidence: 'proved',
      with: ['principal-missing'],
    },
  ],
  isNot: [
    { name: 'the right action', event: byUser(), policy: trusting(user) },
    { name: 'a wildcard', event: byUser(), policy: trusting(user, undefined, 'sts:Assume*') },
  ],
  claimsAction: ({ action, statement, where }) => ({
    summary: `${where} ${statement.actions.element === 'NotAction' ? 'allows all but' : 'allows'} ${listed(
      statement.actions.patterns.map(({ text }) => text),
      'and',
    )}, and the call is ${action}.`,
  }),
});
