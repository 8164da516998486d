/** Does the trust policy allow the assume call but not `sts:SetContext`? */
import { defineCause } from './cause.ts';
import { byUser, refusal, trusting, user } from './example-cases.ts';
import { listed } from './wording.ts';

export const setContextNotAllowed = defineCause({
  id: 'set-context-not-allowed',
  title: 'The trust policy does not allow sts:SetContext',
  side: 'trust-policy',
  who: 'owner',
  means:
    'A call that provides contexts (trusted identity propagation of IAM Identity Center) needs `sts:SetContext` beside the assume action.',
  toldApart:
    'The call needs `sts:SetContext` by what it passed or by the action that the message names, and no Allow statement that means the caller covers it.',
  fix: 'Add sts:SetContext to the actions of the statement that lets the caller in.',
  isIt: [
    {
      name: 'seen in the parameters',
      event: byUser({
        providedContexts: [{ providerArn: 'arn:aws:iam::aws:contextProvider/IdentityCenter', contextAssertion: 'x' }],
      }),
      policy: trusting(user),
      confidence: 'proved',
    },
    {
      name: 'the message names the action',
      event: byUser(null, { errorMessage: refusal('', user, 'sts:SetContext') }),
      policy: trusting(user),
      confidence: 'proved',
    },
    {
      name: 'in lower case, as messages have it at times',
      event: byUser(null, {
        errorMessage: refusal(
          'because no resource-based policy allows the sts:SetContext action',
          user,
          'sts:setcontext',
        ),
      }),
      policy: trusting(user),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'it is allowed',
      event: byUser({
        providedContexts: [{ providerArn: 'arn:aws:iam::aws:contextProvider/IdentityCenter', contextAssertion: 'x' }],
      }),
      policy: trusting(user, undefined, ['sts:AssumeRole', 'sts:SetContext']),
    },
    { name: 'the call does not need it', event: byUser(), policy: trusting('444455556667') },
    {
      name: 'by a wildcard',
      event: byUser({
        providedContexts: [{ providerArn: 'arn:aws:iam::aws:contextProvider/IdentityCenter', contextAssertion: 'x' }],
      }),
      policy: trusting(user, undefined, 'sts:*'),
    },
  ],
  claimsAction: ({ action, statement, where }) =>
    action === 'sts:SetContext'
      ? {
          summary: `${where} ${statement.actions.element === 'NotAction' ? 'allows all but' : 'allows'} ${listed(
            statement.actions.patterns.map(({ text }) => text),
            'and',
          )}, and the call needs sts:SetContext as well.`,
        }
      : undefined,
});
