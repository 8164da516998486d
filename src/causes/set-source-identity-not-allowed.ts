/** Does the trust policy allow the assume call but not `sts:SetSourceIdentity`? */
import { defineCause } from './cause.ts';
import { byUser, refusal, trusting, user } from './example-cases.ts';
import { listed } from './wording.ts';

export const setSourceIdentityNotAllowed = defineCause({
  id: 'set-source-identity-not-allowed',
  title: 'The trust policy does not allow sts:SetSourceIdentity',
  side: 'trust-policy',
  who: 'owner',
  means:
    'A call that sets a source identity, or carries one along from an earlier session, needs `sts:SetSourceIdentity` beside the assume action.',
  toldApart:
    'The call needs `sts:SetSourceIdentity` by what it passed or by the action that the message names, and no Allow statement that means the caller covers it.',
  fix: 'Add sts:SetSourceIdentity to the actions of the statement that lets the caller in.',
  isIt: [
    {
      name: 'seen in the parameters',
      event: byUser({ sourceIdentity: 'ana' }),
      policy: trusting(user),
      confidence: 'proved',
    },
    {
      name: 'the message names the action',
      event: byUser(null, { errorMessage: refusal('', user, 'sts:SetSourceIdentity') }),
      policy: trusting(user),
      confidence: 'proved',
    },
    {
      name: 'in lower case, as messages have it at times',
      event: byUser(null, {
        errorMessage: refusal(
          'because no resource-based policy allows the sts:SetSourceIdentity action',
          user,
          'sts:setsourceidentity',
        ),
      }),
      policy: trusting(user),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'it is allowed',
      event: byUser({ sourceIdentity: 'ana' }),
      policy: trusting(user, undefined, ['sts:AssumeRole', 'sts:SetSourceIdentity']),
    },
    { name: 'the call does not need it', event: byUser(), policy: trusting('444455556667') },
    { name: 'by a wildcard', event: byUser({ sourceIdentity: 'ana' }), policy: trusting(user, undefined, 'sts:*') },
  ],
  claimsAction: ({ action, statement, where }) =>
    action === 'sts:SetSourceIdentity'
      ? {
          summary: `${where} ${statement.actions.element === 'NotAction' ? 'allows all but' : 'allows'} ${listed(
            statement.actions.patterns.map(({ text }) => text),
            'and',
          )}, and the call needs sts:SetSourceIdentity as well.`,
        }
      : undefined,
});
