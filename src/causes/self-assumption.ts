/** Does a session of the role assume the role again, which the role does not trust? */
import { splitArn } from '../policy/document/names.ts';
import { defineCause } from './cause.ts';
import { byRole, deployRole, refusal, trusting } from './example-cases.ts';

const again = {
  requestParameters: { roleArn: deployRole, roleSessionName: 'again' },
  errorMessage: refusal('', 'arn:aws:sts::444455556666:assumed-role/deploy/build-7').replace(
    'arn:aws:iam::111122223333:role/target',
    deployRole,
  ),
};

export const selfAssumption = defineCause({
  id: 'self-assumption',
  title: 'The role calls for itself, and its trust policy does not name it',
  side: 'trust-policy',
  who: 'owner',
  means:
    'Since 2023 a role may assume itself only where its own trust policy grants it. Often the code assumes a role that it already has.',
  toldApart:
    'The caller is a session of the role that is called (name and account, which are unique), and no statement means it.',
  fix: 'Stop assuming the role again, or add its own ARN to its trust policy.',
  isIt: [
    {
      name: 'only a service is trusted',
      event: byRole(null, again),
      policy: trusting({ Service: 'ec2.amazonaws.com' }),
      confidence: 'proved',
    },
    {
      name: 'another role of the account is trusted',
      event: byRole({}, again),
      policy: trusting('arn:aws:iam::444455556666:role/build'),
      confidence: 'proved',
    },
  ],
  isNot: [
    { name: 'the role trusts itself', event: byRole({}, again), policy: trusting(deployRole) },
    { name: 'another role is called', event: byRole(), policy: trusting({ Service: 'ec2.amazonaws.com' }) },
    {
      name: 'a role of the same name in another account',
      event: byRole({ roleArn: 'arn:aws:iam::111122223333:role/ci/deploy' }),
      policy: trusting({ Service: 'ec2.amazonaws.com' }),
    },
  ],
  claimsPrincipal: ({ call: { caller }, evidence: { denial }, where, effect }) => {
    if (caller.kind !== 'role-session' || effect === 'Deny') return undefined;
    const arn = splitArn(denial.role ?? '');
    if (arn?.account !== caller.account || arn.resource.split('/').at(-1) !== caller.role) return undefined;
    return {
      summary: `The caller is a session of the role it calls, and ${where.toLowerCase().startsWith('statement') ? where.replace(/^S/, 's') : where} does not trust that role itself.`,
    };
  },
});
