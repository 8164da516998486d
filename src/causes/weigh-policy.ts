/** Which parts of a trust policy keep this call out, each enough alone with all the rest of its statement satisfied? */
import type { Confidence, Evidence, Fix } from '../findings/finding.ts';
import type { ConditionClause, PrincipalEntry, Statement, TrustPolicy } from '../policy/document/trust-policy.ts';
import { evaluate, prepare } from '../policy/evaluate/evaluate.ts';
import type { AssumeRequest, Decision, Reason, StatementResult, Ternary } from '../policy/evaluate/request.ts';
import { meantKey } from '../policy/repair/meant-key.ts';
import { withinReach } from './beyond-caller.ts';
import { actionCauses, causeById, conditionCauses, principalCauses } from './catalogue.ts';
import { accountOfCaller, type Cause, type PartClaim, type PartQuestion } from './cause.ts';
import { evidenceOfCaller, evidenceOfKey } from './event-evidence.ts';
import type { DenialEvidence } from './evidence.ts';
import { clausesHold, neverHoldsWith, principalMatches, valuesInCall } from './trial.ts';
import { shortened, statementName } from './wording.ts';

/** A cause found, before it is put into words for a form. */
export interface FoundCause {
  readonly cause: Cause;
  readonly confidence: Confidence;
  readonly summary: string;
  readonly evidence: readonly [Evidence, ...Evidence[]];
  readonly who?: Fix['who'];
  readonly fix?: string;
  readonly withoutCommands?: true;
  readonly about?: AboutPart;
}

/** The part of the policy that a cause found is about: what a repair starts from. */
export interface AboutPart {
  readonly statement: Statement;
  readonly kind: Part['kind'] | 'deny';
  /** The conditions that it is about. */
  readonly clauses: readonly ConditionClause[];
  /** Of an Allow `no` keeps the call out, of a Deny `yes`. */
  readonly matches: Ternary;
  /** An id that means nobody any more. */
  readonly gone?: PrincipalEntry;
}

export interface PolicyWeighed {
  readonly found: readonly FoundCause[];
  /** Every action of the call is allowed for every value of what is not known. */
  readonly allowed: boolean;
  /** For some action the policy denies for every value of what is not known. */
  readonly denied: boolean;
  /** Keys, and what else, on which the decision depends. */
  readonly openKeys: readonly string[];
  readonly openBecause: readonly string[];
  /** Allow statements whose Principal means the caller. */
  readonly meaningCaller: readonly Statement[];
  /** By cause: conditions of those statements that the call meets. */
  readonly met: ReadonlyMap<string, string>;
}

export interface PolicyToWeigh {
  readonly evidence: DenialEvidence;
  readonly policy: TrustPolicy;
  readonly call: AssumeRequest;
  /** The most that can be said: `proved` where the policy is known to be the one that was asked. */
  readonly most: Confidence;
}

/** Trials by value classes for one call: a policy of hostile size is judged by what is known alone beyond it. */
const mostTrials = 256;

/** Statements of one policy that are compared by what it would take. */
const mostCompared = 256;
/** Statements of one policy that are put into words: more is told to nobody. */
const mostClaimed = 64;

interface Part {
  readonly kind: 'principal' | 'action' | 'condition';
  readonly matches: Ternary;
  readonly reason: Reason;
  readonly clause?: ConditionClause;
  readonly neverWith?: readonly ConditionClause[];
}

interface Judged {
  readonly statement: Statement;
  readonly result: StatementResult;
  readonly parts: readonly Part[];
  readonly fails: readonly Part[];
  readonly open: readonly Part[];
}

interface Claimed {
  readonly part: Part;
  readonly cause: Cause;
  readonly claim: PartClaim;
}

