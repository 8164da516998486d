/** Can every project of the CircleCI organization assume the role? */
import { policyOf } from './example-policies.ts';
import { oidc, oidcDeny } from './example-providers.ts';
import { keysAsked, oidcTrusts } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';
import { strange, subjectGetsIn, subjectsAsked, widestSubject } from './subject-segments.ts';

const organization = '2c1e6f0a-7b3d-4e58-9a41-8d5f0c6b7e93';
const url = `oidc.circleci.com/org/${organization}`;
const project = '9f3b5d17-60c2-4a8e-b1d4-5e7a2c8f6031';
const aud = { aud: organization };

export const circleciProjectUnpinned = defineRiskRule({
  id: 'circleci-project-unpinned',
  title: 'Every project of the CircleCI organization can assume the role',
  severity: 'high',
  about: 'state',
  why: 'The issuer is the organization’s own and says nothing of the project. Whoever can run a pipeline of any project, builds of forks and pull requests included where they are on, assumes the role.',
  remedy: 'Require the project in `sub`: `org/ORGANIZATION_ID/project/PROJECT_ID/*`.',
  references: ['CircleCI Docs, "Using OpenID Connect tokens in jobs"'],
  folds: ['oidc-no-condition', 'oidc-audience-not-pinned'],
  fires: [
    { name: 'the audience alone', policy: policyOf(oidc(url, { StringEquals: aud })) },
    {
      name: 'any project',
      policy: policyOf(oidc(url, { StringEquals: aud, StringLike: { sub: `org/${organization}/project/*` } })),
    },
    { name: 'no condition', policy: policyOf(oidc(url)) },
    {
      name: 'one person, in any project',
      policy: policyOf(oidc(url, { StringLike: { sub: 'org/*/project/*/user/*' } })),
    },
  ],
  silent: [
    {
      name: 'one project',
      policy: policyOf(
        oidc(url, { StringEquals: aud, StringLike: { sub: `org/${organization}/project/${project}/user/*` } }),
      ),
    },
    {
      name: 'one project of the organization',
      policy: policyOf(oidc(url, { StringLike: { sub: `org/*/project/${project}/*` } })),
    },
    {
      name: 'a Deny asks for the project',
      policy: policyOf(
        oidc(url, { StringEquals: aud }),
        oidcDeny(url, { StringNotLike: { sub: `org/*/project/${project}/*` } }),
      ),
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) => {
      if (trust.issuer?.name !== 'a CircleCI organization') return [];
      // AWS reads further claims of CircleCI's, the project's among them.
      if (
        [...keysAsked(context, trust)].some(
          (key) => key.startsWith(trust.url) && /project/.test(key.slice(trust.url.length)),
        )
      )
        return [];
      const id = trust.url.split('/')[2] ?? '*';
      const subject = `org/${id}/project/${strange}/user/`;
      const prefixes = subjectsAsked(trust).flatMap(({ text, pattern }) => {
        const part = /\/project\/([^/*?]+)[*?]/.exec(text)?.[1];
        return pattern && part !== undefined ? [`org/${id}/project/${part}${strange}/user/*`] : [];
      });
      if (!subjectGetsIn(context, trust, [`${subject}*`, ...prefixes], ['*/*/*/*/*/*/*'])) return [];
      return [
        {
          pointer: widestSubject(trust)?.pointer ?? trust.entry.pointer,
          statement: trust.statement.index,
          message: 'Pipelines of every project of the CircleCI organization can assume this role.',
        },
      ];
    }),
});
