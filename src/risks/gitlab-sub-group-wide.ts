/** Can every project of a GitLab group, or of any group, assume the role? */
import { policyOf } from './example-policies.ts';
import { oidc, oidcDeny } from './example-providers.ts';
import { gitlabTrusts, otherGroupGetsIn, otherProjectGetsIn } from './gitlab-subject.ts';
import { defineRiskRule } from './risk-rule.ts';
import { widestSubject } from './subject-segments.ts';

const aud = { aud: 'https://gitlab.com' };
const gitlab = (sub: string | readonly string[]) => oidc('gitlab.com', { StringEquals: aud, StringLike: { sub } });

export const gitlabSubGroupWide = defineRiskRule({
  id: 'gitlab-sub-group-wide',
  title: 'Every project of the GitLab group can assume the role',
  severity: 'high',
  about: 'state',
  why: 'Whoever can write to any project of the group, or create one, runs a pipeline that assumes the role. `*` goes across `/` into every subgroup; where it stands in the group’s own name, anybody can register a group that fits.',
  remedy: 'Write the whole project path, up to the colon behind it: `project_path:GROUP/PROJECT:…`.',
  references: [
    'GitLab Docs, "OpenID Connect (OIDC) authentication using ID tokens"',
    'IAM User Guide, "Identity-provider controls for shared OIDC providers"',
  ],
  folds: [
    'oidc-no-condition',
    'gitlab-any-ref',
    'oidc-shared-tenant-claim-missing',
    'oidc-tenant-claim-wildcard-only',
    'oidc-audience-generic',
    'oidc-audience-not-pinned',
  ],
  fires: [
    {
      name: 'any project of the group',
      policy: policyOf(gitlab('project_path:acme/*:ref_type:branch:ref:main')),
      severity: 'high',
    },
    { name: 'any group', policy: policyOf(gitlab('project_path:*:ref_type:branch:ref:main')), severity: 'critical' },
    { name: 'groups that begin alike', policy: policyOf(gitlab('project_path:acme*')), severity: 'critical' },
    { name: 'projects that begin alike', policy: policyOf(gitlab('project_path:acme/app*:ref_type:branch:ref:main')) },
    {
      name: 'a GitLab of its own',
      policy: policyOf(oidc('gitlab.example.com', { StringLike: { sub: 'project_path:*' } })),
      severity: 'high',
    },
  ],
  silent: [
    { name: 'one project and branch', policy: policyOf(gitlab('project_path:acme/app:ref_type:branch:ref:main')) },
    { name: 'any ref of one project', policy: policyOf(gitlab('project_path:acme/app:*')) },
    {
      name: 'a Deny keeps out all but one project',
      policy: policyOf(
        gitlab('project_path:acme/*:ref_type:branch:ref:main'),
        oidcDeny('gitlab.com', { StringNotLike: { sub: 'project_path:acme/app:*' } }),
      ),
    },
    {
      name: 'exactly, with a star that is a plain character',
      policy: policyOf(oidc('gitlab.com', { StringEquals: { ...aud, sub: 'project_path:acme/*' } })),
    },
  ],
  check: (context) =>
    gitlabTrusts(context).flatMap((trust) => {
      const value = widestSubject(trust);
      if (value === undefined) return [];
      const foreign = otherGroupGetsIn(context, trust);
      if (!foreign && !otherProjectGetsIn(context, trust)) return [];
      return [
        {
          pointer: value.pointer,
          statement: trust.statement.index,
          severity: foreign && trust.issuer?.shared === true ? ('critical' as const) : ('high' as const),
          message: foreign
            ? `Pipelines of groups that are not meant can assume this role: \`${value.text}\` fits their subjects.`
            : `Pipelines of every project that \`${value.text}\` fits can assume this role.`,
        },
      ];
    }),
});
