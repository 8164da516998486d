import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { snsMessage } from '../../../src/findings/forms/sns.ts';
import { columnsOf } from '../../../src/findings/forms/wrap.ts';
import { maskFinding } from '../../../src/findings/mask.ts';
import { findingExamples, hostile, hostileStrings } from '../examples.ts';

const examples = Object.values(findingExamples);

describe.for(examples)('$kind', (finding) => {
  test('reads like this', async () => {
    const { subject, text } = snsMessage(maskFinding(finding));
    await expect(`Subject: ${subject}\n\n${text}`).toMatchFileSnapshot(`snapshots/${finding.kind}.mail.txt`);
  });

  test('the body keeps to 80 columns, save words that are longer', () => {
    const { text } = snsMessage(maskFinding(finding));
    for (const line of text.split('\n')) {
      const breakable = line.trim().replace(/ \\$/, '').includes(' ');
      if (breakable) expect(columnsOf(line)).toBeLessThanOrEqual(80);
    }
  });

  test.for(hostileStrings.map((text) => [text.slice(0, 40), text]))('hostile: %s', ([, text]) => {
    const message = snsMessage(hostile(finding, text ?? ''));
    expect(message.subject).toMatch(/^\[[a-z]+\][ -~]*$/);
    expect(message.subject.length).toBeLessThan(100);
    expect(message.text).not.toMatch(/[^\P{Cc}\n]|[\p{Bidi_Control}\p{Surrogate}]/u);
    expect(
      new TextEncoder().encode(JSON.stringify({ default: message.json, email: message.text })).length,
    ).toBeLessThan(256 * 1024);
    expect(JSON.parse(message.json)).toMatchObject({ schema: 'trusttrail/finding/1', id: finding.id });
  });
});

test('a command that is broken over lines is the same command', () => {
  const { text } = snsMessage(maskFinding(findingExamples.denial));
  const start = text.indexOf('$ aws sts assume-role');
  const command = text.slice(start + 2, text.slice(start).search(/\n {2}\w/) + start);
  const words = execFileSync('bash', ['-c', `aws() { printf '%s\\n' "$@"; }; ${command}`], { encoding: 'utf8' });
  expect(words.trimEnd().split('\n')).toEqual(findingExamples.denial.fix?.commands[0]?.split(' ').slice(1));
});

test('typography in a subject becomes ASCII, and what has no counterpart a question mark', () => {
  const { subject } = snsMessage({ ...findingExamples.denial, title: 'Zoë’s “role” – 角…' });
  expect(subject).toBe(`[medium] Zoe's "role" - ?...`);
});

describe('a subject that is too long', () => {
  const subjectOf = (title: string) => snsMessage({ ...findingExamples.denial, title }).subject;

  test('ends with a whole word, and quotes nothing', () => {
    expect(
      subjectOf(
        '`ci-deploy` can now be assumed by any principal of account 444455565666, and no longer by role `ci-runner`',
      ),
    ).toBe('[medium] ci-deploy can now be assumed by any principal of account 444455565666, and no longer...');
  });

  test('is cut where it is where no word ends near', () => {
    expect(subjectOf(`a ${'x'.repeat(200)}`)).toBe(`[medium] a ${'x'.repeat(85)}...`);
  });
});

test('what to do stands before what it is not', () => {
  const { text } = snsMessage(maskFinding(findingExamples.denial));
  const rows = [...text.matchAll(/^ {2}(\w+) /gm)].map(([, label]) => label);
  expect(rows).toEqual(['when', 'role', 'by', 'cause', 'fix', 'unknown', 'not', 'events', 'id']);
});

test('a body that is too long ends with a whole line, and with no command that goes on', () => {
  const words = Array.from({ length: 60 }, (_, at) => `--option-${at} ${'v'.repeat(at % 17)}x`).join(' ');
  const commands = Array.from({ length: 40 }, (_, at) => `aws iam put-role-policy --role-name r${at} ${words}`);
  const whole = commands.map((command) => command.replaceAll(/ +/g, ' '));
  for (const padding of [0, 7, 31, 64, 99]) {
    const notes = [`${'n'.repeat(padding)} noted`];
    const { text } = snsMessage({ ...findingExamples.denial, notes, rollback: { commands } });
    expect(text).toMatch(/\n\n\(shortened\)\n$/);
    const told = text
      .replaceAll(/ \\\n\s+/g, ' ')
      .split('\n')
      .flatMap((line) => /^\s*\$ (aws iam put-role-policy .*)$/.exec(line)?.[1] ?? []);
    expect(told.length).toBeGreaterThan(5);
    for (const command of told) expect(whole).toContain(command);
  }
});
