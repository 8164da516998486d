/** What of a class that gains access do the Deny statements of both policies tell: whom they kept out, whom they still do? */
import type { PrincipalEntry } from '../document/trust-policy.ts';
import type { PreparedClause } from '../evaluate/condition.ts';
import type { PreparedPolicy } from '../evaluate/evaluate.ts';
import type { PreparedStatement } from '../evaluate/prepared-policy.ts';
import type { CallerSpace } from './caller-space.ts';
import { describeClause, textsOf } from './describe-condition.ts';
import { describePrincipal } from './describe-principal.ts';
import { and, type Formula, or } from './formula.ts';
import { oppositeOf } from './opposite-clause.ts';
import { allows, statementsOn } from './question.ts';

/** Whether some request meets the demands. */
export type Holds = (formula: Formula) => boolean;

interface Class {
  readonly from: PreparedPolicy;
  readonly to: PreparedPolicy;
  readonly space: CallerSpace;
  readonly action: string;
  /** That a request is of the class. */
  readonly members: Formula;
  /** Whether somebody whom the words for the class mean can meet the clause, or can break it. */
  readonly someCan: (clause: PreparedClause, meet: boolean) => boolean;
  readonly holds: Holds;
}

/** A phrase, and the condition key that it tells of, in lower case. */
export interface Phrase {
  readonly text: string;
  readonly key: string | undefined;
}

export interface Left extends Phrase {
  /** It names the values that are left, so that nothing else need be said of the key. */
  readonly settles: boolean;
}

export interface KeptOut {
  /** The only ones of the class, where the statements that kept them out name them. */
  readonly who: string | undefined;
  readonly phrases: readonly Phrase[];
}

/** Entries of a Deny, and clauses of all, that are looked at one by one. */
const mostEntries = 8;
const mostClauses = 12;
/** Values of one condition that are asked about one by one; longer lists are told whole. */
export const mostValues = 24;

/** Those whom an Allow of the other policy let in and a Deny kept out. */
export function keptOutByDenies(question: Class): KeptOut {
  const { from, space, action, members, holds } = question;
  const phrases: Phrase[] = [];
  const named: string[] = [];
  const elsewhere: Formula[] = [];
  const withoutDenies: PreparedPolicy = {
    ...from,
    statements: from.statements.filter(({ statement }) => statement.effect === 'Allow'),
  };
  for (const deny of statementsOn(from, 'Deny', action)) {
    const { principal } = deny.statement;
    const denied = and([
      space.principal(principal, 'Deny', true),
      ...deny.clauses.map((clause) => space.clause(clause, true)),
    ]);
    if (!holds(and([members, allows(space, withoutDenies, action), denied]))) continue;
    for (const clause of deny.clauses) {
      // What all of them bring tells nothing of these.
      if (!question.someCan(clause, false)) continue;
      phrases.push({
        text: describeClause(clause, { mayBeAbsent: mayBeAbsent(space, clause) }),
        key: clause.key.lower,
      });
    }
    elsewhere.push(space.principal(principal, 'Deny', false));
    if (principal.element === 'NotPrincipal') phrases.push({ text: 'not listed under NotPrincipal', key: undefined });
    else named.push(...namesOf(deny, question));
  }
  const all = named.length > 0 && !holds(and([members, ...elsewhere]));
  return { who: all ? [...new Set(named)].join(' or ') : undefined, phrases };
}

/** Of a list of callers, those that are of the class; nobody where everyone is listed. */
function namesOf({ statement: { principal } }: PreparedStatement, { space, members, holds }: Class): readonly string[] {
  const { entries } = principal;
  if (entries.some(({ name }) => name.kind === 'everyone') || entries.length > mostEntries) return [];
  const isMeant = (entry: PrincipalEntry) =>
    holds(and([members, space.principal({ ...principal, entries: [entry] }, 'Deny', true)]));
  return entries.filter(isMeant).map(({ name }) => describePrincipal(name, []).text);
}

/**
 * What a Deny of the new policy leaves of the class: who would be denied but for one of its conditions has to break that one.
 * @param told keys, in lower case, that the class is told by already.
 */
export function leftByDenies(question: Class, told: ReadonlySet<string>): readonly Left[] {
  const { to, space, action, members, holds } = question;
  const phrases: Left[] = [];
  let looked = 0;
  for (const deny of statementsOn(to, 'Deny', action)) {
    for (const clause of deny.clauses) {
      looked += 1;
      if (looked > mostClauses) return phrases;
      const key = clause.key.lower;
      const opposite = oppositeOf(clause);
      const settles = /^(String|Arn|Ip)/.test(opposite?.clause.operator.base ?? '') && opposite?.row?.negated === false;
      if (opposite === undefined || (told.has(key) && !settles)) continue;
      // Whoever is told of breaks it anyway.
      if (!question.someCan(clause, true)) continue;
      const notOthers = or([
        space.principal(deny.statement.principal, 'Deny', false),
        ...deny.clauses.filter((other) => other !== clause).map((other) => space.clause(other, false)),
      ]);
      if (notOthers !== false && holds(and([members, notOthers]))) continue;
      const values = settles ? valuesLeft(question, clause) : textsOf(opposite);
      phrases.push({
        text: describeClause(opposite, { values, mayBeAbsent: mayBeAbsent(space, opposite) }),
        key,
        settles,
      });
    }
  }
  return phrases;
}

/** @returns the condition with the values that an Allow of the other policy leaves out, where the class has just those. */
export function leftOut(question: Class, clause: PreparedClause): PreparedClause | undefined {
  const { space, members, holds } = question;
  const opposite =
    clause.row?.negated === true && clause.clause.operator.set === undefined ? oppositeOf(clause) : undefined;
  if (opposite === undefined || holds(and([members, space.clause(clause, true)]))) return undefined;
  const values = new Set(valuesLeft(question, clause));
  return {
    ...opposite,
    clause: { ...opposite.clause, values: opposite.clause.values.filter(({ text }) => values.has(text)) },
  };
}

/** Of the values that a Deny excepts, those that somebody of the class has. */
function valuesLeft({ space, members, holds }: Class, clause: PreparedClause): readonly string[] {
  const texts = textsOf(clause);
  if (texts.length < 2 || texts.length > mostValues) return texts;
  const left = texts.filter((text) => {
    const one = onlyValue(clause, text);
    return one === undefined || holds(and([members, space.clause(one, false)]));
  });
  return left.length === 0 ? texts : left;
}

/** @returns the clause with one of its values; `undefined` where a variable might be that. */
export function onlyValue(clause: PreparedClause, text: string): PreparedClause | undefined {
  if (clause.withVariables.length > 0) return undefined;
  const pieces = clause.pieces.filter((parts) => parts.map((piece) => piece.text).join('') === text);
  return pieces.length === 0 ? undefined : { ...clause, pieces };
}

/** Whether a caller of the kind may come without the clause's key. */
export function mayBeAbsent(space: CallerSpace, { key }: PreparedClause): boolean {
  return space.dimensions.get(key.lower)?.shape.presence !== 'always';
}
