/** Can a mere plan of HCP Terraform assume a role that may write? */
import { policyOf } from './example-policies.ts';
import { oidc } from './example-providers.ts';
import { oidcTrusts } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';
import { everySubject, subjectGetsIn, widestSubject } from './subject-segments.ts';

const url = 'app.terraform.io';
const workspace = 'organization:acme:project:web:workspace:prod';
const terraform = (sub: string) => oidc(url, { StringEquals: { aud: 'aws.workload.identity' }, StringLike: { sub } });
const writer = { attachedPolicies: ['AmazonEC2FullAccess'] };

export const terraformPlanPhaseWrite = defineRiskRule({
  id: 'terraform-plan-phase-write',
  title: 'A plan of HCP Terraform can assume a role that may write',
  severity: 'medium',
  about: 'state',
  why: 'A speculative plan runs the code of a pull request, data sources and external programs included, before anybody has reviewed it, and with these credentials it may change things.',
  remedy: 'Use a role that may only read for `run_phase:plan` and keep this one for `run_phase:apply`.',
  references: ['HCP Terraform, "Dynamic credentials with the AWS provider"'],
  fires: [
    { name: 'either phase', policy: policyOf(terraform(`${workspace}:run_phase:*`)), more: writer, severity: 'medium' },
    { name: 'the plan', policy: policyOf(terraform(`${workspace}:run_phase:plan`)), more: writer },
    { name: 'what the role may do is not known', policy: policyOf(terraform(`${workspace}:*`)), severity: 'low' },
  ],
  silent: [
    { name: 'the apply', policy: policyOf(terraform(`${workspace}:run_phase:apply`)), more: writer },
    {
      name: 'a role that may only read',
      policy: policyOf(terraform(`${workspace}:run_phase:*`)),
      more: { attachedPolicies: ['ReadOnlyAccess'] },
    },
    {
      name: 'two conditions, of which one asks for the apply',
      policy: policyOf({
        ...terraform(`${workspace}:*`),
        Condition: {
          StringLike: { [`${url}:sub`]: `${workspace}:*` },
          StringLikeIfExists: { [`${url}:sub`]: '*:run_phase:apply' },
        },
      }),
      more: writer,
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) => {
      const { level } = context.privilege;
      const value = widestSubject(trust);
      if (
        trust.url.toLowerCase() !== url ||
        everySubject(trust, ({ text }) => text.endsWith(':run_phase:apply')) ||
        value === undefined ||
        level === 'read-only'
      )
        return [];
      if (!subjectGetsIn(context, trust, ['organization:*:project:*:workspace:*:run_phase:plan'])) return [];
      return [
        {
          pointer: value.pointer,
          statement: trust.statement.index,
          severity: context.loweredIfUnknown('medium'),
          message: `A plan can assume this role as well as an apply${level === 'unknown' ? '; what it may do is not known here, so this is rated one step lower' : ''}.`,
        },
      ];
    }),
});
