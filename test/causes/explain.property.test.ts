/** Is what explain calls proved so: for policies and calls of which everything is known, and for those of which little is? */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { causeById } from '../../src/causes/catalogue.ts';
import { byUser } from '../../src/causes/example-cases.ts';
import type { FoundCause } from '../../src/causes/weigh-policy.ts';
import { weighPolicy } from '../../src/causes/weigh-policy.ts';
import type { ConditionClause, Statement, TrustPolicy } from '../../src/policy/document/trust-policy.ts';
import { evaluate, prepare } from '../../src/policy/evaluate/evaluate.ts';
import type { AssumeRequest } from '../../src/policy/evaluate/request.ts';
import { keySamples, policies, read, requestsFor } from '../arbitraries/policies.ts';
import { runs } from '../arbitraries/runs.ts';
import { denialFrom } from './run-example.ts';

const denial = denialFrom(byUser(null));
const weigh = (policy: TrustPolicy, call: AssumeRequest) =>
  weighPolicy({
    evidence: { denial: { ...denial, message: { text: '', truncated: false } } },
    policy,
    call,
    most: 'proved',
  });
const decide = (policy: TrustPolicy, call: AssumeRequest) => evaluate(prepare(policy), call).decision;

/** Policies with calls that meet them, everything known. */
const known = policies().chain((document) => requestsFor(document).map((call) => ({ policy: read(document), call })));

/** A call that AWS can get: these keys are in every one. */
function complete(call: AssumeRequest): AssumeRequest {
  const always: readonly (readonly [string, readonly string[]])[] = [
    ['sts:rolesessionname', ['s1']],
    ['aws:currenttime', ['2026-03-01T00:00:00Z']],
  ];
  return { ...call, context: new Map([...always, ...call.context]) };
}

/** The same with some of what was given, and some of what is known not to be there, forgotten. */
const partly = fc
  .record({ pair: known, forget: fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }) })
  .map(({ pair: { policy, call: drawn }, forget }) => {
    const call = complete(drawn);
    const keys = keySamples.map(({ key }) => key.toLowerCase()).filter((key) => key !== 'aws:principalarn');
    const kept = keys.filter((_, at) => forget[at] !== true);
    const context = new Map([...call.context].filter(([key]) => kept.includes(key)));
    const absent = new Set(kept.filter((key) => !call.context.has(key)));
    return { policy, call: { ...call, context, absent, closed: false }, whole: call };
  });

/** What a fix of the proved parts comes to: a part that is put right matches. */
function cured(policy: TrustPolicy, found: readonly FoundCause[], except?: FoundCause): TrustPolicy {
  const fixed = found.filter((one) => one !== except);
  const pointers = (one: FoundCause) => one.evidence.map(({ pointer = '' }) => pointer);
  const touches = (pointer: string) =>
    fixed.some((one) => pointers(one).some((at) => at === pointer || at.startsWith(`${pointer}/`)));
  return {
    ...policy,
    statements: policy.statements.flatMap((statement): Statement[] => {
      const { principal, actions, conditions } = statement;
      if (statement.effect === 'Deny')
        return fixed.some(
          (one) =>
            pointers(one)[0]?.startsWith(`${statement.pointer}`) === true &&
            pointers(one)[0]?.split('/')[2] === statement.pointer.split('/')[2],
        )
          ? []
          : [statement];
      return [
        {
          ...statement,
          principal: touches(principal.pointer)
            ? {
                ...principal,
                element: 'Principal',
                entries: [{ type: 'AWS', text: '*', pointer: principal.pointer, name: { kind: 'everyone' } }],
              }
            : principal,
          actions: touches(actions.pointer)
            ? { ...actions, element: 'Action', patterns: [{ text: '*', pointer: actions.pointer }] }
            : actions,
          conditions: conditions.filter((clause: ConditionClause) => !touches(clause.pointer)),
        },
      ];
    }),
  };
}

const statementOf = (one: FoundCause) => one.evidence[0].pointer?.split('/')[2] ?? 'none';
const isDeny = (policy: TrustPolicy, one: FoundCause) => policy.statements[Number(statementOf(one))]?.effect === 'Deny';

