/** Is the organization, the repository or a fixed part of the subject written in another letter case than GitHub sends? */
import { replaceAt } from '../policy/document/edit.ts';
import { github, policyOf } from './example-policies.ts';
import { githubIssuer, isGithub, repoParts, valuesOf } from './github-subject.ts';
import { lettingIn } from './letting-in.ts';
import { namedProviders, type OidcTrust } from './oidc-trust.ts';
import type { RiskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

export const githubCaseMismatch = defineRiskRule({
  id: 'github-case-mismatch',
  title: 'A name is written in another letter case than GitHub sends',
  severity: 'medium',
  about: 'state',
  why: 'GitHub does not mind the letter case of names, AWS does: `StringEquals` and `StringLike` on `Acme/App` do not fit `acme/app`, and the workflow cannot assume the role.',
  remedy: 'Write the names as GitHub shows them, or use `StringEqualsIgnoreCase`.',
  references: [
    'IAM User Guide, "IAM JSON policy elements: Condition operators"',
    'GitHub Docs, "OpenID Connect reference"',
  ],
  notCovered:
    'How GitHub spells a name is known only from calls that were seen, from other conditions, and for the fixed parts.',
  fires: [
    { name: 'the prefix', policy: policyOf(github({ sub: 'Repo:acme/app:*' })) },
    { name: 'the ref', policy: policyOf(github({ sub: 'repo:acme/app:ref:refs/Heads/main' })) },
    {
      name: 'two claims that spell the repository in two ways',
      policy: policyOf(github({ sub: 'repo:Acme/app:*' }, { aud: 'sts.amazonaws.com', repository: 'acme/app' })),
    },
    {
      name: 'GitHub was seen to spell it otherwise',
      policy: policyOf(github({ sub: 'repo:Acme/App:*' })),
      more: { seenSubjects: ['repo:acme/app:ref:refs/heads/main'] },
    },
  ],
  silent: [
    { name: 'a name with capitals', policy: policyOf(github({ sub: 'repo:Acme/App:ref:refs/heads/main' })) },
    {
      name: 'both claims alike',
      policy: policyOf(github({ sub: 'repo:Acme/app:*' }, { aud: 'sts.amazonaws.com', repository: 'Acme/app' })),
    },
    {
      name: 'an operator that ignores case',
      policy: policyOf({
        ...github({}),
        Condition: { StringEqualsIgnoreCase: { [`${githubIssuer}:sub`]: 'Repo:Acme/App:pull_request' } },
      }),
    },
    {
      name: 'both spellings are listed',
      policy: policyOf(github({ sub: ['repo:Acme/App:*', 'repo:acme/app:*'] })),
      more: { seenSubjects: ['repo:acme/app:ref:refs/heads/main'] },
    },
  ],
  check: (context) =>
    namedProviders(context).flatMap((trust) =>
      !isGithub(trust.url)
        ? []
        : slips(context, trust).map(({ pointer, text, meant }) => ({
            pointer,
            statement: trust.statement.index,
            discriminator: meant,
            message: `\`${text}\` does not fit what GitHub sends, \`${meant}\`: letter case counts.`,
          })),
    ),
  fix: ({ policy }, hit) => {
    const clauses = policy.statements[hit.statement ?? -1]?.conditions ?? [];
    const condition = clauses.find(({ values }) => values.some(({ pointer }) => pointer === hit.pointer));
    const statement = policy.statements[hit.statement ?? -1];
    if (condition === undefined || statement === undefined || hit.discriminator === undefined) return undefined;
    const meant = { ...condition, values: [{ text: hit.discriminator, pointer: hit.pointer }] };
    return lettingIn(
      policy,
      `Write \`${hit.discriminator}\`.`,
      replaceAt(policy, hit.pointer, hit.discriminator),
      { ...statement, conditions: clauses.map((one) => (one === condition ? meant : one)) },
      `workflows that fit ${hit.discriminator}`,
    );
  },
});

interface Slip {
  readonly pointer: string;
  readonly text: string;
  readonly meant: string;
}

function slips(context: RiskContext, trust: OidcTrust): readonly Slip[] {
  const insensitive = new Set(
    trust.statement.conditions
      .filter(({ operator }) => /IgnoreCase$/.test(operator.base))
      .flatMap(({ values }) => values.map(({ pointer }) => pointer)),
  );
  const subjects = valuesOf(trust, 'sub').filter(({ pointer }) => !insensitive.has(pointer));
  const texts = new Set(subjects.map(({ text }) => text));
  const spellings = [
    ...valuesOf(trust, 'repository').map(({ text }) => text),
    ...(context.question.seenSubjects ?? []).flatMap((subject) => {
      const parts = repoParts(subject);
      return parts?.repository === undefined ? [] : [`${parts.owner}/${parts.repository}`];
    }),
  ];
  return subjects.flatMap(({ text, pointer }) => {
    const meant = named(fixedParts(text), spellings);
    const sameButForCase = meant !== text && meant.toLowerCase() === text.toLowerCase();
    return !sameButForCase || texts.has(meant) ? [] : [{ pointer, text, meant }];
  });
}

/** The words that GitHub always writes small. */
function fixedParts(text: string): string {
  return text
    .replace(/^repo:/i, 'repo:')
    .replace(/:ref:refs\/(heads|tags)\//i, (part) => part.toLowerCase())
    .replace(/:environment:/i, ':environment:')
    .replace(/:pull_request$/i, ':pull_request');
}

function named(text: string, spellings: readonly string[]): string {
  const parts = repoParts(text);
  if (parts?.repository === undefined) return text;
  const own = `${parts.owner}/${parts.repository}`;
  const other = spellings.find((name) => name.toLowerCase() === own.toLowerCase());
  const [owner, repository] = (other ?? own).split('/');
  if (spellings.includes(own) || owner === undefined || repository === undefined) return text;
  const id = (value: string | undefined) => (value === undefined ? '' : `@${value}`);
  const behind = parts.context === undefined ? '' : `:${parts.context}`;
  return `repo:${owner}${id(parts.ownerId)}/${repository}${id(parts.repositoryId)}${behind}`;
}
