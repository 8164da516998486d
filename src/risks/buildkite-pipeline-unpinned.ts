/** Can pipelines of Buildkite that are not meant assume the role? */
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

const url = 'agent.buildkite.com';
const buildkite = (sub: string) => oidc(url, { StringEquals: { aud: 'sts.amazonaws.com' }, StringLike: { sub } });

export const buildkitePipelineUnpinned = defineRiskRule({
  id: 'buildkite-pipeline-unpinned',
  title: 'Other pipelines of Buildkite can assume the role',
  severity: 'high',
  about: 'state',
  why: 'Whoever can change or create a pipeline that fits the pattern assumes the role. Where the organization is left open, that is anybody with an account at Buildkite.',
  remedy: 'Write the organization and the pipeline out: `organization:ORG:pipeline:PIPELINE:ref:refs/heads/main:*`.',
  references: [
    'Buildkite Docs, "OIDC with AWS"',
    'IAM User Guide, "Identity-provider controls for shared OIDC providers"',
  ],
  folds: [
    'oidc-no-condition',
    'oidc-shared-tenant-claim-missing',
    'oidc-tenant-claim-wildcard-only',
    'oidc-audience-generic',
    'oidc-audience-not-pinned',
  ],
  fires: [
    { name: 'any pipeline', policy: policyOf(buildkite('organization:acme:*')), severity: 'high' },
    {
      name: 'any pipeline, one branch',
      policy: policyOf(buildkite('organization:acme:pipeline:*:ref:refs/heads/main:*')),
    },
    { name: 'any organization', policy: policyOf(buildkite('organization:*:pipeline:deploy:*')), severity: 'critical' },
    { name: 'organizations that begin alike', policy: policyOf(buildkite('organization:acme*')), severity: 'critical' },
    { name: 'pipelines that begin alike', policy: policyOf(buildkite('organization:acme:pipeline:deploy*')) },
  ],
  silent: [
    {
      name: 'one pipeline and branch',
      policy: policyOf(buildkite('organization:acme:pipeline:deploy:ref:refs/heads/main:*')),
    },
    { name: 'one pipeline', policy: policyOf(buildkite('organization:acme:pipeline:deploy:*')) },
    {
      name: 'a Deny keeps out all but one pipeline',
      policy: policyOf(
        buildkite('organization:acme:*'),
        oidcDeny(url, { StringNotLike: { sub: 'organization:acme:pipeline:deploy:*' } }),
      ),
    },
  ],
  check: (context) =>
    oidcTrusts(context).flatMap((trust) => {
      const value = widestSubject(trust);
      if (trust.url.toLowerCase() !== url || value === undefined || everySubject(trust, namesPipeline)) return [];
      const behind = 'ref:refs/*:commit:*:step:*';
      const foreign = subjectGetsIn(
        context,
        trust,
        withNames(`organization:%:pipeline:*:${behind}`, unforeseenSegments(trust, 'organization')),
        malformed,
      );
      const other =
        foreign ||
        subjectGetsIn(
          context,
          trust,
          withNames(`organization:*:pipeline:%:${behind}`, unforeseenSegments(trust, 'pipeline')),
          malformed,
        );
      if (!other) return [];
      return [
        {
          pointer: value.pointer,
          statement: trust.statement.index,
          severity: foreign ? ('critical' as const) : ('high' as const),
          message: foreign
            ? `Pipelines of any organization at Buildkite can assume this role: \`${value.text}\` fits them.`
            : `Pipelines that are not meant can assume this role: \`${value.text}\` fits them.`,
        },
      ];
    }),
});

/** Then no other pipeline can get in, and nothing need be asked. */
function namesPipeline({ text, pattern }: SubjectValue): boolean {
  const pipeline = segment(text, 'pipeline') ?? '*';
  const behind = text.split(':')[4];
  return !pattern || (/^organization:[^*?:]+:pipeline:/.test(text) && !hasWildcard(pipeline) && behind !== undefined);
}

/** No organization, pipeline, ref or step has a colon in its key. */
const malformed = ['*:*:*:*:*:*:*:*:*:*:*'];
