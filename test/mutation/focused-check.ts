/**
 * Does a copy of the policy modules still do what the naive evaluator, brute force and the tables of examples say? Asked
 * of each faulty copy: the first difference found is the answer.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type * as CanAssume from '../../src/cli/commands/can-assume.ts';
import type * as Compare from '../../src/policy/compare/compare.ts';
import type * as Parse from '../../src/policy/document/parse.ts';
import type * as Validate from '../../src/policy/document/validate.ts';
import type * as Evaluate from '../../src/policy/evaluate/evaluate.ts';
import type { AssumeRequest } from '../../src/policy/evaluate/request.ts';
import {
  isMultivalued,
  keySamples,
  type PolicyDocument,
  policies,
  requestsFor,
  wholeContext,
} from '../arbitraries/policies.ts';
import {
  openPolicyPairs,
  type PolicyPair,
  pairSamples,
  pairsAbout,
  policyPairs,
  rewritings,
  severalValuedPairs,
} from '../arbitraries/policy-pairs.ts';
import { brokenClaims, type Differential, differentialOf, home } from '../policy/compare/differential.ts';
import { validationCases } from '../policy/document/validation-cases.ts';
import { type NaivePolicy, type NaiveRequest, naiveDecision } from '../reference/naive-evaluator.ts';
import { loadMutated } from './load-mutated.ts';

export interface Subject {
  readonly compare: typeof Compare.compare;
  readonly newAccess: typeof Compare.newAccess;
  readonly evaluate: typeof Evaluate.evaluate;
  readonly decide: typeof Evaluate.decide;
  readonly prepare: typeof Evaluate.prepare;
  readonly parseTrustPolicy: typeof Parse.parseTrustPolicy;
  readonly parseTrustPolicyValue: typeof Parse.parseTrustPolicyValue;
  readonly validateTrustPolicy: typeof Validate.validateTrustPolicy;
  readonly answerLine: typeof CanAssume.answerLine;
}

export async function subjectWith(
  number: string,
  copy: { readonly file: string; readonly code: string } | undefined,
): Promise<Subject> {
  const modules = await loadMutated(number, copy, [
    'src/policy/compare/compare.ts',
    'src/policy/evaluate/evaluate.ts',
    'src/policy/document/parse.ts',
    'src/policy/document/validate.ts',
    'src/cli/commands/can-assume.ts',
  ]);
  return Object.assign({}, ...modules) as Subject;
}

interface Meeting {
  readonly document: PolicyDocument;
  readonly request: AssumeRequest;
  readonly naive: string;
  /** The request with some keys forgotten. */
  readonly open: AssumeRequest;
}

export interface Reference {
  readonly meetings: readonly Meeting[];
  readonly differences: readonly Differential[];
}

/** What the tests' own programs say, of the same pairs and requests every time. */
export function referenceFor(subject: Subject, pairs: number, meetings: number): Reference {
  // About each key alone, about keys with several values, and about a few keys together.
  const drawn = [
    ...pairSamples.flatMap((sample, at) =>
      fc.sample(pairsAbout(sample), { numRuns: Math.ceil(pairs / 2 / pairSamples.length), seed: 20_260_309 + at }),
    ),
    ...fc.sample(severalValuedPairs(), { numRuns: Math.ceil(pairs / 6), seed: 20_260_309 }),
    ...fc.sample(policyPairs(), { numRuns: Math.ceil(pairs / 3), seed: 20_260_309 }),
    ...fc.sample(openPolicyPairs(), { numRuns: Math.ceil(pairs / 8), seed: 20_260_309 }),
  ];
  const met = fc.sample(
    policies().chain((document) =>
      fc
        .tuple(
          requestsFor(document),
          fc.subarray(
            keySamples.map(({ key }) => key.toLowerCase()),
            { minLength: 1, maxLength: 4 },
          ),
        )
        .map(([request, forgotten]) => ({ document, request, forgotten })),
    ),
    { numRuns: meetings, seed: 20_260_310 },
  );
  return {
    differences: drawn.map((pair, seed) => differentialOf(pair, { compare: subject.compare, seed })),
    meetings: met.map(({ document, request, forgotten }) => ({
      document,
      request,
      naive: naiveDecision(document as unknown as NaivePolicy, naiveRequestOf(request), isMultivalued),
      open: forget(request, forgotten),
    })),
  };
}

