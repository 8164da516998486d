/** Does a NotPrincipal element leave out something that stands for the caller? */
import { describeCaller } from '../policy/evaluate/caller.ts';
import { defineCause } from './cause.ts';
import { byRole, byUser, deployRole, deploySession, policyOf, statement, trusting, user } from './example-cases.ts';
import { listed } from './wording.ts';

const except = (AWS: readonly string[]) => ({ Effect: 'Deny', NotPrincipal: { AWS }, Action: 'sts:AssumeRole' });

export const notPrincipal = defineCause({
  id: 'not-principal',
  title: 'NotPrincipal does not list all that stands for the caller',
  side: 'trust-policy',
  who: 'owner',
  means:
    'A Deny with NotPrincipal spares only callers that are listed in full: the account, the user or role, and for a role the session as well. IAM takes no NotPrincipal in a trust policy any more; old ones may still hold one.',
  toldApart: 'A statement with NotPrincipal matches the caller (Deny), or lists it (Allow).',
  fix: 'Use a Deny for everyone with a condition on aws:PrincipalArn in place of NotPrincipal.',
  isIt: [
    {
      name: 'the role alone is listed',
      event: byRole(),
      policy: policyOf(statement('Allow', deployRole), except([deployRole])),
      confidence: 'proved',
    },
    {
      name: 'the session is left out',
      event: byRole(),
      policy: policyOf(statement('Allow', '444455556666'), except(['444455556666', deployRole])),
      confidence: 'proved',
    },
    {
      name: 'the account is left out',
      event: byUser(null),
      policy: policyOf(statement('Allow', user), except([user])),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'listed in full',
      event: byRole(),
      policy: policyOf(statement('Allow', deployRole), except(['444455556666', deployRole, deploySession])),
    },
    { name: 'no NotPrincipal at all', event: byUser(), policy: trusting('777788889999') },
  ],
  claimsPrincipal: ({ call, statement: { principal }, where, effect }) =>
    principal.element !== 'NotPrincipal'
      ? undefined
      : {
          summary:
            effect === 'Deny'
              ? `${where} denies everyone but ${listed(
                  principal.entries.map(({ text }) => text),
                  'and',
                )}, which does not list all that stands for ${describeCaller(call.caller)}${call.caller.kind === 'role-session' ? ' (account, role and session)' : ' (account and user)'}.`
              : `${where} allows everyone but ${listed(
                  principal.entries.map(({ text }) => text),
                  'and',
                )}, and that includes ${describeCaller(call.caller)}.`,
        },
});
