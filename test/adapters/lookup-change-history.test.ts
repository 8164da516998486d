/** What CloudTrail's event history tells of a role: the version in force, or that it is not to be had. */
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { lookupChangeHistory } from '../../src/adapters/lookup-change-history.ts';
import { iamCall } from '../cloudtrail/records.ts';

const cloudTrail = mockClient(CloudTrailClient);
const now = Date.parse('2026-03-10T00:00:00Z');
const role = { account: '111122223333', name: 'deploy' };

beforeEach(() => {
  cloudTrail.reset();
});

const event = (eventName: string, eventID: string, more: object = {}) => ({
  CloudTrailEvent: JSON.stringify(
    iamCall(eventName, { roleName: 'deploy', policyDocument: '{}' }, { eventID, ...more }),
  ),
});
const looks = (count: number) => Array.from({ length: count }, (_, index) => event('GetRole', `look-${index}`));

async function asked(): Promise<readonly string[] | undefined> {
  const client = new CloudTrailClient({ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  const history = lookupChangeHistory({ trail: () => client }, { now: () => now });
  return (await history.changesOf(role, now))?.map(({ eventId }) => eventId);
}
const calls = () => cloudTrail.commandCalls(LookupEventsCommand).map((call) => call.args[0].input);

test('asks for the role by its name, and no further back than the version in force', async () => {
  cloudTrail
    .on(LookupEventsCommand)
    .resolvesOnce({
      Events: [...looks(3), event('UpdateAssumeRolePolicy', 'refused', { errorCode: 'AccessDenied' })],
      NextToken: '2',
    })
    .resolvesOnce({ Events: [event('UpdateAssumeRolePolicy', 'change')], NextToken: '3' });
  expect(await asked()).toEqual(['refused', 'change']);
  expect(calls()).toHaveLength(2);
  expect(calls()[0]).toMatchObject({
    LookupAttributes: [{ AttributeKey: 'ResourceName', AttributeValue: 'deploy' }],
    StartTime: new Date(now - 90 * 86_400_000),
    EndTime: new Date(now),
  });
});

test('no change in all that there is means that there was none', async () => {
  cloudTrail
    .on(LookupEventsCommand)
    .resolvesOnce({ Events: looks(50), NextToken: '2' })
    .resolvesOnce({ Events: [] });
  expect(await asked()).toEqual([]);
});

test('no change in what was looked at of more does not', async () => {
  cloudTrail.on(LookupEventsCommand).resolves({ Events: looks(50), NextToken: 'more' });
  expect(await asked()).toBeUndefined();
  expect(calls()).toHaveLength(6);
});

test('a change of how long sessions last is no version of the policy: what is behind it is asked for', async () => {
  cloudTrail
    .on(LookupEventsCommand)
    .resolvesOnce({
      Events: [
        {
          CloudTrailEvent: JSON.stringify(
            iamCall('UpdateRole', { roleName: 'deploy', maxSessionDuration: 7200 }, { eventID: 'hours' }),
          ),
        },
        ...looks(49),
      ],
      NextToken: '2',
    })
    .resolvesOnce({ Events: [event('UpdateAssumeRolePolicy', 'change')] });
  expect(await asked()).toEqual(['hours', 'change']);
});

test('the change itself that is asked about is not the version before it', async () => {
  const at = new Date(now).toISOString().replace('.000Z', 'Z');
  cloudTrail
    .on(LookupEventsCommand)
    .resolvesOnce({
      Events: [event('UpdateAssumeRolePolicy', 'itself', { eventTime: at }), ...looks(49)],
      NextToken: '2',
    })
    .resolvesOnce({ Events: [event('CreateRole', 'before')] });
  expect(await asked()).toEqual(['itself', 'before']);
});

test('what may not have been all is asked for again when it is, and what was not answered only after a while', async () => {
  const client = new CloudTrailClient({ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
  let clock = now + 14 * 60_000;
  const history = lookupChangeHistory({ trail: () => client }, { now: () => clock });
  const ask = async (before: number) => (await history.changesOf(role, before))?.map(({ eventId }) => eventId);
  cloudTrail
    .on(LookupEventsCommand)
    .resolvesOnce({ Events: [event('CreateRole', 'old')] })
    .resolvesOnce({ Events: [event('UpdateAssumeRolePolicy', 'new')] })
    // Another call of the same role is another question, and would be throttled as this one is.
    .rejects(Object.assign(new Error('slow down'), { name: 'ThrottlingException' }));
  expect([await ask(now), await ask(now)]).toEqual([['old'], ['old']]);
  clock += 60_000;
  expect([await ask(now), await ask(now)]).toEqual([['new'], ['new']]);
  expect(calls()).toHaveLength(2);
  expect([await ask(now + 1), await ask(now + 2)]).toEqual([undefined, undefined]);
  const asked = calls().length;
  clock += 5 * 60_000;
  await ask(now + 3);
  expect(calls().length).toBeGreaterThan(asked);
});

test('what is refused, or is of a role of this name elsewhere, is not told', async () => {
  cloudTrail.on(LookupEventsCommand).resolvesOnce({
    Events: [
      event('UpdateAssumeRolePolicy', 'theirs', {
        recipientAccountId: '444455556666',
        userIdentity: { accountId: '444455556666' },
      }),
    ],
  });
  expect(await asked()).toEqual([]);
  cloudTrail.on(LookupEventsCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
  expect(await asked()).toBeUndefined();
});
