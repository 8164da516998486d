/** Was the policy changed by somebody who never changed it before? */
import { actorIdentity, isAutomation } from './actor-identity.ts';
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const before = policyOf(allow({ AWS: 'arn:aws:iam::777788889999:role/a' }));
const now = policyOf(allow({ AWS: 'arn:aws:iam::777788889999:role/b' }));
const at = '2026-10-20T12:00:00Z';
const since = '2026-06-01T00:00:00Z';
const deployer = (run: string) => `arn:aws:sts::111122223333:assumed-role/deployer/${run}`;
const changes = [{ by: deployer('run-1'), time: '2026-07-01T00:00:00Z' }];
const eve = { arn: 'arn:aws:iam::111122223333:user/eve' };

export const trustChangedByUnusualActor = defineRiskRule({
  id: 'trust-changed-by-unusual-actor',
  title: 'Somebody changed the trust policy who never did before',
  severity: 'medium',
  about: 'change',
  why: 'In all the time that is on record nobody of that name changed this role. Stolen credentials are used for what their owner does not do.',
  remedy: 'Ask the owner of the credentials whether the change was theirs.',
  references: ['AWS CloudTrail User Guide, "CloudTrail userIdentity element"'],
  folds: ['trust-changed-outside-pipeline'],
  fires: [
    {
      name: 'somebody else than always',
      previous: before,
      policy: now,
      more: { actor: eve, at, history: { changes, since } },
    },
    {
      name: 'the first change on record',
      previous: before,
      policy: now,
      more: { actor: eve, at, history: { changes: [], since } },
    },
    {
      name: 'the role of the same name in another account',
      previous: before,
      policy: now,
      more: {
        actor: { arn: 'arn:aws:sts::999999999999:assumed-role/deployer/run-2' },
        at,
        history: { changes, since },
      },
    },
  ],
  silent: [
    {
      name: 'another session of the same role',
      previous: before,
      policy: now,
      more: { actor: { arn: deployer('run-2') }, at, history: { changes, since } },
    },
    {
      name: 'the role, by its own ARN',
      previous: before,
      policy: now,
      more: { actor: { arn: 'arn:aws:iam::111122223333:role/ci/deployer' }, at, history: { changes, since } },
    },
    {
      name: 'a history of a few days',
      previous: before,
      policy: now,
      more: { actor: eve, at, history: { changes, since: '2026-10-10T00:00:00Z' } },
    },
    { name: 'no history', previous: before, policy: now, more: { actor: eve, at } },
    {
      name: 'automation',
      previous: before,
      policy: now,
      world: { automation: ['arn:aws:iam::111122223333:role/release'] },
      more: { actor: { arn: 'arn:aws:sts::111122223333:assumed-role/release/1' }, at, history: { changes, since } },
    },
  ],
  check: ({ question: { actor, history, at: asked, world }, policy, previous }) => {
    if (actor === undefined || history === undefined || previous === undefined || previous.text === policy.text)
      return [];
    const time = Date.parse(asked ?? '');
    const days = (time - Date.parse(history.since)) / (24 * 3_600_000);
    if (!(days >= 30) || isAutomation(actor.arn, world.automation ?? [])) return [];
    const self = actorIdentity(actor.arn);
    // The change in question may be on record already.
    if (history.changes.some(({ by, time: when }) => actorIdentity(by) === self && Date.parse(when) < time)) return [];
    return [
      {
        pointer: '',
        message: `\`${actor.arn}\` changed this role for the first time in the ${Math.floor(days)} days on record.`,
      },
    ];
  },
});
