/** Why was this call denied: every cause that the evidence proves or makes likely, and what is still to be known? */
import type { Denial } from '../cloudtrail/recognised.ts';
import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { unanswered, wasRefused } from '../cloudtrail/unanswered-call.ts';
import { shellQuote } from '../findings/escape.ts';
import type { CauseFinding, Confidence, Evidence, Explanation, Fix, Need, RuledOut } from '../findings/finding.ts';
import { collectExternalIds, maskExplanation } from '../findings/mask.ts';
import { unansweredNotes } from '../findings/unanswered.ts';
import type { Statement, TrustPolicy } from '../policy/document/trust-policy.ts';
import { evaluate, prepare } from '../policy/evaluate/evaluate.ts';
import type { AssumeRequest } from '../policy/evaluate/request.ts';
import { lookUpKey } from '../policy/keys/condition-keys.ts';
import { askCallerPolicies } from './caller-policies.ts';
import { causeById, causes } from './catalogue.ts';
import { accountOfCaller, type Weighed } from './cause.ts';
import { callerIsRecorded, callFromDenial } from './denied-request.ts';
import type { DenialEvidence } from './evidence.ts';
import { fixCommands } from './fix-commands.ts';
import { ownerFixes } from './owner-fix.ts';
import { mayBeValidation } from './requested-duration.ts';
import { bornAfter } from './role-not-found.ts';
import { type FoundCause, type PolicyWeighed, weighPolicy } from './weigh-policy.ts';
import { shortened } from './wording.ts';

export { explainFailedChange } from './failed-change.ts';

export interface ExplainOptions {
  /** Show the external IDs of the policy and the request whole. */
  readonly showExternalIds?: boolean;
}

/** How long after a change an old version may still answer: "a delay of seconds, sometimes longer". */
const propagation = 5 * 60_000;
const ranks: Readonly<Record<Confidence, number>> = { proved: 0, likely: 1, possible: 2 };

/** Causes after which nothing else of the call was looked at by AWS, so that no policy is weighed. */
const ends: ReadonlySet<string> = new Set([
  'role-not-found',
  'duration-out-of-range',
  'expired-credentials',
  'invalid-credentials',
  'root-user',
  'region-not-activated',
  'request-invalid',
  'oidc-provider-missing',
  'oidc-token-expired',
  'oidc-token-invalid',
  'oidc-provider-unreachable',
  'saml-provider-missing',
  'saml-response-invalid',
]);

/** Explains one denied call. Never throws for what the record holds. */
export function explain(evidence: DenialEvidence, options: ExplainOptions = {}): Explanation {
  const { denial, policy } = evidence;
  const failure = unanswered(denial.record);
  if (failure !== undefined)
    return { event: eventOf(denial), causes: [], ruledOut: [], unknown: [], note: unansweredNotes[failure] };
  const call = callFromDenial(denial, policy?.policy);
  const fromRecord = causes.flatMap((cause): readonly FoundCause[] => {
    const claim = cause.fromRecord?.(evidence, call);
    return claim === undefined ? [] : [{ cause, ...claim }];
  });
  // With a refusal the duration is what would come next: it is said behind what the policies say.
  const refused = !mayBeValidation(denial.record);
  const comesNext = ({ cause }: FoundCause) => refused && cause.id.startsWith('duration-');
  const settled = fromRecord.some((one) => ends.has(one.cause.id) && one.confidence === 'proved' && !comesNext(one));
  const weighable = policy !== undefined && call !== undefined && !settled && wasRefused(denial);
  const weighed = weighable
    ? weighPolicy({ evidence, policy: policy.policy, call, most: mostOf(evidence, call) })
    : undefined;
  const found = [
    ...fromRecord.filter((one) => !comesNext(one)),
    ...(weighed === undefined ? [] : fromTrustPolicy(evidence, weighed, call)),
    ...fromRecord.filter(comesNext),
    ...(weighed?.allowed === true && call !== undefined
      ? elsewhere(
          evidence,
          call,
          fromRecord.filter((one) => !comesNext(one)),
        )
      : []),
    ...(weighed !== undefined && !weighed.allowed && !weighed.denied ? besideTheUnknown(evidence, call) : []),
  ];
  const told = distinct(found).sort((a, b) => ranks[a.confidence] - ranks[b.confidence]);
  const fixes =
    weighed === undefined || isAwsOwn(denial.role) ? new Map<FoundCause, Fix>() : ownerFixes(told, evidence, call);
  const unasked = !wasRefused(denial) && told.length === 0;
  const explanation: Explanation = {
    event: eventOf(denial),
    causes: told.map((one) => findingOf(one, fixes.get(one) ?? ownFix(one, evidence, call))),
    ruledOut: settled ? [] : ruledOutOf(evidence, call, weighed, found),
    unknown: settled ? [] : unasked ? [noRefusal(denial.record)] : needsOf(evidence, call, weighed, found),
  };
  return options.showExternalIds === true ? explanation : maskExplanation(explanation, externalIdsOf(evidence));
}

