/** Who is meant by an entry of a Principal element, in the few words of a list? */
import { splitArn } from '../document/names.ts';
import type { PrincipalName } from '../document/trust-policy.ts';
import type { PreparedClause } from '../evaluate/condition.ts';
import { textsOf } from './describe-condition.ts';

const githubUrl = 'token.actions.githubusercontent.com';

const builtIn: ReadonlyMap<string, string> = new Map([
  ['accounts.google.com', 'any Google identity'],
  ['www.amazon.com', 'any Login with Amazon identity'],
  ['graph.facebook.com', 'any Facebook identity'],
  ['cognito-identity.amazonaws.com', 'any Amazon Cognito identity'],
]);

export interface Described {
  readonly text: string;
  /** Clauses that the text already tells. */
  readonly told: ReadonlySet<PreparedClause>;
}

/**
 * @param clauses what the statement asks besides; what narrows the caller is told with it.
 * @param values those values of a clause that matter.
 */
export function describePrincipal(
  name: PrincipalName | undefined,
  clauses: readonly PreparedClause[],
  values: (clause: PreparedClause) => readonly string[] = textsOf,
): Described {
  const told = new Set<PreparedClause>();
  const plain = (text: string): Described => ({ text, told });
  if (name === undefined) return plain('everyone who is not listed under NotPrincipal');
  switch (name.kind) {
    case 'everyone': {
      const narrow = narrowedBy(clauses, values, told);
      return plain(narrow ?? 'everyone with AWS credentials');
    }
    case 'account': {
      const own = clauses.find(
        (clause) => positive(clause, 'aws:principalarn') && exactArns(values(clause)) !== undefined,
      );
      if (own !== undefined) {
        const arns = exactArns(values(own)) ?? [];
        if (arns.every((arn) => splitArn(arn)?.account === name.account)) {
          told.add(own);
          return plain(arns.map(describeArn).join(' or '));
        }
      }
      return plain(`any principal of account ${name.account}`);
    }
    case 'user':
      return plain(`user \`${name.path.slice(1)}${name.name}\` of account ${name.account}`);
    case 'role':
      return plain(`role \`${name.path.slice(1)}${name.name}\` of account ${name.account}`);
    case 'session':
      return plain(`session \`${name.session}\` of role \`${name.role}\` of account ${name.account}`);
    case 'federated-user':
      return plain(`federated user \`${name.name}\` of account ${name.account}`);
    case 'unique-id':
      return plain(`the ${name.of} with the unique id \`${name.id}\``);
    case 'service':
      return plain(`service \`${name.service}\``);
    case 'built-in-provider':
      return plain(builtIn.get(name.url) ?? `any identity of \`${name.url}\``);
    case 'saml-provider':
      return plain(`any identity of SAML provider \`${name.name}\` of account ${name.account}`);
    case 'oidc-provider': {
      const url = name.url.toLowerCase();
      if (url !== githubUrl) return plain(`any identity of OIDC provider \`${name.url}\``);
      const subject = clauses.find((clause) => positive(clause, `${url}:sub`));
      const texts = subject === undefined ? [] : values(subject).map(describeSubject);
      if (subject === undefined || texts.length > 3 || texts.includes(undefined))
        return plain(
          subject === undefined ? 'any GitHub Actions workflow of any organization' : 'any GitHub Actions workflow',
        );
      told.add(subject);
      return plain(texts.join(' or '));
    }
    default:
      return plain('nobody');
  }
}

function narrowedBy(
  clauses: readonly PreparedClause[],
  values: (clause: PreparedClause) => readonly string[],
  told: Set<PreparedClause>,
): string | undefined {
  for (const clause of clauses) {
    const texts = values(clause);
    if (positive(clause, 'aws:principalarn')) {
      const arns = exactArns(texts);
      told.add(clause);
      if (arns !== undefined) return arns.map(describeArn).join(' or ');
      return `any principal with an ARN like ${texts.map((text) => `\`${text}\``).join(' or ')}`;
    }
    if (positive(clause, 'aws:principalaccount') && texts.every((text) => /^\d{12}$/.test(text))) {
      told.add(clause);
      return `any principal of account ${texts.join(' or ')}`;
    }
    if (positive(clause, 'aws:principalorgid') && texts.every((text) => !/[*?]/.test(text))) {
      told.add(clause);
      return `any principal of organization ${texts.map((text) => `\`${text}\``).join(' or ')}`;
    }
  }
  return undefined;
}

/** Whether the clause lets in nobody without the key. */
function positive(clause: PreparedClause, key: string): boolean {
  const { operator } = clause.clause;
  return (
    clause.key.lower === key &&
    clause.row !== undefined &&
    !clause.row.negated &&
    !operator.ifExists &&
    operator.set !== 'ForAllValues' &&
    clause.withVariables.length === 0
  );
}

function exactArns(texts: readonly string[]): readonly string[] | undefined {
  return texts.length > 0 &&
    texts.length <= 3 &&
    texts.every((text) => !/[*?]/.test(text) && splitArn(text) !== undefined)
    ? texts
    : undefined;
}

/** `role `deploy` of account 111122223333`. */
function describeArn(arn: string): string {
  const parts = splitArn(arn);
  if (parts === undefined) return `\`${arn}\``;
  const slash = parts.resource.indexOf('/');
  const kind = parts.resource.slice(0, slash);
  return slash === -1 || (kind !== 'role' && kind !== 'user')
    ? `\`${arn}\``
    : `${kind} \`${parts.resource.slice(slash + 1)}\` of account ${parts.account}`;
}

/** GitHub, "OpenID Connect reference": `repo:OWNER/REPOSITORY:` then a ref, a pull request or an environment. */
function describeSubject(pattern: string): string | undefined {
  if (/^\**$/.test(pattern)) return 'any GitHub Actions workflow of any organization';
  const match = /^repo:([^/:*?]+)\/([^:]*?)(?::(.*))?$/.exec(pattern);
  if (match === null) return undefined;
  const [, owner = '', repository = '', rest] = match;
  const everyRepository = /^\*+$/.test(repository);
  if (rest === undefined && !repository.endsWith('*')) return undefined;
  const where = everyRepository
    ? `organization \`${owner}\``
    : /[*?]/.test(repository)
      ? `repositories \`${owner}/${repository}\``
      : `repository \`${owner}/${repository}\``;
  return `any GitHub Actions workflow of ${where}, ${describeRest(rest)}`;
}

function describeRest(rest: string | undefined): string {
  if (rest === undefined || /^\*+$/.test(rest)) return 'any branch, pull requests included';
  if (rest === 'pull_request') return 'in pull requests';
  const branch = /^ref:refs\/heads\/(.*)$/.exec(rest)?.[1];
  if (branch !== undefined) return /^\*+$/.test(branch) ? 'any branch' : `branch \`${branch}\``;
  const tag = /^ref:refs\/tags\/(.*)$/.exec(rest)?.[1];
  if (tag !== undefined) return /^\*+$/.test(tag) ? 'any tag' : `tag \`${tag}\``;
  const environment = /^environment:(.*)$/.exec(rest)?.[1];
  if (environment !== undefined)
    return /^\*+$/.test(environment) ? 'any environment' : `environment \`${environment}\``;
  return `where the subject goes on \`${rest}\``;
}
