/** Is the token of another subject: repository, branch, environment, service account? */
import { issuerOf } from '../policy/evaluate/caller.ts';
import { defineCause } from './cause.ts';
import { byGithub, byUser, trusting, trustingGithub } from './example-cases.ts';
import { subjectDifference } from './token-subject.ts';
import { unmet } from './wording.ts';

const claims =
  /:(?:sub|repository|repository_id|repository_owner|repository_owner_id|ref|environment|workflow|job_workflow_ref|actor|actor_id|enterprise_id)$/i;

export const oidcSubject = defineCause({
  id: 'oidc-subject',
  title: 'The subject of the token does not fit',
  side: 'federation',
  who: 'owner',
  means:
    'The `sub` claim says on whose behalf the provider issued the token. Of GitHub it holds owner, repository and branch, tag, environment or pull request; since July 2026 new repositories have the immutable form with ids.',
  toldApart:
    'The record shows the subject, and it does not satisfy the condition; for GitHub it says which part differs. Other claims are not recorded, so that they are likely at most.',
  fix: 'Correct the condition on the subject, as narrow as before, or run the job as the policy asks.',
  isIt: [
    {
      name: 'another branch',
      event: byGithub('repo:acme/app:ref:refs/heads/dev'),
      policy: trustingGithub('repo:acme/app:ref:refs/heads/main'),
      confidence: 'proved',
      says: 'the branch is `dev`',
    },
    {
      name: 'another repository',
      event: byGithub('repo:acme/api:ref:refs/heads/main'),
      policy: trustingGithub('repo:acme/app:*', 'StringLike'),
      confidence: 'proved',
      says: 'the repository is `api`',
    },
    {
      name: 'another owner',
      event: byGithub('repo:evil/app:ref:refs/heads/main'),
      policy: trustingGithub('repo:acme/*', 'StringLike'),
      confidence: 'proved',
      says: 'evil',
    },
    {
      name: 'a job with an environment',
      event: byGithub('repo:acme/app:environment:prod'),
      policy: trustingGithub('repo:acme/app:ref:refs/heads/main'),
      confidence: 'proved',
      says: 'environment `prod`',
    },
    {
      name: 'a pull request',
      event: byGithub('repo:acme/app:pull_request'),
      policy: trustingGithub('repo:acme/app:ref:refs/heads/main'),
      confidence: 'proved',
      says: 'pull request',
    },
    {
      name: 'the immutable form with ids',
      event: byGithub('repo:acme@1234/app@5678:ref:refs/heads/main'),
      policy: trustingGithub('repo:acme/app:ref:refs/heads/main'),
      confidence: 'proved',
      says: 'immutable',
    },
    {
      name: 'the letter case of the owner',
      event: byGithub('repo:Acme/app:ref:refs/heads/main'),
      policy: trustingGithub('repo:acme/app:ref:refs/heads/main'),
      confidence: 'proved',
      says: 'letter case',
    },
  ],
  isNot: [
    {
      name: 'it fits',
      event: byGithub('repo:acme/app:ref:refs/heads/main'),
      policy: trustingGithub('repo:acme/app:*', 'StringLike'),
    },
    {
      name: 'a wildcard under StringEquals',
      event: byGithub('repo:acme/app:ref:refs/heads/main'),
      policy: trustingGithub('repo:acme/app:*'),
    },
    { name: 'a user calls', event: byUser(), policy: trusting('444455556667') },
  ],
  claimsCondition: (part) => {
    const { clause, values, call } = part;
    if (call.caller.kind !== 'web-identity' || !claims.test(clause.key)) return undefined;
    const like = clause.operator.base === 'StringLike' || clause.operator.base.startsWith('Arn');
    const plain = like || clause.operator.base === 'StringEquals';
    const subject = values?.[0];
    const difference =
      plain && subject !== undefined && /:sub$/i.test(clause.key)
        ? subjectDifference(
            issuerOf(call.caller.provider),
            subject,
            clause.values.map(({ text }) => text),
            like,
          )
        : undefined;
    const issuer = clause.key.slice(0, clause.key.lastIndexOf(':')).toLowerCase();
    const other = issuer === issuerOf(call.caller.provider) ? difference : 'the token is of another provider';
    return { summary: unmet(part, other) };
  },
});
