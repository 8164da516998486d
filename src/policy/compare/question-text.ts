/**
 * Is this question of yes or no the same as one before, however its accounts and roles are called?
 *
 * Which account it is that a policy names counts only where something else speaks of accounts or of the caller: a
 * condition on the caller's ARN, account, name or id, a policy variable, a session, a provider. Where nothing does,
 * accounts, users and roles are told by the order in which they come: of fifty accounts that stand in one statement,
 * one is like the other.
 */
import type {
  ConditionClause,
  PrincipalEntry,
  PrincipalName,
  Statement,
  TrustPolicy,
} from '../document/trust-policy.ts';
import { clauseText } from './coverage.ts';

/** @returns equal texts for questions that have the same answer. */
export function questionText(from: TrustPolicy, to: TrustPolicy): string {
  const names = [from, to].every(tellsNobodyApart) ? new Names() : undefined;
  return `${policyText(from, names)}\n->\n${policyText(to, names)}`;
}

function policyText({ version, statements }: TrustPolicy, names: Names | undefined): string {
  return [version, ...statements.map((statement) => statementText(statement, version, names))].join('\n');
}

function statementText(
  { effect, principal, actions, conditions }: Statement,
  version: TrustPolicy['version'],
  names: Names | undefined,
): string {
  return JSON.stringify([
    effect,
    principal.element,
    principal.entries.map((entry) => names?.of(entry) ?? `${entry.type} ${entry.name.kind} ${entry.text}`),
    actions.element,
    actions.patterns.map(({ text }) => text.toLowerCase()),
    conditions.map((clause) => clauseText(clause, version)),
  ]);
}

const ofCallers: ReadonlySet<string> = new Set([
  'aws:principalarn',
  'aws:principalaccount',
  'aws:userid',
  'aws:username',
]);
const alike: ReadonlySet<PrincipalName['kind']> = new Set(['everyone', 'account', 'user', 'role', 'service']);

function tellsNobodyApart({ statements }: TrustPolicy): boolean {
  return statements.every(
    ({ principal, conditions }) =>
      principal.entries.every(({ name }) => alike.has(name.kind)) && !conditions.some(speaksOfCallers),
  );
}

function speaksOfCallers({ key, values }: ConditionClause): boolean {
  return ofCallers.has(key.toLowerCase()) || values.some(({ text }) => text.includes('${'));
}

/** Numbers for accounts, users and roles, in the order in which they are met. */
class Names {
  readonly #accounts = new Map<string, number>();
  readonly #principals = new Map<string, number>();

  of({ type, text, name }: PrincipalEntry): string {
    if (!('account' in name)) return `${type} ${name.kind} ${text}`;
    const account = numbered(this.#accounts, name.account);
    if (name.kind === 'user' || name.kind === 'role') {
      // Some names and paths are AWS's own, and with some characters nobody can have them.
      const plain = name.path === '/' && /^[\w+=,.@-]+$/.test(name.name) && !name.name.startsWith('AWSReserved');
      const own = plain ? numbered(this.#principals, text) : `${name.path}${name.name}`;
      return `${name.kind} ${name.partition} ${account} ${own}`;
    }
    return `${name.kind} ${'partition' in name ? name.partition : ''} ${account}`;
  }
}

function numbered(known: Map<string, number>, text: string): number {
  const number = known.get(text) ?? known.size;
  known.set(text, number);
  return number;
}
