/**
 * Which smallest change of a trust policy lets this one call in, and is it proved that it grants nothing more?
 *
 * Candidates are made as edits of the text, so that formatting, order and Sids stay: first in the statement that comes
 * closest to allowing the call, then, where that would also let others in, in a statement of its own for the caller.
 * What lets in others than were meant is no repair. One is called verified only where, besides, IAM would take it, the
 * evaluator allows the call under it, and the exact comparison proves that nobody loses access.
 */
import { compare, newAccess } from '../compare/compare.ts';
import type { Comparison } from '../compare/comparison.ts';
import { appendTo, moveMember, renameMember, replaceAt, setMember } from '../document/edit.ts';
import { parseTrustPolicy } from '../document/parse.ts';
import type { ConditionClause, PrincipalEntry, Problem, Statement, TrustPolicy } from '../document/trust-policy.ts';
import { validateTrustPolicy } from '../document/validate.ts';
import { issuerOf } from '../evaluate/caller.ts';
import { evaluate, prepare } from '../evaluate/evaluate.ts';
import type { AssumeRequest, Ternary } from '../evaluate/request.ts';
import { type ClauseChange, changedClause, clauseChanges, letsInTheWorld } from './clause-change.ts';
import { exemptCaller } from './exempt-caller.ts';
import { meantKey } from './meant-key.ts';
import { type NamedPrincipal, principalOfCaller } from './principal-of-caller.ts';

