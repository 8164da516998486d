/** Can whoever is told to do something do it, and does the sentence say what holds and not the contrary? */
import { describe, expect, test } from 'vitest';
import type { CauseExample } from '../../src/causes/cause.ts';
import {
  byGithub,
  byRole,
  bySaml,
  byService,
  byUser,
  deployRole,
  deploySession,
  failing,
  githubProvider,
  policyOf,
  refusal,
  role,
  samlProvider,
  statement,
  trusting,
  user,
} from '../../src/causes/example-cases.ts';
import { explained } from './run-example.ts';

const issuer = 'token.actions.githubusercontent.com';
const webIdentity = 'sts:AssumeRoleWithWebIdentity';
const first = (event: object, policy?: object, more: Partial<CauseExample> = {}) => {
  const { causes, unknown } = explained(
    { name: '', event, ...(policy === undefined ? {} : { policy }), ...more },
    true,
  );
  const [cause] = causes;
  if (cause === undefined) throw new Error('no cause');
  return { ...cause, causes, unknown, commands: cause.fix?.commands ?? [] };
};
const asksExternalId = { StringEquals: { 'sts:ExternalId': 'acme-4711' } };
const asksMfa = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };

describe('what a call has no parameter for is not to be passed', () => {
  test.each([
    [
      'an external ID by a web identity',
      byGithub('repo:a/b:pull_request'),
      trusting({ Federated: githubProvider }, asksExternalId, webIdentity),
    ],
    [
      'MFA by a web identity',
      byGithub('repo:a/b:pull_request'),
      trusting({ Federated: githubProvider }, asksMfa, webIdentity),
    ],
    ['MFA by a SAML identity', bySaml(), trusting({ Federated: samlProvider }, asksMfa, 'sts:AssumeRoleWithSAML')],
    ['MFA by a service', byService('ec2.amazonaws.com'), trusting({ Service: 'ec2.amazonaws.com' }, asksMfa)],
    [
      'an external ID by a service',
      byService('sns.amazonaws.com'),
      trusting({ Service: 'sns.amazonaws.com' }, asksExternalId),
    ],
  ])('%s', (_, event, policy) => {
    const { fix, commands } = first(event, policy);
    expect(fix?.who).toBe('owner');
    expect(fix?.summary).not.toMatch(/--external-id|--serial-number|Pass the/);
    expect(commands).toEqual([]);
  });

  test('a session tag of a web identity comes from its token', () => {
    const asks = { StringEquals: { 'aws:RequestTag/team': 'red' } };
    const { fix } = first(
      byGithub('repo:a/b:pull_request'),
      trusting({ Federated: githubProvider }, asks, [webIdentity, 'sts:TagSession']),
    );
    expect(fix).toMatchObject({ who: 'provider', commands: [] });
  });

  test('a user name in the session name is nothing that a role has', () => {
    const { cause, fix } = first(
      byRole({ roleSessionName: 'x1' }),
      trusting(deployRole, { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } }),
    );
    expect([cause, fix?.who]).toEqual(['session-name', 'owner']);
  });

  test('a variable that the version of the policy makes plain text is the owner’s to put right', () => {
    const asks = trusting(user, { StringEquals: { 'sts:RoleSessionName': '${aws:username}' } });
    const { fix } = first(byUser({ roleSessionName: 'ana' }), { ...asks, Version: '2008-10-17' });
    expect(fix).toMatchObject({ who: 'owner', summary: expect.stringContaining('2012-10-17') });
  });

  test('a source identity that a session carries cannot be passed anew', () => {
    const event = byRole() as { userIdentity: { sessionContext: object } };
    const carrying = {
      ...event,
      userIdentity: {
        ...event.userIdentity,
        sessionContext: { ...event.userIdentity.sessionContext, sourceIdentity: 'ana' },
      },
    };
    const both = ['sts:AssumeRole', 'sts:SetSourceIdentity'];
    const { cause, fix, commands } = first(
      carrying,
      trusting(deployRole, { StringEquals: { 'sts:SourceIdentity': 'bob' } }, both),
    );
    expect(cause).toBe('source-identity');
    expect(fix?.summary).toContain('cannot be changed');
    expect(commands).toEqual([]);
  });

  test('an external ID that must not be there', () => {
    const { cause, fix, commands } = first(
      byUser({ externalId: 'acme-4711' }),
      trusting(user, { Null: { 'sts:ExternalId': 'true' } }),
    );
    expect(cause).toBe('external-id-mismatch');
    expect(fix?.summary).toContain('without this external ID');
    expect(commands.join()).not.toContain('--external-id');
  });

  test('a duration of a web identity is asked for by its own call', () => {
    const event = {
      ...byGithub('repo:a/b:pull_request'),
      errorCode: 'ValidationError',
      errorMessage: 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      requestParameters: { roleArn: role, roleSessionName: 'x1', durationSeconds: 7200 },
    };
    expect(first(event).commands[0]).toContain('assume-role-with-web-identity');
  });
});