function eventOf({ record, message, call, role }: Denial): Explanation['event'] {
  return {
    id: record.eventId,
    time: record.eventTime,
    action: message.action ?? call,
    caller: record.userIdentity.arn ?? message.caller ?? null,
    role: role ?? null,
  };
}

/** Another error than a refusal, whose meaning is not known: no policy was asked, and none would help. */
function noRefusal({ errorCode = '' }: CloudTrailRecord): Need {
  return {
    need: `why AWS answered ${shortened(errorCode)}`,
    how: 'it is no refusal by a policy, so that no policy explains it; call again, and look it up among the errors of the STS API',
  };
}

/** What is said of the policy is proved only where it is the version that AWS asked, and the caller is on record. */
function mostOf(evidence: DenialEvidence, call: AssumeRequest): Confidence {
  const { policy, denial, previousPolicy } = evidence;
  // The policy of a role that was created after the call is not the one that answered it.
  if (policy?.as !== 'in-force' || !callerIsRecorded(denial) || bornAfter(evidence)) return 'likely';
  const changed = changedAt(evidence);
  if (changed === undefined || changed <= denial.record.at - propagation) return 'proved';
  if (changed > denial.record.at) return 'likely';
  // Minutes after a change the old version may have answered; it would have let this call in, so that it did not.
  return previousPolicy !== undefined && decisionOf(previousPolicy.policy, call) === 'allow' ? 'proved' : 'likely';
}

/** What is known of the caller's own policies: those given, else what SimulatePrincipalPolicy answers. */
function callerSideOf({
  callerPolicies,
  callerAccess,
  denial,
}: DenialEvidence): 'deny' | 'allow' | 'no-allow' | 'unknown' {
  if (callerPolicies !== undefined && denial.role !== undefined)
    return askCallerPolicies(callerPolicies, denial.call, denial.role).answer;
  return callerAccess?.decision === 'allowed' ? 'allow' : 'unknown';
}

function decisionOf(policy: TrustPolicy, call: AssumeRequest) {
  return evaluate(prepare(policy), call).decision;
}

function changedAt({ policyChangedAt }: DenialEvidence): number | undefined {
  const time = policyChangedAt === undefined ? Number.NaN : Date.parse(policyChangedAt);
  return Number.isNaN(time) ? undefined : time;
}

/** With a message that names another kind of policy, only what is proved of the trust policy is added to it. */
function fromTrustPolicy(
  evidence: DenialEvidence,
  { found }: PolicyWeighed,
  call: AssumeRequest | undefined,
): readonly FoundCause[] {
  const { because } = evidence.denial.message;
  const elsewhereNamed =
    because !== undefined && because.policy !== 'role-trust' && because.policy !== 'resource-based';
  const sure = found.map((one) => (isOddMfa(evidence, one) ? { ...one, confidence: 'likely' as const } : one));
  const told = elsewhereNamed ? sure.filter(({ confidence }) => confidence === 'proved') : sure;
  const [first, ...rest] = told;
  if (first === undefined || call === undefined) return told;
  const more: Evidence[] = [];
  if (evidence.previousPolicy !== undefined) {
    const before = decisionOf(evidence.previousPolicy.policy, call);
    if (before === 'allow')
      more.push({
        source: 'previous-policy',
        detail: `the version before (${evidence.previousPolicy.from}) allows this call`,
      });
    else if (before !== 'unknown')
      more.push({
        source: 'previous-policy',
        detail: `the version before (${evidence.previousPolicy.from}) denies this call as well`,
      });
  }
  if (because !== undefined && !elsewhereNamed)
    more.push({ source: 'error-message', detail: evidence.denial.message.text });
  return [{ ...first, evidence: [...first.evidence, ...more] }, ...rest];
}

