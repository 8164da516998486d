/** Does a Deny keep out everybody whom the policy lets in? */
import { addsNobody, addsSomebody, allowsOf, nobody, withMore } from './altered-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };
const everyone = { AWS: '*' };

export const denyLocksOutEveryone = defineRiskRule({
  id: 'deny-locks-out-everyone',
  title: 'A Deny shuts out everyone',
  severity: 'high',
  about: 'state',
  why: 'Whoever the Allow statements let in, a Deny keeps out: nobody can assume the role, not even in an emergency.',
  remedy: 'Exempt those who are to get in, by `aws:PrincipalArn` or `aws:PrincipalOrgID` in the condition of the Deny.',
  references: ['IAM User Guide, "Policy evaluation logic"'],
  folds: ['condition-never-true'],
  fires: [
    { name: 'a Deny without a condition', policy: policyOf(allow(account), deny(everyone)) },
    {
      name: 'another organization than that of the Allow',
      policy: policyOf(
        allow(everyone, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
        deny(everyone, { StringNotEquals: { 'aws:PrincipalOrgID': 'o-other12345' } }),
      ),
    },
    {
      name: 'session ARNs in a key that holds the ARN of the role',
      policy: policyOf(
        allow(account),
        deny(everyone, { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:sts::111122223333:assumed-role/admin/*' } }),
      ),
    },
    {
      name: 'by two Deny statements together',
      policy: policyOf(
        allow(account),
        deny(everyone, { StringEquals: { 'aws:PrincipalTag/a': '1' } }),
        deny(everyone, { StringNotEquals: { 'aws:PrincipalTag/a': '1' } }),
      ),
    },
  ],
  silent: [
    {
      name: 'one role is exempt',
      policy: policyOf(
        allow(account),
        deny(everyone, { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/admin' } }),
      ),
    },
    {
      name: 'without the Deny nobody gets in either',
      policy: policyOf(allow(account, { StringEquals: { 'aws:PrincipalAccount': '222233334444' } }), deny(everyone)),
    },
    { name: 'session tags only', policy: policyOf(allow(account), deny(everyone, undefined, 'sts:TagSession')) },
    {
      name: 'no transport but TLS',
      policy: policyOf(allow(account), deny(everyone, { Bool: { 'aws:SecureTransport': 'false' } })),
    },
    {
      name: 'people only, and a service gets in',
      policy: policyOf(allow(account), allow({ Service: 'ec2.amazonaws.com' }), deny({ AWS: '111122223333' })),
    },
  ],
  check: ({ policy, allows: letIn, denies, alive }) => {
    if (denies.length === 0 || letIn.some((statement) => alive(statement))) return [];
    const allows = allowsOf(policy);
    const none = nobody(policy);
    if (!addsNobody(none, policy) || !addsSomebody(none, allows)) return [];
    const alone = denies.find((own) => addsNobody(none, withMore(allows, [own])));
    const [statement = denies[0]] = alone === undefined ? [] : [alone];
    if (statement === undefined) return [];
    return [
      {
        pointer: statement.pointer,
        statement: statement.index,
        message: `${alone === undefined ? 'The Deny statements together keep' : 'This Deny keeps'} out everyone whom the policy lets in, so nobody can assume the role.`,
      },
    ];
  },
});