describe('the test of a repair makes the call that was refused', () => {
  test.each([
    ['sts:TagSession', '--tags Key=TAG_KEY,Value=TAG_VALUE'],
    ['sts:SetSourceIdentity', '--source-identity SOURCE_IDENTITY'],
  ])('%s, which the message alone shows', (action, flag) => {
    const { fix, commands } = first(byUser(null, { errorMessage: refusal('', user, action) }), trusting(user));
    expect(fix?.verified).toBe(true);
    expect(commands.find((one) => one.startsWith('aws sts'))).toContain(flag);
  });
});

describe('what nobody but AWS can change', () => {
  test('a service-linked role', () => {
    const own = 'arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS';
    const event = byUser({ roleArn: own }, { errorMessage: refusal('').replace(role, own) });
    const { confidence, fix } = first(event, trusting({ Service: 'ecs.amazonaws.com' }));
    expect(confidence).toBe('proved');
    expect(fix).toMatchObject({ who: 'caller', commands: [], policy: null, verified: false });
  });

  test.each([
    ['UnmodifiableEntityException', 'Only AWS changes'],
    ['LimitExceededException', 'Shorten the document'],
    ['MalformedPolicyDocumentException', 'create that principal first'],
  ])('a change refused as %s', (errorCode, says) => {
    const policyDocument = JSON.stringify(trusting('arn:aws:iam::444455556666:role/gone'));
    const event = {
      ...byUser(),
      eventSource: 'iam.amazonaws.com',
      eventName: 'UpdateAssumeRolePolicy',
      errorCode,
      errorMessage: 'Invalid principal in policy: "AWS":"arn:aws:iam::444455556666:role/gone"',
      requestParameters: { roleName: 'target', policyDocument },
    };
    expect(first(event).fix?.summary).toContain(says);
  });
});

describe('MFA of a role session that its record has, against what AWS says of such sessions', () => {
  const event = byRole() as { userIdentity: { sessionContext: object } };
  const { sessionContext } = event.userIdentity;
  const withMfa = (mfaAuthenticated: string) => ({
    ...event,
    userIdentity: { ...event.userIdentity, sessionContext: { ...sessionContext, attributes: { mfaAuthenticated } } },
  });
  test.each([
    ['true', 'likely'],
    ['false', 'proved'],
  ])('mfaAuthenticated %s: %s', (value, confidence) => {
    const denying = statement('Deny', '*', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } });
    for (const policy of [trusting(deployRole, asksMfa), policyOf(statement('Allow', deployRole), denying)])
      for (const one of first(withMfa(value), policy).causes)
        expect([one.cause, one.confidence]).toEqual([one.cause, confidence]);
  });
});

