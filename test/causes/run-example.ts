/** Runs an example of a cause through explain, as a line of a batch and with what only the service knows beside it. */
import type { CauseExample } from '../../src/causes/cause.ts';
import { callFromDenial } from '../../src/causes/denied-request.ts';
import type { DenialEvidence, KnownPolicy } from '../../src/causes/evidence.ts';
import { explain, explainFailedChange } from '../../src/causes/explain.ts';
import { readEventValue } from '../../src/cloudtrail/read-record.ts';
import { recognise } from '../../src/cloudtrail/recognise.ts';
import type { Denial } from '../../src/cloudtrail/recognised.ts';
import type { Explanation } from '../../src/findings/finding.ts';
import { parseTrustPolicyValue } from '../../src/policy/document/parse.ts';
import type { TrustPolicy } from '../../src/policy/document/trust-policy.ts';

/** @throws where the policy has no meaning. */
export function policyFrom(value: unknown): TrustPolicy {
  const parsed = parseTrustPolicyValue(value);
  if (parsed.status !== 'read') throw new Error(`not a policy: ${JSON.stringify(parsed)}`);
  return parsed.policy;
}

/** @throws where the event is no denied assume call. */
export function denialFrom(event: object): Denial {
  const [record] = readEventValue(event, 'event').records;
  const recognised = record === undefined ? undefined : recognise(record);
  if (recognised?.kind !== 'denial') throw new Error(`not a denial: ${JSON.stringify(event)}`);
  return recognised;
}

const known = (value: unknown): KnownPolicy => ({ policy: policyFrom(value), as: 'in-force', from: 'the file given' });

export function evidenceOf({ event, policy, line = {}, known: more = {} }: CauseExample): DenialEvidence {
  const role = (line.role ?? {}) as Readonly<Record<string, unknown>>;
  const { Arn: arn, RoleId: roleId, MaxSessionDuration: duration, CreateDate: created } = role;
  return {
    denial: denialFrom(event),
    ...(policy === undefined ? {} : { policy: known(policy) }),
    ...(line.previousPolicy === undefined ? {} : { previousPolicy: known(line.previousPolicy) }),
    ...(line.policyChangedAt === undefined ? {} : { policyChangedAt: line.policyChangedAt }),
    ...(line.roleExists === undefined ? {} : { roleExists: line.roleExists }),
    ...(line.callerPolicies === undefined ? {} : { callerPolicies: line.callerPolicies }),
    ...(line.role === undefined
      ? {}
      : {
          role: {
            as: 'in-force',
            ...(typeof arn === 'string' ? { arn } : {}),
            ...(typeof roleId === 'string' ? { roleId } : {}),
            ...(typeof duration === 'number' ? { maxSessionDuration: duration } : {}),
            ...(typeof created === 'string' ? { createDate: created } : {}),
          },
        }),
    ...more,
  };
}

export function explained(example: CauseExample, showExternalIds = false): Explanation {
  const [record] = readEventValue(example.event, 'event').records;
  const recognised = record === undefined ? undefined : recognise(record);
  if (recognised?.kind === 'trust-change') return explainFailedChange({ change: recognised });
  return explain(evidenceOf(example), { showExternalIds });
}

export { callFromDenial };
