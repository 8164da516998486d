import { describe, expect, test } from 'vitest';
import { sarifOfComparison, sarifOfRisks } from '../../../src/findings/forms/sarif.ts';
import { maskRisk } from '../../../src/findings/mask.ts';
import { findingExamples, hostileStrings } from '../examples.ts';

const tool = { version: '0.1.0', repository: 'https://github.com/trusttrail/trusttrail' };
const risks = (findingExamples['trust-risk'].risks ?? []).map((risk) => maskRisk(risk, new Set()));

test('what check found', async () => {
  const rules = [
    { id: 'public-principal-unconditional', title: 'Anyone can assume the role', why: 'Why.', severity: 'critical' },
  ] as const;
  await expect(`${JSON.stringify(sarifOfRisks(risks, rules, tool), null, 2)}\n`).toMatchFileSnapshot(
    'snapshots/check.sarif',
  );
});

test('two results of one rule at one place are two alerts, the first of which stays when the second goes', () => {
  const prints = (found: typeof risks) =>
    (sarifOfRisks(found, [], tool).runs[0]?.results ?? []).map((one) => JSON.stringify(one.partialFingerprints));
  const [risk] = risks;
  if (risk === undefined) throw new Error('no example');
  const both = prints([risk, { ...risk, message: 'Another one.' }]);
  expect(new Set(both).size).toBe(2);
  expect(prints([risk])).toEqual(both.slice(0, 1));
});

test('what diff found', async () => {
  const { change } = findingExamples['trust-change'];
  const comparison = {
    verdict: 'broader',
    gained: change?.gained ?? [],
    lost: [],
    direct: null,
    undecided: [{ construct: 'policy variable `${aws:username}`', pointer: '/Statement/0/Condition' }],
  } as const;
  await expect(
    `${JSON.stringify(sarifOfComparison(comparison, 'roles/vendor role.json', tool), null, 2)}\n`,
  ).toMatchFileSnapshot('snapshots/diff.sarif');
});

describe.for(hostileStrings.map((text) => [text.slice(0, 40), text] as const))('hostile: %s', ([, text]) => {
  test('messages are plain, and the place is a URI', () => {
    const log = sarifOfRisks(
      risks.map((risk) => ({ ...risk, file: text, message: text, why: text, pointer: text })),
      [],
      tool,
    );
    for (const result of log.runs[0]?.results ?? []) {
      expect(result.message.text).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      const uri = result.locations?.[0]?.physicalLocation?.artifactLocation?.uri ?? '';
      expect(uri).toMatch(/^[A-Za-z0-9\-._~!'()*%/]+$/);
      expect(URL.canParse(uri, 'file:///repository/')).toBe(true);
    }
  });
});

test.for([
  ['roles/a.json', 'roles/a.json'],
  ['./a b.json', 'a%20b.json'],
  ['/tmp/a.json', 'file:///tmp/a.json'],
  ['javascript:alert(1)', 'javascript%3Aalert(1)'],
  ['a\\b.json', 'a/b.json'],
])('%s is written as %s', ([file, uri]) => {
  const log = sarifOfRisks(
    risks.map((risk) => ({ ...risk, file: file ?? '' })),
    [],
    tool,
  );
  expect(log.runs[0]?.results?.[0]?.locations?.[0]?.physicalLocation?.artifactLocation?.uri).toBe(uri);
});