describe('a Deny is told as what it keeps out', () => {
  const denying = (condition: Readonly<Record<string, unknown>>) =>
    policyOf(statement('Allow', user), statement('Deny', '*', condition));

  test('its test as a fact, not as a wish', () => {
    const { summary } = first(byUser(), denying({ StringNotEquals: { 'sts:ExternalId': 'acme-4711' } }));
    expect(summary).toBe(
      'Statement 2 is a Deny, and its test holds: sts:ExternalId is not `acme-4711`; the call had none.',
    );
  });

  test('what hangs on the unknown may hold', () => {
    const { summary, confidence } = first(
      byUser(null),
      denying({ StringNotEquals: { 'sts:ExternalId': 'acme-4711' } }),
    );
    expect(confidence).toBe('likely');
    expect(summary).toContain('its test may hold');
  });

  test('what holds for every value of the unknown holds', () => {
    const { causes } = first(byRole(), denying({ BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }));
    const general = causes.find(({ cause }) => cause === 'explicit-deny');
    expect(general?.confidence).toBe('proved');
    expect(general?.summary).toContain('holds, whatever the record does not show');
    expect(general?.summary).not.toContain('may hold');
  });
});

describe('what a record does not show is not taken for what it shows', () => {
  test.each(['HIDDEN_DUE_TO_SECURITY_REASONS', '********'])('%s in place of a value', (hidden) => {
    const { cause, confidence } = first(byUser({ externalId: hidden }), trusting(user, asksExternalId));
    expect([cause, confidence]).toEqual(['external-id-missing', 'likely']);
    const tags = { StringEquals: { 'aws:RequestTag/team': 'red' } };
    const tagged = first(byUser({ tags: [{ key: 'team', value: hidden }] }), trusting(user, tags, 'sts:*'));
    expect([tagged.cause, tagged.confidence]).toEqual(['session-tags', 'likely']);
  });

  test('what AWS does not settle is not made likely', () => {
    const { confidence, unknown } = first(byRole(), trusting('444455556666', { ArnLike: { 'aws:PrincipalArn': '*' } }));
    expect(confidence).toBe('possible');
    expect(unknown.map(({ how }) => how)).not.toContain('nothing in the record settles it');
  });

  test('a service that passes tags in calls that show nothing', () => {
    const event = byService('pods.eks.amazonaws.com', { requestParameters: null });
    const { cause, confidence } = first(event, trusting({ Service: 'pods.eks.amazonaws.com' }));
    expect([cause, confidence]).toEqual(['tag-session-not-allowed', 'likely']);
    const both = trusting({ Service: 'pods.eks.amazonaws.com' }, undefined, ['sts:AssumeRole', 'sts:TagSession']);
    expect(first(event, both).cause).toBe('resource-control-policy');
  });
});

describe('a unique id in the policy', () => {
  const id = 'AROAEXAMPLEGONE123456';
  const said = (event: object, known: CauseExample['known'] = {}) => first(event, trusting(id), { known });

  test('may be anybody’s: only that it is not the caller’s is said for certain', () => {
    const { cause, confidence, summary } = said(byRole());
    expect([cause, confidence]).toEqual(['principal-recreated', 'proved']);
    expect(summary).toContain(`the caller’s id is \`AROAEXAMPLEDEPLOY1234\``);
    expect(summary).not.toMatch(/was deleted|created again;/);
  });

  test('was the caller’s where history shows it', () => {
    const principals = [{ arn: deployRole, what: 'created', time: '2025-01-01T00:00:00Z', id }] as const;
    expect(said(byRole(), { principals }).summary).toContain(
      `which was that of \`${deployRole}\` before it was deleted`,
    );
  });

  test('is not weighed against an id that the record does not show', () => {
    const userIdentity = { type: 'AssumedRole', arn: deploySession, accountId: '444455556666' };
    const { cause, confidence, summary } = said(byRole({}, { userIdentity }));
    expect([cause, confidence]).toEqual(['principal-recreated', 'possible']);
    expect(summary).toContain('the record does not show the caller’s id');
  });

  test('is weighed against that of the role whose session called, where that stands there alone', () => {
    const sessionIssuer = { type: 'Role', principalId: 'AROAEXAMPLEDEPLOY1234', arn: deployRole };
    const userIdentity = {
      type: 'AssumedRole',
      arn: deploySession,
      accountId: '444455556666',
      sessionContext: { sessionIssuer },
    };
    expect(said(byRole({}, { userIdentity })).confidence).toBe('proved');
  });
});

