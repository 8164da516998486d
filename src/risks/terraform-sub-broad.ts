/** Can workspaces of HCP Terraform that are not meant assume the role? */
import { policyOf } from './example-policies.ts';
import { oidc, oidcDeny } from './example-providers.ts';
import type { SubjectValue } from './github-subject.ts';
import { hasWildcard, oidcTrusts } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';
import {
  everySubject,
  segment,
  subjectGetsIn,
  unforeseenSegments,
  widestSubject,
  withNames,
} from './subject-segments.ts';

const url = 'app.terraform.io';
const terraform = (sub: string | readonly string[]) =>
  oidc(url, { StringEquals: { aud: 'aws.workload.identity' }, StringLike: { sub } });

export const terraformSubBroad = defineRiskRule({
  id: 'terraform-sub-broad',
  title: 'Other workspaces of HCP Terraform can assume the role',
  severity: 'high',
  about: 'state',
  why: 'Whoever can create a workspace that fits the pattern runs Terraform with this role. Where the organization is left open, that is anybody with a free account.',
  remedy: 'Write the organization, the project and the workspace out.',
  references: [
    'HCP Terraform, "Dynamic credentials with the AWS provider"',
    'IAM User Guide, "Identity-provider controls for shared OIDC providers"',
  ],
  folds: [
    'oidc-no-condition',
    'terraform-plan-phase-write',
    'oidc-shared-tenant-claim-missing',
    'oidc-tenant-claim-wildcard-only',
    'oidc-audience-generic',
    'oidc-audience-not-pinned',
  ],
  fires: [
    {
      name: 'any organization',
      policy: policyOf(terraform('organization:*:project:web:workspace:prod:run_phase:*')),
      severity: 'critical',
    },
    { name: 'organizations that begin alike', policy: policyOf(terraform('organization:acme*')), severity: 'critical' },
    { name: 'anything in the organization', policy: policyOf(terraform('organization:acme:*')), severity: 'high' },
    { name: 'any workspace', policy: policyOf(terraform('organization:acme:project:web:workspace:*:run_phase:*')) },
    { name: 'any project', policy: policyOf(terraform('organization:acme:project:*:workspace:prod:run_phase:apply')) },
    {
      name: 'workspaces that begin alike',
      policy: policyOf(terraform('organization:acme:project:web:workspace:prod*')),
    },
  ],
  silent: [
    { name: 'one workspace', policy: policyOf(terraform('organization:acme:project:web:workspace:prod:run_phase:*')) },
    {
      name: 'one workspace, to apply',
      policy: policyOf(
        oidc(url, {
          StringEquals: {
            aud: 'aws.workload.identity',
            sub: 'organization:acme:project:web:workspace:prod:run_phase:apply',
          },
        }),
      ),
    },
    {
      name: 'a Deny keeps out all but one workspace',
      policy: policyOf(
        terraform('organization:acme:*'),
        oidcDeny(url, { StringNotLike: { sub: 'organization:acme:project:web:workspace:prod:run_phase:*' } }),
      ),
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) => {
      const value = widestSubject(trust);
      if (trust.url.toLowerCase() !== url || value === undefined || everySubject(trust, namesWorkspace)) return [];
      const behind = 'workspace:*:run_phase:*';
      const foreign = subjectGetsIn(
        context,
        trust,
        withNames(`organization:%:project:*:${behind}`, unforeseenSegments(trust, 'organization')),
        malformed,
      );
      const other =
        foreign ||
        subjectGetsIn(
          context,
          trust,
          [
            ...withNames(`organization:*:project:%:${behind}`, unforeseenSegments(trust, 'project')),
            ...withNames('organization:*:project:*:workspace:%:run_phase:*', unforeseenSegments(trust, 'workspace')),
          ],
          malformed,
        );
      if (!other) return [];
      return [
        {
          pointer: value.pointer,
          statement: trust.statement.index,
          severity: foreign ? ('critical' as const) : ('high' as const),
          message: foreign
            ? `Workspaces of any organization of HCP Terraform can assume this role: \`${value.text}\` fits them.`
            : `Workspaces that are not meant can assume this role: \`${value.text}\` fits them.`,
        },
      ];
    }),
});

/** Then no other workspace can get in, and nothing need be asked. */
function namesWorkspace({ text, pattern }: SubjectValue): boolean {
  const names = ['organization', 'project', 'workspace'].map((name) => segment(text, name) ?? '*');
  return !pattern || (text.startsWith('organization:') && !names.some(hasWildcard) && text.includes(':run_phase:'));
}

/** Names in HCP Terraform have no colon. */
const malformed = ['*:*:*:*:*:*:*:*:*'];
