/** Can a pipeline on any branch of the GitLab project assume the role? */
import { policyOf } from './example-policies.ts';
import { oidc } from './example-providers.ts';
import { anyGitlabBranchGetsIn, gitlabTrusts } from './gitlab-subject.ts';
import { defineRiskRule } from './risk-rule.ts';
import { widestSubject } from './subject-segments.ts';

const gitlab = (sub: string | readonly string[]) =>
  oidc('gitlab.com', { StringEquals: { aud: 'https://gitlab.com' }, StringLike: { sub } });

export const gitlabAnyRef = defineRiskRule({
  id: 'gitlab-any-ref',
  title: 'Any branch of the GitLab project can assume the role',
  severity: 'medium',
  about: 'state',
  why: 'Whoever may push a branch, as for a merge request, can change the pipeline there and assume the role before anybody has reviewed it.',
  remedy: 'Require the protected branch: `project_path:GROUP/PROJECT:ref_type:branch:ref:main`.',
  references: ['GitLab Docs, "Configure OpenID Connect in AWS to retrieve temporary credentials"'],
  folds: ['oidc-audience-generic'],
  fires: [
    { name: 'anything behind the project', policy: policyOf(gitlab('project_path:acme/app:*')) },
    { name: 'any branch', policy: policyOf(gitlab('project_path:acme/app:ref_type:branch:ref:*')) },
    { name: 'any type of ref', policy: policyOf(gitlab('project_path:acme/app:ref_type:*')) },
  ],
  silent: [
    { name: 'one branch', policy: policyOf(gitlab('project_path:acme/app:ref_type:branch:ref:main')) },
    { name: 'tags', policy: policyOf(gitlab('project_path:acme/app:ref_type:tag:ref:v*')) },
    { name: 'branches of one folder', policy: policyOf(gitlab('project_path:acme/app:ref_type:branch:ref:release/*')) },
  ],
  check: (context) =>
    gitlabTrusts(context).flatMap((trust) => {
      const value = widestSubject(trust);
      if (value === undefined || !anyGitlabBranchGetsIn(context, trust)) return [];
      return [
        {
          pointer: value.pointer,
          statement: trust.statement.index,
          message: `A pipeline on any branch can assume this role: \`${value.text}\` fits them all.`,
        },
      ];
    }),
});
