/** Is the GitHub subject asked for in a form that the repository does not send? */
import { appendTo } from '../policy/document/edit.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import { github, policyOf } from './example-policies.ts';
import { githubTrusts, otherFormFits, repoParts, subjectValues } from './github-subject.ts';
import { subjectFits } from './github-workflows.ts';
import { defineRiskRule } from './risk-rule.ts';

const now = 'repo:acme@123/app@456:ref:refs/heads/main';
const before = 'repo:acme/app:ref:refs/heads/main';

export const githubImmutableSubMismatch = defineRiskRule({
  id: 'github-immutable-sub-mismatch',
  title: 'The repository sends its subject in another form than is asked for',
  severity: 'medium',
  about: 'state',
  why: 'Since July 2026 new and renamed repositories send `repo:ORG@ID/REPO@ID:…`, older ones `repo:ORG/REPO:…` until they opt in. A policy for the one form does not let the other in, and workflows fail.',
  remedy: 'List both forms until every repository has changed.',
  references: ['GitHub Docs, "OpenID Connect reference", immutable subject claims'],
  notCovered:
    'Which form a repository sends is known only from calls that were seen, or where the policy mixes both in one value.',
  fires: [
    {
      name: 'the immutable form was seen, the names are asked for',
      policy: policyOf(github({ sub: before })),
      more: { seenSubjects: [now] },
    },
    {
      name: 'the names were seen, the immutable form is asked for',
      policy: policyOf(github({}, { aud: 'sts.amazonaws.com', sub: now })),
      more: { seenSubjects: [before] },
    },
    {
      name: 'an id for the owner and none for the repository',
      policy: policyOf(github({ sub: 'repo:acme@123/app:*' })),
    },
    {
      name: 'an id for the repository and none for the owner',
      policy: policyOf(github({ sub: 'repo:acme/app@456:*' })),
    },
  ],
  silent: [
    { name: 'both forms', policy: policyOf(github({ sub: [before, now] })), more: { seenSubjects: [now, before] } },
    { name: 'what was seen fits', policy: policyOf(github({ sub: now })), more: { seenSubjects: [now] } },
    { name: 'nothing was seen', policy: policyOf(github({ sub: before })) },
    {
      name: 'another repository was seen',
      policy: policyOf(github({ sub: before })),
      more: { seenSubjects: ['repo:acme@123/other@789:ref:refs/heads/main'] },
    },
  ],
  check: (context) =>
    githubTrusts(context).flatMap((trust) => {
      const values = subjectValues(trust);
      const mixed = values.filter(({ text }) => {
        const parts = repoParts(text);
        return (
          parts?.context !== undefined &&
          !/[*?]/.test(`${parts.owner}${parts.repository ?? ''}`) &&
          (parts.ownerId === undefined) !== (parts.repositoryId === undefined)
        );
      });
      const never = mixed.map((value) => ({
        pointer: value.pointer,
        statement: trust.statement.index,
        message: `\`${value.text}\` has an id for one name and none for the other, which GitHub never sends.`,
      }));
      const seen = (context.question.seenSubjects ?? [])
        .filter((subject) => !context.allows.some((statement) => subjectFits(context, statement, subject)))
        .flatMap((subject) => {
          const value = values.find((one) => otherFormFits(one, subject));
          if (value === undefined) return [];
          return [
            {
              pointer: value.pointer,
              statement: trust.statement.index,
              discriminator: subject,
              message: `The repository sends \`${subject}\`, which \`${value.text}\` does not fit.`,
            },
          ];
        });
      return [...never, ...seen];
    }),
  fix: ({ policy }, hit) => {
    if (hit.discriminator === undefined) return undefined;
    const statement = policy.statements[hit.statement ?? -1];
    const list = /^(.*)\/\d+$/.exec(hit.pointer)?.[1];
    const text = appendTo(
      policy,
      list !== undefined && statement?.conditions.some(({ pointer }) => pointer === list) ? list : hit.pointer,
      hit.discriminator,
    );
    const parsed = text === undefined ? undefined : parseTrustPolicy(text);
    const repaired = parsed?.status === 'read' ? parsed.policy.statements[hit.statement ?? -1] : undefined;
    if (text === undefined || repaired === undefined) return undefined;
    return {
      summary: `List \`${hit.discriminator}\` as well.`,
      text,
      intended: {
        policy: {
          ...policy,
          statements: [
            {
              ...repaired,
              conditions: repaired.conditions.map((condition) =>
                /:sub$/i.test(condition.key)
                  ? { ...condition, values: condition.values.filter((value) => value.text === hit.discriminator) }
                  : condition,
              ),
            },
          ],
        },
        inWords: `workflows with the subject ${hit.discriminator}`,
      },
    };
  },
});