/** Weighs every action of the call by itself: all have to be allowed. */
export function weighPolicy(question: PolicyToWeigh): PolicyWeighed {
  const { policy, call, evidence } = question;
  const prepared = prepare(policy);
  const found: FoundCause[] = [];
  const openKeys = new Set<string>();
  const openBecause = new Set<string>();
  const meaningCaller = new Set<Statement>();
  const met = new Map<string, string>();
  let allowed = true;
  let denied = false;
  const budget = { trials: mostTrials };
  for (const [at, action] of call.actions.entries()) {
    const asked: AssumeRequest = { ...call, actions: [action] };
    const decision = evaluate(prepared, asked);
    const judged = decision.statements.flatMap((result) => {
      const statement = policy.statements.find(({ index }) => index === result.index);
      return statement === undefined ? [] : [judge(statement, result, policy, asked, budget)];
    });
    for (const one of judged) {
      if (one.statement.effect === 'Deny' || one.parts[0]?.matches !== 'yes' || meaningCaller.size >= mostClaimed)
        continue;
      meaningCaller.add(one.statement);
      for (const part of one.parts)
        if (part.kind === 'condition' && part.matches === 'yes')
          for (const { cause } of claimsOf(question, asked, action, one, part))
            if (cause.id !== 'condition' && !met.has(cause.id))
              met.set(
                cause.id,
                `${statementName(one.statement)} has a condition for it, and the call meets it: ${detailOf(part)}`,
              );
    }
    if (decision.decision === 'allow') continue;
    allowed = false;
    const sure =
      decision.decision !== 'unknown' ||
      judged.every(({ statement, result, fails }) => statement.effect === 'Deny' || failsSurely(result, fails));
    if (sure) denied = true;
    // Where the message names another action, that one was let through as far as anybody can tell.
    const certainOnly = at > 0 && evidence.denial.message.action !== undefined;
    if (!sure && certainOnly) continue;
    if (!sure) {
      for (const key of decision.unknownKeys) openKeys.add(key);
      for (const why of decision.unknownBecause) openBecause.add(why);
    }
    for (const one of causesOf(question, asked, action, decision, judged))
      if (!found.some((other) => sameFact(other, one))) found.push(one);
  }
  return {
    found,
    allowed,
    denied,
    openKeys: [...openKeys],
    openBecause: [...openBecause],
    meaningCaller: [...meaningCaller],
    met,
  };
}

function sameFact(a: FoundCause, b: FoundCause): boolean {
  return a.cause === b.cause && a.evidence[0].pointer === b.evidence[0].pointer;
}

function judge(
  statement: Statement,
  result: StatementResult,
  { version }: TrustPolicy,
  call: AssumeRequest,
  budget: { trials: number },
): Judged {
  const tried = (kleene: Ternary, trial: () => Ternary): Ternary => {
    if (kleene !== 'unknown' || budget.trials === 0) return kleene;
    budget.trials -= 1;
    return trial();
  };
  const parts = result.reasons.map((reason, index): Part => {
    if (index === 0)
      return {
        kind: 'principal',
        reason,
        matches: tried(reason.matches, () => principalMatches(statement.principal, statement.effect, version, call)),
      };
    const clause = statement.conditions[index - 2];
    if (clause === undefined) return { kind: 'action', reason, matches: reason.matches };
    const matches = tried(reason.matches, () => clausesHold([clause], version, call));
    const twice = statement.conditions.some(
      (other) => other !== clause && other.key.toLowerCase() === clause.key.toLowerCase(),
    );
    if (statement.effect === 'Deny' || matches === 'yes' || !(twice || matches === 'no') || budget.trials === 0)
      return { kind: 'condition', reason, clause, matches };
    budget.trials -= 1;
    const neverWith = neverHoldsWith(clause, statement.conditions, version);
    return {
      kind: 'condition',
      reason,
      clause,
      // Of two that never hold together one fails whatever the call brought.
      matches: neverWith === undefined ? matches : 'no',
      ...(neverWith === undefined ? {} : { neverWith }),
    };
  });
  const fails = parts.filter(({ matches }) => matches === 'no');
  const open = parts.filter(({ matches }) => matches === 'unknown');
  return { statement, result, parts, fails, open };
}

/** Causes about one's own statement that the policy meant for the caller, by the name of its principal. */
const nearCauses: ReadonlySet<string> = new Set([
  'principal-path',
  'principal-session',
  'principal-recreated',
  'self-assumption',
  'service-principal',
  'not-principal',
]);
/** Said once for a policy: another statement that trusts somebody else is no further cause. */
const saidOnce: ReadonlySet<string> = new Set(['wrong-account', 'principal-too-narrow', 'principal-missing']);

