/**
 * Which smallest change of a trust policy lets this one call in, and is it proved that it grants nothing more?
 *
 * Candidates are made as edits of the text, so that formatting, order and Sids stay: first in the statement that comes
 * closest to allowing the call, then, where that would also let others in, a statement of its own for the caller. A
 * candidate is called verified only where IAM would take it, the evaluator allows the call under it, and the exact
 * comparison proves that nobody loses access and nobody gains it outside the class that was meant.
 */
import { compare, newAccess } from '../compare/compare.ts';
import { appendTo, moveMember, renameMember, setMember } from '../document/edit.ts';
import { parseTrustPolicy } from '../document/parse.ts';
import type { ConditionClause, Statement, TrustPolicy } from '../document/trust-policy.ts';
import { validateTrustPolicy } from '../document/validate.ts';
import { evaluate, prepare } from '../evaluate/evaluate.ts';
import type { AssumeRequest } from '../evaluate/request.ts';
import { type ClauseChange, changedClause, clauseChanges } from './clause-change.ts';
import { type NamedPrincipal, principalOfCaller } from './principal-of-caller.ts';

export interface RepairQuestion {
  readonly policy: TrustPolicy;
  /** The Allow statement to be repaired. */
  readonly statement: Statement;
  /** The denied call with all its actions; what is not known of it stays unknown. */
  readonly call: AssumeRequest;
  /** What of the statement keeps the call out, and the owner is to change. */
  readonly principal: boolean;
  readonly action: boolean;
  readonly clauses: readonly ConditionClause[];
  /** What keeps it out as well, and only the caller can put right: the external ID, MFA, tags. */
  readonly leftToCaller: readonly ConditionClause[];
}

export interface Repair {
  /** Text of the whole repaired document. */
  readonly text: string;
  /** What is changed, one sentence. */
  readonly summary: string;
  /** Whether all of the head comment holds. */
  readonly verified: boolean;
  /** Who gains by it, in the words of the exact comparison; `nothing` where nobody does. */
  readonly grants: string;
}