/** @returns what is wrong with the subject, `undefined` where nothing is seen. */
export function fault(subject: Subject, reference: Reference): string | undefined {
  return examples(subject) ?? validation(subject) ?? meetings(subject, reference) ?? differential(subject, reference);
}

interface Example {
  readonly name: string;
  readonly [field: string]: unknown;
}

function examplesOf(file: string): readonly Example[] {
  const path = new URL(`../policy/cases/${file}`, import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { cases: readonly Example[] }).cases;
}

function examples({ answerLine }: Subject): string | undefined {
  const ask = (line: Readonly<Record<string, unknown>>) =>
    (answerLine(line, false) as { readonly decision: string }).decision;
  const decisions = new Map<unknown, string>([
    ['yes', 'allow'],
    ['no', 'implicit-deny'],
    ['unknown', 'unknown'],
  ]);
  for (const one of examplesOf('operators.json')) {
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: 'sts:AssumeRole',
      Condition: one['condition'],
    };
    const policy = { Version: one['version'] ?? '2012-10-17', Statement: [statement] };
    const principal = 'arn:aws:iam::111122223333:user/ann';
    if (ask({ policy, principal, context: one['context'], absent: one['absent'] }) !== decisions.get(one['holds']))
      return `the example of operators: ${one.name}`;
  }
  for (const one of examplesOf('principals.json')) {
    const Action = one['actions'] ?? one['action'] ?? 'sts:AssumeRole';
    const named =
      one['principal'] === undefined ? { NotPrincipal: one['notPrincipal'] } : { Principal: one['principal'] };
    const Statement =
      one['effect'] === 'Deny'
        ? [
            { Effect: 'Deny', ...named, Action },
            { Effect: 'Allow', Principal: { AWS: '*' }, Action },
          ]
        : [{ Effect: 'Allow', ...named, Action }];
    const decision = ask({
      policy: { Version: '2012-10-17', Statement },
      principal: one['caller'],
      service: one['service'],
      federated: one['federated'],
      action: one['action'],
      context: one['context'],
      closed: one['closed'],
    });
    if (decision !== one['decision']) return `the example of principals: ${one.name}`;
  }
  return undefined;
}

function validation({ parseTrustPolicy, parseTrustPolicyValue, validateTrustPolicy }: Subject): string | undefined {
  for (const [name, document, found, more] of validationCases) {
    const parsed = typeof document === 'string' ? parseTrustPolicy(document) : parseTrustPolicyValue(document);
    const problems =
      parsed.status === 'unreadable'
        ? [parsed.problem]
        : parsed.status === 'meaningless'
          ? parsed.problems
          : [...parsed.problems, ...validateTrustPolicy(parsed.policy, more?.options)];
    const told = problems.map(({ code, level, pointer }) => `${code} ${level} ${pointer}`);
    if (told.join('\n') !== found.join('\n') || problems.some(({ place }) => place === undefined))
      return `the case of validation: ${name}`;
    if (more?.iamMessage !== undefined && problems[0]?.iamMessage !== more.iamMessage) return `IAM's words: ${name}`;
  }
  return undefined;
}

function meetings(subject: Subject, reference: Reference): string | undefined {
  for (const { document, request, naive, open } of reference.meetings) {
    const parsed = subject.parseTrustPolicyValue(document);
    if (parsed.status !== 'read') return 'a policy is not read';
    const prepared = subject.prepare(parsed.policy);
    if (subject.decide(prepared, request) !== naive) return `a decision that should be ${naive}`;
    const told = subject.evaluate(prepared, open);
    if (told.decision !== subject.decide(prepared, open)) return 'the two ways of deciding differ';
    // A decided answer holds for every completion, of which the whole request is one.
    if (told.decision !== 'unknown' && (told.decision === 'allow') !== (naive === 'allow'))
      return `decided without knowing: ${told.decision}, and it is ${naive}`;
    if (told.decision === 'explicit-deny' && naive !== 'explicit-deny') return 'an explicit deny that is none';
    if (told.decision === 'unknown' && told.unknownKeys.length === 0 && told.unknownBecause.length === 0)
      return 'unknown without a reason';
    const all = { ...open, closed: true };
    const closed = subject.decide(prepared, all);
    if (closed === 'unknown') return 'a closed request is not decided';
  }
  return undefined;
}

