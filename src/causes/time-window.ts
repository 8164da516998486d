/** Did the call come outside the time that the trust policy allows? */
import { defineCause } from './cause.ts';
import { byUser, policyOf, statement, trusting, user } from './example-cases.ts';
import { unmet } from './wording.ts';

export const timeWindow = defineCause({
  id: 'time-window',
  title: 'The call came outside the time that the trust policy allows',
  side: 'trust-policy',
  who: 'owner',
  means: 'Conditions on `aws:CurrentTime`, `aws:EpochTime` and `aws:TokenIssueTime` let calls in for a time only.',
  toldApart:
    'The record shows when the call was made, to the second, and for temporary credentials when they were issued.',
  fix: 'Correct the dates, or take the condition out.',
  isIt: [
    {
      name: 'ended',
      event: byUser(null),
      policy: trusting(user, { DateLessThan: { 'aws:CurrentTime': '2026-02-01T00:00:00Z' } }),
      confidence: 'proved',
      says: '2026-03-01',
    },
    {
      name: 'not begun, by seconds',
      event: byUser(null),
      policy: trusting(user, { NumericGreaterThan: { 'aws:EpochTime': '1798761600' } }),
      confidence: 'proved',
    },
    {
      name: 'a Deny of old sessions',
      event: byUser(
        {},
        {
          userIdentity: {
            type: 'IAMUser',
            principalId: 'AIDAEXAMPLEUSERANA123',
            arn: user,
            accountId: '444455556666',
            userName: 'ana',
            accessKeyId: 'ASIAEXAMPLE',
            sessionContext: { attributes: { creationDate: '2026-02-28T08:00:00Z', mfaAuthenticated: 'false' } },
          },
        },
      ),
      policy: policyOf(
        statement('Allow', user),
        statement('Deny', '*', { DateLessThan: { 'aws:TokenIssueTime': '2026-03-01T00:00:00Z' } }),
      ),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'inside the window',
      event: byUser(null),
      policy: trusting(user, {
        DateLessThan: { 'aws:CurrentTime': '2026-04-01T00:00:00Z' },
        DateGreaterThan: { 'aws:CurrentTime': '2026-02-01T00:00:00Z' },
      }),
    },
    { name: 'no dates', event: byUser(null), policy: trusting(user) },
  ],
  claimsCondition: (part) =>
    /^aws:(?:currenttime|epochtime|tokenissuetime)$/i.test(part.clause.key) ? { summary: unmet(part) } : undefined,
});
