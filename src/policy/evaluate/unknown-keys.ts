/** Is an `unknown` the same whichever value the unknown keys take, and if not, on which of them does it depend? */
import type { PrincipalName } from '../document/trust-policy.ts';
import { clauseHolds, isUnsettledWhenAbsent, resolveVariables } from './condition.ts';
import { domainOf, isUnknown, type KeyState, type PreparedKey, presentUnknown } from './key-state.ts';
import {
  decisionOf,
  matchesSomeAction,
  matchStatement,
  outcome,
  type PreparedPolicy,
  unknownKeysOf,
} from './prepared-policy.ts';
import { matchPrincipal } from './principal-match.ts';
import type { AssumeRequest, Decision } from './request.ts';
import { NO, type Truth, UNKNOWN, YES } from './ternary.ts';
import { representatives, type ValuePattern } from './value-classes.ts';

export interface Refined {
  readonly decision: Decision['decision'];
  /** By statement, in the order of the policy. */
  readonly matches: readonly Truth[];
  readonly unknownKeys: readonly PreparedKey[];
  /** What, other than a key, is not known. */
  readonly unsettled: readonly string[];
}

/** Assignments times parts of the policy that are tried; beyond, `unknown` stays. */
const mostTrials = 1 << 17;
/** Values of a multivalued key of which all sets are tried. */
const mostInSet = 8;

/**
 * Tries the value classes of the unknown keys together. A key whose classes cannot be told stays unknown in every
 * assignment, so that what is decided holds whatever its value.
 * @param states what is known without trying; not changed.
 */
export function decideByClasses(
  prepared: PreparedPolicy,
  request: AssumeRequest,
  states: readonly KeyState[],
): Refined {
  const concerned = prepared.statements.filter(
    (statement) => matchesSomeAction(statement, request) && matchStatement(prepared, statement, request, states) !== NO,
  );
  const used = new Set<PreparedKey>();
  for (const { clauses } of concerned)
    for (const clause of clauses) for (const key of [clause.key, ...clause.variableKeys]) used.add(key);
  for (const key of [prepared.keys[prepared.principalArn], prepared.keys[prepared.userId]])
    if (key !== undefined && principalDependsOn(prepared, key, request, states)) used.add(key);
  const unknown = unknownKeysOf(prepared, states).filter((key) => used.has(key));

  const classes = unknown.map((key) => classesOf(prepared, key, request, states));
  const parts = prepared.statements.reduce((sum, { clauses }) => sum + 1 + clauses.length, 0);
  let budget = Math.floor(mostTrials / parts);
  // The keys with the fewest classes first: what does not fit any more stays unknown.
  const order = classes.map((_, at) => at).sort((a, b) => (classes[a]?.length ?? 0) - (classes[b]?.length ?? 0));
  const tried = new Set<number>();
  for (const at of order) {
    const count = classes[at]?.length ?? 0;
    if (count === 0 || count > budget) continue;
    budget = Math.floor(budget / count);
    tried.add(at);
  }
  const axes = [...tried].map((at) => ({ key: unknown[at], options: classes[at] ?? [] }));

  const trial: KeyState[] = [...states];
  const total = axes.reduce((product, { options }) => product * options.length, 1);
  const allowedOf = new Int8Array(total);
  let everyDenied = true;
  const least: Truth[] = prepared.statements.map(() => YES);
  const most: Truth[] = prepared.statements.map(() => NO);
  for (let number = 0; number < total; number += 1) {
    let rest = number;
    for (const { key, options } of axes) {
      if (key !== undefined) trial[key.index] = options[rest % options.length];
      rest = Math.floor(rest / options.length);
    }
    const { allowed, denied } = outcome(prepared, request, trial);
    allowedOf[number] = allowed;
    if (denied !== YES) everyDenied = false;
    prepared.statements.forEach((statement, at) => {
      const matches = matchStatement(prepared, statement, request, trial);
      if (matches < (least[at] ?? YES)) least[at] = matches;
      if (matches > (most[at] ?? NO)) most[at] = matches;
    });
  }
  const matches = least.map((low, at): Truth => (low === most[at] ? low : UNKNOWN));
  const same = allowedOf.every((value) => value === allowedOf[0]) ? (allowedOf[0] as Truth | undefined) : undefined;
  if (same === YES || same === NO)
    return { decision: decisionOf(same, everyDenied ? YES : NO), matches, unknownKeys: [], unsettled: [] };

  const depends = new Set<PreparedKey>();
  let stride = 1;
  for (const { key, options } of axes) {
    const count = options.length;
    for (let number = 0; key !== undefined && number < total; number += 1) {
      if (Math.floor(number / stride) % count === 0) continue;
      if (allowedOf[number] === allowedOf[number - stride]) continue;
      depends.add(key);
      break;
    }
    stride *= count;
  }
  // Where an outcome stays unknown, the keys that could not be told apart may be the reason.
  if (allowedOf.includes(UNKNOWN)) {
    unknown.forEach((key, at) => {
      const options = classes[at] ?? [];
      if (!tried.has(at) || options.includes(presentUnknown)) depends.add(key);
    });
  }
  return {
    decision: 'unknown',
    matches,
    unknownKeys: [...depends].sort((a, b) => a.index - b.index),
    unsettled: [...unsettledOf(prepared, request, states, depends)],
  };
}