function causesOf(
  question: PolicyToWeigh,
  call: AssumeRequest,
  action: string,
  decision: Decision,
  judged: readonly Judged[],
): readonly FoundCause[] {
  const { policy, evidence } = question;
  const { because } = evidence.denial.message;
  const trustNamed = because?.policy === 'role-trust' || because?.policy === 'resource-based';
  const denies = judged.filter(({ statement, result }) => statement.effect === 'Deny' && result.matches !== 'no');
  const allows = judged.filter(({ statement }) => statement.effect === 'Allow');
  const sureDeny = denies.some(({ result }) => result.matches === 'yes');
  // A message that says otherwise than this policy does was given by another version of it.
  const contradicted = trustNamed && because.how === 'explicit-deny' && denies.length === 0;
  const doubted = trustNamed && because.how === 'no-allow' && sureDeny;
  const most = contradicted ? 'possible' : doubted ? lower(question.most, 'likely') : question.most;
  const found: FoundCause[] = [];
  const onlyDenyOpen = allows.some(({ result }) => result.matches === 'yes');
  for (const deny of denies) {
    const sure = deny.result.matches === 'yes';
    const named = trustNamed && because.how === 'explicit-deny';
    if (!sure && !onlyDenyOpen && !named) continue;
    const likely = (onlyDenyOpen || named) && denies.length === 1 ? 'likely' : 'possible';
    found.push(...deniedBy(question, call, deny, sure ? most : lower(most, likely)));
  }
  const mayAllow = allows.filter(({ result, fails }) => !failsSurely(result, fails)).slice(0, mostClaimed);
  if (mayAllow.length > 0) {
    if (onlyDenyOpen || sureDeny || decision.decision !== 'unknown') return found;
    for (const one of mayAllow) {
      const parts = one.open.length > 0 ? one.open : one.parts.filter(({ reason }) => reason.matches === 'unknown');
      const confidence = lower(most, mayAllow.length === 1 && parts.length === 1 ? 'likely' : 'possible');
      for (const part of parts) {
        // What the call had is known, and AWS does not say what comes of it: nothing speaks for it more than against it.
        const settled = part.clause !== undefined && valuesInCall(part.clause.key, call) !== undefined;
        for (const claimed of claimsOf(question, call, action, one, part))
          found.push(foundOf(question, one, claimed, part.kind === 'principal' || settled ? 'possible' : confidence));
      }
    }
    return found;
  }
  const [only] = allows;
  if (only === undefined) {
    const cause = causeById('principal-missing');
    if (cause !== undefined)
      found.push({
        cause,
        confidence: most,
        summary: 'No statement of the trust policy allows anything.',
        evidence: [placed(policy, '/Statement', 'there is no Allow statement')],
      });
    return found;
  }
  const meansCaller = ({ parts: [principal] }: Judged) => principal?.matches !== 'no';
  const covers = ({ parts }: Judged) => parts[1]?.matches !== 'no';
  const needs = (one: Judged) => Math.max(1, one.fails.length);
  const near = [...allows]
    .sort(
      (a, b) =>
        needs(a) - needs(b) ||
        Number(meansCaller(b)) - Number(meansCaller(a)) ||
        Number(covers(b)) - Number(covers(a)) ||
        a.statement.index - b.statement.index,
    )
    .slice(0, mostCompared)
    .map((one) => {
      // What keeps a statement from matching only together, no part of it alone, is not proved of any part.
      const parts = one.fails.length > 0 ? one.fails : one.open;
      const claims = merged(parts.flatMap((part) => claimsOf(question, call, action, one, part)));
      return { one, claims, principal: claims.find(({ part }) => part.kind === 'principal')?.cause.id };
    });
  // A statement that trusts somebody else altogether says least about this call, however little it would take.
  const isFar = ({ principal }: { readonly principal: string | undefined }) =>
    Number(principal === 'principal-missing');
  const slips = ({ claims }: { readonly claims: readonly Claimed[] }) =>
    Number(claims.some(({ claim }) => claim.slip === true));
  const ordered = near.toSorted((a, b) => isFar(a) - isFar(b) || needs(a.one) - needs(b.one) || slips(b) - slips(a));
  const fewest = ordered[0]?.one;
  const said = new Set<string>();
  for (const { one, claims, principal } of ordered.slice(0, mostClaimed)) {
    const coversAction = covers(one);
    const relevant =
      one === fewest ||
      (coversAction && principal === undefined) ||
      (coversAction && principal !== undefined && nearCauses.has(principal));
    if (!relevant) continue;
    for (const claimed of claims) {
      if (claimed.part.kind === 'principal' && saidOnce.has(claimed.cause.id)) {
        if (said.has(claimed.cause.id)) continue;
        said.add(claimed.cause.id);
      }
      found.push(foundOf(question, one, claimed, one.fails.length > 0 ? most : lower(most, 'likely')));
    }
    // What is not known of that statement may keep the call out as well, once the rest is put right.
    if (one.fails.length > 0)
      for (const part of one.open)
        for (const claimed of claimsOf(question, call, action, one, part))
          found.push(foundOf(question, one, claimed, 'possible'));
  }
  return found;
}