describe('with everything known', () => {
  test('each denial by the trust policy has a proved cause, and no call that it allows has any', () => {
    let denials = 0;
    fc.assert(
      fc.property(known, ({ policy, call }) => {
        const decision = decide(policy, call);
        const { found, allowed, denied } = weigh(policy, call);
        expect(allowed).toBe(decision === 'allow');
        if (decision === 'allow') expect(found).toEqual([]);
        else {
          denials += 1;
          expect(denied).toBe(true);
          expect(found.filter(({ confidence }) => confidence === 'proved').length).toBeGreaterThan(0);
          expect(found.every(({ cause }) => causeById(cause.id) === cause)).toBe(true);
        }
      }),
      { numRuns: runs(400) },
    );
    expect(denials).toBeGreaterThan(40);
  });

  test('putting right all that is proved for one statement, and what denies, lets the call in; leaving one out does not', () => {
    let tried = 0;
    fc.assert(
      fc.property(known, ({ policy, call: { actions, ...rest } }) => {
        const call: AssumeRequest = { ...rest, actions: [actions[0]] };
        if (decide(policy, call) === 'allow') return;
        const proved = weigh(policy, call).found.filter(({ confidence }) => confidence === 'proved');
        const denies = proved.filter((one) => isDeny(policy, one));
        const allows = proved.filter((one) => !isDeny(policy, one));
        const statements = allows.length === 0 ? [[]] : [...Map.groupBy(allows, statementOf).values()];
        for (const own of statements) {
          if (own.some(({ evidence: [{ pointer }] }) => pointer === '/Statement')) continue;
          tried += 1;
          const all = [...denies, ...own];
          expect(decide(cured(policy, all), call)).toBe('allow');
          // Two names of one Deny are put right together.
          for (const one of own) expect(decide(cured(policy, all, one), call)).not.toBe('allow');
          for (const pointer of new Set(denies.map(statementOf)))
            expect(
              decide(
                cured(
                  policy,
                  all.filter((one) => statementOf(one) !== pointer),
                ),
                call,
              ),
            ).not.toBe('allow');
        }
      }),
      { numRuns: runs(400) },
    );
    expect(tried).toBeGreaterThan(40);
  });
});

describe('with little known', () => {
  test('where the policy allows the call for every value of what is not known, it has no cause in it', () => {
    let allows = 0;
    fc.assert(
      fc.property(partly, ({ policy, call }) => {
        if (decide(policy, call) !== 'allow') return;
        allows += 1;
        const { allowed, found } = weigh(policy, call);
        expect(allowed).toBe(true);
        expect(found).toEqual([]);
      }),
      { numRuns: runs(400) },
    );
    expect(allows).toBeGreaterThan(5);
  });

  test('what is proved of a call of which little is known is proved of the whole one as well', () => {
    let proofs = 0;
    fc.assert(
      fc.property(partly, ({ policy, call, whole }) => {
        const proved = weigh(policy, call).found.filter(({ confidence }) => confidence === 'proved');
        if (proved.length === 0) return;
        proofs += 1;
        // The proof is that the policy denies: it may not allow the call with all that was forgotten.
        expect(decide(policy, whole)).not.toBe('allow');
        // And each part alone is enough: with all the rest of its statement put right, the call is still denied.
        for (const one of proved) {
          if (isDeny(policy, one) || one.evidence[0].pointer === '/Statement') continue;
          const index = Number(statementOf(one));
          const statement = policy.statements[index];
          if (statement === undefined) throw new Error('a cause points at no statement');
          const only = keepOnly(statement, one);
          const lone: TrustPolicy = { ...policy, statements: [only] };
          expect(whole.actions.some((action) => decide(lone, { ...whole, actions: [action] }) !== 'allow')).toBe(true);
        }
      }),
      { numRuns: runs(400) },
    );
    expect(proofs).toBeGreaterThan(40);
  });
});

/** The statement with only the parts that a cause names, all the rest satisfied. */
function keepOnly(statement: Statement, one: FoundCause): Statement {
  const pointers = one.evidence.map(({ pointer = '' }) => pointer);
  const names = (pointer: string) => pointers.some((at) => at === pointer || at.startsWith(`${pointer}/`));
  return {
    ...statement,
    index: 0,
    principal: names(statement.principal.pointer)
      ? statement.principal
      : {
          ...statement.principal,
          element: 'Principal',
          entries: [{ type: 'AWS', text: '*', pointer: '', name: { kind: 'everyone' } }],
        },
    actions: names(statement.actions.pointer)
      ? statement.actions
      : { ...statement.actions, element: 'Action', patterns: [{ text: '*', pointer: '' }] },
    conditions: statement.conditions.filter(({ pointer }) => names(pointer)),
  };
}
