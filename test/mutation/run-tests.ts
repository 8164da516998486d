/** Which of the tests fails with one line of a module changed? The ordinary test files, loaded once more for each fault. */
import { loadMutated } from './load-mutated.ts';
import { collected } from './vitest-collected.ts';

/** The soonest that could fail first. */
export const testFiles = [
  'test/policy/evaluate/evaluate.cases.test.ts',
  'test/policy/evaluate/reasons.test.ts',
  'test/policy/evaluate/open-requests.test.ts',
  'test/policy/keys/condition-keys.test.ts',
  'test/policy/compare/compare.cases.test.ts',
  'test/policy/compare/told-apart.test.ts',
  'test/policy/compare/organization-keys.test.ts',
  'test/policy/compare/bound-keys.test.ts',
  'test/policy/compare/operator-types.test.ts',
  'test/policy/compare/variables.test.ts',
  'test/policy/compare/public-access.test.ts',
  'test/policy/document/validate.test.ts',
  'test/policy/repair/repair.test.ts',
  'test/policy/evaluate/wildcard.test.ts',
  'test/policy/document/json-text.property.test.ts',
  'test/policy/evaluate/value-classes.property.test.ts',
  'test/policy/compare/string-language.property.test.ts',
  'test/policy/compare/shared-work.test.ts',
  'test/causes/classics.test.ts',
  'test/causes/remedy.test.ts',
  'test/causes/pairs.test.ts',
  'test/risks/federation.test.ts',
  'test/risks/good-policies.test.ts',
  'test/causes/confidence.test.ts',
  'test/causes/explain.test.ts',
  'test/cli/can-assume.test.ts',
  'test/cli/diff.test.ts',
  'test/risks/any-policy.test.ts',
  'test/causes/explain.property.test.ts',
  'test/policy/evaluate/evaluate.laws.test.ts',
  'test/policy/repair/repair.property.test.ts',
] as const;

/** @returns the first test that fails, `undefined` where all pass. */
export async function failingTest(
  number: string,
  copy: { readonly file: string; readonly code: string } | undefined,
  files: readonly string[] = testFiles,
): Promise<string | undefined> {
  for (const file of files) {
    collected.length = 0;
    await loadMutated(number, copy, [file]);
    for (const { name, run } of [...collected]) {
      try {
        await run();
      } catch (error) {
        return `${file}: ${name}: ${String(error).slice(0, 200)}`;
      }
    }
  }
  return undefined;
}
