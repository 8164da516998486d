/** Why does each part of a statement match, not match, or perhaps match? In one line for people. */
import { cannotCall, describeCaller } from './caller.ts';
import { clauseHolds, isUnsettledWhenAbsent, type PreparedClause } from './condition.ts';
import { isUnknown, type KeyState } from './key-state.ts';
import { matchesSomeAction, type PreparedPolicy, type PreparedStatement } from './prepared-policy.ts';
import { matchEntry, matchPrincipal } from './principal-match.ts';
import type { AssumeRequest, Reason } from './request.ts';
import { NO, UNKNOWN, wordOf, YES } from './ternary.ts';

/** @returns one reason a part: the principal, the action, then every condition clause. */
export function reasonsOf(
  prepared: PreparedPolicy,
  statement: PreparedStatement,
  request: AssumeRequest,
  states: readonly KeyState[],
): readonly Reason[] {
  return [
    principalReason(prepared, statement, request, states),
    actionReason(statement, request),
    ...statement.clauses.map((clause) => clauseReason(clause, states)),
  ];
}

function principalReason(
  prepared: PreparedPolicy,
  { statement }: PreparedStatement,
  request: AssumeRequest,
  states: readonly KeyState[],
): Reason {
  const { principal, effect } = statement;
  const { caller } = request;
  const identity = {
    principalArn: states[prepared.principalArn],
    userId: states[prepared.userId],
    closed: request.closed,
  };
  const matches = matchPrincipal(principal, effect, caller, identity);
  const who = describeCaller(caller);
  const entryThat = (truth: typeof YES | typeof UNKNOWN) =>
    principal.entries.find(({ name }) => matchEntry(name, caller, identity) === truth);
  const entry = (matches === UNKNOWN ? entryThat(UNKNOWN) : undefined) ?? entryThat(YES) ?? entryThat(UNKNOWN);
  const unknownKeys =
    matches !== UNKNOWN || entry === undefined || caller.kind === 'someone'
      ? []
      : [entry.name.kind === 'role' || entry.name.kind === 'user' ? 'aws:PrincipalArn' : 'aws:userid'];
  const named = principal.entries.map(({ text }) => `\`${text}\``).join(', ') || 'nobody';
  let text: string;
  if (principal.element === 'NotPrincipal')
    text =
      matches === YES
        ? `${who} is not listed in full under NotPrincipal (${named})`
        : matches === NO
          ? `${who} is listed under NotPrincipal`
          : `whether ${who} is listed under NotPrincipal is not known`;
  else if (matches === YES)
    text =
      entry?.name.kind === 'account'
        ? `\`${entry.text}\` lets account ${entry.name.account} decide, of which ${who} is one`
        : `\`${entry?.text ?? ''}\` means ${who}`;
  else if (matches === NO) text = `${named} does not mean ${who}`;
  else text = `\`${entry?.text ?? ''}\` may mean ${who}: ${unknownIdentity(unknownKeys[0])}`;
  return {
    part: 'principal',
    pointer: (principal.element === 'Principal' ? entry?.pointer : undefined) ?? principal.pointer,
    matches: wordOf(matches),
    text,
    unknownKeys,
  };
}

function unknownIdentity(key: string | undefined): string {
  if (key === 'aws:PrincipalArn') return 'the path, which the ARN of a session does not show, is not known';
  return key === undefined
    ? 'which principal of the account calls is not known'
    : 'the unique id of the caller is not known';
}

function actionReason(statement: PreparedStatement, request: AssumeRequest): Reason {
  const { actions } = statement.statement;
  const matches = matchesSomeAction(statement, request);
  const patterns = actions.patterns.map(({ text }) => `\`${text}\``).join(', ');
  const asked = request.actions.join(', ');
  const impossible = request.actions
    .map((action) => cannotCall(request.caller.kind, action.toLowerCase()))
    .find((why) => why !== undefined);
  return {
    part: 'action',
    pointer: actions.pointer,
    matches: wordOf(matches ? YES : NO),
    text:
      !matches && impossible !== undefined
        ? impossible
        : `${actions.element} ${patterns} ${matches ? 'covers' : 'does not cover'} ${asked}`,
    unknownKeys: [],
  };
}

function clauseReason(clause: PreparedClause, states: readonly KeyState[]): Reason {
  const matches = clauseHolds(clause, states);
  const { operator, values, pointer } = clause.clause;
  const { key } = clause;
  const state = states[key.index];
  const unknownKeys = [key, ...clause.variableKeys]
    .filter((one) => isUnknown(states[one.index]))
    .map((one) => one.display);
  const wanted = values.map(({ text }) => `\`${text}\``).join(' or ') || 'no value at all';
  const verb = matches === YES ? 'holds' : matches === NO ? 'does not hold' : 'may hold';
  let has: string;
  if (state === null) {
    has = `${key.display} is not in the request`;
    if (key.lookup.kind === 'misspelt')
      has = `no key ${key.display} exists (\`${key.lookup.intended}\` was probably meant)`;
    else if (key.lookup.kind === 'nameless')
      has = `no key ${key.display} exists (\`${key.lookup.family.name}\` and the name of a tag was probably meant)`;
    else if (isUnsettledWhenAbsent(clause)) has += ', and AWS does not settle what then follows';
  } else if (state === undefined)
    has =
      key.lookup.kind === 'unregistered'
        ? `whether a key ${key.display} exists is not known`
        : `whether ${key.display} is in the request is not known`;
  else if (isUnknown(state)) has = `${key.display} is in the request, its value is not known`;
  else has = `${key.display} is ${state.map((value) => `\`${value}\``).join(', ')}`;
  if (clause.unsettledArn && matches === UNKNOWN && !isUnknown(state))
    has += ', and AWS does not say whether `*` alone fits an ARN';
  if (state !== null && !isUnknown(state) && operator.set === undefined && clause.row !== undefined && key.multivalued)
    has += ', a multivalued key, which needs ForAnyValue or ForAllValues';
  return {
    part: 'condition',
    pointer,
    matches: wordOf(matches),
    text: `${operator.text} ${key.display} ${verb}: ${has}; wanted ${wanted}`,
    unknownKeys: matches === UNKNOWN ? [...new Set(unknownKeys)] : [],
  };
}
