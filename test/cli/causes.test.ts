/** `causes` prints the catalogue and one entry, and `explain` takes all that a line of a batch may hold. */
import { expect, test } from 'vitest';
import { causes } from '../../src/causes/catalogue.ts';
import { byUser, role, trusting, user } from '../../src/causes/example-cases.ts';
import { run } from '../../src/cli/main.ts';
import { columnsOf } from '../../src/findings/forms/wrap.ts';
import { fakeIo } from './fake-io.ts';

async function printed(args: readonly string[], files: Readonly<Record<string, string>> = {}) {
  const io = fakeIo(files);
  await run(args, io);
  return { out: io.printed(), err: io.warned(), code: io.exitCode() };
}

test('the list has every cause, the entry its page', async () => {
  const { out } = await printed(['causes']);
  expect(out).toMatch(/^wrong-account {2,}The trust policy names another account/);
  expect(out.trim().split('\n')).toHaveLength(62);
  const one = await printed(['causes', 'external-id-missing']);
  expect(one.out).toContain('external-id-missing: ');
  expect(one.out).toContain('How it is told apart');
});

test.each([40, 80])('on a terminal of %s columns neither the list nor a page has a longer line', async (columns) => {
  const io = fakeIo({}, { tty: true, columns });
  await run(['causes'], io);
  for (const { id } of causes) await run(['causes', id], io);
  const long = io
    .printed()
    .split('\n')
    .filter((line) => columnsOf(line) > columns);
  // A word is never cut: it has to be copied whole.
  expect(long.filter((line) => line.trim().includes(' '))).toEqual([]);
});

test('as JSON', async () => {
  const all = JSON.parse((await printed(['causes', '--format', 'json'])).out) as { causes: { cause: string }[] };
  expect(all.causes).toHaveLength(62);
  const one = JSON.parse((await printed(['causes', 'mfa-missing', '--format', 'json'])).out) as object;
  expect(one).toMatchObject({
    cause: 'mfa-missing',
    side: 'trust-policy',
    fix: { who: 'caller' },
    docs: 'docs/causes/mfa-missing.md',
  });
});

test('an id that there is not is bad input', async () => {
  const { code, err } = await printed(['causes', 'no-such']);
  expect(code).toBe(2);
  expect(err).toMatch(/no cause `no-such` \(`trusttrail causes` lists them\)/);
  expect((await printed(['causes', 'external-id-mising'])).err).toMatch(/did you mean `external-id-missing`\?/);
});

test('every field of a line of explain is used', async () => {
  const denies = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] };
  const asks = trusting(user, { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } });
  const lines = [
    { id: 'callerPolicies', event: byUser(null), policy: trusting(user), callerPolicies: [denies] },
    {
      id: 'previousPolicy',
      event: byUser(),
      policy: asks,
      previousPolicy: trusting(user),
      policyChangedAt: '2026-03-01T09:59:00Z',
    },
    {
      id: 'role',
      event: byUser({ durationSeconds: 7200 }),
      policy: trusting(user),
      role: { Arn: role, MaxSessionDuration: 3600 },
    },
    { id: 'roleExists', event: byUser(null), roleExists: false },
    { id: 'policyChangedAt', event: byUser(null), policy: trusting(user), policyChangedAt: '2026-03-01T09:59:00Z' },
    { id: 'text', event: JSON.stringify(byUser(null)), policy: JSON.stringify(trusting('444455556667')) },
    {
      id: 'nulls',
      event: byUser(null),
      policy: trusting('444455556667'),
      previousPolicy: null,
      role: null,
      callerPolicies: null,
    },
    { id: 'wrong', event: byUser(null), callerPolicies: {} },
  ];
  const { out } = await printed(['explain', '--batch', '-'], {
    '-': lines.map((line) => JSON.stringify(line)).join('\n'),
  });
  const answers = out
    .trim()
    .split('\n')
    .map(
      (line) =>
        JSON.parse(line) as {
          id: string;
          error?: string;
          causes?: { cause: string; confidence: string; evidence: { source: string }[] }[];
        },
    );
  const first = Object.fromEntries(
    answers.map(({ id, causes, error }) => [id, error ?? `${causes?.[0]?.cause} ${causes?.[0]?.confidence}`]),
  );
  expect(first).toEqual({
    callerPolicies: 'identity-policy-deny proved',
    previousPolicy: 'external-id-missing proved',
    role: 'duration-exceeds-role-maximum proved',
    roleExists: 'role-not-found proved',
    policyChangedAt: 'recently-changed likely',
    text: 'wrong-account proved',
    nulls: 'wrong-account proved',
    wrong: '`callerPolicies` is a list of identity-based policies',
  });
  expect(answers[1]?.causes?.[0]?.evidence.map(({ source }) => source)).toContain('previous-policy');
  expect(out).not.toContain('acme-4711-xyz');
});

test('the text of an explanation', async () => {
  const event = byUser({}, { errorCode: 'AccessDenied' });
  const { out, code } = await printed(['explain', 'event.json', '--policy', 'trust.json'], {
    'event.json': JSON.stringify(event),
    'trust.json': JSON.stringify(trusting('444455556667', { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } })),
  });
  expect(code).toBe(0);
  expect(out).toContain('trusts account 444455556667');
  expect(out).not.toContain('acme-4711-xyz');
});