function principalDependsOn(
  prepared: PreparedPolicy,
  key: PreparedKey,
  request: AssumeRequest,
  states: readonly KeyState[],
): boolean {
  if (!isUnknown(states[key.index])) return false;
  const { caller } = request;
  return prepared.statements.some(({ statement }) =>
    statement.principal.entries.some(({ name }) => {
      if (key.index === prepared.principalArn)
        return (
          (name.kind === 'role' && caller.kind === 'role-session' && caller.path === undefined) ||
          (name.kind === 'user' && caller.kind === 'user' && caller.path === undefined)
        );
      return (
        (name.kind === 'unique-id' && 'account' in caller && !('id' in caller && caller.id !== undefined)) ||
        (name.kind === 'session' && caller.kind === 'role-session' && caller.session === undefined)
      );
    }),
  );
}

/**
 * @returns states that stand for all the key can have, told apart by what the policy asks of it; the key present with
 * an unknown value is one of them where its values cannot be told.
 */
function classesOf(
  prepared: PreparedPolicy,
  key: PreparedKey,
  request: AssumeRequest,
  states: readonly KeyState[],
): readonly KeyState[] {
  const mayBeAbsent = states[key.index] === undefined;
  const present = valuesOf(prepared, key, request, states) ?? [presentUnknown];
  const options: KeyState[] = [...(mayBeAbsent ? [null] : []), ...present];
  const trial: KeyState[] = [...states];
  const byAnswers = new Map<string, KeyState>();
  for (const option of options) {
    trial[key.index] = option;
    const answers = answersOf(prepared, key, request, trial);
    if (!byAnswers.has(answers)) byAnswers.set(answers, option);
  }
  return [...byAnswers.values()];
}

/** What every clause on the key, and every principal, says in these states. */
function answersOf(
  prepared: PreparedPolicy,
  key: PreparedKey,
  request: AssumeRequest,
  states: readonly KeyState[],
): string {
  const byIdentity = key.index === prepared.principalArn || key.index === prepared.userId;
  let answers = '';
  for (const { statement, clauses } of prepared.statements) {
    if (byIdentity)
      answers += matchPrincipal(statement.principal, statement.effect, request.caller, {
        principalArn: states[prepared.principalArn],
        userId: states[prepared.userId],
        closed: request.closed,
      });
    for (const clause of clauses) {
      if (clause.key === key) answers += clauseHolds(clause, states);
      // A variable's text reaches further than the answers seen here.
      if (clause.variableKeys.includes(key)) answers += textOfState(states[key.index]);
    }
  }
  return answers;
}

function textOfState(state: KeyState): string {
  return isUnknown(state) ? '(unknown)' : JSON.stringify(state);
}

