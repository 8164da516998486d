/** What does explain say of denials that were really recorded, against policies made for them and policies found in the wild? */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { callFromDenial } from '../../src/causes/denied-request.ts';
import { trusting } from '../../src/causes/example-cases.ts';
import { explain } from '../../src/causes/explain.ts';
import { readEvents } from '../../src/cloudtrail/read-record.ts';
import { recognise } from '../../src/cloudtrail/recognise.ts';
import type { Denial } from '../../src/cloudtrail/recognised.ts';
import { parseTrustPolicy } from '../../src/policy/document/parse.ts';
import type { TrustPolicy } from '../../src/policy/document/trust-policy.ts';
import { evaluate, prepare } from '../../src/policy/evaluate/evaluate.ts';
import { policyFrom } from './run-example.ts';

const shared = join(import.meta.dirname, '../../../shared');
const present = existsSync(join(shared, 'records'));
if (!present) test.skip('the real records are not here (../shared/records)', () => {});

function denialsIn(folder: string): readonly Denial[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl.gz'))
    .flatMap((file) => readEvents(gunzipSync(readFileSync(join(folder, file))).toString('utf8'), file).records)
    .flatMap((record) => {
      const recognised = recognise(record);
      return recognised?.kind === 'denial' ? [recognised] : [];
    });
}

const denials = present ? denialsIn(join(shared, 'records')) : [];
const policies: readonly TrustPolicy[] = present
  ? readdirSync(join(shared, 'trust-policies'))
      .filter((file) => file.endsWith('.json'))
      .flatMap((file) => {
        const parsed = parseTrustPolicy(readFileSync(join(shared, 'trust-policies', file), 'utf8'));
        return parsed.status === 'read' ? [parsed.policy] : [];
      })
  : [];
const told = (denial: Denial, policy: object) =>
  explain({ denial, policy: { policy: policyFrom(policy), as: 'in-force', from: 'the file given' } }).causes.map(
    ({ cause, confidence }) => `${cause} ${confidence}`,
  );
const accountOf = (denial: Denial) => denial.record.userIdentity.accountId ?? '';
const users = denials.filter(
  (denial) => denial.record.userIdentity.type === 'IAMUser' && denial.call === 'sts:AssumeRole',
);

describe.runIf(present)('denials that were recorded', () => {
  test('there are some, of users, without parameters', () => {
    expect(users.length).toBeGreaterThan(10);
    expect(users.every(({ record }) => record.requestParameters === null)).toBe(true);
    expect(policies.length).toBeGreaterThan(40);
  });

  test('without a policy nothing is said of one', () => {
    for (const denial of denials) {
      const { causes, unknown } = explain({ denial });
      expect(causes.filter(({ side }) => side === 'trust-policy')).toEqual([]);
      if (causes.length === 0)
        expect(unknown.map(({ need }) => need)).toContain('the trust policy in force at the time of the call');
    }
  });

  test('a wrong account comes out on top, proved, whatever else is asked for', () => {
    for (const denial of users) {
      const account = accountOf(denial);
      const off = `${account.slice(0, 11)}${(Number(account[11]) + 1) % 10}`;
      expect(told(denial, trusting(off))[0]).toBe('wrong-account proved');
      expect(
        told(denial, trusting(`arn:aws:iam::${off}:root`, { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } }))[0],
      ).toBe('wrong-account proved');
    }
  });

  test('an external ID that the record cannot show is never proved', () => {
    for (const denial of users) {
      const all = told(denial, trusting(accountOf(denial), { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } }));
      expect(all).toContain('external-id-missing likely');
      expect(all.filter((one) => one.endsWith('proved') && one.startsWith('external-id'))).toEqual([]);
    }
  });

  test('another user is too narrow', () => {
    for (const denial of users)
      expect(told(denial, trusting(`arn:aws:iam::${accountOf(denial)}:user/somebody-else`))).toContain(
        'principal-too-narrow proved',
      );
  });

  test('against policies from the wild: a proof exactly where the policy denies for all that is unknown', () => {
    let proofs = 0;
    for (const denial of denials) {
      for (const policy of policies) {
        const call = callFromDenial(denial, policy);
        if (call === undefined) continue;
        const decisions = call.actions.map(
          (action) => evaluate(prepare(policy), { ...call, actions: [action] }).decision,
        );
        const { causes } = explain({ denial, policy: { policy, as: 'in-force', from: 'the wild' } });
        const ofPolicy = causes.filter(
          ({ evidence }) => evidence[0].source === 'trust-policy' && evidence[0].pointer !== undefined,
        );
        const proved = ofPolicy.filter(({ confidence }) => confidence === 'proved');
        const refused =
          denial.record.errorCode === undefined || /AccessDenied|Unauthorized/.test(denial.record.errorCode);
        const denied = decisions.some((decision) => decision === 'implicit-deny' || decision === 'explicit-deny');
        if (decisions.every((decision) => decision === 'allow'))
          expect(ofPolicy.filter(({ side }) => side === 'trust-policy')).toEqual([]);
        if (refused && denied && denial.record.userIdentity.type !== 'Root') expect(proved.length).toBeGreaterThan(0);
        proofs += proved.length;
      }
    }
    expect(proofs).toBeGreaterThan(100);
  });
});
