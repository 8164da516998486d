/** Was the policy changed by hand? */
import { isAutomation } from './actor-identity.ts';
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const before = policyOf(allow({ AWS: 'arn:aws:iam::777788889999:role/a' }));
const now = policyOf(allow({ AWS: 'arn:aws:iam::777788889999:role/b' }));
const admin = 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/eve';
const deployer = 'arn:aws:sts::111122223333:assumed-role/deployer/run-42';
const automation = ['arn:aws:iam::*:role/deploy*'];
const cli = 'aws-cli/2.31.0 md/prompt#off';

export const trustChangedOutsidePipeline = defineRiskRule({
  id: 'trust-changed-outside-pipeline',
  title: 'The trust policy was changed by hand',
  severity: 'info',
  about: 'change',
  why: 'The change did not come from the automation that is meant to make it. What is deployed now differs from what is written down, and nobody reviewed it.',
  remedy: 'Bring the change into the code that describes the role, or take it back.',
  references: [
    'AWS CloudTrail User Guide, "CloudTrail record contents", userAgent',
    'AWS CloudTrail User Guide, "CloudTrail userIdentity element"',
  ],
  fires: [
    {
      name: 'the actor is not among the automation',
      previous: before,
      policy: now,
      world: { automation },
      more: { actor: { arn: admin, userAgent: cli } },
      severity: 'medium',
    },
    {
      name: 'in the console',
      previous: before,
      policy: now,
      more: { actor: { arn: admin, userAgent: 'console.amazonaws.com' } },
      severity: 'info',
    },
    {
      name: 'a user, with a list of automation',
      previous: before,
      policy: now,
      world: { automation },
      more: { actor: { arn: 'arn:aws:iam::111122223333:user/eve' } },
      severity: 'medium',
    },
  ],
  silent: [
    {
      name: 'automation',
      previous: before,
      policy: now,
      world: { automation },
      more: { actor: { arn: deployer, userAgent: 'APN/1.0 HashiCorp/1.0 Terraform/1.13' } },
    },
    {
      name: 'automation with a path',
      previous: before,
      policy: now,
      world: { automation: ['arn:aws:iam::111122223333:role/ci/deployer'] },
      more: { actor: { arn: deployer } },
    },
    {
      name: 'nobody said what the automation is',
      previous: before,
      policy: now,
      more: { actor: { arn: admin, userAgent: cli } },
    },
    {
      name: 'nothing was changed',
      previous: before,
      policy: before,
      more: { actor: { arn: admin, userAgent: 'console.amazonaws.com' } },
    },
    {
      name: 'AWS itself',
      previous: before,
      policy: now,
      world: { automation },
      more: { actor: { arn: 'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForSSO/sso' } },
    },
  ],
  check: ({ question: { actor, world }, policy, previous }) => {
    if (actor === undefined || previous === undefined || previous.text === policy.text) return [];
    if (/\bAWSServiceRoleFor/.test(actor.arn) || /^[a-z0-9.-]+\.amazonaws\.com$/.test(actor.arn)) return [];
    const automation = world.automation ?? [];
    if (isAutomation(actor.arn, automation)) return [];
    const inConsole = isConsole(actor.userAgent ?? '');
    if (automation.length === 0 && !inConsole) return [];
    return [
      {
        pointer: '',
        ...(automation.length === 0 ? {} : { severity: 'medium' as const }),
        message: `\`${actor.arn}\` changed the trust policy${inConsole ? ' in the console' : ''}${automation.length === 0 ? '' : ', and is not among the automation that is meant to'}.`,
      },
    ];
  },
});

/** What the console and the services behind it write as their user agent. */
function isConsole(userAgent: string): boolean {
  return /(^|[\s[(])((console|signin)\.amazonaws\.com|AWS[ -]Internal|aws-internal|AWSConsole|S3Console|Mozilla\/)/i.test(
    userAgent,
  );
}
