/** Validation: a table of documents with all that is wrong with each, and nothing refused that exists in accounts. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseTrustPolicy, parseTrustPolicyValue } from '../../../src/policy/document/parse.ts';
import type { Problem } from '../../../src/policy/document/trust-policy.ts';
import { countedSize, type ValidationOptions, validateTrustPolicy } from '../../../src/policy/document/validate.ts';
import { allow, validationCases } from './validation-cases.ts';

function problemsOf(document: unknown, options?: ValidationOptions): readonly Problem[] {
  const parsed = typeof document === 'string' ? parseTrustPolicy(document) : parseTrustPolicyValue(document);
  if (parsed.status === 'unreadable') return [parsed.problem];
  if (parsed.status === 'meaningless') return parsed.problems;
  return [...parsed.problems, ...validateTrustPolicy(parsed.policy, options)];
}

test.for(validationCases)('%s', ([, document, found, more = {}]) => {
  const problems = problemsOf(document, more.options);
  expect(problems.map(({ code, level, pointer }) => `${code} ${level} ${pointer}`)).toEqual(found);
  if (more.iamMessage !== undefined) expect(problems[0]?.iamMessage).toBe(more.iamMessage);
  for (const { code, level, place, message } of problems) {
    expect(place).toBeDefined();
    expect(message).toMatch(/^([a-z`]|AWS )/);
    // Codes of what IAM refuses, or may refuse, are told by their beginning.
    expect(code.startsWith('invalid-')).toBe(level === 'refused' || level === 'may-be-refused');
  }
});

test('no external ID stands in a message', () => {
  for (const value of ['secret*', 's', 'sécret', '${aws:username}'])
    for (const operator of [
      'StringEquals',
      'StringLike',
      'NumericEquals',
      'IpAddress',
      'Bool',
      'DateEquals',
      'ArnLike',
    ])
      for (const Version of ['2012-10-17', '2008-10-17']) {
        const found = problemsOf({ Version, Statement: allow({}, { [operator]: { 'sts:ExternalId': value } }) });
        expect(JSON.stringify(found)).not.toContain('secret');
        expect(
          found.filter(({ message, received = '' }) => value.length > 1 && `${message}${received}`.includes(value)),
        ).toEqual([]);
      }
});

test('white space counts inside strings only', () => {
  expect(countedSize('{ "a b" :\n\t[ "c \\" d" ] }')).toBe('{"a b":["c \\" d"]}'.length);
});

test('the shape of a wrong document is told with its place', () => {
  const [problem] = problemsOf(
    `{\n  "Version": "2012-10-17",\n  "Statement": ${JSON.stringify(allow({ Principal: '*' }))}\n}`,
  );
  expect(problem?.place?.line).toBe(3);
});

const folder = new URL('../../../../shared/trust-policies/', import.meta.url);

/** Documents of the folder that IAM does refuse: organization policies and a script's template. */
const trulyRefused = /"Principal":"\*"|'\$ACCOUNT_ID'/;

test.skipIf(!existsSync(folder))('no policy that exists in an account is refused (skipped where there is none)', () => {
  let refusedOnes = 0;
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  for (const name of files) {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const document = text.replace(/\s/g, '');
    const hard = problemsOf(text).filter(({ level }) => level === 'refused');
    if (trulyRefused.test(document)) {
      refusedOnes += 1;
      expect(hard, name).not.toEqual([]);
    } else expect(hard, name).toEqual([]);
  }
  expect(files.length - refusedOnes).toBeGreaterThan(40);
});
