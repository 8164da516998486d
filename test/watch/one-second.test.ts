/** Changes of a role within one second: what is told of each does not rest on the order of their ids. */
import { expect, test } from 'vitest';
import type { Finding } from '../../src/findings/finding.ts';
import { created, deleted, document, service, updated } from './service.ts';

const partner = document('arn:aws:iam::444455556666:role/ci');
const stranger = document('999999999999');

async function told(records: Parameters<ReturnType<typeof service>['take']>[0]): Promise<readonly Finding[]> {
  const one = service({});
  await one.take(records);
  return one.findings().filter(({ kind }) => kind === 'trust-change');
}

test('a role that is created and changed: whoever the change lets in is new, and the document before it is known', async () => {
  const change = updated(0, stranger, 'deploy', { id: 'a' });
  const findings = await told([change, created(0, partner, 'deploy', { id: 'b' })]);
  const finding = findings.find(({ events }) => events.includes('a'));
  expect(finding?.change).toMatchObject({ verdict: 'incomparable', previous: JSON.parse(partner) });
  expect(finding?.change?.gained.map(({ summary }) => summary)).toEqual(['any principal of account 999999999999']);
});

test('a role that is replaced: the deletion puts back what was there before, and not what came after', async () => {
  const findings = await told([
    created(0, partner, 'deploy', { id: 'c' }),
    deleted(60, 'deploy', { id: 'b' }),
    created(60, stranger, 'deploy', { id: 'a' }),
  ]);
  const deletion = findings.find(({ events }) => events.includes('b'));
  expect(deletion?.rollback?.commands.join()).toContain('444455556666');
  expect(deletion?.rollback?.commands.join()).not.toContain('999999999999');
});

test('that may have come in either order are told with it, and others without', async () => {
  const unclear = (one: Finding | undefined): boolean =>
    (one?.notes ?? []).some((note) => /in the same second/.test(note));
  const either = await told([
    created(0, partner, 'deploy', { id: 'c' }),
    updated(60, partner, 'deploy', { id: 'b' }),
    updated(60, stranger, 'deploy', { id: 'a' }),
  ]);
  expect(either.map((one) => [one.events[0], unclear(one)])).toEqual(
    expect.arrayContaining([
      ['a', true],
      ['b', true],
      ['c', false],
    ]),
  );
  const one = await told([updated(0, stranger, 'deploy', { id: 'a' }), created(0, partner, 'deploy', { id: 'b' })]);
  expect(one.filter(unclear)).toEqual([]);
});
