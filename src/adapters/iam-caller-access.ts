/** May the caller call, by the policies on its own side? Asked of iam:SimulatePrincipalPolicy, which speaks of now. */
import { type EvaluationResult, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import type { CallerAccess } from '../causes/evidence.ts';
import { splitArn } from '../policy/document/names.ts';
import type { CallerAccessReader } from '../ports/caller-access.ts';
import type { Clock } from '../ports/clock.ts';
import type { AccountClients } from './account-clients.ts';
import { remembering } from './remembering.ts';

/** Never throws: where it cannot be asked, nothing is known. */
export function iamCallerAccess(clients: AccountClients, clock: Clock): CallerAccessReader {
  const answers = remembering<CallerAccess | undefined>({ clock, most: 500, age: 60_000 });
  return {
    simulate: (caller, action, roleArn) =>
      answers(`${caller} ${action} ${roleArn}`, () => simulated(clients, caller, action, roleArn)),
  };
}

async function simulated(
  clients: AccountClients,
  caller: string,
  action: string,
  roleArn: string,
): Promise<CallerAccess | undefined> {
  const arn = splitArn(caller);
  const client = arn?.service === 'iam' ? clients.iam(arn.account) : undefined;
  if (client === undefined) return undefined;
  try {
    const { EvaluationResults: [result] = [] } = await client.send(
      new SimulatePrincipalPolicyCommand({ PolicySourceArn: caller, ActionNames: [action], ResourceArns: [roleArn] }),
    );
    if (result === undefined) return undefined;
    const decision = decisions[result.EvalDecision ?? ''];
    // A policy of the caller tests what the simulator was not told of the call: its answer may be another one then.
    if (decision === undefined || missingIn(result).length > 0) return undefined;
    const scp = result.OrganizationsDecisionDetail?.AllowedByOrganizations === false;
    const boundary = result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false;
    const [matched] = result.MatchedStatements ?? [];
    return {
      decision,
      by: scp ? 'service-control-policy' : boundary ? 'permissions-boundary' : 'identity-policy',
      ...(matched?.SourcePolicyId === undefined ? {} : { policyArn: matched.SourcePolicyId }),
    };
  } catch {
    // Not permitted, no such principal, or not answered: nothing is known.
    return undefined;
  }
}

/** Keys that the policies ask for; of a resource that was named they stand with that one (IAM API Reference, EvaluationResult). */
function missingIn({ MissingContextValues: keys = [], ResourceSpecificResults: results = [] }: EvaluationResult) {
  return [...keys, ...results.flatMap(({ MissingContextValues: ofResource = [] }) => ofResource)];
}

/** IAM API Reference, EvaluationResult. */
const decisions: Readonly<Record<string, CallerAccess['decision']>> = {
  allowed: 'allowed',
  implicitDeny: 'implicit-deny',
  explicitDeny: 'explicit-deny',
};