export interface RepairQuestion {
  readonly policy: TrustPolicy;
  /** The Allow statement to be repaired; `undefined`: one matches already, or (`principal`) there is none to go by. */
  readonly statement: Statement | undefined;
  /** The denied call with all its actions; what is not known of it stays unknown. */
  readonly call: AssumeRequest;
  /** What of the statement keeps the call out, and the owner is to change. */
  readonly principal: boolean;
  readonly action: boolean;
  readonly clauses: readonly ConditionClause[];
  /**
   * What keeps it out as well, and only the caller can put right: the external ID, MFA, tags. Among `clauses` too where
   * its key is misspelt: the owner corrects the name, and the caller passes what it asks for.
   */
  readonly leftToCaller: readonly ConditionClause[];
  /** Deny statements that match the call, from which the owner excepts the caller. */
  readonly denies: readonly Statement[];
  /** Those that the caller can escape itself. */
  readonly deniesLeftToCaller: readonly Statement[];
  /** The unique id of a principal that is gone, in whose place the caller stands: IAM would not save it again. */
  readonly gone?: PrincipalEntry;
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
  readonly Effect: 'Allow' | 'Deny';
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

/** A question about one Allow statement. */
type StatementQuestion = RepairQuestion & { readonly statement: Statement };

/** The document with the caller excepted from the Deny statements that match it. */
interface Spared {
  readonly text: string;
  readonly done: readonly string[];
}

/** @returns the best repair; `undefined` where none can be derived that lets in nobody else. */
export function repair(question: RepairQuestion): Repair | undefined {
  const caller = principalOfCaller(question.call.caller);
  const spared = caller === undefined ? undefined : spareCaller(question, caller);
  if (caller === undefined || spared === undefined) return undefined;
  let unverified: Repair | undefined;
  for (const candidate of candidatesFor(question, caller, spared)) {
    const judged = judge(question, caller, candidate);
    if (judged?.verified === true) return judged;
    unverified ??= judged;
  }
  return unverified;
}

function candidatesFor(question: RepairQuestion, caller: NamedPrincipal, spared: Spared): readonly Candidate[] {
  const { statement } = question;
  if (statement === undefined)
    return [question.principal ? fresh(question, caller, spared) : onlySpared(spared)].flatMap((one) => one ?? []);
  const about: StatementQuestion = { ...question, statement };
  const changes = new Map<ConditionClause, ClauseChange>();
  for (const clause of question.clauses) {
    const [change] = clauseChanges(clause, question.call, question.policy.version).filter((one) => {
      const holds = holdsAfter(clause, one, question);
      // A name that does not exist was never meant, whatever the call brings once the name is right.
      return holds === 'yes' || (one.how === 'key' && (holds === 'unknown' || question.leftToCaller.includes(clause)));
    });
    if (change === undefined) {
      // What is asked of services or of tokens was never meant for a user or a role.
      const others = statement.principal.entries.every(({ type }) => type !== 'AWS');
      return question.principal &&
        (caller.type === 'AWS' ? others : isAboutTokens(statement)) &&
        question.leftToCaller.length === 0
        ? [fresh(question, caller, spared)].flatMap((one) => one ?? [])
        : [];
    }
    changes.set(clause, change);
  }
  return [inPlace(about, caller, changes, spared), asStatement(about, caller, changes, spared)].flatMap(
    (one) => one ?? [],
  );
}

/** Trusts providers alone, and asks for nothing but what their tokens hold: of a token of another provider it says nothing. */
function isAboutTokens({ principal, conditions }: Statement): boolean {
  return (
    principal.entries.every(({ type }) => type === 'Federated') &&
    conditions.every(({ key }) => /^[^:]+\.[^:]+:[^:]+$/.test(key))
  );
}

function spareCaller({ policy, denies }: RepairQuestion, caller: NamedPrincipal): Spared | undefined {
  let text = policy.text;
  const done: string[] = [];
  for (const deny of denies) {
    const next = exemptCaller({ text }, deny, caller);
    if (next === undefined) return undefined;
    text = next;
    done.push(`except \`${caller.text}\` from the Deny of ${nameOf(deny)}`);
  }
  return { text, done };
}

function onlySpared({ text, done }: Spared): Candidate | undefined {
  return done.length === 0 ? undefined : { text, summary: sentenceOf(done), intended: [] };
}

/** A statement with nothing but the caller and the call in it. */
function fresh({ call }: RepairQuestion, caller: NamedPrincipal, spared: Spared): Candidate | undefined {
  const condition = tokenCondition(call, caller);
  if (condition === undefined) return undefined;
  const statement: StatementValue = {
    Effect: 'Allow',
    Principal: { [caller.type]: caller.text },
    Action: single(call.actions),
    ...(condition === 'none' ? {} : { Condition: { StringEquals: condition } }),
  };
  const text = appendTo(spared, '/Statement', statement);
  if (text === undefined) return undefined;
  return {
    text,
    summary: sentenceOf([...spared.done, `add a statement for \`${caller.text}\` alone`]),
    intended: [statement],
  };
}

/**
 * What a statement has to ask beside naming the caller: a provider stands for everybody who has a token of it, so that
 * it is never named without the subject.
 * @returns `undefined` where that is not known.
 */
function tokenCondition(
  { caller: who, context }: AssumeRequest,
  caller: NamedPrincipal,
): Readonly<Record<string, string>> | 'none' | undefined {
  if (caller.type !== 'Federated') return 'none';
  if (who.kind !== 'web-identity') return undefined;
  const issuer = spelledIssuer(who.provider);
  const [aud, sub] = [`${issuer}:aud`, `${issuer}:sub`].map((key) => context.get(key.toLowerCase())?.[0]);
  if (aud === undefined || sub === undefined || /\$\{/.test(aud + sub)) return undefined;
  return { [`${issuer}:aud`]: aud, [`${issuer}:sub`]: sub };
}

/** As the provider's ARN spells it; keys ignore the case. */
function spelledIssuer(provider: string): string {
  const written = provider.split(':oidc-provider/')[1] ?? provider;
  return written.toLowerCase() === issuerOf(provider).toLowerCase() ? written : issuerOf(provider);
}

/** Whether a statement for a web identity is about subjects of somebody's own: for every other caller its name says so. */
function asksForSubject(condition: StatementValue['Condition'], { caller }: AssumeRequest): boolean {
  return caller.kind !== 'web-identity' || isPinned(condition, `${issuerOf(caller.provider)}:sub`);
}

/** Whether a test that only some values pass stands on the key. */
function isPinned(condition: StatementValue['Condition'], key: string): boolean {
  return Object.entries(condition ?? {}).some(
    ([operator, block]) =>
      /^(?:ForAnyValue:)?(?:StringEquals|StringEqualsIgnoreCase|StringLike)$/i.test(operator) &&
      Object.entries(block).some(
        ([name, values]) =>
          name.toLowerCase() === key.toLowerCase() &&
          [values].flat().every((text) => !/Like$/i.test(operator) || !letsInTheWorld(key, text)),
      ),
  );
}

/** Whether the clause, so changed, would hold for the call. */
function holdsAfter(clause: ConditionClause, change: ClauseChange, { call, policy }: RepairQuestion): Ternary {
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
  if (parsed === undefined || statement === undefined) return 'no';
  const everybody: Statement = {
    ...statement,
    principal: { ...statement.principal, element: 'NotPrincipal', entries: [] },
  };
  return evaluate(prepare({ ...parsed, statements: [everybody] }), call).statements[0]?.reasons[2]?.matches ?? 'no';
}

function inPlace(
  question: StatementQuestion,
  caller: NamedPrincipal,
  changes: ReadonlyMap<ConditionClause, ClauseChange>,
  spared: Spared,
): Candidate | undefined {
  const { statement, call, gone } = question;
  if (statement.principal.element === 'NotPrincipal') return undefined;
  // The statement's conditions on tokens of one provider say nothing about those of another.
  if (question.principal && caller.type === 'Federated') return undefined;
  let text: string | undefined = spared.text;
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
  if (question.principal && gone !== undefined) {
    edit((document) => replaceAt(document, gone.pointer, caller.text));
    done.push(
      `write \`${caller.text}\` in place of \`${gone.text}\`, an id that IAM shows only of a principal that is gone`,
    );
  } else if (question.principal) {
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
      done.push(`write \`${change.operator}\` in place of \`${clause.operator.text}\` over ${clause.key}`);
    }
  }
  if (text === undefined) return undefined;
  const own = corrected(statement, changes, (change) => change.how !== 'add-value');
  const forOne = forCaller(question, caller, changes);
  if (own === 'collision' || forOne === undefined) return undefined;
  // A statement that asks for no subject would let in whoever has a token of the provider.
  if (!asksForSubject(forOne.Condition, question.call)) return undefined;
  return {
    text,
    summary: sentenceOf([
      ...spared.done,
      ...done.map((one, at) => (at === 0 ? `in ${nameOf(statement)}, ${one}` : one)),
    ]),
    intended: [...(own === undefined ? [] : [own]), forOne],
  };
}

/** Where another caller would gain by an edit in place: the same conditions, for this caller alone. */
function asStatement(
  question: StatementQuestion,
  caller: NamedPrincipal,
  changes: ReadonlyMap<ConditionClause, ClauseChange>,
  spared: Spared,
): Candidate | undefined {
  // An id that means nobody any more cannot be saved again.
  if (question.gone !== undefined || question.statement.principal.element === 'NotPrincipal') return undefined;
  // What was never meant as it stands is to be put right where it stands.
  if ([...changes.values()].some(({ how }) => how !== 'add-value')) return undefined;
  const narrowed = forCaller(question, caller, changes);
  const token =
    question.principal || !asksForSubject(narrowed?.Condition, question.call)
      ? tokenCondition(question.call, caller)
      : 'none';
  if (token === undefined || narrowed === undefined) return undefined;
  const condition = token === 'none' ? narrowed.Condition : withTests(narrowed.Condition, token);
  const statement: StatementValue = {
    ...narrowed,
    // All that this call needs, and no further action that the statement happens to allow.
    Action: single(question.call.actions),
    ...(condition === undefined ? {} : { Condition: condition }),
  };
  const text = appendTo(spared, '/Statement', statement);
  if (text === undefined) return undefined;
  const conditions =
    question.statement.conditions.length === 0 ? '' : `, under the conditions of ${nameOf(question.statement)}`;
  const subject = token === 'none' ? '' : `, for the subject \`${Object.values(token)[1] ?? ''}\` only`;
  const values = [...changes].flatMap(([{ key }, change]) =>
    change.how === 'add-value' ? [` and with \`${change.value}\` among the values of ${key}`] : [],
  );
  return {
    text,
    summary: sentenceOf([
      ...spared.done,
      `add a statement for \`${caller.text}\` alone${subject}${conditions}${values.join('')}`,
    ]),
    intended: [statement],
  };
}

/** The statement, narrowed to the caller, with everything put right that the owner can put right. */
function forCaller(
  { statement, call, action }: StatementQuestion,
  caller: NamedPrincipal,
  changes: ReadonlyMap<ConditionClause, ClauseChange>,
): StatementValue | undefined {
  const own = statement.actions.element === 'Action' ? statement.actions.patterns.map(({ text }) => text) : [];
  const actions = action || own.length === 0 ? [...new Set([...own, ...call.actions])] : own;
  const condition = conditionOf(statement.conditions, changes);
  if (condition === 'collision') return undefined;
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
): StatementValue | 'collision' | undefined {
  const own = new Map([...changes].filter(([, change]) => counts(change)));
  if (own.size === 0 || statement.actions.element === 'NotAction') return undefined;
  const principals = Object.fromEntries(
    [...new Set(statement.principal.entries.map(({ type }) => type))].map((type) => [
      type,
      statement.principal.entries.filter((entry) => entry.type === type).map(({ text }) => text),
    ]),
  );
  const condition = conditionOf(statement.conditions, own);
  if (condition === 'collision') return condition;
  return {
    Effect: 'Allow',
    Principal: principals,
    Action: single(statement.actions.patterns.map(({ text }) => text)),
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

/** @returns `collision` where two tests would fall on one place, so that one of them would be lost. */
function conditionOf(
  clauses: readonly ConditionClause[],
  changes: ReadonlyMap<ConditionClause, ClauseChange>,
): StatementValue['Condition'] | 'collision' {
  if (clauses.length === 0) return undefined;
  const blocks: Record<string, Record<string, string | readonly string[]>> = {};
  const taken = new Set<string>();
  for (const clause of clauses) {
    const change = changes.get(clause);
    const { operator, key, values } =
      change === undefined
        ? { operator: clause.operator.text, key: clause.key, values: clause.values.map(({ text }) => text) }
        : changedClause(clause, change);
    const place = `${operator} ${key}`.toLowerCase();
    if (taken.has(place)) return 'collision';
    taken.add(place);
    blocks[operator] = { ...blocks[operator], [key]: single(values) };
  }
  return blocks;
}

/** The condition with these tests as well, save those that it has in some form already. */
function withTests(
  condition: StatementValue['Condition'],
  tests: Readonly<Record<string, string>>,
): StatementValue['Condition'] {
  const blocks = Object.entries(condition ?? {});
  const missing = Object.entries(tests).filter(([key]) => !isPinned(condition, key));
  if (missing.length === 0) return condition;
  const [name, block] = blocks.find(([operator]) => operator.toLowerCase() === 'stringequals') ?? ['StringEquals', {}];
  return { ...condition, [name]: { ...block, ...Object.fromEntries(missing) } };
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

/** The latest answers about whole policies: whoever is denied once is denied often, and each of its calls asks the same. */
const known = new Map<string, Comparison | undefined>();
const mostKnown = 100;

/**
 * @param ask depends on nothing of the call: on the texts of both policies, on what was meant, and on whom it is meant for.
 * @returns who gains; `undefined` where somebody gains who was not meant to.
 */
function gainsKnown(
  { policy, gone, denies }: RepairQuestion,
  caller: NamedPrincipal,
  intended: readonly StatementValue[],
  text: string,
  ask: () => Comparison | undefined,
): Comparison | undefined {
  const spared = denies.map(({ index }) => index);
  const key = JSON.stringify([policy.text, gone?.pointer ?? null, spared, caller.type, caller.text, intended, text]);
  const answer = known.has(key) ? known.get(key) : ask();
  // The one that was asked for last is forgotten last.
  known.delete(key);
  known.set(key, answer);
  for (const [oldest] of known) {
    if (known.size <= mostKnown) break;
    known.delete(oldest);
  }
  return answer;
}

/** @returns `undefined` where the candidate does not help, or lets in others than were meant. */
function judge(
  question: RepairQuestion,
  caller: NamedPrincipal,
  { text, summary, intended }: Candidate,
): Repair | undefined {
  const { policy, call, denies } = question;
  const parsed = parseTrustPolicy(text);
  if (parsed.status !== 'read') return undefined;
  const repaired = parsed.policy;
  const decision = evaluate(prepare(withoutCallersPart(repaired, question)), call).decision;
  // A change that does not help is no repair; one of which that is not known is not verified.
  if (decision !== 'allow' && decision !== 'unknown') return undefined;
  const meant = intended.length === 0 ? [] : parsedStatements(policy.version, intended)?.statements;
  if (meant === undefined) return undefined;
  const before = withoutGone(policy, question.gone);
  const gains = gainsKnown(question, caller, intended, text, () =>
    letsInOnly(question, caller, before, meant, repaired) ? compare(before, repaired) : undefined,
  );
  if (gains === undefined) return undefined;
  const isRefused = (problems: readonly Problem[]) => problems.some(({ level }) => level === 'refused');
  const refused = isRefused([...parsed.problems, ...validateTrustPolicy(repaired)]);
  // What IAM would not take is no repair, save where what stands there would not be taken either.
  if (refused && !isRefused(validateTrustPolicy(policy))) return undefined;
  const verified =
    decision === 'allow' &&
    !refused &&
    (gains.verdict === 'broader' || gains.verdict === 'equivalent') &&
    callersPartCanBeDone(question, meant);
  // Of an exception from a Deny nobody else has anything: that is proved, and exacter than the statement's own class.
  const grants =
    denies.length > 0 && caller.type === 'AWS' && intended.length === 0
      ? [`\`${caller.text}\``]
      : gainsOf(question, before, repaired, gains);
  return { text, summary, verified, grants: grants.length === 0 ? 'nothing' : grants.join('; ') };
}

/** Where the statement tested a key that does not exist, it let in nobody: what it allows now is not told by that key. */
function gainsOf(
  { statement, clauses, call }: RepairQuestion,
  before: TrustPolicy,
  repaired: TrustPolicy,
  comparison: Comparison,
): readonly string[] {
  const letInNobody = clauses.some(({ key }) => meantKey(key, call.caller) !== undefined);
  const { gained } = letInNobody
    ? compare(
        withStatements(
          before,
          before.statements.filter(({ index }) => index !== statement?.index),
        ),
        repaired,
      )
    : comparison;
  return gained.map((gain) => gain.summary);
}

/** Proved: nobody gains outside what was meant, and of an exception from a Deny nobody but the caller has anything. */
function letsInOnly(
  { policy, denies }: RepairQuestion,
  caller: NamedPrincipal,
  before: TrustPolicy,
  meant: readonly Statement[],
  repaired: TrustPolicy,
): boolean {
  const bounded = (statements: readonly Statement[]): TrustPolicy => withStatements(policy, [...statements, ...meant]);
  if (denies.length === 0) return newAccess(bounded(before.statements), repaired).answer === 'no';
  const lifted = before.statements.filter(({ index }) => !denies.some((deny) => deny.index === index));
  if (newAccess(bounded(lifted), repaired).answer !== 'no') return false;
  const others = parsedStatements('2012-10-17', [
    {
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'sts:*',
      Condition: { StringEquals: { 'aws:PrincipalArn': caller.text } },
    },
  ]);
  return (
    others !== undefined &&
    newAccess(bounded(before.statements), withStatements(repaired, [...repaired.statements, ...others.statements]))
      .answer === 'no'
  );
}

function withStatements(policy: TrustPolicy, statements: readonly Statement[]): TrustPolicy {
  return { ...policy, statements: statements.map((one, index) => ({ ...one, index })) };
}

/** The policy without the id of a principal that is gone: nobody has it, so that nobody loses by its going. */
function withoutGone(policy: TrustPolicy, gone: PrincipalEntry | undefined): TrustPolicy {
  if (gone === undefined) return policy;
  return {
    ...policy,
    statements: policy.statements.map((one) => ({
      ...one,
      principal: { ...one.principal, entries: one.principal.entries.filter((entry) => entry !== gone) },
    })),
  };
}

/** Whether some call satisfies what is left to the caller together with all the rest. */
function callersPartCanBeDone(
  { policy, leftToCaller, deniesLeftToCaller, call }: RepairQuestion,
  meant: readonly Statement[],
): boolean {
  if (leftToCaller.length + deniesLeftToCaller.length === 0) return true;
  if (leftToCaller.some((clause) => cannotBePassed(clause, call))) return false;
  const own = [...meant.slice(-1), ...deniesLeftToCaller];
  return newAccess(withStatements(policy, []), withStatements(policy, own)).answer === 'yes';
}

/** Whether every value that is asked for holds a sign that STS takes in no such parameter, `*` above all (STS API Reference, "AssumeRole"). */
function cannotBePassed({ key, operator, values }: ConditionClause, { caller }: AssumeRequest): boolean {
  return (
    /^sts:(?:ExternalId|RoleSessionName|SourceIdentity)$/i.test(meantKey(key, caller) ?? key) &&
    /^StringEquals/.test(operator.base) &&
    values.every(({ text }) => !text.includes('${') && !/^[\w+=,.@:/-]*$/.test(text))
  );
}

/** The repaired policy as it answers once the caller does its own part. */
function withoutCallersPart(
  repaired: TrustPolicy,
  { leftToCaller, deniesLeftToCaller, statement, policy, call, clauses }: RepairQuestion,
): TrustPolicy {
  if (leftToCaller.length + deniesLeftToCaller.length === 0) return repaired;
  const left = new Set(
    leftToCaller.map((one) => {
      const corrected = clauses.includes(one) ? meantKey(one.key, call.caller) : undefined;
      return `${one.operator.text} ${corrected ?? one.key}`;
    }),
  );
  const touched = (one: Statement) => one.index === statement?.index || one.index >= policy.statements.length;
  return {
    ...repaired,
    statements: repaired.statements
      .filter(({ index }) => !deniesLeftToCaller.some((deny) => deny.index === index))
      .map((one) =>
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
  return `statement ${index + 1}${sid === undefined || sid === '' ? '' : ` (${sid})`}`;
}

function sentenceOf(parts: readonly string[]): string {
  const text = parts.join(', and ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