/** That sessions of roles have no MFA is AWS's word, and this record of one says that it has: they cannot both be proof. */
function isOddMfa({ denial: { record } }: DenialEvidence, { confidence, about }: FoundCause): boolean {
  const { type, mfaAuthenticated } = record.userIdentity;
  if (confidence !== 'proved' || type !== 'AssumedRole' || mfaAuthenticated !== true) return false;
  const clauses = about?.kind === 'deny' ? about.statement.conditions : (about?.clauses ?? []);
  return clauses.some(({ key }) => /^aws:multifactorauth/i.test(key));
}

/** The trust policy lets the call in whatever is not known of it: then something else keeps it out. */
function elsewhere(
  evidence: DenialEvidence,
  call: AssumeRequest,
  already: readonly FoundCause[],
): readonly FoundCause[] {
  const { denial, policy } = evidence;
  const { because } = denial.message;
  const named = policy === undefined ? [] : statementsNaming(policy.policy, call);
  const allows: Evidence = {
    source: 'trust-policy',
    ...(named[0] === undefined ? {} : { pointer: named[0].pointer }),
    detail: 'the trust policy allows the call, whatever the record does not show',
  };
  const recent = changesBefore(evidence);
  const trustNamed = because?.policy === 'role-trust' || because?.policy === 'resource-based';
  if (recent.length > 0 && (because === undefined || trustNamed))
    return found(
      'recently-changed',
      'likely',
      `The trust policy allows the call, and ${recent.join(' and ')}: it may not have taken effect yet.`,
      [{ source: 'history', detail: recent.join('; ') }, allows],
    );
  if (trustNamed)
    return found(
      'recently-changed',
      'possible',
      'The message says that the trust policy refused the call, and the version that is known allows it: another version answered, before or after a change.',
      [{ source: 'error-message', detail: denial.message.text }, allows],
    );
  if (because !== undefined || already.some(({ confidence }) => confidence !== 'possible')) return [];
  if (call.caller.kind === 'saml')
    return found(
      'saml-role-attribute',
      'possible',
      'The trust policy allows the call; whether the SAML response names this role is not recorded.',
      [allows],
    );
  const account = accountOfCaller(call.caller);
  const needed = neededByService(evidence, call);
  if (needed !== undefined) {
    const [id, action, service] = needed;
    return found(
      id,
      'likely',
      `The trust policy allows \`sts:AssumeRole\` and not \`${action}\`, which ${service} needs as well; the record does not show what it passed.`,
      [{ source: 'event', pointer: '/userIdentity/invokedBy', detail: `the caller is ${service}` }, allows],
    );
  }
  if (account === undefined)
    return found(
      'resource-control-policy',
      'possible',
      'The trust policy allows the call; of the policies that remain a resource control policy could deny it.',
      [allows],
    );
  const answer = callerSideOf(evidence);
  const boundary = (because0: string) => [
    ...found('permissions-boundary', 'possible', `${because0}, and a permissions boundary could still keep it out.`, [
      allows,
    ]),
    ...found(
      'service-control-policy',
      'possible',
      `${because0}, and a service control policy could still keep it out.`,
      [allows],
    ),
  ];
  if (answer === 'allow') return boundary('The trust policy and the caller’s own policies allow the call');
  const away = account !== denial.roleAccount;
  const direct = !away && named.some((statement) => namesDirectly(statement, call));
  if (direct)
    return [
      ...found(
        'identity-policy-deny',
        'possible',
        'The trust policy names the caller itself, which is enough in the same account, unless a policy of the caller denies it.',
        [allows],
      ),
      ...boundary('The trust policy allows the call'),
    ];
  const given: readonly Evidence[] =
    answer === 'no-allow'
      ? [{ source: 'caller-policy', detail: 'no statement of the policies given allows the action on the role' }]
      : [];
  // A version saved after the call says nothing certain about the one before.
  const later = (changedAt(evidence) ?? Number.NEGATIVE_INFINITY) > denial.record.at;
  const needs = away
    ? 'From another account the caller needs an Allow of its own'
    : 'Where the trust policy names an account as a whole the caller needs an Allow of its own';
  return found(
    'identity-policy-no-allow',
    later ? 'possible' : 'likely',
    `${needs} for the role, and the trust policy lets this call in${given.length === 0 ? '' : '; the policies given have none'}.`,
    [...given, allows],
  );
}

