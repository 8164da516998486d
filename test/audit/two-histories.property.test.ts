/** A role's life is told twice, by the audit and by the live service: do both tell the same of every moment? */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timelines } from '../../src/audit/timeline.ts';
import { versionAt, whoCouldAssume } from '../../src/audit/who-could-assume.ts';
import { recognise } from '../../src/cloudtrail/recognise.ts';
import type { TrustChange } from '../../src/cloudtrail/recognised.ts';
import { roleHistory, stateAt } from '../../src/watch/role-history.ts';
import { runs } from '../arbitraries/runs.ts';
import { created, deleted, document, iam, updated } from '../watch/service.ts';

const refused = { errorCode: 'MalformedPolicyDocumentException', errorMessage: 'no' };

const someChange: fc.Arbitrary<TrustChange> = fc
  .record({ minute: fc.nat(6), what: fc.nat(6), policy: fc.constantFrom('ci', 'other', '*'), id: fc.uuid() })
  .map(({ minute, what, policy, id }) => {
    const seconds = minute * 60;
    const text = document(policy === '*' ? '*' : `arn:aws:iam::444455556666:role/${policy}`);
    switch (what) {
      case 0:
      case 1:
        return created(seconds, text, 'deploy', { id });
      case 2:
        return deleted(seconds, 'deploy', { id });
      case 3:
        return iam('UpdateRole', seconds, { roleName: 'deploy', maxSessionDuration: 7200 }, { id });
      case 4:
        return updated(seconds, text, 'deploy', { id, more: refused });
      case 5:
        return iam('UpdateAssumeRolePolicy', seconds, { roleName: 'deploy' }, { id });
      default:
        return updated(seconds, text, 'deploy', { id });
    }
  })
  .map((record) => {
    const change = recognise(record);
    if (change?.kind !== 'trust-change') throw new Error('no change of a role');
    return change;
  });

test('law: they agree on which policy was in force, and on when the role was not there', () => {
  const told = { set: 0, gone: 0, unknown: 0 };
  fc.assert(
    fc.property(fc.array(someChange, { minLength: 1, maxLength: 7 }), (changes) => {
      const inOrder = changes.toSorted(
        (left, right) => left.record.at - right.record.at || (left.record.eventId < right.record.eventId ? -1 : 1),
      );
      const events = inOrder.map((change) => ({ record: change.record, recognised: [change], from: 'store' as const }));
      const history = roleHistory('111122223333/deploy', events);
      const [timeline] = timelines(changes);
      if (timeline === undefined) throw new Error('no timeline');
      for (const { record } of [...inOrder, { record: { at: 0 } }]) {
        const state = stateAt(history, record.at);
        expect(versionAt(timeline, record.at).policyText).toBe(state.policyText);
        const { allowed } = whoCouldAssume(timeline, record.at);
        expect(allowed === undefined).toBe(state.exists !== false && state.policy === undefined);
        if (state.exists === false) told.gone += 1;
        else if (state.policy === undefined) told.unknown += 1;
        else told.set += 1;
      }
      // What each version is compared with.
      const compared = history.changes.flatMap(({ change, before, after }) =>
        change.change === 'update-role' ||
        (before.exists !== false && before.policy === undefined) ||
        (after.exists !== false && after.policy === undefined)
          ? []
          : [change.record.eventId],
      );
      expect(
        timeline.versions.flatMap(({ setBy, comparison }) => (comparison === undefined ? [] : [setBy?.record.eventId])),
      ).toEqual(compared);
    }),
    { numRuns: runs(150) },
  );
  for (const many of Object.values(told)) expect(many).toBeGreaterThan(20);
});
