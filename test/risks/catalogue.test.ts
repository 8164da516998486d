/** Every rule does what its own examples say, its fixes hold, and it is listed, named and told of as it should be. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newAccess } from '../../src/policy/compare/compare.ts';
import { parseTrustPolicy } from '../../src/policy/document/parse.ts';
import { validateTrustPolicy } from '../../src/policy/document/validate.ts';
import { riskRuleById, riskRules } from '../../src/risks/catalogue.ts';
import { checkRisks } from '../../src/risks/check-risks.ts';
import { riskContext } from '../../src/risks/risk-context.ts';
import { policyFrom, questionOf } from './questions.ts';

/** The new version makes variables of plain text, and whom those let in cannot be said beforehand. */
const cannotBeProved: ReadonlySet<string> = new Set(['condition-variable-in-2008']);

const folder = join(import.meta.dirname, '../../src/risks');

describe('the catalogue', () => {
  const ruleFiles = readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && file !== 'risk-rule.ts')
    .filter((file) => readFileSync(join(folder, file), 'utf8').includes('defineRiskRule('))
    .map((file) => file.slice(0, -'.ts'.length));

  test('one file a rule, one rule a file, named alike, in order', () => {
    expect(riskRules.map(({ id }) => id)).toEqual(ruleFiles.sort());
  });

  test('an id that was released never goes', () => {
    const released = JSON.parse(readFileSync(join(import.meta.dirname, '../released-ids.json'), 'utf8')) as {
      readonly rules: readonly string[];
    };
    expect(released.rules.length).toBeGreaterThan(50);
    expect(released.rules.filter((id) => riskRuleById(id) === undefined)).toEqual([]);
  });

  test('what a rule folds is a rule or a problem of validation, and never itself', () => {
    const wrong = riskRules.flatMap(({ id, folds = [] }) =>
      folds
        .filter((other) => other === id || (riskRuleById(other) === undefined && !other.startsWith('invalid-')))
        .map((other) => `${id} → ${other}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe.for(riskRules)('$id', (rule) => {
  test('speaks in sentences', () => {
    expect(rule.title).toMatch(/^[A-Z`'].*[^.]$/);
    expect(rule.why).toMatch(/^[A-Z`].*\.$/);
    expect(rule.remedy).toMatch(/^[A-Z`].*[.]$/);
    expect(rule.references.length).toBeGreaterThan(0);
    const names = [...rule.fires, ...rule.silent].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test.for(rule.fires)('fires: $name', (example) => {
    const question = questionOf(example);
    const hits = rule.check(riskContext(question));
    expect(hits).not.toEqual([]);
    for (const { pointer, message, statement } of hits) {
      expect(question.policy.placeOf(pointer), `${pointer} leads somewhere`).toBeDefined();
      expect(message).toMatch(/^[A-Z`].*[.]$/);
      if (statement !== undefined) expect(question.policy.statements[statement]).toBeDefined();
    }
    const found = checkRisks(question).filter(({ rule: id, also }) => id === rule.id || also?.includes(rule.id));
    expect(found).not.toEqual([]);
    if (example.severity !== undefined)
      expect(hits.map((hit) => hit.severity ?? rule.severity)).toContain(example.severity);
    for (const { rule: id, fix } of found) {
      if (id !== rule.id || fix?.verified !== true) continue;
      // Judged again from the JSON that people get, and by the comparison alone.
      const fixed = parseTrustPolicy(JSON.stringify(fix.policy));
      if (fixed.status !== 'read') throw new Error('the fix is no policy');
      expect(validateTrustPolicy(fixed.policy).filter(({ level }) => level === 'refused')).toEqual([]);
      expect(rule.check(riskContext({ ...question, policy: fixed.policy })).length).toBeLessThan(hits.length);
      if (fix.grants === 'nothing') expect(newAccess(question.policy, fixed.policy)).toEqual({ answer: 'no' });
      else expect(newAccess(question.policy, fixed.policy).answer).toBe('yes');
    }
  });

  test.for(rule.silent)('is silent: $name', (example) => {
    const question = questionOf(example);
    expect(rule.check(riskContext(question)).map(({ message }) => message)).toEqual([]);
    const found = checkRisks(question, { fixes: false });
    expect(found.filter(({ rule: id, also }) => id === rule.id || also?.includes(rule.id))).toEqual([]);
  });

  if (rule.fix !== undefined && !cannotBeProved.has(rule.id))
    test('proves its fix on an example of its own at least', () => {
      const verified = rule.fires.flatMap((example) =>
        checkRisks(questionOf(example), { rules: [rule] }).filter(({ fix }) => fix?.verified === true),
      );
      expect(verified).not.toEqual([]);
    });

  if (rule.about === 'change')
    test('says nothing of a policy whose version before is not known', () => {
      const quiet = rule.fires.flatMap((example) => {
        const { previous: _, ...question } = questionOf(example);
        if (question.maxSessionDuration !== undefined) return [];
        return checkRisks(question, { fixes: false }).filter(({ rule: id }) => id === rule.id);
      });
      expect(quiet).toEqual([]);
    });
});

test('a document that is read from text and one from a value are judged alike', () => {
  const text =
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}';
  const rulesOf = (document: string | object) => checkRisks(questionOf({ policy: document })).map(({ rule }) => rule);
  expect(rulesOf(text)).toEqual(rulesOf(JSON.parse(text) as object));
  expect(policyFrom(text).statements).toHaveLength(1);
});
