/** Findings are a function of the facts: no order, no repetition and no crash of delivery changes what is the case in the end. */
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLogFiles } from '../../src/adapters/log-files.ts';
import { sqliteTrustStore } from '../../src/adapters/sqlite-trust-store.ts';
import type { CloudTrailRecord } from '../../src/cloudtrail/record.ts';
import type { Finding } from '../../src/findings/finding.ts';
import type { TrustStore } from '../../src/ports/trust-store.ts';
import { runs } from '../arbitraries/runs.ts';
import { created, deleted, denied, document, iam, role, type Service, service, updated } from './service.ts';

const samples: CloudTrailRecord[] = [];
for await (const file of readLogFiles([fileURLToPath(new URL('../../samples', import.meta.url))]))
  samples.push(...file.records);

/**
 * What is the case, apart from how it came about: a burst is known by its first published form (so is what resolves it),
 * and how often a finding was revised tells of the delivery alone.
 */
function facts(findings: readonly Finding[]): readonly unknown[] {
  return findings
    .map(({ id, revision: _, resolves, ...rest }) => {
      const isRun = rest.kind === 'denial-spike' || rest.kind === 'enumeration' || rest.kind === 'resolved';
      const burst = findings.find((one) => one.id === resolves);
      return { ...rest, id: isRun ? undefined : id, resolves: resolves === undefined ? undefined : burst?.time };
    })
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

async function inOneGo(records: readonly CloudTrailRecord[]): Promise<readonly unknown[]> {
  const straight = service();
  await straight.take(records);
  return facts(straight.findings());
}

/** A delivery: the records in any order, some again, cut into batches. */
function deliveries(records: readonly CloudTrailRecord[]): fc.Arbitrary<readonly (readonly CloudTrailRecord[])[]> {
  return fc
    .record({
      order: fc.shuffledSubarray([...records], { minLength: records.length }),
      again: fc.subarray([...records]),
      sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 8 }),
    })
    .map(({ order, again, sizes }) => {
      const all = [...order, ...again];
      const batches: (readonly CloudTrailRecord[])[] = [];
      for (let at = 0, n = 0; at < all.length; n += 1) {
        const size = sizes[n % sizes.length] ?? 1;
        batches.push(all.slice(at, at + size));
        at += size;
      }
      return batches;
    });
}

describe('any delivery of the samples', () => {
  test('law: in any order, with any repetition, in any batches the same findings', async () => {
    const expected = await inOneGo(samples);
    expect(expected).toHaveLength(24);
    await fc.assert(
      fc.asyncProperty(deliveries(samples), async (batches) => {
        const one = service();
        for (const batch of batches) await one.take(batch);
        expect(facts(one.findings())).toEqual(expected);
      }),
      { numRuns: runs(6) },
    );
  });
});

const ci = 'arn:aws:iam::444455556666:role/ci';
const other = 'arn:aws:iam::444455556666:role/other';

/** A small world in which everything happens close together. */
const something: fc.Arbitrary<CloudTrailRecord> = fc
  .record({ at: fc.integer({ min: 0, max: 40 }), what: fc.integer({ min: 0, max: 11 }), n: fc.nat(1_000_000) })
  .map(({ at, what, n }) => {
    const seconds = at * 60;
    const options = { id: `event-${at}-${what}-${n}` };
    switch (what) {
      case 0:
        return updated(seconds, document(ci), 'deploy', options);
      case 1:
        return updated(seconds, document(other), 'deploy', options);
      case 2:
        return created(seconds, document([ci, other]), 'deploy', options);
      case 3:
        return deleted(seconds, 'deploy', options);
      case 4:
        return iam('UpdateRole', seconds, { roleName: 'deploy', maxSessionDuration: 3600 * (1 + (n % 12)) }, options);
      case 5:
        return iam(
          'UpdateAssumeRolePolicy',
          seconds,
          { roleName: `role-${n % 3}`, policyDocument: document(`arn:aws:iam::999999999999:role/r${n % 7}`) },
          {
            ...options,
            more: {
              errorCode: 'MalformedPolicyDocumentException',
              errorMessage: `Invalid principal in policy: "AWS":"arn:aws:iam::999999999999:role/r${n % 7}"`,
            },
          },
        );
      case 6:
        return iam(
          'AttachRolePolicy',
          seconds,
          { roleName: 'ci', policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
          {
            ...options,
            more: {
              recipientAccountId: '444455556666',
              userIdentity: { type: 'Root', accountId: '444455556666', arn: 'arn:aws:iam::444455556666:root' },
            },
          },
        );
      case 7:
        return iam(
          'DeleteRole',
          seconds,
          { roleName: 'other' },
          { ...options, more: { recipientAccountId: '444455556666' } },
        );
      default:
        return denied(seconds + (n % 60), {
          ...options,
          caller: n % 2 === 0 ? 'ci' : 'other',
          role: n % 5 === 0 ? role.replace('deploy', `r${n % 20}`) : role,
        });
    }
  });

describe('any delivery of any story', () => {
  test('law: in any order, with any repetition, in any batches the same findings', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .uniqueArray(something, { minLength: 4, maxLength: 30, selector: ({ eventId }) => eventId })
          .chain((records) => deliveries(records).map((batches) => ({ records, batches }))),
        async ({ records, batches }) => {
          const one = service();
          for (const batch of batches) await one.take(batch);
          expect(facts(one.findings())).toEqual(await inOneGo(records));
        },
      ),
      { numRuns: runs(25) },
    );
  });

  test('law: a crash at any moment costs nothing once the records come again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(something, { minLength: 3, maxLength: 15, selector: ({ eventId }) => eventId }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
        async (records, crashes) => {
          const store = sqliteTrustStore();
          const one = service({ store: crashing(store, crashes) });
          for (let n = 0; n < records.length; n += 4) await untilDone(one, records.slice(n, n + 4));
          expect(facts(one.findings())).toEqual(await inOneGo(records));
        },
      ),
      { numRuns: runs(20) },
    );
  });
});

async function untilDone(one: Service, batch: readonly CloudTrailRecord[]): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1)
    try {
      await one.take(batch);
      return;
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'the store is gone') throw error;
    }
  throw new Error('never done');
}

/** Fails the n-th call since the last failure, before or after it took effect. */
function crashing(store: TrustStore, after: readonly number[]): TrustStore {
  const left = [...after];
  let calls = 0;
  const crash = async <T>(call: () => Promise<T>): Promise<T> => {
    calls += 1;
    if (left[0] === undefined || calls < left[0]) return call();
    const isLate = (left.shift() ?? 0) % 2 === 0;
    calls = 0;
    if (isLate) await call();
    throw new Error('the store is gone');
  };
  return {
    addEvents: (stream, events) => crash(() => store.addEvents(stream, events)),
    events: (stream, window) => crash(() => store.events(stream, window)),
    addDenials: (added) => crash(() => store.addDenials(added)),
    denials: (of, window) => crash(() => store.denials(of, window)),
    finding: (key) => crash(() => store.finding(key)),
    findings: (subject, window) => crash(() => store.findings(subject, window)),
    putFinding: (state) => crash(() => store.putFinding(state)),
    claim: (key, revision, claim, now) => crash(() => store.claim(key, revision, claim, now)),
    delivered: (key, deliveries) => crash(() => store.delivered(key, deliveries)),
    close: () => store.close(),
  };
}