describe('a SAML response', () => {
  test('holds what no record shows of it, and is no token', () => {
    const asks = { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } };
    const { unknown } = first(bySaml(), trusting({ Federated: samlProvider }, asks, 'sts:AssumeRoleWithSAML'));
    expect(unknown.find(({ need }) => need.includes('saml:aud'))?.how).toMatch(/^decode the SAML response/);
  });
});

describe('the reader learns whose side it may be on', () => {
  test('by the message that names the trust policy, before the policy is seen', () => {
    const { cause, confidence, side } = first(
      byUser(null, { errorMessage: refusal('because no role trust policy allows the sts:AssumeRole action') }),
    );
    expect([cause, confidence, side]).toEqual(['principal-missing', 'possible', 'trust-policy']);
  });

  test('both sides are asked for where nothing says which', () => {
    const { causes, unknown } = explained({ name: '', event: byUser(null) });
    expect(causes).toEqual([]);
    expect(unknown.map(({ need }) => need)).toEqual([
      'the trust policy in force at the time of the call',
      'the identity-based policies of the caller',
    ]);
    // To be pasted: no words of ours stand in it.
    expect(unknown[0]?.how).toBe('aws iam get-role --role-name target | trusttrail explain event.json --policy -');
  });

  test('an error that is no refusal sends nobody to the policies', () => {
    const { causes, unknown } = explained({
      name: '',
      event: failing('SomethingNew', 'Something'),
      policy: trusting('444455556667'),
    });
    expect(causes).toEqual([]);
    expect(unknown.map(({ need }) => need)).toEqual(['why AWS answered SomethingNew']);
  });

  test.each([
    ['Throttling', 'Rate exceeded', 'throttled'],
    ['Client.RequestLimitExceeded', 'Request limit exceeded.', 'throttled'],
    ['InternalFailure', 'The request processing has failed', 'failed'],
    ['ServiceUnavailable', 'An unknown error occurred', 'failed'],
  ])('a call that ended with %s was not denied, whatever the policy and the role', (code, message, how) => {
    const { causes, ruledOut, unknown, note } = explained({
      name: '',
      event: failing(code, message),
      policy: trusting('444455556667'),
      line: { roleExists: false },
    });
    expect([causes, ruledOut, unknown]).toEqual([[], [], []]);
    expect(note).toContain(`AWS ${how}`);
    expect(note).toContain('no policy refused it');
  });

  test('a duration beside a refusal does not hide what may have refused it', () => {
    const { causes } = explained({ name: '', event: byRole({ durationSeconds: 7200 }), policy: trusting(deployRole) });
    expect(causes.map(({ cause, confidence }) => [cause, confidence])).toEqual([
      ['duration-exceeds-chaining-limit', 'proved'],
      ['identity-policy-no-allow', 'likely'],
    ]);
    expect(causes[0]?.summary).toContain('ValidationError');
  });

  test('a role that was created after the call was not the one that was called', () => {
    const line = { role: { Arn: role, CreateDate: '2026-03-01T12:00:00Z' } };
    const { causes, ruledOut } = explained({ name: '', event: byUser(), policy: trusting('444455556667'), line });
    expect(causes.map(({ cause, confidence }) => [cause, confidence])).toEqual([
      ['role-not-found', 'likely'],
      ['wrong-account', 'likely'],
    ]);
    expect(ruledOut.map(({ cause }) => cause)).not.toContain('role-not-found');
  });

  test('a role that was created with its policy changed once', () => {
    const at = '2026-03-01T09:59:55Z';
    const { cause, summary } = first(byUser(), trusting(user), {
      line: { policyChangedAt: at, role: { CreateDate: at } },
    });
    expect(cause).toBe('recently-changed');
    expect(summary).toContain('the role was created 5 seconds before the call: it may');
    expect(summary).not.toContain('changed 5 seconds');
  });

  test('the account in which a region is off', () => {
    const event = failing(
      'RegionDisabledException',
      'STS is not activated in this region for account:111122223333. Your account administrator can activate it.',
      {
        requestParameters: { roleArn: role, roleSessionName: 'x1' },
      },
    );
    const { summary, fix } = first(event);
    expect(summary).toContain('account 111122223333, the role’s');
    expect(fix?.who).toBe('owner');
  });
});

