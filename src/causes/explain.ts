/** Why was this call denied: every cause that the evidence proves or makes likely, and what is still to be known? */

import { shellQuote } from '../findings/escape.ts';
import type { CauseFinding, Confidence, Evidence, Explanation, Need, RuledOut } from '../findings/finding.ts';
import { collectExternalIds, externalIdPlaceholder, maskExplanation } from '../findings/mask.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { Statement } from '../policy/document/trust-policy.ts';
import { evaluate, prepare } from '../policy/evaluate/evaluate.ts';
import type { AssumeRequest, StatementResult } from '../policy/evaluate/request.ts';
import { causeById } from './catalogue.ts';
import { causeOfAction, causeOfClause, causeOfPrincipal, neverHolds } from './cause-of-part.ts';
import { callFromDenial } from './denied-request.ts';
import type { DenialEvidence, FailedChangeEvidence, KnownPolicy } from './evidence.ts';

export interface ExplainOptions {
  /** Show the external IDs of the policy and the request whole. */
  readonly showExternalIds?: boolean;
}

/** How long after a change an old version may still answer: "a delay of seconds, sometimes longer". */
const propagation = 5 * 60_000;

/** Explains one denied call. Never throws for what the record holds. */
export function explain(evidence: DenialEvidence, options: ExplainOptions = {}): Explanation {
  const { denial } = evidence;
  const request = callFromDenial(denial);
  const found: CauseFinding[] = [];
  const ruledOut: RuledOut[] = [];
  const unknown: Need[] = [];
  const add = (id: string, confidence: Confidence, detail: Evidence) => {
    if (found.some(({ cause, evidence: [first] }) => cause === id && first.pointer === detail.pointer)) return;
    const finding = findingOf(id, confidence, detail, evidence);
    if (finding !== undefined) found.push(finding);
  };
  const decided = fromMessage(evidence, add);
  if (!decided && request !== undefined && evidence.policy !== undefined)
    fromPolicy(evidence, evidence.policy, request, { add, ruledOut, unknown });
  else if (!decided && evidence.policy === undefined)
    unknown.push({
      need: 'the trust policy in force at the time of the call',
      how: `aws iam get-role --role-name ${shellQuote(denial.role?.split('/').at(-1) ?? 'ROLE')}, then --policy FILE`,
    });
  const rank: Record<Confidence, number> = { proved: 0, likely: 1, possible: 2 };
  const explanation: Explanation = {
    event: {
      id: denial.record.eventId,
      time: denial.record.eventTime,
      action: denial.message.action ?? denial.call,
      caller: denial.record.userIdentity.arn ?? denial.message.caller ?? null,
      role: denial.role ?? null,
    },
    causes: found.sort((a, b) => rank[a.confidence] - rank[b.confidence]),
    ruledOut,
    unknown,
  };
  if (options.showExternalIds === true) return explanation;
  const ids = new Set(collectExternalIds(denial.record.requestParameters));
  for (const { conditions } of evidence.policy?.policy.statements ?? [])
    for (const { key, values } of conditions)
      if (key.toLowerCase().endsWith('externalid'))
        for (const { text } of values) if (!/^[*?]*$/.test(text)) ids.add(text);
  return maskExplanation(explanation, ids);
}

type Add = (id: string, confidence: Confidence, detail: Evidence) => void;

const byPolicyKind: Readonly<Record<string, string>> = {
  'identity-based': 'identity-policy-no-allow',
  'permissions-boundary': 'permissions-boundary',
  session: 'session-policy',
  'service-control': 'service-control-policy',
  'resource-control': 'resource-control-policy',
  'vpc-endpoint': 'vpc-endpoint-policy',
};

