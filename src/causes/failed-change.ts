/** Why was a change of a trust policy refused, and how would the document have to read? */
import { readDenialMessage } from '../cloudtrail/error-message.ts';
import type { Denial } from '../cloudtrail/recognised.ts';
import { unanswered } from '../cloudtrail/unanswered-call.ts';
import type { CauseFinding, Evidence, Explanation, Fix } from '../findings/finding.ts';
import { collectExternalIds, maskExplanation } from '../findings/mask.ts';
import { unansweredChangeNotes } from '../findings/unanswered.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { Problem } from '../policy/document/trust-policy.ts';
import { validateTrustPolicy } from '../policy/document/validate.ts';
import { causeById } from './catalogue.ts';
import type { Claim } from './cause.ts';
import { correctedDocument } from './corrected-document.ts';
import type { FailedChangeEvidence } from './evidence.ts';
import { createCommands, saveCommands } from './owner-commands.ts';
import { shortened } from './wording.ts';

/** What may keep a call of IAM out as it does an assume call: asked of the record with the same words. */
const sameAsForDenials = [
  'identity-policy-no-allow',
  'identity-policy-deny',
  'permissions-boundary',
  'session-policy',
  'service-control-policy',
  'resource-control-policy',
  'vpc-endpoint-policy',
  'expired-credentials',
  'invalid-credentials',
];

/** Explains a failed UpdateAssumeRolePolicy or CreateRole. @param options as for {@link explain}. */
export function explainFailedChange(
  evidence: FailedChangeEvidence,
  options: { readonly showExternalIds?: boolean } = {},
): Explanation {
  const { record, role, policyText } = evidence.change;
  const code = (record.errorCode ?? '').replace(/^Client\./, '');
  const failure = unanswered(record);
  const malformed = /^MalformedPolicyDocument/.test(code);
  const causes = failure !== undefined ? [] : malformed ? [malformedDocument(evidence)] : otherErrors(evidence, code);
  const explanation: Explanation = {
    event: {
      id: record.eventId,
      time: record.eventTime,
      action: `iam:${record.eventName}`,
      caller: record.userIdentity.arn ?? null,
      role: role ?? null,
    },
    causes: causes.flatMap((one) => one ?? []),
    ruledOut: malformed
      ? [{ cause: 'identity-policy-no-allow', because: 'IAM read the document, and so had let the call in' }]
      : [],
    unknown:
      malformed && policyText === undefined
        ? [{ need: 'the document that was submitted', how: 'the record does not show it; ask whoever made the change' }]
        : [],
    ...(failure === undefined ? {} : { note: unansweredChangeNotes[failure] }),
  };
  return options.showExternalIds === true ? explanation : maskExplanation(explanation, collectExternalIds(policyText));
}

function malformedDocument({ change, policyInForce }: FailedChangeEvidence): CauseFinding | undefined {
  const { record, policyText, roleName } = change;
  // The name alone is enough for the commands, and a record has it even where it shows no ARN.
  const named = { role: roleName ?? change.role, record };
  const cause = causeById('malformed-trust-policy');
  if (cause === undefined) return undefined;
  const said = record.errorMessage ?? '';
  const problems = policyText === undefined ? [] : refusedIn(policyText);
  // Where the document shows what is wrong with a principal, that is more than that there is none such.
  const first =
    problems.find(({ code }) => code === 'invalid-principal' && /Invalid principal/i.test(said)) ?? problems[0];
  const principal = /Invalid principal in policy: (.{1,2100})/is.exec(said)?.[1];
  const why =
    principal === undefined || first !== undefined
      ? first === undefined
        ? said === '' || said === 'An unknown error occurred'
          ? 'the record does not say what is malformed'
          : `IAM says: ${shortened(said)}`
        : `${first.message}${first.place === undefined ? '' : ` (line ${first.place.line}, column ${first.place.column})`}`
      : `no such principal: ${shortened(principal)}; it does not exist, was deleted, or was created only seconds before`;
  const still =
    change.change === 'create-role'
      ? 'no role was created'
      : policyInForce === undefined
        ? 'the old trust policy is still in force'
        : `the trust policy before is still in force (${policyInForce.from})`;
  const corrected = policyText === undefined ? undefined : correctedDocument(policyText);
  return {
    cause: cause.id,
    confidence: 'proved',
    side: cause.side,
    summary: `IAM refused the document as malformed, and ${still}: ${shortened(why)}.`.replace(/\.\.$/, '.'),
    evidence: [
      { source: 'error-message', detail: said === '' ? 'MalformedPolicyDocument' : said },
      ...problems.slice(0, 20).map(evidenceOf),
    ],
    fix: {
      who: cause.who,
      summary:
        corrected === undefined && principal !== undefined && first === undefined
          ? 'Correct the ARN, or create that principal first; where it was created only seconds before, save the same document again.'
          : corrected === undefined
            ? cause.fix
            : `Save the corrected document: ${corrected.changes.join('; ')}.`,
      commands:
        corrected === undefined
          ? []
          : change.change === 'create-role'
            ? createCommands(named, corrected.document)
            : saveCommands(named, corrected.document, []),
      policy: corrected?.document ?? null,
      verified: false,
    },
  };
}

