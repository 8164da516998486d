/** What holds of the rules together, for any policy: they answer, they point somewhere, and the order of statements decides nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyNewAccess, newAccess } from '../../src/policy/compare/compare.ts';
import { riskRules } from '../../src/risks/catalogue.ts';
import { checkRisks } from '../../src/risks/check-risks.ts';
import { type PolicyDocument, policies } from '../arbitraries/policies.ts';
import { runs } from '../arbitraries/runs.ts';
import { exampleRole, policyFrom, unconfigured, world } from './questions.ts';

const everyExample = riskRules.flatMap((rule) => [...rule.fires, ...rule.silent]).map(({ policy }) => policy);

/** A policy out of nothing, or the statements of some examples put together. */
function documents(): fc.Arbitrary<PolicyDocument> {
  const examples = everyExample
    .map((policy) => policyFrom(policy))
    .filter(({ version, placeOf }) => version === '2012-10-17' && placeOf('/Statement/0') !== undefined)
    .map(({ text }) => (JSON.parse(text) as PolicyDocument).Statement);
  const mixed = fc
    .array(fc.constantFrom(...examples), { minLength: 1, maxLength: 2 })
    .map((all): PolicyDocument => ({ Version: '2012-10-17', Statement: all.flat() }));
  return fc.oneof(policies(false), mixed);
}

test('every policy gets an answer whose findings point into it', () => {
  fc.assert(
    fc.property(documents(), fc.boolean(), (document, known) => {
      const policy = policyFrom(document);
      const question = known ? { policy, role: exampleRole, world } : { policy, world: unconfigured };
      for (const { pointer, message, severity, fix, docs } of checkRisks(question)) {
        expect(policy.placeOf(pointer)).toBeDefined();
        expect(message).toMatch(/^[A-Z`].*\.$/);
        expect(['info', 'low', 'medium', 'high', 'critical']).toContain(severity);
        expect(docs).toMatch(/^docs\/rules\/[a-z0-9-]+\.md$/);
        if (fix?.verified !== true || fix.grants !== 'nothing') continue;
        expect(newAccess(policy, policyFrom(JSON.stringify(fix.policy)))).toEqual({ answer: 'no' });
      }
    }),
    { numRuns: runs(80) },
  );
}, 60_000);

test('whether anybody gains is what the full answer says', () => {
  fc.assert(
    fc.property(documents(), documents(), (one, other) => {
      const [from, to] = [policyFrom(one), policyFrom(other)];
      expect(anyNewAccess(from, to)).toBe(newAccess(from, to).answer);
    }),
    { numRuns: runs(60) },
  );
}, 60_000);

test('the order of the statements decides nothing', () => {
  fc.assert(
    fc.property(documents(), (document) => {
      const turned: PolicyDocument = { ...document, Statement: [...document.Statement].reverse() };
      const found = (one: PolicyDocument) =>
        checkRisks({ policy: policyFrom(one), role: exampleRole, world }, { fixes: false })
          .map(({ rule, severity }) => `${severity} ${rule}`)
          // Of two statements that say the same, the later one is the redundant one.
          .filter((line) => !line.endsWith('statement-redundant'))
          .sort();
      expect(found(turned)).toEqual(found(document));
    }),
    { numRuns: runs(40) },
  );
}, 60_000);

test('a Deny of everything silences every rule about who is let in', () => {
  const everything = { Effect: 'Deny', Principal: { AWS: ['*'] }, Action: ['sts:*'] };
  fc.assert(
    fc.property(documents(), (document) => {
      const onlyAws = document.Statement.filter(
        ({ Principal }) => Principal !== undefined && Object.keys(Principal).every((type) => type === 'AWS'),
      );
      fc.pre(onlyAws.length > 0);
      const closed = { Version: '2012-10-17', Statement: [...onlyAws, everything] };
      const found = checkRisks({ policy: policyFrom(closed), role: exampleRole, world }, { fixes: false });
      const open = found.filter(({ rule }) =>
        /^(?:public-principal|third-party|external-account|home-account|iam-user)/.test(rule),
      );
      expect(open).toEqual([]);
    }),
    { numRuns: runs(40) },
  );
}, 60_000);