/** What error code, message and identity say by themselves. @returns true where nothing else needs to be asked. */
function fromMessage({ denial, role, roleExists, roleDeleted, policy }: DenialEvidence, add: Add): boolean {
  const { record, message, call } = denial;
  const code = record.errorCode ?? '';
  const text = message.text;
  const says = (id: string): true => {
    add(id, 'proved', { source: 'error-message', detail: `${code}: ${text}` });
    return true;
  };
  if (/MaxSessionDuration set for this role/i.test(text)) return says('duration-exceeds-role-maximum');
  if (/1 hour session limit for roles assumed by role chaining/i.test(text))
    return says('duration-exceeds-chaining-limit');
  if (/durationSeconds' failed to satisfy constraint/i.test(text)) return says('duration-out-of-range');
  if (/^RegionDisabled/.test(code)) return says('region-not-activated');
  if (/^ExpiredToken/.test(code)) return says(call === 'sts:AssumeRole' ? 'expired-credentials' : 'oidc-token-expired');
  if (/^(InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch)/.test(code)) return says('invalid-credentials');
  if (/No OpenIDConnect provider found/i.test(text)) return says('oidc-provider-missing');
  if (/^IDPCommunicationError/.test(code)) return says('oidc-provider-unreachable');
  if (/^InvalidIdentityToken/.test(code))
    return says(call === 'sts:AssumeRoleWithSAML' ? 'saml-response-invalid' : 'oidc-token-invalid');
  if (/^(PackedPolicyTooLarge|MalformedPolicyDocument|Validation(Error|Exception))/.test(code))
    return says('request-invalid');
  if (!/^(AccessDenied|Client\.UnauthorizedOperation|UnauthorizedOperation)/.test(code)) return false;
  if (record.userIdentity.type === 'Root') {
    add('root-user', 'proved', {
      source: 'event',
      pointer: '/userIdentity/type',
      detail: 'the caller is the root user',
    });
    return true;
  }
  const { because } = message;
  const id = because === undefined ? undefined : byPolicyKind[because.policy];
  if (because !== undefined && id !== undefined)
    return says(because.policy === 'identity-based' && because.how === 'explicit-deny' ? 'identity-policy-deny' : id);
  // Never proved about a policy that was not seen: the message names its kind, and not the statement.
  if (because?.how === 'explicit-deny' && policy === undefined)
    add('explicit-deny', 'likely', { source: 'error-message', detail: text });
  // A role deleted after the call was there when it was made.
  const deletedLater = roleDeleted !== undefined && !(Date.parse(roleDeleted.time) <= record.at);
  if (roleExists === false && !deletedLater) {
    add('role-not-found', 'proved', { source: 'role', detail: 'there is no role of that ARN' });
    return true;
  }
  if (role?.arn !== undefined && denial.role !== undefined && role.arn !== denial.role) {
    const confidence = role.as === 'in-force' ? 'proved' : 'likely';
    add('role-not-found', confidence, {
      source: 'role',
      detail: `the call names \`${denial.role}\`, the role is \`${role.arn}\``,
    });
    return true;
  }
  return false;
}

interface Answer {
  readonly add: Add;
  readonly ruledOut: RuledOut[];
  readonly unknown: Need[];
}

/** The counterfactual: which parts of the policy, each enough alone, keep the call out. */
function fromPolicy(evidence: DenialEvidence, known: KnownPolicy, call: AssumeRequest, answer: Answer): void {
  const { denial } = evidence;
  const { policy } = known;
  const prepared = prepare(policy);
  const changed = evidence.policyChangedAt === undefined ? undefined : Date.parse(evidence.policyChangedAt);
  const settling = changed !== undefined && changed > denial.record.at - propagation;
  const most: Confidence = known.as === 'in-force' && !settling ? 'proved' : 'likely';
  let everyActionAllowed = true;
  for (const action of call.actions) {
    const request: AssumeRequest = { ...call, actions: [action] };
    const decision = evaluate(prepared, request);
    if (decision.decision === 'allow') continue;
    everyActionAllowed = false;
    const at = (pointer: string, detail: string): Evidence => {
      const place = policy.placeOf(pointer);
      return { source: 'trust-policy', pointer, ...(place === undefined ? {} : place), detail };
    };
    const part = (result: StatementResult, statement: Statement, index: number) => {
      const reason = result.reasons[index];
      if (reason === undefined) return undefined;
      const clause = index < 2 ? undefined : statement.conditions[index - 2];
      const fails = clause !== undefined && neverHolds(clause) ? 'no' : reason.matches;
      const named =
        reason.part === 'principal'
          ? causeOfPrincipal(statement, policy, request.caller, denial.role)
          : {
              cause: clause === undefined ? causeOfAction(action) : causeOfClause(clause, statement, request),
              pointer: reason.pointer,
            };
      return { ...named, fails, detail: reason.text };
    };
    const judged = decision.statements.flatMap((result) => {
      const statement = policy.statements.find(({ index }) => index === result.index);
      if (statement === undefined) return [];
      const parts = result.reasons.flatMap((_, index) => part(result, statement, index) ?? []);
      return [{ result, statement, parts, fails: parts.filter(({ fails }) => fails === 'no') }];
    });
    for (const { result, statement } of judged)
      if (statement.effect === 'Deny' && result.matches !== 'no')
        answer.add(
          'explicit-deny',
          result.matches === 'yes' ? most : 'possible',
          at(statement.pointer, result.reasons.map(({ text }) => text).join('; ')),
        );
    const allows = judged.filter(({ statement }) => statement.effect === 'Allow');
    const noneAllows = allows.every(({ fails, result }) => fails.length > 0 || result.matches === 'no');
    if (allows.some(({ result }) => result.matches === 'yes')) continue;
    if (allows.length === 0)
      answer.add('principal-missing', most, at('/Statement', 'no statement of the trust policy allows anything'));
    const fewest = Math.min(...allows.map(({ fails }) => fails.length));
    for (const { parts, fails } of allows.filter((one) => one.fails.length === fewest)) {
      for (const { cause, pointer, detail } of fails)
        answer.add(cause, noneAllows ? most : 'possible', at(pointer, detail));
      const open = parts.filter((one) => one.fails === 'unknown');
      for (const { cause, pointer, detail } of open)
        answer.add(
          cause,
          open.length === 1 && fails.length === 0 && allows.length === 1 ? 'likely' : 'possible',
          at(pointer, detail),
        );
    }
    for (const key of decision.unknownKeys)
      answer.unknown.push({
        need: `the value of ${key} in the call`,
        how: 'the record does not show it; ask whoever made the call',
      });
  }
  if (!everyActionAllowed) return;
  for (const id of ['wrong-account', 'principal-missing', 'external-id-missing', 'explicit-deny'])
    answer.ruledOut.push({
      cause: id,
      because: 'the trust policy allows the call as recorded, whatever the record does not show',
    });
  if (settling)
    answer.add('recently-changed', 'likely', {
      source: 'history',
      detail: `the trust policy changed at ${evidence.policyChangedAt}`,
    });
  const account = 'account' in call.caller ? call.caller.account : undefined;
  const says = evidence.callerAccess;
  const detail: Evidence = {
    source: 'trust-policy',
    detail: 'the trust policy allows the call, so that something else denied it',
  };
  if (says?.decision === 'explicit-deny' && says.by === 'identity-policy')
    answer.add('identity-policy-deny', 'likely', detail);
  else if (says?.by === 'permissions-boundary') answer.add('permissions-boundary', 'likely', detail);
  else if (says?.by === 'service-control-policy') answer.add('service-control-policy', 'likely', detail);
  else if (account !== undefined && !settling && denial.message.because === undefined)
    answer.add('identity-policy-no-allow', account === denial.roleAccount ? 'possible' : 'likely', detail);
  answer.unknown.push({
    need: 'the identity-based policies of the caller',
    how: `aws iam simulate-principal-policy --action-names sts:AssumeRole --resource-arns ${shellQuote(denial.role ?? 'ROLE_ARN')} --policy-source-arn CALLER_ARN`,
  });
}

function findingOf(
  id: string,
  confidence: Confidence,
  detail: Evidence,
  { denial }: DenialEvidence,
): CauseFinding | undefined {
  const cause = causeById(id);
  if (cause === undefined) return undefined;
  // A role session can never have MFA, so that only the owner can help it.
  const who = id.startsWith('mfa-') && denial.record.userIdentity.type === 'AssumedRole' ? 'owner' : cause.who;
  const assume = `aws sts assume-role --role-arn ${shellQuote(denial.role ?? 'ROLE_ARN')} --role-session-name trusttrail-test`;
  const commands = id.startsWith('external-id-') ? [`${assume} --external-id ${externalIdPlaceholder}`] : [];
  return {
    cause: id,
    confidence,
    side: cause.side,
    summary: `${cause.title}: ${detail.detail}.`.replace(/\.\.$/, '.'),
    evidence: [detail],
    fix: { who, summary: cause.fix, commands, policy: null, verified: false },
  };
}

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
