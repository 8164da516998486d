/**
 * Whom of a statement does another policy let in by its very text, so that nothing has to be searched?
 *
 * Whoever gets in by an entry of an Allow statement gets in there as well where that policy has an Allow statement with
 * the same entry, for the action, under some of the same conditions, and every Deny of that policy for the action stands
 * in this one too. The order of values, entries and conditions does not count.
 */
import type { ConditionClause, PrincipalElement, PrincipalEntry, TrustPolicy } from '../document/trust-policy.ts';
import type { PreparedPolicy } from '../evaluate/evaluate.ts';
import type { PreparedStatement } from '../evaluate/prepared-policy.ts';
import { statementsOn } from './question.ts';

interface AllowText {
  readonly conditions: ReadonlySet<string>;
  /** Those of a Principal; of a NotPrincipal the whole. */
  readonly principals: ReadonlySet<string>;
}

export class Coverage {
  readonly #to: PreparedPolicy;
  /** `undefined`: a Deny stands there that does not stand here. */
  readonly #allows: readonly AllowText[] | undefined;

  /** @param from the policy that may let them in already; `to` is the one whose statements are asked about. */
  constructor(from: PreparedPolicy, to: PreparedPolicy, action: string) {
    this.#to = to;
    const denies = new Set(statementsOn(to, 'Deny', action).map((deny) => textOf(deny, to)));
    this.#allows = statementsOn(from, 'Deny', action).every((deny) => denies.has(textOf(deny, from)))
      ? statementsOn(from, 'Allow', action).map((statement) => ({
          conditions: conditionsOf(statement, from),
          principals: new Set(principalsOf(statement.statement.principal)),
        }))
      : undefined;
  }

  /** @returns the entries of the statement of which that is not so; none of them for a NotPrincipal of which it is. */
  left(statement: PreparedStatement, entries: readonly PrincipalEntry[]): readonly PrincipalEntry[] {
    const near = this.#near(statement);
    return near.length === 0
      ? entries
      : entries.filter((entry) => {
          const text = entryText(entry);
          return !near.some(({ principals }) => principals.has(text));
        });
  }

  /** Whether it is so of the statement as a whole. */
  whole(statement: PreparedStatement): boolean {
    const near = this.#near(statement);
    const principals = principalsOf(statement.statement.principal);
    return near.length > 0 && principals.every((text) => near.some((other) => other.principals.has(text)));
  }

  #near(statement: PreparedStatement): readonly AllowText[] {
    if (this.#allows === undefined || this.#allows.length === 0) return [];
    const own = conditionsOf(statement, this.#to);
    return this.#allows.filter(({ conditions }) => [...conditions].every((condition) => own.has(condition)));
  }
}

function principalsOf(principal: PrincipalElement): readonly string[] {
  const texts = principal.entries.map(entryText);
  return principal.element === 'Principal' ? texts : [`all but ${[...new Set(texts)].sort().join('\n')}`];
}

function entryText({ type, text, name }: PrincipalEntry): string {
  return `${type} ${name.kind} ${text}`;
}

/** A Deny for the action: which others it is for does not count. */
function textOf(statement: PreparedStatement, { policy }: PreparedPolicy): string {
  const conditions = statement.statement.conditions.map((clause) => clauseText(clause, policy.version));
  return [principalsOf(statement.statement.principal).toSorted().join('\n'), ...[...new Set(conditions)].sort()].join(
    '\u0000',
  );
}

function conditionsOf({ statement }: PreparedStatement, { policy }: PreparedPolicy): ReadonlySet<string> {
  return new Set(statement.conditions.map((clause) => clauseText(clause, policy.version)));
}

const clauseTexts = new WeakMap<ConditionClause, string>();

/** @returns equal texts for clauses that mean the same in the same words, whatever the order of their values. */
export function clauseText(clause: ConditionClause, version: TrustPolicy['version']): string {
  let text = clauseTexts.get(clause);
  if (text === undefined) {
    const { operator, key, values } = clause;
    text = JSON.stringify([
      operator.set ?? '',
      operator.base,
      operator.ifExists,
      key.toLowerCase(),
      [...new Set(values.map((value) => value.text))].sort(),
    ]);
    clauseTexts.set(clause, text);
  }
  // Variables are plain text under the older version.
  return text.includes('${') ? `${version} ${text}` : text;
}