function refusedIn(text: string): readonly Problem[] {
  const parsed = parseTrustPolicy(text);
  const problems =
    parsed.status === 'unreadable'
      ? [parsed.problem]
      : parsed.status === 'meaningless'
        ? parsed.problems
        : [...parsed.problems, ...validateTrustPolicy(parsed.policy)];
  return problems.filter(({ level }) => level === 'refused');
}

function evidenceOf({ message, pointer, place }: Problem): Evidence {
  return { source: 'trust-policy', pointer, ...(place ?? {}), detail: message };
}

function otherErrors({ change }: FailedChangeEvidence, code: string): readonly (CauseFinding | undefined)[] {
  const { record, role, account, roleName } = change;
  const text = record.errorMessage ?? '';
  const detail: Evidence = { source: 'error-message', detail: `${code}: ${text}` };
  if (/^NoSuchEntity/.test(code))
    return [
      finding('role-not-found', {
        confidence: 'proved',
        summary: `There is no role ${roleName === undefined ? 'of that name' : `\`${shortened(roleName)}\``} in the account, so that no trust policy was changed.`,
        evidence: [detail],
      }),
    ];
  if (
    /^(?:LimitExceeded|UnmodifiableEntity|EntityAlreadyExists|InvalidInput|Validation|ConcurrentModification)/.test(
      code,
    )
  )
    return [
      finding('request-invalid', {
        confidence: 'proved',
        summary: `IAM refused the change as ${code}${text === '' ? '' : `: ${shortened(text)}`}.`.replace(/\.\.$/, '.'),
        evidence: [detail],
        ...remedyFor(code),
      }),
    ];
  const denial: Denial = {
    kind: 'denial',
    record,
    call: `iam:${record.eventName}`,
    role,
    roleAccount: account,
    message: readDenialMessage(text),
  };
  const asked = sameAsForDenials.flatMap((id) => {
    const claim = causeById(id)?.fromRecord?.({ denial }, undefined);
    return claim === undefined ? [] : [finding(id, claim)];
  });
  if (asked.length > 0 || !/^(?:AccessDenied|UnauthorizedOperation)/.test(code)) return asked;
  return [
    finding('identity-policy-no-allow', {
      confidence: 'possible',
      summary: `The caller was refused ${denial.call}; the message does not say by which policy.`,
      evidence: [detail],
    }),
  ];
}

/** What to do about an error that no change of the document's grammar cures. */
function remedyFor(code: string): Pick<Claim, 'who' | 'fix'> {
  if (code.startsWith('UnmodifiableEntity'))
    return { who: 'owner', fix: 'Only AWS changes the trust policy of this role: give the caller another role.' };
  if (code.startsWith('LimitExceeded'))
    return {
      who: 'owner',
      fix: 'Shorten the document (white space between its parts does not count), or have the quota that the message names raised.',
    };
  if (code.startsWith('EntityAlreadyExists'))
    return { fix: 'Choose another name, or change the role that is there already.' };
  return code.startsWith('ConcurrentModification') ? { fix: 'Make the change again: another one was under way.' } : {};
}

function finding(id: string, claim: Claim): CauseFinding | undefined {
  const cause = causeById(id);
  if (cause === undefined) return undefined;
  const { confidence, summary, evidence } = claim;
  const fix: Fix = {
    who: claim.who ?? cause.who,
    summary: claim.fix ?? cause.fix,
    commands: [],
    policy: null,
    verified: false,
  };
  return { cause: id, confidence, side: cause.side, summary, evidence, fix };
}
