/** Does `explain --live` ask what it may, and say what it could not ask, without ever calling a guess a proof? */
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  GetRoleCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListRolesCommand,
  ListSAMLProvidersCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { byGithub, byRole, byUser, role, trusting, user } from '../../src/causes/example-cases.ts';
import { run } from '../../src/cli/main.ts';
import type { Explanation } from '../../src/findings/finding.ts';
import { type FakeIo, fakeIo } from './fake-io.ts';

const iam = mockClient(IAMClient);
const sts = mockClient(STSClient);
const trail = mockClient(CloudTrailClient);
const named = (name: string) => Object.assign(new Error(name), { name });

/** A day ago in whole seconds, so that it is within what LookupEvents keeps, and later than its delay. */
const at = new Date(Math.floor(Date.now() / 1000) * 1000 - 24 * 3_600_000);
const iso = (offset: number) => new Date(at.getTime() + offset).toISOString().replace('.000Z', 'Z');
const denied = (event: object) => ({ ...event, eventTime: iso(0) });

beforeEach(() => {
  sts.on(GetCallerIdentityCommand).resolves({ Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/owner' });
  iam.on(GetRoleCommand).rejects(named('AccessDenied'));
  trail.on(LookupEventsCommand).rejects(named('AccessDenied'));
});
afterEach(() => {
  iam.reset();
  sts.reset();
  trail.reset();
});

const roleWith = (policy: object) => ({
  Role: {
    Arn: role,
    RoleId: 'AROAEXAMPLETARGET1234',
    RoleName: 'target',
    Path: '/',
    CreateDate: new Date('2020-01-01T00:00:00Z'),
    MaxSessionDuration: 3600,
    AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(policy)),
  },
});

function change(offset: number, policy: object): { readonly CloudTrailEvent: string } {
  return {
    CloudTrailEvent: JSON.stringify({
      eventVersion: '1.11',
      eventID: `change-${offset}`,
      eventTime: iso(offset),
      eventSource: 'iam.amazonaws.com',
      eventName: 'UpdateAssumeRolePolicy',
      awsRegion: 'us-east-1',
      recipientAccountId: '111122223333',
      userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/owner', accountId: '111122223333' },
      requestParameters: { roleName: 'target', policyDocument: JSON.stringify(policy) },
      responseElements: null,
      eventType: 'AwsApiCall',
    }),
  };
}

/** LookupEvents as it answers: those before the end that is asked for, the newest first. */
function history(...events: readonly { readonly CloudTrailEvent: string }[]): void {
  trail.on(LookupEventsCommand).callsFake(({ EndTime: end }: { readonly EndTime: Date }) => ({
    Events: events
      .filter(({ CloudTrailEvent: text }) => Date.parse(JSON.parse(text).eventTime as string) <= end.getTime())
      .toReversed(),
  }));
}

async function explained(event: object, ...more: readonly string[]): Promise<{ io: FakeIo; answer: Explanation }> {
  const io = fakeIo({
    'event.json': JSON.stringify(denied(event)),
    'other.json': JSON.stringify(trusting('999988887777')),
  });
  await run(['explain', 'event.json', '--live', '--format', 'json', ...more], io);
  return { io, answer: JSON.parse(io.printed()) as Explanation };
}

describe('the role of one’s own account', () => {
  test('as it is now makes it likely, and says what is missing for a proof', async () => {
    iam.on(GetRoleCommand).resolves(roleWith(trusting('444455556667')));
    const { io, answer } = await explained(byUser());
    expect(answer.causes[0]).toMatchObject({ cause: 'wrong-account', confidence: 'likely' });
    expect(answer.causes[0]?.fix).toMatchObject({ verified: true });
    expect(answer.unknown.map(({ how }) => how).join('\n')).toContain('cloudtrail:LookupEvents');
    expect(io.exitCode()).toBe(0);
    expect(io.warned()).toBe('');
  });

  test('with the change before the call in history it is proved, and later changes do not mislead', async () => {
    iam.on(GetRoleCommand).resolves(roleWith(trusting(user)));
    history(change(-3_600_000, trusting('444455556667')), change(3_600_000, trusting(user)));
    const { answer } = await explained(byUser());
    expect(answer.causes[0]).toMatchObject({ cause: 'wrong-account', confidence: 'proved' });
  });

  test('another document now than the last change that history has: a change was missed', async () => {
    iam.on(GetRoleCommand).resolves(roleWith(trusting('999988887777')));
    history(change(-3_600_000, trusting('444455556667')));
    const { answer } = await explained(byUser());
    expect(answer.causes.map(({ confidence }) => confidence)).not.toContain('proved');
    expect(answer.unknown.map(({ how }) => how).join('\n')).toContain('GetRole shows another policy');
  });

  test('changed after the call, with nothing known of before: not proved', async () => {
    iam.on(GetRoleCommand).resolves(roleWith(trusting('444455556667')));
    history(change(3_600_000, trusting('444455556667')));
    const { answer } = await explained(byUser());
    expect(answer.causes.map(({ confidence }) => confidence)).not.toContain('proved');
  });

  test('no such role is likely, with near names', async () => {
    iam.on(GetRoleCommand).rejects(named('NoSuchEntityException'));
    iam.on(ListRolesCommand).resolves({ Roles: [{ RoleName: 'targets' } as never], IsTruncated: false });
    const { answer } = await explained(byUser());
    expect(answer.causes[0]).toMatchObject({ cause: 'role-not-found', confidence: 'likely' });
    expect(answer.causes[0]?.summary).toContain('targets');
  });

  test('a call of some minutes ago is not proved: its change may not show yet', async () => {
    iam.on(GetRoleCommand).resolves(roleWith(trusting('444455556667')));
    history(change(-3_600_000, trusting('444455556667')));
    const io = fakeIo({
      'event.json': JSON.stringify({ ...byUser(), eventTime: new Date(Date.now() - 60_000).toISOString() }),
    });
    await run(['explain', 'event.json', '--live', '--format', 'json'], io);
    const answer = JSON.parse(io.printed()) as Explanation;
    expect(answer.causes[0]).toMatchObject({ cause: 'wrong-account', confidence: 'likely' });
    expect(answer.unknown.map(({ how }) => how).join('\n')).toContain('15 minutes');
  });

  test('the providers of the account are asked for a token', async () => {
    iam.on(GetRoleCommand).resolves(roleWith(trusting(user)));
    iam.on(ListOpenIDConnectProvidersCommand).resolves({ OpenIDConnectProviderList: [] });
    iam.on(ListSAMLProvidersCommand).resolves({ SAMLProviderList: [] });
    const { answer } = await explained(byGithub('repo:acme/app:ref:refs/heads/main'));
    expect(answer.causes.map(({ cause }) => cause)).toContain('oidc-provider-missing');
  });
});

describe('what is not permitted', () => {
  test('GetRole refused is said, and no failure', async () => {
    const { io, answer } = await explained(byUser());
    expect(answer.unknown.map(({ how }) => how).join('\n')).toContain('GetRole was not answered (AccessDenied)');
    expect([0, 1]).toContain(io.exitCode());
  });

  test('without credentials', async () => {
    sts.on(GetCallerIdentityCommand).rejects(named('CredentialsProviderError'));
    const { answer } = await explained(byUser());
    expect(answer.unknown.map(({ how }) => how).join('\n')).toContain('CredentialsProviderError');
    expect(iam.commandCalls(GetRoleCommand)).toHaveLength(0);
  });

  test('a role of another account is not looked for in this one', async () => {
    sts.on(GetCallerIdentityCommand).resolves({ Account: '444455556666', Arn: user });
    iam.on(GetRoleCommand).resolves(roleWith(trusting('444455556667')));
    const { answer } = await explained(byUser());
    expect(iam.commandCalls(GetRoleCommand)).toHaveLength(0);
    expect(answer.unknown.map(({ how }) => how).join('\n')).toContain('the role is in account 111122223333');
  });
});

describe('the caller’s side', () => {
  beforeEach(() => void sts.on(GetCallerIdentityCommand).resolves({ Account: '444455556666', Arn: user }));

  test('SimulatePrincipalPolicy is asked for the role behind a session', async () => {
    iam
      .on(SimulatePrincipalPolicyCommand)
      .resolves({ EvaluationResults: [{ EvalActionName: 'sts:AssumeRole', EvalDecision: 'implicitDeny' }] });
    const { answer } = await explained(byRole());
    expect(iam.commandCalls(SimulatePrincipalPolicyCommand)[0]?.args[0].input).toMatchObject({
      PolicySourceArn: 'arn:aws:iam::444455556666:role/ci/deploy',
      ResourceArns: [role],
    });
    expect(answer.causes[0]).toMatchObject({ cause: 'identity-policy-no-allow', confidence: 'likely' });
    expect(answer.causes[0]?.fix?.commands[0]).toContain('aws iam put-role-policy --role-name deploy');
  });

  test('refused, it is said', async () => {
    iam.on(SimulatePrincipalPolicyCommand).rejects(named('AccessDenied'));
    const { answer } = await explained(byUser());
    expect(answer.unknown.map(({ how }) => how).join('\n')).toContain('iam:SimulatePrincipalPolicy was not answered');
  });
});

test('a policy that is given goes before the one that AWS has', async () => {
  iam.on(GetRoleCommand).resolves(roleWith(trusting(user)));
  const { answer } = await explained(byUser(), '--policy', 'other.json');
  expect(answer.causes[0]).toMatchObject({ cause: 'wrong-account', confidence: 'proved' });
});

test('each partition is asked in the region of its IAM', async () => {
  const io = fakeIo({
    'event.json': JSON.stringify(denied(byUser())).replaceAll('arn:aws:', 'arn:aws-cn:'),
  });
  await run(['explain', 'event.json', '--live', '--format', 'json'], io);
  const [call] = sts.commandCalls(GetCallerIdentityCommand);
  const asked = call?.thisValue as STSClient | undefined;
  expect(await asked?.config.region()).toBe('cn-north-1');
});
