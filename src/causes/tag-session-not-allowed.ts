/** Does the trust policy allow the assume call but not `sts:TagSession`? */
import { defineCause } from './cause.ts';
import { byService, byUser, refusal, trusting, user } from './example-cases.ts';
import { listed } from './wording.ts';

export const tagSessionNotAllowed = defineCause({
  id: 'tag-session-not-allowed',
  title: 'The trust policy does not allow sts:TagSession',
  side: 'trust-policy',
  who: 'owner',
  means:
    'A call that passes session tags, or brings transitive ones along, needs `sts:TagSession` beside the assume action. EKS Pod Identity and IAM Roles Anywhere always pass tags.',
  toldApart:
    'The call needs `sts:TagSession` by what it passed or by the action that the message names, and no Allow statement that means the caller covers it.',
  fix: 'Add sts:TagSession to the actions of the statement that lets the caller in.',
  isIt: [
    {
      name: 'EKS Pod Identity, which always passes tags, in a record that shows none',
      event: byService('pods.eks.amazonaws.com', { requestParameters: null }),
      policy: trusting({ Service: 'pods.eks.amazonaws.com' }),
      confidence: 'likely',
      says: 'pods.eks.amazonaws.com needs',
    },
    {
      name: 'seen in the parameters',
      event: byUser({ tags: [{ key: 'team', value: 'red' }] }),
      policy: trusting(user),
      confidence: 'proved',
    },
    {
      name: 'the message names the action',
      event: byUser(null, { errorMessage: refusal('', user, 'sts:TagSession') }),
      policy: trusting(user),
      confidence: 'proved',
    },
    {
      name: 'in lower case, as messages have it at times',
      event: byUser(null, {
        errorMessage: refusal(
          'because no resource-based policy allows the sts:TagSession action',
          user,
          'sts:tagsession',
        ),
      }),
      policy: trusting(user),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'it is allowed',
      event: byUser({ tags: [{ key: 'team', value: 'red' }] }),
      policy: trusting(user, undefined, ['sts:AssumeRole', 'sts:TagSession']),
    },
    { name: 'the call does not need it', event: byUser(), policy: trusting('444455556667') },
    {
      name: 'by a wildcard',
      event: byUser({ tags: [{ key: 'team', value: 'red' }] }),
      policy: trusting(user, undefined, 'sts:*'),
    },
  ],
  claimsAction: ({ action, statement, where }) =>
    action === 'sts:TagSession'
      ? {
          summary: `${where} ${statement.actions.element === 'NotAction' ? 'allows all but' : 'allows'} ${listed(
            statement.actions.patterns.map(({ text }) => text),
            'and',
          )}, and the call needs sts:TagSession as well.`,
        }
      : undefined,
  rulesOut: ({ call, policy }) =>
    policy === undefined || call === undefined
      ? undefined
      : call.actions.includes('sts:TagSession')
        ? undefined
        : call.absent.has('aws:tagkeys')
          ? 'the call passes no session tags'
          : undefined,
});