/** Contradictions of one key are one: each of its tests may be at odds with several others. */
function merged(claims: readonly Claimed[]): readonly Claimed[] {
  const kept: Claimed[] = [];
  for (const one of claims) {
    const key = one.part.clause?.key.toLowerCase();
    const at =
      one.cause.id === 'contradictory-conditions' && (one.part.neverWith?.length ?? 0) > 0
        ? kept.findIndex(
            ({ cause, part }) =>
              cause === one.cause && part.clause?.key.toLowerCase() === key && (part.neverWith?.length ?? 0) > 0,
          )
        : -1;
    const before = kept[at];
    if (before === undefined) {
      kept.push(one);
      continue;
    }
    const also = [...(before.claim.also ?? [])];
    const known = new Set([before.claim.pointer, ...also.map(({ pointer }) => pointer)]);
    for (const more of [
      ...(one.claim.pointer === undefined ? [] : [{ pointer: one.claim.pointer, detail: one.part.reason.text }]),
      ...(one.claim.also ?? []),
    ])
      if (!known.has(more.pointer)) {
        known.add(more.pointer);
        also.push(more);
      }
    kept[at] = { ...before, claim: { ...before.claim, also } };
  }
  return kept;
}

/** By the evaluator, or by a part that no value of what is unknown lets match. */
function failsSurely(result: StatementResult, fails: readonly Part[]): boolean {
  return result.matches === 'no' || fails.length > 0;
}

const ranks: Readonly<Record<Confidence, number>> = { proved: 0, likely: 1, possible: 2 };

function lower(a: Confidence, b: Confidence): Confidence {
  return ranks[a] >= ranks[b] ? a : b;
}

/** The causes that recognise the part as their own: the first one, and for a key that does not exist what was meant by it. */
function claimsOf(
  question: PolicyToWeigh,
  call: AssumeRequest,
  action: string,
  { statement }: Judged,
  part: Part,
): readonly Claimed[] {
  const { evidence, policy } = question;
  const base: PartQuestion = {
    evidence,
    policy,
    call,
    statement,
    where: statementName(statement),
    effect: statement.effect,
    matches: part.matches,
  };
  const { clause } = part;
  if (part.kind === 'principal') {
    const { principal, effect } = statement;
    const own = accountOfCaller(call.caller);
    const trusting = policy.statements.filter(
      (one) =>
        one.effect === 'Allow' &&
        one.principal.element === 'Principal' &&
        one.principal.entries.some(
          ({ name }) => name.kind === 'everyone' || ('account' in name && own !== undefined && name.account === own),
        ),
    );
    return firstClaim(principalCauses, part, (cause) =>
      cause.claimsPrincipal?.({
        ...base,
        trusting,
        curedBy: (change) =>
          principal.entries.find((entry) => {
            const name = change(entry.name);
            if (name === undefined) return false;
            return (
              principalMatches({ ...principal, entries: [{ ...entry, name }] }, effect, policy.version, call) !== 'no'
            );
          }),
      }),
    );
  }
  if (clause === undefined) return firstClaim(actionCauses, part, (cause) => cause.claimsAction?.({ ...base, action }));
  const cures = statement.effect === 'Allow' ? 'yes' : 'no';
  const ask = (about: ConditionClause, neverWith: Part['neverWith']) =>
    firstClaim(conditionCauses, part, (cause) =>
      cause.claimsCondition?.({
        ...base,
        clause: about,
        values: valuesInCall(about.key, call),
        neverWith,
        curedBy: (change) => clausesHold([{ ...about, ...change }], policy.version, call) === cures,
      }),
    ).map((one) => ({ ...one, claim: withinReach(one.cause, one.claim, about, call, policy) }));
  const claimed = ask(clause, part.neverWith);
  const meantName = meantKey(clause.key, call.caller);
  if (meantName === undefined || part.matches !== 'no') return claimed;
  // With the name put right the condition may still not hold: then that is enough to deny as well.
  const meant = { ...clause, key: meantName };
  const still = statement.effect === 'Allow' && clausesHold([meant], policy.version, call) === 'no';
  return still ? [...claimed, ...ask(meant, undefined)] : claimed;
}