/** Services whose calls carry more than a plain record of them shows (EKS and IAM Roles Anywhere User Guides). */
const neededActions: ReadonlyMap<string, readonly (readonly [cause: string, action: string])[]> = new Map([
  ['pods.eks.amazonaws.com', [['tag-session-not-allowed', 'sts:TagSession']]],
  [
    'rolesanywhere.amazonaws.com',
    [
      ['tag-session-not-allowed', 'sts:TagSession'],
      ['set-source-identity-not-allowed', 'sts:SetSourceIdentity'],
    ],
  ],
]);

/** The first action that the service needs and the policy does not allow, where the record shows no parameters. */
function neededByService(
  { denial, policy }: DenialEvidence,
  { caller, ...call }: AssumeRequest,
): readonly [cause: string, action: string, service: string] | undefined {
  if (caller.kind !== 'service' || policy === undefined || denial.record.requestParameters !== null) return undefined;
  const { service } = caller;
  const missing = neededActions
    .get(service)
    ?.find(([, action]) => decisionOf(policy.policy, { ...call, caller, actions: [action] }) !== 'allow');
  return missing === undefined ? undefined : [...missing, service];
}

/** The decision hangs on what is not known: then the caller's side may as well be the reason. */
function besideTheUnknown(evidence: DenialEvidence, call: AssumeRequest | undefined): readonly FoundCause[] {
  const account = accountOfCaller(call?.caller);
  const { denial } = evidence;
  if (account === undefined || account === denial.roleAccount || denial.message.because !== undefined) return [];
  const answer = callerSideOf(evidence);
  if (answer === 'allow' || answer === 'deny') return [];
  const none = answer === 'no-allow';
  return found(
    'identity-policy-no-allow',
    none ? 'likely' : 'possible',
    `From another account the caller needs an Allow of its own for the role${none ? ', and the policies given have none' : ''}.`,
    [
      none
        ? { source: 'caller-policy', detail: 'no statement of the policies given allows the action on the role' }
        : { source: 'event', pointer: '/userIdentity/accountId', detail: `the caller is of account ${account}` },
    ],
  );
}

function found(
  id: string,
  confidence: Confidence,
  summary: string,
  evidence: readonly Evidence[],
): readonly FoundCause[] {
  const cause = causeById(id);
  const [first, ...rest] = evidence;
  return cause === undefined || first === undefined ? [] : [{ cause, confidence, summary, evidence: [first, ...rest] }];
}

function changesBefore(evidence: DenialEvidence): readonly string[] {
  const { at } = evidence.denial.record;
  const within = (time: number) => time <= at && time > at - propagation;
  const seconds = (time: number) => `${Math.round((at - time) / 1000)} seconds before the call`;
  const changed = changedAt(evidence);
  const created = Date.parse(evidence.role?.createDate ?? '');
  return [
    // A role is created with its policy: that is one change.
    ...(changed !== undefined && within(changed) && changed !== created ? [`it was changed ${seconds(changed)}`] : []),
    ...(within(created) ? [`the role was created ${seconds(created)}`] : []),
  ];
}

function statementsNaming(policy: TrustPolicy, call: AssumeRequest): readonly Statement[] {
  const matching = new Set(
    evaluate(prepare(policy), call)
      .statements.filter(({ effect, matches }) => effect === 'Allow' && matches === 'yes')
      .map(({ index }) => index),
  );
  return policy.statements.filter(({ index }) => matching.has(index));
}

/** In the same account a user, a session, a role or everyone named is enough without a policy of the caller. */
function namesDirectly({ principal }: Statement, { caller }: AssumeRequest): boolean {
  return principal.entries.some(({ name }) => {
    if (name.kind === 'everyone' || name.kind === 'unique-id') return true;
    if (caller.kind === 'user') return name.kind === 'user' && name.name === caller.name;
    if (caller.kind !== 'role-session') return false;
    return (
      (name.kind === 'role' && name.name === caller.role) || (name.kind === 'session' && name.role === caller.role)
    );
  });
}

/** One finding for one fact: the surer of two that say the same. */
function distinct(all: readonly FoundCause[]): FoundCause[] {
  const kept: FoundCause[] = [];
  for (const one of all) {
    const at = kept.findIndex(
      (other) =>
        other.cause === one.cause &&
        (other.evidence[0].pointer === one.evidence[0].pointer || one.evidence[0].source !== other.evidence[0].source),
    );
    const other = kept[at];
    if (other === undefined) kept.push(one);
    else if (ranks[one.confidence] < ranks[other.confidence]) kept[at] = one;
  }
  return kept;
}

