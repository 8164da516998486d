/**
 * Who can assume under one trust policy and not under another? Decided, not sampled.
 *
 * The question is whether one request is allowed by a policy and not by the other. Requests fall into calls (the assume
 * action alone, or with one further action; a call with several further ones is allowed only where each of these is) and
 * kinds of callers (`request-space.ts`). For one call and one kind, what each policy demands becomes a formula of
 * demands on single keys (`question.ts`): one Allow of the first matches and none of its Denies, and of the second
 * either no Allow matches or some Deny does. The formula is searched by branching with unit propagation (`search.ts`);
 * after every step the demands on each key are checked for a common state (`dimension.ts`): texts as the product of
 * automata made as they are reached (`string-language.ts`), numbers, dates and addresses by one value of every stretch
 * that the policies tell apart. The caller is one structured dimension (`caller-space.ts`).
 *
 * Two searches keep claims and proofs apart. The first lets only what is certain count as possible; what it finds is
 * put to the evaluator before it is given (`witness.ts`). The second lets all count as possible that cannot be ruled
 * out: policy variables and unregistered keys are opaque there, equal ones equal. Where it finds nothing, that is a
 * proof; where it finds something, a concrete request is tried, and failing that the answer is `undecided` with what
 * stopped the proof. All steps are counted, and beyond a bound the answer is `undecided: too complex`. Whomever a policy
 * lets in by the very words of the other is left out before any search (`coverage.ts`).
 *
 * The space of requests is rather too wide than too narrow (keys other than the caller's are independent of each
 * other, save those of one organization and of one instant, and the few of `bound-keys.ts`), so that a proof of
 * "nobody" holds for fewer requests too.
 * A variable of a key that all callers of a kind have with one value, or that none has, is no variable to it.
 */
import { type ArnParts, splitArn } from '../document/names.ts';
import type { TrustPolicy } from '../document/trust-policy.ts';
import { prepare } from '../evaluate/evaluate.ts';
import type { AccessAnswer, Comparison, Undecided, Verdict } from './comparison.ts';
import { directAccess } from './direct-access.ts';
import { type Access, anyoneGains, gainedAccess, sizeOf } from './gained-access.ts';
import { questionText } from './question-text.ts';
import { isUsedUp, mostText, mostWork, sharedAnswers } from './work.ts';

export interface CompareOptions {
  /** ARN of the role; gives the account whose principals need no identity-based policy when they are named. */
  readonly role?: string;
  /** Steps after which the answer is `too complex`. */
  readonly work?: number;
}

/** Decides both ways who gains and who loses. */
export function compare(old: TrustPolicy, now: TrustPolicy, options: CompareOptions = {}): Comparison {
  const before = prepare(old);
  const after = prepare(now);
  const most = options.work ?? mostWork;
  const home = homeOf(options);
  const gained = gainedAccess(before, after, most, home);
  const lost = gainedAccess(after, before, most, home, true);
  const direct = directAccess(before, after, options.role, most);
  const undecided = [...gained.undecided, ...lost.undecided, ...direct.undecided];
  return {
    verdict: verdictOf(gained, lost),
    gained: gained.classes,
    lost: lost.classes,
    direct: direct.direct,
    undecided: unique(undecided),
  };
}

/** Whether some request is allowed by `to` and not by `from`. */
export function newAccess(from: TrustPolicy, to: TrustPolicy, options: CompareOptions = {}): AccessAnswer {
  const { classes, undecided } = gainedAccess(prepare(from), prepare(to), options.work ?? mostWork, homeOf(options));
  const [first, ...others] = classes;
  if (first !== undefined) return { answer: 'yes', classes: [first, ...others] };
  const [why, ...more] = unique(undecided);
  return why === undefined ? { answer: 'no' } : { answer: 'undecided', undecided: [why, ...more] };
}

/** The same question where yes or no is all that matters: ended by the first witness, and nobody is described. */
export function anyNewAccess(from: TrustPolicy, to: TrustPolicy, options: CompareOptions = {}): AccessAnswer['answer'] {
  const answers = options.work === undefined ? sharedAnswers() : undefined;
  if (answers === undefined) return yesOrNo(from, to, options.work ?? mostWork);
  if (isUsedUp() || sizeOf(from) + sizeOf(to) > mostText) return 'undecided';
  const question = questionText(from, to);
  const known = answers.get(question);
  if (known !== undefined) return known;
  const answer = yesOrNo(from, to, mostWork);
  // What the others left no work for is not answered.
  if (!isUsedUp()) answers.set(question, answer);
  return answer;
}

function yesOrNo(from: TrustPolicy, to: TrustPolicy, most: number): AccessAnswer['answer'] {
  const { witness, undecided } = anyoneGains(prepare(from), prepare(to), most);
  if (witness !== undefined) return 'yes';
  return undecided.length > 0 ? 'undecided' : 'no';
}

function homeOf({ role }: CompareOptions): ArnParts | undefined {
  return role === undefined ? undefined : splitArn(role);
}

function verdictOf(gained: Access, lost: Access): Verdict {
  const [gains, loses] = [gained.classes.length > 0, lost.classes.length > 0];
  if (gains && loses) return 'incomparable';
  if ((!gains && gained.undecided.length > 0) || (!loses && lost.undecided.length > 0)) return 'undecided';
  return gains ? 'broader' : loses ? 'narrower' : 'equivalent';
}

function unique(undecided: readonly Undecided[]): readonly Undecided[] {
  return [...new Map(undecided.map((one) => [`${one.construct} ${one.pointer ?? ''}`, one])).values()];
}