function firstClaim(
  asked: readonly Cause[],
  part: Part,
  ask: (cause: Cause) => PartClaim | undefined,
): readonly Claimed[] {
  for (const cause of asked) {
    const claim = ask(cause);
    if (claim !== undefined) return [{ part, cause, claim }];
  }
  return [];
}

function foundOf(
  { policy, call }: PolicyToWeigh,
  { statement, result }: Judged,
  { part, cause, claim }: Claimed,
  confidence: Confidence,
): FoundCause {
  const { pointer = part.reason.pointer, also = [] } = claim;
  const gone =
    cause.id === 'principal-recreated'
      ? statement.principal.entries.find((entry) => entry.pointer === pointer && entry.name.kind === 'unique-id')
      : undefined;
  return {
    cause,
    confidence,
    summary: claim.summary,
    evidence: [
      placed(policy, pointer, detailOf(part)),
      ...also.map((one) => placed(policy, one.pointer, one.detail)),
      ...(part.kind === 'principal' ? [evidenceOfCaller(call)] : []),
      ...(part.clause === undefined ? [] : evidenceOfKey(part.clause.key, valuesInCall(part.clause.key, call))),
    ],
    ...(claim.who === undefined ? {} : { who: claim.who }),
    ...(claim.fix === undefined ? {} : { fix: claim.fix }),
    ...(claim.withoutCommands === true ? { withoutCommands: true } : {}),
    about:
      statement.effect === 'Deny'
        ? { statement, kind: 'deny', clauses: [], matches: result.matches }
        : {
            statement,
            kind: part.kind,
            clauses: part.clause === undefined ? [] : [part.clause, ...(part.neverWith ?? [])],
            matches: part.matches,
            ...(gone === undefined ? {} : { gone }),
          },
  };
}

/** What all values of the unknown come to says more than that it is unknown. */
function detailOf({ clause, matches, reason }: Part): string {
  return clause !== undefined && matches !== 'unknown' && reason.matches === 'unknown'
    ? `${shortened(clause.operator.text)} ${shortened(clause.key)} ${matches === 'no' ? 'cannot hold' : 'holds'}, whatever the record does not show`
    : reason.text;
}

/** The causes that a Deny statement makes: by the condition that says it exactly, where there is one, and as a Deny. */
function deniedBy(
  question: PolicyToWeigh,
  call: AssumeRequest,
  deny: Judged,
  confidence: Confidence,
): readonly FoundCause[] {
  const { policy } = question;
  const { statement, parts } = deny;
  const found: FoundCause[] = [];
  const conditions = parts.filter(({ kind }) => kind === 'condition');
  // What services alone would escape is no lever for anybody else.
  const levers = conditions.filter(
    ({ clause }) => !/^aws:(?:principalisawsservice|viaawsservice)$/i.test(clause?.key ?? ''),
  );
  const [only] = levers;
  const exact =
    statement.principal.element === 'NotPrincipal'
      ? parts.slice(0, 1).flatMap((part) => claimsOf(question, call, '', deny, part))
      : levers.length === 1 && only !== undefined
        ? claimsOf(question, call, '', deny, only).filter(({ cause }) => cause.id !== 'condition')
        : [];
  for (const claimed of exact) found.push(foundOf(question, deny, claimed, confidence));
  const general = causeById('explicit-deny');
  if (general === undefined || exact.some(({ cause }) => cause.id === 'not-principal')) return found;
  const tests = conditions.slice(0, 4).map((part) => shortened(detailOf(part)));
  const verb = confidence === 'proved' ? 'denies this call' : 'may deny this call';
  found.push({
    cause: general,
    confidence,
    summary: `${statementName(statement)} is a Deny and ${verb}${
      tests.length === 0 ? ', without any condition' : `: ${tests.join('; ')}`
    }.`,
    evidence: [
      placed(policy, statement.pointer, parts.map(({ reason }) => reason.text).join('; ')),
      ...conditions.map((part) => placed(policy, part.reason.pointer, detailOf(part))),
    ],
    about: { statement, kind: 'deny', clauses: [], matches: deny.result.matches },
  });
  return found;
}

function placed(policy: TrustPolicy, pointer: string, detail: string): Evidence {
  const place = policy.placeOf(pointer);
  return { source: 'trust-policy', pointer, ...(place === undefined ? {} : place), detail };
}
