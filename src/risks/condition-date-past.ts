/** Is the time over in which a statement let somebody in? */
import { removeAt } from '../policy/document/edit.ts';
import { addsNobody, addsSomebody, nobody, onlyBy } from './altered-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { after, isClock } from './expiry.ts';
import { defineRiskRule } from './risk-rule.ts';

const role = { AWS: 'arn:aws:iam::777788889999:role/audit' };
const until = (time: string) => allow(role, { DateLessThan: { 'aws:CurrentTime': time } });
const now = { at: '2026-10-01T12:00:00Z' };

export const conditionDatePast = defineRiskRule({
  id: 'condition-date-past',
  title: 'Temporary access that is over',
  severity: 'low',
  about: 'state',
  why: 'The statement let somebody in for a time, and the time is over. It gives no access now; it is left over, and one changed date away from giving it again.',
  remedy: 'Take the statement out.',
  references: ['IAM User Guide, "Grant access for a specific time period"', 'IAM User Guide, "Troubleshoot IAM roles"'],
  fires: [
    { name: 'it ended', policy: policyOf(until('2026-08-01T00:00:00Z')), more: now },
    {
      name: 'a window that is past',
      policy: policyOf(
        allow(role, {
          DateGreaterThan: { 'aws:CurrentTime': '2026-07-01T00:00:00Z' },
          DateLessThanEquals: { 'AWS:currenttime': '2026-07-31T23:59:59Z' },
        }),
      ),
      more: now,
    },
    {
      name: 'seconds since 1970',
      policy: policyOf(
        allow(role, { NumericLessThan: { 'aws:EpochTime': '1750000000' } }),
        allow({ Service: 'ec2.amazonaws.com' }),
      ),
      more: now,
    },
  ],
  silent: [
    { name: 'it has not ended', policy: policyOf(until('2026-12-01T00:00:00Z')), more: now },
    {
      name: 'it has no end',
      policy: policyOf(allow(role, { DateGreaterThan: { 'aws:CurrentTime': '2026-07-01T00:00:00Z' } })),
      more: now,
    },
    { name: 'nobody knows what time it is', policy: policyOf(until('2026-08-01T00:00:00Z')) },
    {
      name: 'a Deny for some days',
      policy: policyOf(
        allow(role),
        deny({ AWS: '*' }, { DateLessThan: { 'aws:CurrentTime': '2026-08-01T00:00:00Z' } }),
      ),
      more: now,
    },
    {
      name: 'when the credentials were issued',
      policy: policyOf(
        allow(role),
        deny({ AWS: '*' }, { DateLessThan: { 'aws:TokenIssueTime': '2026-08-01T00:00:00Z' } }),
      ),
      more: now,
    },
  ],
  check: ({ allows, policy, question: { at } }) => {
    const now = Date.parse(at ?? '');
    if (Number.isNaN(now)) return [];
    const none = nobody(policy);
    return allows.flatMap((statement) => {
      const dated = statement.conditions.filter(({ key, operator }) => isClock(key) && operator.base !== 'Null');
      const [first] = dated;
      if (first === undefined) return [];
      const fromNowOn = [...statement.conditions, ...dated.map((own) => after('GreaterThanEquals', own, now))];
      if (!addsNobody(none, onlyBy(policy, statement, fromNowOn)) || !addsSomebody(none, onlyBy(policy, statement)))
        return [];
      return [
        {
          pointer: first.pointer,
          statement: statement.index,
          message: 'The time in which this statement let anybody in is over.',
        },
      ];
    });
  },
  fix: ({ policy }, hit) => {
    const statement = policy.statements[hit.statement ?? -1];
    const text =
      statement === undefined || policy.statements.length < 2 ? undefined : removeAt(policy, statement.pointer);
    return text === undefined ? undefined : { summary: 'Take out the statement whose time is over.', text };
  },
});
