/** Which part of a token's subject differs from the one that a trust policy asks for? */
import { matchWildcard } from '../policy/evaluate/wildcard.ts';
import { shortened } from './wording.ts';

interface GithubSubject {
  readonly owner: string;
  readonly ownerId?: string;
  readonly repository: string;
  readonly repositoryId?: string;
  /** `ref:refs/heads/main`, `environment:prod`, `pull_request`, …. */
  readonly context: string;
}

/**
 * Says in a sentence's second half how the subject of a token differs from what is asked for (GitHub Docs, "OpenID
 * Connect reference", for GitHub; segments between colons for all other providers).
 * @param patterns as the policy has them, with wildcards where `like` is true.
 * @returns `undefined` where nothing more exact can be said than that they differ.
 */
export function subjectDifference(
  issuer: string,
  subject: string,
  patterns: readonly string[],
  like: boolean,
): string | undefined {
  const told = patterns.flatMap((pattern) => {
    const difference =
      issuer === 'token.actions.githubusercontent.com'
        ? githubDifference(subject, pattern, like)
        : segmentDifference(subject, pattern, like);
    return difference === undefined ? [] : [difference];
  });
  // The pattern that agrees in most is the one that was meant.
  const [nearest] = told.sort((a, b) => b.agrees - a.agrees);
  return nearest?.says;
}

interface Difference {
  readonly agrees: number;
  readonly says: string;
}

function fits(pattern: string, text: string, like: boolean): boolean {
  return like ? matchWildcard(pattern, text) : pattern === text;
}

function githubDifference(subject: string, pattern: string, like: boolean): Difference | undefined {
  const has = githubSubject(subject);
  const wants = githubSubject(pattern);
  if (has === undefined) return undefined;
  if (wants === undefined)
    return pattern.startsWith('repo:')
      ? undefined
      : { agrees: 0, says: `the policy asks for \`${shortened(pattern)}\`, the token is for \`repo:…\`` };
  const quoted = (text: string) => `\`${shortened(text)}\``;
  const idsOf = ({ ownerId, repositoryId }: GithubSubject) => ownerId !== undefined || repositoryId !== undefined;
  // A star in place of an owner stands for its id as well; in place of a repository it does not bring the owner's.
  if (idsOf(has) !== idsOf(wants) && !/[*?]/.test(wants.owner)) {
    const same = fits(wants.owner, has.owner, like) && fits(wants.repository, has.repository, like);
    return {
      agrees: same ? 3 : 0,
      says: idsOf(has)
        ? `the token has the immutable form with ids (\`repo:${shortened(has.owner)}@${has.ownerId ?? ''}/${shortened(has.repository)}@${has.repositoryId ?? ''}:…\`), the policy the form without them`
        : 'the policy has the immutable form with ids (`OWNER@ID/REPOSITORY@ID`), the token the form without them',
    };
  }
  const same = (a: string, b: string) => fits(a, b, like);
  if (!same(wants.owner, has.owner))
    return {
      agrees: 0,
      says: `the owner is ${quoted(has.owner)}, not ${quoted(wants.owner)}${caseNote(wants.owner, has.owner)}`,
    };
  if (!same(wants.repository, has.repository))
    return {
      agrees: 1,
      says: `the repository is ${quoted(has.repository)}, not ${quoted(wants.repository)}${caseNote(wants.repository, has.repository)}`,
    };
  if (wants.ownerId !== has.ownerId && !same(wants.ownerId ?? '', has.ownerId ?? ''))
    return { agrees: 1, says: `the owner's id is ${quoted(has.ownerId ?? '')}, not ${quoted(wants.ownerId ?? '')}` };
  if (wants.repositoryId !== has.repositoryId && !same(wants.repositoryId ?? '', has.repositoryId ?? ''))
    return {
      agrees: 2,
      says: `the repository's id is ${quoted(has.repositoryId ?? '')}, not ${quoted(wants.repositoryId ?? '')}`,
    };
  const kind = contextKind(has.context);
  const wanted = contextKind(wants.context);
  if (kind === wanted)
    return {
      agrees: 4,
      says: `the ${kind} is ${quoted(contextValue(has.context))}, not ${quoted(contextValue(wants.context))}${caseNote(wants.context, has.context)}`,
    };
  const why =
    kind === 'environment'
      ? ': a job with an `environment:` has no branch in its subject'
      : kind === 'pull request'
        ? ': a workflow run by a pull request has no branch in its subject'
        : '';
  const named = (one: string, context: string) =>
    one === 'pull request' ? 'a pull request' : `the ${one} ${quoted(contextValue(context))}`;
  const short = kind === 'branch' && wanted === 'ref' ? ', where a branch stands as `ref:refs/heads/NAME`' : '';
  return {
    agrees: 3,
    says: `the token is for ${named(kind, has.context)}, the policy asks for ${named(wanted, wants.context)}${why}${short}`,
  };
}

function githubSubject(text: string): GithubSubject | undefined {
  const match = /^repo:([^/:@]+)(?:@([^/:]+))?\/([^:@]+)(?:@([^:]+))?(?::([\s\S]*))?$/.exec(text);
  if (match?.[1] === undefined || match[3] === undefined) return undefined;
  return {
    owner: match[1],
    ...(match[2] === undefined ? {} : { ownerId: match[2] }),
    repository: match[3],
    ...(match[4] === undefined ? {} : { repositoryId: match[4] }),
    context: match[5] ?? '',
  };
}

function contextKind(context: string): string {
  if (context.startsWith('ref:refs/heads/')) return 'branch';
  if (context.startsWith('ref:refs/tags/')) return 'tag';
  if (context.startsWith('environment:')) return 'environment';
  if (context.startsWith('pull_request')) return 'pull request';
  return context.startsWith('ref:') ? 'ref' : 'context';
}

function contextValue(context: string): string {
  return context.replace(/^(?:ref:refs\/heads\/|ref:refs\/tags\/|environment:|ref:)/, '') || '(nothing)';
}

function segmentDifference(subject: string, pattern: string, like: boolean): Difference | undefined {
  const has = subject.split(':');
  const wants = pattern.split(':');
  if (has.length < 2 || wants.length < 2 || has.length > 64) return undefined;
  const at = has.findIndex((part, index) => !fits(wants[index] ?? '', part, like));
  if (at === -1) return undefined;
  if (like && wants.slice(0, at + 1).some((part) => part.includes('*'))) return undefined;
  const name = at > 0 && at % 2 === 1 ? ` (\`${shortened(has[at - 1] ?? '')}\`)` : '';
  const wanted = wants[at];
  return {
    agrees: at,
    says: `part ${at + 1}${name} is \`${shortened(has[at] ?? '')}\`, ${wanted === undefined ? 'where the policy asks for no more' : `not \`${shortened(wanted)}\`${caseNote(wanted, has[at] ?? '')}`}`,
  };
}

function caseNote(a: string, b: string): string {
  return a !== b && a.toLowerCase() === b.toLowerCase() ? ' (letter case counts)' : '';
}