function ruledOutOf(
  evidence: DenialEvidence,
  call: AssumeRequest | undefined,
  weighed: PolicyWeighed | undefined,
  named: readonly FoundCause[],
): readonly RuledOut[] {
  const question: Weighed = {
    evidence,
    call,
    policy: weighed === undefined ? undefined : evidence.policy?.policy,
    meaningCaller: weighed?.meaningCaller ?? [],
  };
  return causes.flatMap((cause) => {
    if (named.some((one) => one.cause === cause)) return [];
    const because =
      cause.rulesOut?.(question) ??
      weighed?.met.get(cause.id) ??
      (weighed?.allowed === true && cause.side === 'trust-policy' && nearCandidates.has(cause.id)
        ? 'the trust policy allows the call as recorded, whatever the record does not show'
        : undefined);
    return because === undefined ? [] : [{ cause: cause.id, because }];
  });
}

/** What people suspect first: said to be ruled out where the trust policy lets the call in. */
const nearCandidates: ReadonlySet<string> = new Set([
  'wrong-account',
  'principal-missing',
  'external-id-missing',
  'mfa-missing',
  'explicit-deny',
]);

function needsOf(
  evidence: DenialEvidence,
  call: AssumeRequest | undefined,
  weighed: PolicyWeighed | undefined,
  named: readonly FoundCause[],
): readonly Need[] {
  const { denial, policy } = evidence;
  const name = denial.role?.split('/').at(-1);
  const needs: Need[] = [];
  const sure = named.some(({ confidence }) => confidence === 'proved');
  const changed = changedAt(evidence);
  if (policy !== undefined && changed !== undefined && changed > denial.record.at)
    needs.push({
      need: 'the trust policy in force at the time of the call',
      how: `it was changed after the call, at ${evidence.policyChangedAt}; history before that has the version that answered`,
    });
  if (policy === undefined && !sure)
    needs.push({
      need: 'the trust policy in force at the time of the call',
      how: `aws iam get-role --role-name ${name === undefined ? 'ROLE' : shellQuote(name)} | trusttrail explain event.json --policy -`,
    });
  if (policy !== undefined && call === undefined)
    needs.push({
      need: 'who called',
      how: 'the record names no caller; the caller’s own CloudTrail has a record that does',
    });
  for (const key of weighed?.openKeys ?? [])
    needs.push({
      need: `the value of ${key} in the call`,
      how: howToKnow(key, denial.record.requestParameters === null),
    });
  for (const why of weighed?.openBecause ?? []) {
    // The key that holds it is asked for already.
    if (/^the path of the role\b/.test(why) && weighed?.openKeys.includes('aws:PrincipalArn')) continue;
    if (/^the unique id\b/.test(why) && weighed?.openKeys.includes('aws:userid')) continue;
    needs.push({ need: why.replace(/ is not known$/, ''), how: howToSettle(why) });
  }
  // Where neither the message nor a policy says whose side it is on, it may be the caller's as well.
  const undecided =
    policy === undefined &&
    !sure &&
    denial.message.because === undefined &&
    accountOfCaller(call?.caller) !== undefined &&
    callerSideOf(evidence) === 'unknown';
  const callerSide =
    undecided ||
    named.some(
      ({ cause, confidence }) =>
        confidence !== 'proved' &&
        ['identity-policy-no-allow', 'identity-policy-deny', 'permissions-boundary'].includes(cause.id),
    );
  if (callerSide)
    needs.push({
      need: 'the identity-based policies of the caller',
      how: `aws iam simulate-principal-policy --policy-source-arn ${principalForSimulation(call)} --action-names ${shellQuote(denial.call)} --resource-arns ${denial.role === undefined ? 'ROLE_ARN' : shellQuote(denial.role)}`,
    });
  if (
    named.some(({ cause }) => cause.id === 'service-control-policy' || cause.id === 'resource-control-policy') &&
    !sure
  )
    needs.push({
      need: 'the service and resource control policies of the organizations',
      how: 'ask their administrators',
    });
  return needs;
}

function howToSettle(why: string): string {
  if (/^the path of the role\b/.test(why)) return '`aws iam get-role` of the caller’s role shows its path';
  if (/^the unique id\b/.test(why)) return '`aws iam get-role` or `get-user` of the caller shows its id';
  if (/^whether a key\b/.test(why)) return 'the condition keys in the Service Authorization Reference of AWS';
  if (/^which principal of account\b/.test(why)) return 'the caller’s own CloudTrail has a record that names it';
  if (/^AWS does not (?:say|settle)\b/.test(why))
    return 'try it with a call, or write the condition in a way that AWS documents';
  return 'nothing in the record settles it';
}