function differential(subject: Subject, { differences }: Reference): string | undefined {
  for (const [at, reference] of differences.entries()) {
    const { pair, difference, comparison } = reference;
    const answer: Differential = { ...reference, comparison: compareDocuments(subject, pair) };
    const [broken] = brokenClaims(answer);
    if (broken !== undefined) return `${at}: ${broken.slice(0, 200)}`;
    if (answer.comparison.verdict === 'undecided' && comparison.verdict !== 'undecided')
      return `${at}: undecided because of ${answer.comparison.undecided[0]?.construct}`;
    // What brute force found, and was told before, must be told again.
    for (const side of ['gained', 'lost'] as const)
      if (
        answer.comparison.verdict !== 'undecided' &&
        difference[side] !== undefined &&
        answer.comparison[side].length === 0
      )
        return `${at}: nobody is told of as ${side}`;
    const told = subject.newAccess(rereadValue(subject, pair.old), rereadValue(subject, pair.now)).answer;
    const { gained, verdict } = answer.comparison;
    if (told !== (gained.length > 0 ? 'yes' : 'no') && !(told === 'undecided' && verdict === 'undecided'))
      return `${at}: new access is ${told}, and the verdict ${verdict}`;
    const rewriting = rewritings[at % rewritings.length];
    if (rewriting !== undefined) {
      const other = rewriting.rewrite(pair.now, [at, at + 1, at + 2, at + 3]);
      if (compareDocuments(subject, { old: pair.now, now: other }).verdict !== 'equivalent')
        return `${at}: no longer equivalent: ${rewriting.name}`;
    }
  }
  return undefined;
}

function compareDocuments(subject: Subject, { old, now }: PolicyPair) {
  return subject.compare(rereadValue(subject, old), rereadValue(subject, now), { role: home });
}

function reread(subject: Subject, text: string) {
  const parsed = subject.parseTrustPolicy(text);
  if (parsed.status !== 'read') throw new Error('a policy is not read');
  return parsed.policy;
}

function rereadValue(subject: Subject, document: PolicyDocument) {
  return reread(subject, JSON.stringify(document));
}

/** Some keys forgotten: unknown, save what every request brings and this one lacks. */
function forget(request: AssumeRequest, chosen: readonly string[]): AssumeRequest {
  const always = ['sts:rolesessionname', 'aws:currenttime'];
  const forgotten = chosen.filter((key) => !always.includes(key) || request.context.has(key));
  const context = new Map([...request.context].filter(([key]) => !forgotten.includes(key)));
  const absent = keySamples
    .map(({ key }) => key.toLowerCase())
    .filter((key) => key !== 'aws:principalarn' && !forgotten.includes(key) && !context.has(key));
  return { ...request, context, absent: new Set(absent), closed: false };
}

function naiveRequestOf(request: AssumeRequest): NaiveRequest {
  const { caller, actions } = request;
  const context = wholeContext(request);
  const base = { actions, context, session: '', id: '', account: '' };
  const name = context.get('aws:principalarn')?.[0] ?? '';
  switch (caller.kind) {
    case 'user':
      return { ...base, account: caller.account, name, id: caller.id ?? '', kind: 'user' };
    case 'role-session':
      return {
        ...base,
        account: caller.account,
        name,
        id: caller.id ?? '',
        kind: 'role',
        session: caller.session ?? '',
      };
    case 'service':
      return { ...base, kind: 'service', name: caller.service };
    case 'web-identity':
      return { ...base, kind: 'web', name: caller.provider };
    case 'saml':
      return { ...base, kind: 'saml', name: caller.provider };
    default:
      throw new Error(`${caller.kind} is no caller of the naive evaluator`);
  }
}
