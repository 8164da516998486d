/** Was the trust policy, or the role, changed so shortly before the call that it may not have taken effect? */
import { defineCause } from './cause.ts';
import { byUser, trusting, user } from './example-cases.ts';

export const recentlyChanged = defineCause({
  id: 'recently-changed',
  title: 'The role or its trust policy changed moments before the call',
  side: 'role',
  who: 'caller',
  means:
    'A changed policy and a new role take effect after seconds, at times minutes; until then the old state answers.',
  toldApart:
    'The policy in force allows the call for every value of what is not known, and it or the role was changed in the five minutes before. Also where the message names the trust policy and the version that is known allows the call.',
  fix: 'Try again in a few minutes, and have scripts retry after they change a trust policy or create a role.',
  isIt: [
    {
      name: 'changed a minute before',
      event: byUser(null),
      policy: trusting(user),
      line: { policyChangedAt: '2026-03-01T09:59:00Z' },
      confidence: 'likely',
      says: '60 seconds',
    },
    {
      name: 'a role created seconds before',
      event: byUser(null),
      policy: trusting(user),
      line: { role: { CreateDate: '2026-03-01T09:59:50Z' } },
      confidence: 'likely',
    },
    {
      name: 'the message names the trust policy, which allows the call',
      event: byUser(null, {
        errorMessage: `User: ${user} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111122223333:role/target because no role trust policy allows the sts:AssumeRole action`,
      }),
      policy: trusting(user),
      confidence: 'possible',
    },
  ],
  isNot: [
    {
      name: 'changed days before',
      event: byUser(null),
      policy: trusting(user),
      line: { policyChangedAt: '2026-02-01T00:00:00Z' },
    },
    {
      name: 'the policy denies the call',
      event: byUser(null),
      policy: trusting('444455556667'),
      line: { policyChangedAt: '2026-03-01T09:59:00Z' },
    },
  ],
  rulesOut: ({ evidence: { policyChangedAt, denial } }) => {
    const before = policyChangedAt === undefined ? Number.NaN : denial.record.at - Date.parse(policyChangedAt);
    return before > 15 * 60_000
      ? `the trust policy was last changed at ${policyChangedAt}, long before the call`
      : undefined;
  },
});