function howToKnow(key: string, noParameters: boolean): string {
  if (/^(?:sts:|aws:RequestTag|aws:TagKeys)/i.test(key))
    return noParameters
      ? 'the record shows no parameters of the call; ask whoever made it, or look at the code that does'
      : 'the record does not show it; ask whoever made the call';
  if (/^aws:PrincipalOrg/i.test(key))
    return '`aws organizations describe-organization` in the caller’s account shows it';
  if (/^aws:PrincipalTag/i.test(key))
    return '`aws iam list-role-tags` or `list-user-tags` in the caller’s account shows them';
  if (/^aws:userid$/i.test(key)) return '`aws iam get-role` or `get-user` of the caller shows its id';
  if (/^aws:MultiFactorAuth/i.test(key))
    return 'ask whoever made the call whether it passed an MFA device, or its session was made with one';
  if (/^aws:(?:SourceVpc|Vpc)/i.test(key))
    return '`aws ec2 describe-vpc-endpoints` in the caller’s account shows the VPC of the endpoint';
  if (/^aws:RequestedRegion/i.test(key)) return 'the STS endpoint that the caller is configured for';
  if (/^saml:/i.test(key)) return 'decode the SAML response that the caller presented: it holds the value';
  if (/:(?:aud|azp|oaud|sub|amr|repository|ref|environment|workflow|job_workflow_ref|actor)(?:_id)?$/i.test(key))
    return 'decode the token that the caller presented: its payload holds the claim';
  if (/^aws:PrincipalArn/i.test(key)) return '`aws iam get-role` of the caller’s role shows its path';
  if (/^aws:Source(?:Arn|Account)/i.test(key))
    return 'the configuration of the service that calls shows the resource that it acts for';
  return 'the record does not show it; ask whoever made the call';
}

function principalForSimulation(call: AssumeRequest | undefined): string {
  const caller = call?.caller;
  if (caller?.kind === 'user' || caller?.kind === 'role-session') {
    const [type, name] = caller.kind === 'user' ? ['user', caller.name] : ['role', caller.role];
    if (caller.path !== undefined)
      return shellQuote(`arn:${caller.partition}:iam::${caller.account}:${type}${caller.path}${name}`);
  }
  return 'CALLER_ARN';
}

function findingOf({ cause, confidence, summary, evidence }: FoundCause, fix: Fix): CauseFinding {
  return { cause: cause.id, confidence, side: cause.side, summary, evidence, fix };
}

/** Service-linked roles, and those of Identity Center: AWS alone changes their trust policies. */
function isAwsOwn(role: string | undefined): boolean {
  return role !== undefined && /:role\/(?:aws-service-role|aws-reserved)\//.test(role);
}

/** What is to be done where no change of the trust policy is worked out. */
function ownFix(one: FoundCause, evidence: DenialEvidence, call: AssumeRequest | undefined): Fix {
  const who = one.who ?? one.cause.who;
  if (who === 'owner' && one.about !== undefined && isAwsOwn(evidence.denial.role))
    return {
      who: 'caller',
      summary: 'Call another role: this one is AWS’s own, and nobody else can change its trust policy.',
      commands: [],
      policy: null,
      verified: false,
    };
  return {
    who,
    summary: one.fix ?? one.cause.fix,
    commands: one.withoutCommands === true ? [] : fixCommands(one.cause.id, who, evidence, call),
    policy: null,
    verified: false,
  };
}

/** External IDs of the call and of both policies, under a misspelt name of the key as well. */
function externalIdsOf({ denial, policy, previousPolicy }: DenialEvidence): ReadonlySet<string> {
  const ids = new Set(collectExternalIds(denial.record.requestParameters));
  for (const known of [policy, previousPolicy])
    for (const { conditions } of known?.policy.statements ?? [])
      for (const { key, values } of conditions) {
        const lookup = lookUpKey(key);
        const meant = lookup.kind === 'misspelt' ? lookup.intended.toLowerCase() : key.toLowerCase();
        if (meant !== 'sts:externalid' && !meant.endsWith('externalid')) continue;
        for (const { text } of values) if (!/^(?:[*?]*|true|false)$/i.test(text)) ids.add(text);
      }
  return ids;
}
