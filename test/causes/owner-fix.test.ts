/** Can the fix be pasted into a shell as it stands, and is what it calls verified so? */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { causes } from '../../src/causes/catalogue.ts';
import type { CauseExample } from '../../src/causes/cause.ts';
import { wouldAllow } from '../../src/causes/denied-request.ts';
import {
  byRole,
  byUser,
  deployRole,
  githubProvider,
  policyOf,
  statement,
  trusting,
  user,
} from '../../src/causes/example-cases.ts';
import type { Fix } from '../../src/findings/finding.ts';
import { compare } from '../../src/policy/compare/compare.ts';
import { validateTrustPolicy } from '../../src/policy/document/validate.ts';
import { type PolicyDocument, policies } from '../arbitraries/policies.ts';
import { runs } from '../arbitraries/runs.ts';
import { denialFrom, explained, policyFrom } from './run-example.ts';

const fixesOf = (example: CauseExample, show = true): readonly Fix[] =>
  explained(example, show).causes.flatMap(({ fix }) => fix ?? []);

/** Runs the commands in a shell in which `aws`, `jq` and `trusttrail` say what they were called with. */
function pasted(commands: readonly string[]): readonly (readonly string[])[] {
  const folder = mkdtempSync(join(tmpdir(), 'trusttrail-paste-'));
  try {
    const names = ['aws', 'jq', 'trusttrail'];
    for (const name of names) {
      // Those at both ends of a pipe run at once: each writes into a file of its own.
      const log = join(folder, `${name}.log`);
      writeFileSync(log, '');
      writeFileSync(
        join(folder, name),
        `#!/bin/sh\nprintf '%s\\0' "${name}" "$@" >> '${log}'\nprintf '\\n' >> '${log}'\nprintf '{}'\n`,
      );
      chmodSync(join(folder, name), 0o755);
    }
    execFileSync('bash', ['--norc', '-e', '-c', commands.join('\n')], {
      cwd: folder,
      env: { PATH: `${folder}:/usr/bin:/bin` },
    });
    return names.flatMap((name) =>
      readFileSync(join(folder, `${name}.log`), 'utf8')
        .split('\0\n')
        .filter((line) => line !== '')
        .map((line) => line.split('\0')),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('principals that IAM would not save again are named with the repair', () => {
  const bob = 'arn:aws:iam::444455556666:user/bob';

  test.for([
    [
      'an id beside others',
      { AWS: ['AIDAEXAMPLEGONE123456', bob] },
      'names `AIDAEXAMPLEGONE123456`, which it does not find: take that out as well.',
    ],
    [
      'another partition, and an id',
      { AWS: ['arn:aws-cn:iam::777788889999:role/ci', 'AIDAEXAMPLEGONE123456', bob] },
      'names `arn:aws-cn:iam::777788889999:role/ci` or `AIDAEXAMPLEGONE123456`, which it does not find: take those out as well.',
    ],
    ['none', { AWS: [bob] }, undefined],
    ['a service of China, whose name is no ARN', { AWS: bob, Service: 'ec2.amazonaws.com.cn' }, undefined],
  ] as const)('%s', ([, principal, says]) => {
    const [fix] = fixesOf({ name: '', event: byRole(), policy: policyOf(statement('Allow', principal)) });
    expect(JSON.stringify(fix?.policy)).toContain(deployRole);
    if (says === undefined) expect(fix?.summary).not.toContain('does not save');
    else expect(fix?.summary).toContain(says);
  });

  test('that which the caller replaces is none of them', () => {
    const policy = policyOf(statement('Allow', { AWS: ['AROAEXAMPLEGONE123456', bob] }));
    const [fix] = explained({ name: '', event: byRole(null), policy }).causes.flatMap((one) =>
      one.cause === 'principal-recreated' ? (one.fix ?? []) : [],
    );
    expect(JSON.stringify(fix?.policy)).not.toContain('AROAEXAMPLEGONE123456');
    expect(fix?.summary).not.toContain('does not save');
  });
});

describe('commands', () => {
  test('get, update, test and undo, each argument as it was meant', () => {
    const [fix] = fixesOf({ name: '', event: byRole(), policy: trusting('arn:aws:iam::444455556666:role/other') });
    expect(fix?.verified).toBe(true);
    const [get, update, tried, ...more] = pasted(fix?.commands ?? []);
    expect(get?.slice(0, 5)).toEqual(['aws', 'iam', 'get-role', '--role-name', 'target']);
    expect(update?.slice(0, 6)).toEqual([
      'aws',
      'iam',
      'update-assume-role-policy',
      '--role-name',
      'target',
      '--policy-document',
    ]);
    expect(JSON.parse(update?.[6] ?? '')).toEqual(fix?.policy);
    expect(tried?.slice(0, 3)).toEqual(['aws', 'sts', 'assume-role']);
    expect(more).toEqual([]);
    const undo = fix?.commands.at(-1) ?? '';
    expect(undo).toMatch(/^# undo: /);
    expect(pasted([undo.replace('# undo: ', '')])[0]?.at(-1)).toBe('file://trust-policy-before.json');
  });

  test.each(['it\'s; rm -rf ~ $(id) `id` \\ " \u202e\n\t$HOME', '${aws:username}', '\u0000\u007fé☃'])(
    'hostile text %# in a policy is one argument, byte for byte',
    (text) => {
      const policy = policyOf(
        { ...statement('Allow', '777788889999', { StringEquals: { 'aws:PrincipalTag/x': text } }), Sid: 'A' },
        statement('Allow', 'arn:aws:iam::444455556666:user/bob'),
      );
      const [fix] = fixesOf({ name: '', event: byUser({ tags: [{ key: 'k', value: text }] }), policy });
      expect(fix?.policy).not.toBeNull();
      const update = pasted(fix?.commands ?? []).find((argv) => argv.includes('update-assume-role-policy'));
      expect(JSON.parse(update?.at(-1) ?? '')).toEqual(fix?.policy);
    },
  );

  test('an external ID stands in none of them, and the document comes from a file that holds it', () => {
    const policy = trusting('444455556667', { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } });
    for (const show of [false, true])
      for (const fix of fixesOf({ name: '', event: byUser(), policy }, show)) {
        expect(fix.commands.join('\n')).not.toContain('acme-4711-xyz');
        expect(fix.commands.join('\n')).not.toContain('…');
      }
    const [masked] = fixesOf({ name: '', event: byUser(), policy }, false);
    expect(masked?.policy).toBeNull();
    const ran = pasted(masked?.commands ?? []);
    expect(ran.map(([name, verb, what]) => [name, name === 'aws' ? what : verb])).toEqual(
      expect.arrayContaining([
        ['aws', 'get-role'],
        ['aws', 'lookup-events'],
        ['trusttrail', 'explain'],
        ['aws', 'update-assume-role-policy'],
        ['aws', 'assume-role'],
      ]),
    );
    expect(ran.flat()).toContain('EXTERNAL_ID_FROM_THE_ROLE_OWNER');
  });

  test('a malformed document put right: saved with what was there kept, or the role created after all', () => {
    const ids = (id: string) => causes.find((cause) => cause.id === id)?.isIt ?? [];
    const examples = ids('malformed-trust-policy');
    const ran = examples.map((example) =>
      pasted(fixesOf(example)[0]?.commands ?? []).map((argv) => argv.slice(0, 3).join(' ')),
    );
    expect(ran).toContainEqual(['aws iam get-role', 'aws iam update-assume-role-policy']);
    expect(ran).toContainEqual(['aws iam create-role']);
  });

  test('those of every cause’s examples are understood by a shell', () => {
    const seen = new Set<string>();
    for (const cause of causes)
      for (const example of cause.isIt)
        for (const fix of fixesOf(example)) for (const command of fix.commands) seen.add(command);
    expect(seen.size).toBeGreaterThan(60);
    execFileSync('bash', ['-n', '-c', [...seen].join('\n')]);
    execFileSync('sh', ['-n', '-c', [...seen].join('\n')]);
    expect([...seen].filter((command) => /[^\x20-\x7e]/.test(command))).toEqual([]);
  });
});

describe('what is changed', () => {
  const first = (example: CauseExample) => fixesOf(example)[0];

  test('all that is the owner’s in one document', () => {
    const policy = policyOf(
      statement('Allow', '444455556667', { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } }),
      statement('Deny', '*', { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::444455556667:*' } }),
    );
    const all = explained({ name: '', event: byRole(), policy }, true).causes;
    expect(all.map(({ cause }) => cause)).toEqual(expect.arrayContaining(['wrong-account', 'region', 'explicit-deny']));
    const documents = new Set(all.map(({ fix }) => JSON.stringify(fix?.policy)));
    expect(documents.size).toBe(1);
    expect(all[0]?.fix?.verified).toBe(true);
    expect(wouldAllow(policyFrom(all[0]?.fix?.policy), denialFrom(byRole()))).toBe('allow');
    expect(wouldAllow(policyFrom(policy), denialFrom(byRole()))).not.toBe('allow');
  });

  test.each([
    ['none is passed', {}, 'external-id-missing'],
    ['another one is passed', { externalId: 'wrong-4711' }, 'external-id-mismatch'],
  ])('a misspelt key is corrected, and the external ID stays the caller’s to pass: %s', (_, passed, left) => {
    const asks = (key: string) => trusting(user, { StringEquals: { [key]: 'acme-4711-xyz' } });
    const event = byUser(passed);
    const { causes } = explained({ name: '', event, policy: asks('aws:ExternalId') }, true);
    expect(causes.map(({ cause, confidence }) => [cause, confidence])).toEqual([
      ['condition-key-misspelt', 'proved'],
      [left, 'proved'],
    ]);
    const [owner, caller] = causes.map(({ fix }) => fix);
    expect(owner).toMatchObject({ who: 'owner', policy: asks('sts:ExternalId'), verified: true });
    expect(owner?.grants).toBe('user `ana` of account 444455556666, with external ID `acme-4711-xyz`');
    expect(owner?.summary).toContain('The caller has to do its part as well.');
    expect(owner?.commands.join('\n')).toContain('--external-id EXTERNAL_ID_FROM_THE_ROLE_OWNER');
    expect(caller).toMatchObject({ who: 'caller', policy: null });
    // Neither part is enough alone, and both together are.
    const corrected = policyFrom(owner?.policy);
    const right = byUser({ externalId: 'acme-4711-xyz' });
    expect(wouldAllow(corrected, denialFrom(event))).toBe('implicit-deny');
    expect(wouldAllow(policyFrom(asks('aws:ExternalId')), denialFrom(right))).toBe('implicit-deny');
    expect(wouldAllow(corrected, denialFrom(right))).toBe('allow');
  });

  test('what no caller can pass is not called verified', () => {
    const policy = trusting(user, { StringEquals: { RoleSessionName: 'right-*' } });
    const fix = explained({ name: '', event: byUser({ roleSessionName: 'wrong' }), policy }, true).causes[0]?.fix;
    expect(fix).toMatchObject({ who: 'owner', verified: false });
    expect(fix?.policy).toEqual(trusting(user, { StringEquals: { 'sts:RoleSessionName': 'right-*' } }));
  });

  test('a misspelt key is corrected where the record does not show what was passed, and that is not called verified', () => {
    const policy = trusting(user, { StringEquals: { ExternalId: 'acme-4711-xyz' } });
    const { causes, ruledOut } = explained({ name: '', event: byUser(null), policy }, true);
    expect(causes[0]).toMatchObject({ cause: 'condition-key-misspelt', confidence: 'proved' });
    expect(causes[0]?.fix).toMatchObject({
      policy: trusting(user, { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } }),
      verified: false,
    });
    expect(ruledOut.map(({ cause }) => cause)).not.toContain('external-id-missing');
  });

  test('the same policy is saved again where the principal is another of the same name', () => {
    const policy = trusting(deployRole);
    const fix = first({
      name: '',
      event: byRole(null),
      policy,
      known: {
        policyChangedAt: '2026-01-01T00:00:00Z',
        principals: [
          { arn: deployRole, what: 'deleted', time: '2026-02-27T10:00:00Z' },
          { arn: deployRole, what: 'created', time: '2026-02-27T10:05:00Z' },
        ],
      },
    });
    expect(fix).toMatchObject({ policy, verified: false });
  });

  test.each([
    [
      'the path of the role is not known',
      byRole(
        {},
        {
          userIdentity: {
            type: 'AssumedRole',
            arn: 'arn:aws:sts::444455556666:assumed-role/deploy/b',
            accountId: '444455556666',
          },
        },
      ),
      trusting('777788889999'),
    ],
    [
      'NotPrincipal',
      byUser(),
      policyOf(statement('Allow', user), { Effect: 'Deny', NotPrincipal: { AWS: [user] }, Action: 'sts:AssumeRole' }),
    ],
    [
      'a Deny that MFA escapes',
      byUser(),
      policyOf(
        statement('Allow', user),
        statement('Deny', '*', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }),
      ),
    ],
    ['an organization', byUser(), trusting('*', { StringEquals: { 'aws:PrincipalOrgID': 'o-abcdefghij' } })],
    [
      'a contradiction',
      byUser(),
      trusting(user, { StringEquals: { 'aws:username': 'x' }, StringNotEquals: { 'aws:username': ['x', 'ana'] } }),
    ],
  ])('none where %s, but words', (_, event, policy) => {
    const all = fixesOf({ name: '', event, policy });
    expect(all.length).toBeGreaterThan(0);
    for (const fix of all) {
      expect(fix).toMatchObject({ policy: null, verified: false });
      expect(fix.summary).not.toBe('');
    }
  });

  test('never the whole account, and never a provider without a subject', () => {
    for (const cause of causes)
      for (const example of cause.isIt)
        for (const fix of fixesOf(example)) {
          if (fix.policy === null) continue;
          const principals = (value: unknown) =>
            JSON.stringify(
              policyFrom(value).statements.map(({ principal }) => principal.entries.map(({ text }) => text)),
            );
          const old =
            example.policy === undefined
              ? ''
              : principals(typeof example.policy === 'string' ? JSON.parse(example.policy) : example.policy);
          const added = principals(fix.policy);
          const count = (text: string, what: string) => text.split(what).length;
          for (const whole of ['"444455556666"', '444455556666:root"', '"*"'])
            if (cause.id !== 'malformed-trust-policy')
              expect(count(added, whole)).toBeLessThanOrEqual(count(old, whole));
          if (count(added, `"${githubProvider}"`) > count(old, `"${githubProvider}"`))
            expect(JSON.stringify(fix.policy)).toContain(':sub"');
        }
  });
});

/** Records of a user and of a role of the generator's accounts, with what they passed, against generated policies. */
const accounts = ['111122223333', '444455556666'] as const;
const events = fc
  .record({
    account: fc.constantFrom(...accounts),
    kind: fc.constantFrom('user', 'role'),
    parameters: fc.option(
      fc.record(
        { externalId: fc.constantFrom('ab', 'AB', 'a*'), sourceIdentity: fc.constantFrom('ann', 'bob') },
        { requiredKeys: [] },
      ),
      { freq: 5, nil: null },
    ),
  })
  .map(({ account, kind, parameters }) => {
    const text = JSON.stringify(kind === 'user' ? byUser(parameters) : byRole(parameters))
      .replaceAll('444455556666', account)
      .replaceAll('user/ana', 'user/ann')
      .replaceAll('"ana"', '"ann"');
    return JSON.parse(text) as object;
  });

test('whenever a fix is verified, its policy lets the call in once the caller does its part, and nobody loses', () => {
  let verified = 0;
  fc.assert(
    fc.property(policies(), events, (document: PolicyDocument, event) => {
      const all = explained({ name: '', event, policy: document }, true).causes;
      for (const { fix, side } of all) {
        if (fix === null || !fix.verified) continue;
        verified += 1;
        expect(fix.who).toBe('owner');
        expect(['trust-policy', 'federation']).toContain(side);
        const repaired = policyFrom(fix.policy);
        expect(validateTrustPolicy(repaired).filter(({ level }) => level === 'refused')).toEqual([]);
        if (!fix.summary.includes('The caller has to do its part'))
          expect(wouldAllow(repaired, denialFrom(event))).toBe('allow');
        if (!fix.summary.includes('in place of'))
          expect(['broader', 'equivalent']).toContain(compare(policyFrom(document), repaired).verdict);
      }
    }),
    { numRuns: runs(60) },
  );
  expect(verified).toBeGreaterThan(5);
});