describe('what the names differ in', () => {
  test.each([
    ['another partition', byRole(), trusting('arn:aws-us-gov:iam::444455556666:root'), 'partition'],
    ['a path in a session ARN', byRole(), trusting(deploySession.replace('deploy/', 'ci/deploy/')), 'no path'],
    [
      'https in a provider',
      byGithub('repo:a/b:pull_request'),
      trusting(
        { Federated: githubProvider.replace('oidc-provider/', 'oidc-provider/https://') },
        undefined,
        webIdentity,
      ),
      'spelling',
    ],
  ])('%s', (_, event, policy, says) => {
    expect(first(event, policy).summary).toContain(says);
  });

  test.each([
    [
      'an organization as a whole, by the old form',
      'repo:Acme/*',
      'repo:Acme@1/app@2:ref:refs/heads/main',
      'immutable form',
    ],
    ['a pull request', 'repo:Acme/app:ref:refs/heads/main', 'repo:Acme/app:pull_request', 'is for a pull request'],
    ['a branch by its short name', 'repo:Acme/app:ref:main', 'repo:Acme/app:ref:refs/heads/main', 'refs/heads/NAME'],
  ])('%s', (_, asked, subject, says) => {
    const policy = trusting({ Federated: githubProvider }, { StringLike: { [`${issuer}:sub`]: asked } }, webIdentity);
    expect(first(byGithub(subject), policy).summary).toContain(says);
  });

  test('a claim by its bare name is that of the token’s provider', () => {
    const subject = 'repo:Acme/app:ref:refs/heads/main';
    const policy = trusting({ Federated: githubProvider }, { StringEquals: { sub: subject } }, webIdentity);
    const { cause, summary, fix } = first(byGithub(subject), policy);
    expect(cause).toBe('condition-key-misspelt');
    expect(summary).toContain(`\`${issuer}:sub\` was probably meant`);
    expect(fix?.verified).toBe(true);
    expect(JSON.stringify(fix?.policy)).toContain(`"${issuer}:sub":"${subject}"`);
  });

  test('a new cluster in place of another is trusted for its own subject', () => {
    const providerOf = (id: string) =>
      `arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/${id}`;
    const subject = 'system:serviceaccount:prod:app';
    const event = {
      ...byGithub(subject),
      userIdentity: {
        type: 'WebIdentityUser',
        principalId: `${providerOf('ABCDEF01')}:sts.amazonaws.com:${subject}`,
        userName: subject,
        identityProvider: providerOf('ABCDEF01'),
      },
    };
    const key = 'oidc.eks.eu-west-1.amazonaws.com/id/0123ABCD:sub';
    const { fix } = first(
      event,
      trusting({ Federated: providerOf('0123ABCD') }, { StringEquals: { [key]: subject } }, webIdentity),
    );
    expect(fix?.verified).toBe(true);
    const added = (fix?.policy as { Statement: readonly object[] } | null)?.Statement.at(-1);
    expect(added).toEqual({
      Effect: 'Allow',
      Principal: { Federated: providerOf('ABCDEF01') },
      Action: webIdentity,
      Condition: {
        StringEquals: {
          'oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF01:aud': 'sts.amazonaws.com',
          'oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF01:sub': subject,
        },
      },
    });
  });
});