/** The JSON form of a statement, as far as it is put together here. */
interface StatementValue {
  readonly Sid?: string;
  readonly Effect: 'Allow';
  readonly Principal: Readonly<Record<string, string | readonly string[]>>;
  readonly Action: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

interface Candidate {
  readonly text: string;
  readonly summary: string;
  /** Statements that together allow all that the repair is meant to add. */
  readonly intended: readonly StatementValue[];
}

/** @returns the best repair; `undefined` where none can be derived. */
export function repair(question: RepairQuestion): Repair | undefined {
  const caller = principalOfCaller(question.call.caller);
  if (caller === undefined) return undefined;
  const changes = new Map<ConditionClause, ClauseChange>();
  for (const clause of question.clauses) {
    const [change] = clauseChanges(clause, question.call, question.policy.version).filter((one) =>
      holdsAfter(clause, one, question),
    );
    if (change === undefined) return undefined;
    changes.set(clause, change);
  }
  const candidates = [inPlace(question, caller, changes), asStatement(question, caller, changes)].flatMap(
    (one) => one ?? [],
  );
  const judged = candidates.flatMap((candidate) => judge(question, candidate) ?? []);
  return judged.find(({ verified }) => verified) ?? judged[0];
}

/** Whether the clause, so changed, would hold for the call. */
function holdsAfter(clause: ConditionClause, change: ClauseChange, { call, policy }: RepairQuestion): boolean {
  const { operator, key, values } = changedClause(clause, change);
  const parsed = parsedStatements(policy.version, [
    {
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: 'sts:*',
      Condition: { [operator]: { [key]: values } },
    },
  ]);
  const [statement] = parsed?.statements ?? [];
  if (parsed === undefined || statement === undefined) return false;
  const everybody: Statement = {
    ...statement,
    principal: { ...statement.principal, element: 'NotPrincipal', entries: [] },
  };
  const decision = evaluate(prepare({ ...parsed, statements: [everybody] }), call).statements[0]?.reasons[2]?.matches;
  return decision === 'yes';
}

function inPlace(
  question: RepairQuestion,
  caller: NamedPrincipal,
  changes: ReadonlyMap<ConditionClause, ClauseChange>,
): Candidate | undefined {
  const { policy, statement, call } = question;
  if (statement.principal.element === 'NotPrincipal') return undefined;
  let text: string | undefined = policy.text;
  const done: string[] = [];
  const edit = (make: (document: { readonly text: string }) => string | undefined): void => {
    text = text === undefined ? undefined : make({ text });
  };
  // Values first: they leave every pointer as it is.
  for (const [clause, change] of changes)
    if (change.how === 'add-value') {
      edit((document) => appendTo(document, clause.pointer, change.value));
      done.push(`add \`${change.value}\` to the values of ${clause.key}`);
    }
  if (question.principal) {
    const member = statement.principal.entries.some(({ type }) => type === caller.type);
    edit((document) =>
      member
        ? appendTo(document, `${statement.principal.pointer}/${caller.type}`, caller.text)
        : setMember(document, statement.principal.pointer, caller.type, caller.text),
    );
    done.push(`add \`${caller.text}\` to the principals`);
  }
  if (question.action) {
    if (statement.actions.element === 'NotAction') return undefined;
    const missing = missingActions(statement, call);
    for (const action of missing) edit((document) => appendTo(document, statement.actions.pointer, action));
    done.push(`add ${missing.map((action) => `\`${action}\``).join(' and ')} to the actions`);
  }
  for (const [clause, change] of changes) {
    const block = clause.pointer.slice(0, clause.pointer.lastIndexOf('/'));
    if (change.how === 'key') {
      edit((document) => renameMember(document, clause.pointer, change.key));
      done.push(`write \`${change.key}\` in place of \`${clause.key}\``);
    } else if (change.how === 'operator') {
      edit((document) => moveMember(document, block, clause.key, change.operator));
      done.push(`write \`${change.operator}\` in place of \`${clause.operator.text}\``);
    }
  }
  if (text === undefined) return undefined;
  const own = corrected(statement, changes, (change) => change.how !== 'add-value');
  return {
    text,
    summary: `In ${nameOf(statement)}, ${done.join(', and ')}.`,
    intended: [...(own === undefined ? [] : [own]), forCaller(question, caller, changes)],
  };
}

/** Where another caller would gain by an edit in place: the same conditions, for this caller alone. */
function asStatement(
  question: RepairQuestion,
  caller: NamedPrincipal,
  changes: ReadonlyMap<ConditionClause, ClauseChange>,
): Candidate | undefined {
  const { policy } = question;
  // What was never meant as it stands is to be put right where it stands.
  if ([...changes.values()].some(({ how }) => how !== 'add-value')) return undefined;
  const statement = forCaller(question, caller, changes);
  const text = appendTo(policy, '/Statement', statement);
  if (text === undefined) return undefined;
  return { text, summary: `Add a statement for \`${caller.text}\` alone.`, intended: [statement] };
}

