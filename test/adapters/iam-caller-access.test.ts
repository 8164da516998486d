/** What the policy simulator answers of a caller, and what it does not know. */
import { type EvaluationResult, IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { iamCallerAccess } from '../../src/adapters/iam-caller-access.ts';

const iam = mockClient(IAMClient);
beforeEach(() => void iam.reset());
const clients = { iam: () => new IAMClient({ region: 'us-east-1' }), trail: () => undefined, queues: () => undefined };

async function answerTo(result: Partial<EvaluationResult>) {
  iam.on(SimulatePrincipalPolicyCommand).resolves({
    EvaluationResults: [{ EvalActionName: 'sts:AssumeRole', EvalDecision: 'implicitDeny', ...result }],
  });
  const access = iamCallerAccess(clients, { now: () => 0 });
  return access.simulate(
    'arn:aws:iam::444455556666:role/ci',
    'sts:AssumeRole',
    'arn:aws:iam::111122223333:role/deploy',
  );
}
const ofResource = (keys: readonly string[]): Partial<EvaluationResult> => ({
  ResourceSpecificResults: [
    { EvalResourceName: 'x', EvalResourceDecision: 'implicitDeny', MissingContextValues: [...keys] },
  ],
});

describe('the caller’s own policies', () => {
  test.for([
    [{}, { decision: 'implicit-deny', by: 'identity-policy' }],
    [ofResource([]), { decision: 'implicit-deny', by: 'identity-policy' }],
    [{ EvalDecision: 'allowed' }, { decision: 'allowed', by: 'identity-policy' }],
    [
      { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } },
      { decision: 'implicit-deny', by: 'permissions-boundary' },
    ],
    [
      { EvalDecision: 'explicitDeny', OrganizationsDecisionDetail: { AllowedByOrganizations: false } },
      { decision: 'explicit-deny', by: 'service-control-policy' },
    ],
  ] as const)('are as IAM says: %j', async ([result, expected]) => {
    expect(await answerTo(result as Partial<EvaluationResult>)).toEqual(expected);
  });

  test.for(['allowed', 'implicitDeny', 'explicitDeny'] as const)(
    'are not known to say %s where they test what was not told of the call',
    async (EvalDecision) => {
      expect(await answerTo({ EvalDecision, ...ofResource(['aws:MultiFactorAuthPresent']) })).toBeUndefined();
      expect(await answerTo({ EvalDecision, MissingContextValues: ['aws:SourceIp'] })).toBeUndefined();
    },
  );

  test('are not known where IAM does not answer', async () => {
    iam.on(SimulatePrincipalPolicyCommand).rejects(new Error('throttled'));
    const access = iamCallerAccess(clients, { now: () => 0 });
    expect(await access.simulate('arn:aws:iam::444455556666:role/ci', 'sts:AssumeRole', 'x')).toBeUndefined();
  });
});