/** @returns the states of the key when it is there; `undefined` where they cannot be told apart. */
function valuesOf(
  prepared: PreparedPolicy,
  key: PreparedKey,
  request: AssumeRequest,
  states: readonly KeyState[],
): readonly KeyState[] | undefined {
  const domain = domainOf(key, request.caller);
  if (domain !== undefined && 'values' in domain) return domain.values.map((value) => [value]);
  if (key.lookup.kind !== 'registered') return undefined;
  const patterns: ValuePattern[] = [];
  for (const { statement, clauses } of prepared.statements) {
    for (const clause of clauses) {
      if (clause.variableKeys.includes(key)) return undefined;
      if (clause.key !== key || clause.row === undefined) continue;
      const { family, wildcards, ignoreCase } = clause.row.operator;
      for (const pieces of clause.pieces) patterns.push({ family, pieces, wildcards, ignoreCase });
      for (const parts of clause.withVariables) {
        const pieces = resolveVariables(parts, states);
        if (pieces === 'unknown') return undefined;
        if (pieces !== 'nothing') patterns.push({ family, pieces, wildcards, ignoreCase });
      }
    }
    patterns.push(
      ...identityPatterns(
        prepared,
        key,
        statement.principal.entries.map(({ name }) => name),
      ),
    );
  }
  const values = representatives({
    patterns,
    domain: domain?.patterns,
    addresses: key.lookup.key.type === 'ip',
    publicAddressesOnly: key.lower === 'aws:sourceip',
    noNegativeNumbers: key.lookup.key.type === 'numeric',
  });
  if (values === undefined) return undefined;
  return key.multivalued ? setsOf(prepared, key, values, states) : values.map((value) => [value]);
}

/** Principals that only the key can settle, as tests of its value. */
function identityPatterns(
  prepared: PreparedPolicy,
  key: PreparedKey,
  names: readonly PrincipalName[],
): readonly ValuePattern[] {
  const patterns: ValuePattern[] = [];
  const add = (text: string, wildcards: boolean) =>
    patterns.push({ family: 'string', pieces: [{ text, literal: !wildcards }], wildcards, ignoreCase: false });
  for (const name of names) {
    if (key.index === prepared.principalArn && (name.kind === 'role' || name.kind === 'user'))
      add(`arn:${name.partition}:iam::${name.account}:${name.kind}${name.path}${name.name}`, false);
    if (key.index === prepared.userId && name.kind === 'unique-id') {
      add(name.id, false);
      add(`${name.id}:*`, true);
    }
    if (key.index === prepared.userId && name.kind === 'session') add(`*:${name.session}`, true);
  }
  return patterns;
}

/** Every set of values that differ in what a clause says of them. */
function setsOf(
  prepared: PreparedPolicy,
  key: PreparedKey,
  values: readonly string[],
  known: readonly KeyState[],
): readonly KeyState[] | undefined {
  const clauses = prepared.statements.flatMap((statement) => statement.clauses.filter((clause) => clause.key === key));
  const states: KeyState[] = [...known];
  const byAnswers = new Map<string, string>();
  for (const value of values) {
    states[key.index] = [value];
    const answers = clauses.map((clause) => clauseHolds(clause, states)).join('');
    if (!byAnswers.has(answers)) byAnswers.set(answers, value);
  }
  const distinct = [...byAnswers.values()];
  if (distinct.length > mostInSet) return undefined;
  const sets: string[][] = [];
  for (let number = 1; number < 1 << distinct.length; number += 1)
    sets.push(distinct.filter((_, at) => ((number >> at) & 1) === 1));
  return sets;
}

function unsettledOf(
  prepared: PreparedPolicy,
  request: AssumeRequest,
  states: readonly KeyState[],
  depends: ReadonlySet<PreparedKey>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const { caller } = request;
  for (const statement of prepared.statements) {
    if (matchStatement(prepared, statement, request, states) !== UNKNOWN) continue;
    for (const clause of statement.clauses) {
      if (clause.unsettledArn && clauseHolds(clause, states) === UNKNOWN && !isUnknown(states[clause.key.index]))
        found.add(`AWS does not say whether \`*\` alone fits an ARN under \`${clause.clause.operator.text}\``);
      if (!isUnsettledWhenAbsent(clause)) continue;
      const state = states[clause.key.index];
      if (state === null || state === undefined)
        found.add(`AWS does not settle \`${clause.clause.operator.text}\` where ${clause.key.display} is absent`);
    }
    if (caller.kind === 'someone' && statement.statement.principal.entries.some(({ name }) => name.kind !== 'account'))
      found.add(`which principal of account ${caller.account} calls is not known`);
  }
  for (const key of depends) {
    if (key.index === prepared.principalArn && caller.kind === 'role-session' && caller.path === undefined)
      found.add('the path of the role, which the ARN of a session does not show');
    if (key.index === prepared.userId) found.add('the unique id of the caller');
    if (key.lookup.kind === 'unregistered') found.add(`whether a key ${key.display} exists`);
  }
  return found;
}
