/** Can previews, or other projects, of Vercel assume the role? */
import { policyOf } from './example-policies.ts';
import { oidc, oidcDeny } from './example-providers.ts';
import { oidcTrusts } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';
import { subjectGetsIn, unforeseenSegments, widestSubject, withNames } from './subject-segments.ts';

const url = 'oidc.vercel.com/acme';
const aud = { aud: 'https://vercel.com/acme' };
const vercel = (sub: string) => oidc(url, { StringEquals: aud, StringLike: { sub } });

export const vercelEnvironmentUnpinned = defineRiskRule({
  id: 'vercel-environment-unpinned',
  title: 'Previews or other projects of Vercel can assume the role',
  severity: 'medium',
  about: 'state',
  why: 'A preview deployment runs the code of a pull request, and `vercel env pull` gives a developer a token for `development`. Neither has been reviewed as production has.',
  remedy: 'Require one project and its production: `owner:TEAM:project:PROJECT:environment:production`.',
  references: ['Vercel Docs, "Connect to Amazon Web Services with OIDC"'],
  folds: ['oidc-audience-not-pinned', 'oidc-audience-generic'],
  fires: [
    { name: 'any environment', policy: policyOf(vercel('owner:acme:project:web:environment:*')) },
    { name: 'the preview', policy: policyOf(vercel('owner:acme:project:web:environment:preview')) },
    { name: 'any project', policy: policyOf(vercel('owner:acme:project:*:environment:production')) },
    { name: 'the team alone', policy: policyOf(oidc(url, { StringEquals: aud })) },
  ],
  silent: [
    { name: 'production of one project', policy: policyOf(vercel('owner:acme:project:web:environment:production')) },
    {
      name: 'at the global issuer',
      policy: policyOf(
        oidc('oidc.vercel.com', { StringEquals: { ...aud, sub: 'owner:acme:project:web:environment:production' } }),
      ),
    },
    {
      name: 'a Deny keeps out all but production',
      policy: policyOf(
        vercel('owner:acme:project:web:*'),
        oidcDeny(url, { StringNotLike: { sub: '*:environment:production' } }),
      ),
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) => {
      if (trust.issuer?.name !== 'Vercel' && trust.issuer?.name !== 'a Vercel team') return [];
      const open = subjectGetsIn(
        context,
        trust,
        [
          'owner:*:project:*:environment:preview',
          'owner:*:project:*:environment:development',
          ...withNames('owner:*:project:%:environment:production', unforeseenSegments(trust, 'project')),
        ],
        ['*:*:*:*:*:*:*'],
      );
      if (!open) return [];
      return [
        {
          pointer: widestSubject(trust)?.pointer ?? trust.entry.pointer,
          statement: trust.statement.index,
          message: 'More than the production of one project of Vercel can assume this role.',
        },
      ];
    }),
});
