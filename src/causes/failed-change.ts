/** Why was a change of a trust policy refused, and how would the document have to read? */
import type { CauseFinding, Evidence, Explanation } from '../findings/finding.ts';
import { collectExternalIds, maskExplanation } from '../findings/mask.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import { causeById } from './catalogue.ts';
import type { FailedChangeEvidence } from './evidence.ts';

/** Explains a failed UpdateAssumeRolePolicy or CreateRole. */
export function explainFailedChange({ change }: FailedChangeEvidence): Explanation {
  const { record, role, policyText } = change;
  const found: CauseFinding[] = [];
  const cause = causeById('malformed-trust-policy');
  if (cause !== undefined && /^MalformedPolicyDocument/.test(record.errorCode ?? '')) {
    const parsed = policyText === undefined ? undefined : parseTrustPolicy(policyText);
    const problems =
      parsed === undefined
        ? []
        : parsed.status === 'unreadable'
          ? [parsed.problem]
          : parsed.problems.filter(({ level }) => level === 'refused');
    const details = problems.map(
      ({ message, pointer, place }): Evidence => ({
        source: 'trust-policy',
        pointer,
        ...(place ?? {}),
        detail: message,
      }),
    );
    const text = record.errorMessage ?? 'MalformedPolicyDocument';
    found.push({
      cause: cause.id,
      confidence: 'proved',
      side: cause.side,
      summary: `${cause.title}: ${problems[0]?.message ?? text}`,
      evidence: [{ source: 'error-message', detail: text }, ...details],
      fix: { who: 'owner', summary: cause.fix, commands: [], policy: null, verified: false },
    });
  }
  return maskExplanation(
    {
      event: {
        id: record.eventId,
        time: record.eventTime,
        action: `iam:${record.eventName}`,
        caller: record.userIdentity.arn ?? null,
        role: role ?? null,
      },
      causes: found,
      ruledOut: [],
      unknown: [],
    },
    collectExternalIds(policyText),
  );
}