/** The statement, narrowed to the caller, with everything put right that the owner can put right. */
function forCaller(
  { statement, call, action }: RepairQuestion,
  caller: NamedPrincipal,
  changes: ReadonlyMap<ConditionClause, ClauseChange>,
): StatementValue {
  const own = statement.actions.element === 'Action' ? statement.actions.patterns.map(({ text }) => text) : [];
  const actions = action || own.length === 0 ? [...new Set([...own, ...call.actions])] : own;
  const condition = conditionOf(statement.conditions, changes);
  return {
    Effect: 'Allow',
    Principal: { [caller.type]: caller.text },
    Action: single(actions),
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

/** The statement for the principals it has, with what was never meant as it stands put right; `undefined`: there is no such thing. */
function corrected(
  statement: Statement,
  changes: ReadonlyMap<ConditionClause, ClauseChange>,
  counts: (change: ClauseChange) => boolean,
): StatementValue | undefined {
  const own = new Map([...changes].filter(([, change]) => counts(change)));
  if (own.size === 0 || statement.actions.element === 'NotAction') return undefined;
  const principals = Object.fromEntries(
    [...new Set(statement.principal.entries.map(({ type }) => type))].map((type) => [
      type,
      statement.principal.entries.filter((entry) => entry.type === type).map(({ text }) => text),
    ]),
  );
  const condition = conditionOf(statement.conditions, own);
  return {
    Effect: 'Allow',
    Principal: principals,
    Action: single(statement.actions.patterns.map(({ text }) => text)),
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

function conditionOf(
  clauses: readonly ConditionClause[],
  changes: ReadonlyMap<ConditionClause, ClauseChange>,
): StatementValue['Condition'] {
  if (clauses.length === 0) return undefined;
  const blocks: Record<string, Record<string, string | readonly string[]>> = {};
  for (const clause of clauses) {
    const change = changes.get(clause);
    const { operator, key, values } =
      change === undefined
        ? { operator: clause.operator.text, key: clause.key, values: clause.values.map(({ text }) => text) }
        : changedClause(clause, change);
    blocks[operator] = { ...blocks[operator], [key]: single(values) };
  }
  return blocks;
}

function single(values: readonly string[]): string | readonly string[] {
  const [only] = values;
  return values.length === 1 && only !== undefined ? only : values;
}

function missingActions(statement: Statement, call: AssumeRequest): readonly string[] {
  return call.actions.filter((action) => {
    const lone: Statement = { ...statement, conditions: [] };
    const policy: TrustPolicy = {
      version: '2012-10-17',
      versionStated: true,
      statements: [lone],
      text: '',
      placeOf: () => undefined,
    };
    const reasons = evaluate(prepare(policy), { ...call, actions: [action] }).statements[0]?.reasons;
    return reasons?.[1]?.matches !== 'yes';
  });
}

function judge(question: RepairQuestion, { text, summary, intended }: Candidate): Repair | undefined {
  const { policy, call } = question;
  const parsed = parseTrustPolicy(text);
  if (parsed.status !== 'read') return undefined;
  const repaired = parsed.policy;
  const decision = evaluate(prepare(withoutCallersPart(repaired, question)), call).decision;
  // A change that does not help is no repair; one of which that is not known is not verified.
  if (decision !== 'allow' && decision !== 'unknown') return undefined;
  const meant = parsedStatements(policy.version, intended);
  if (meant === undefined) return undefined;
  const allowed: TrustPolicy = {
    ...policy,
    statements: [
      ...policy.statements,
      ...meant.statements.map((one, at) => ({ ...one, index: policy.statements.length + at })),
    ],
  };
  const comparison = compare(policy, repaired);
  const refused = [...parsed.problems, ...validateTrustPolicy(repaired)].some(({ level }) => level === 'refused');
  const refusedBefore = validateTrustPolicy(policy).some(({ level }) => level === 'refused');
  const verified =
    decision === 'allow' &&
    (!refused || refusedBefore) &&
    (comparison.verdict === 'broader' || comparison.verdict === 'equivalent') &&
    newAccess(allowed, repaired).answer === 'no';
  const grants = comparison.gained.map((gain) => gain.summary);
  return { text, summary, verified, grants: grants.length === 0 ? 'nothing' : grants.join('; ') };
}

/** The repaired policy as it answers once the caller does its own part. */
function withoutCallersPart(repaired: TrustPolicy, { leftToCaller, statement, policy }: RepairQuestion): TrustPolicy {
  if (leftToCaller.length === 0) return repaired;
  const left = new Set(leftToCaller.map(({ operator, key }) => `${operator.text} ${key}`));
  const touched = (one: Statement) => one.index === statement.index || one.index >= policy.statements.length;
  return {
    ...repaired,
    statements: repaired.statements.map((one) =>
      touched(one)
        ? { ...one, conditions: one.conditions.filter(({ operator, key }) => !left.has(`${operator.text} ${key}`)) }
        : one,
    ),
  };
}

function parsedStatements(
  version: TrustPolicy['version'],
  statements: readonly StatementValue[],
): TrustPolicy | undefined {
  const parsed = parseTrustPolicy(JSON.stringify({ Version: version, Statement: statements }));
  return parsed.status === 'read' ? parsed.policy : undefined;
}

function nameOf({ sid, index }: Statement): string {
  return sid === undefined ? `statement ${index}` : `statement ${index} (${sid})`;
}
