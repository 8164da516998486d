/** How does the owner of the role change the trust policy so that this call is let in, and nothing more? */
import type { Fix } from '../findings/finding.ts';
import { parseTrustPolicy } from '../policy/document/parse.ts';
import type { ConditionClause, Statement, TrustPolicy } from '../policy/document/trust-policy.ts';
import { evaluate, prepare } from '../policy/evaluate/evaluate.ts';
import type { AssumeRequest } from '../policy/evaluate/request.ts';
import { meantKey } from '../policy/repair/meant-key.ts';
import { type Repair, type RepairQuestion, repair } from '../policy/repair/repair.ts';
import type { DenialEvidence } from './evidence.ts';
import { saveCommands, testCommands } from './owner-commands.ts';
import { unsavedPrincipals } from './unsaved-principals.ts';
import type { FoundCause } from './weigh-policy.ts';
import { listed, shortened } from './wording.ts';

/** Statements of one policy whose repair is worked out: the first is the one that comes closest. */
const mostRepairs = 2;
/** Characters beside white space: IAM takes at most 8,192 (IAM User Guide, "IAM and AWS STS quotas"). */
const mostSignificant = 10_240;

interface Weighable {
  readonly evidence: DenialEvidence;
  readonly policy: TrustPolicy;
  readonly call: AssumeRequest;
}

/** @returns the fixes of those causes that a change of the trust policy cures; the others keep their own words. */
export function ownerFixes(
  found: readonly FoundCause[],
  evidence: DenialEvidence,
  call: AssumeRequest | undefined,
): ReadonlyMap<FoundCause, Fix> {
  const fixes = new Map<FoundCause, Fix>();
  const policy = evidence.policy?.policy;
  if (policy === undefined || call === undefined) return fixes;
  if (policy.text.replace(/\s+/g, '').length > mostSignificant) return fixes;
  const known: Weighable = { evidence, policy, call };
  for (const one of found)
    if (one.cause.id === 'principal-recreated' && one.about === undefined) fixes.set(one, savedAgain(known));
  const denies = found.filter(({ about }) => about?.kind === 'deny' && about.matches === 'yes');
  const groups = allowGroups(found, known);
  for (const [statement, group] of groups.slice(0, mostRepairs)) {
    const fix = fixOf(known, statement, group, denies);
    if (fix === undefined) continue;
    for (const one of [...group, ...denies])
      if (isOwners(one) && one.about?.matches !== 'unknown' && !fixes.has(one)) fixes.set(one, fix);
  }
  return fixes;
}

type Group = readonly [Statement | undefined, readonly FoundCause[]];

/** By the Allow statement that each is about; where one lets the call in already, only a Deny is in the way. */
function allowGroups(found: readonly FoundCause[], { policy, call }: Weighable): readonly Group[] {
  const groups = new Map<Statement | undefined, FoundCause[]>();
  for (const one of found) {
    const { about } = one;
    const none = one.cause.id === 'principal-missing' && about === undefined;
    if (about?.kind === 'deny' || (about === undefined && !none)) continue;
    groups.set(about?.statement, [...(groups.get(about?.statement) ?? []), one]);
  }
  const withFault = [...groups].filter(([, group]) => group.some(({ about }) => about?.matches !== 'unknown'));
  if (withFault.length > 0) return withFault;
  const allowing = evaluate(prepare(policy), call).statements.some(
    ({ effect, matches }) => effect === 'Allow' && matches !== 'no',
  );
  return allowing ? [[undefined, []]] : [];
}

function isOwners(one: FoundCause): boolean {
  return (one.who ?? one.cause.who) === 'owner';
}

function fixOf(
  known: Weighable,
  statement: Statement | undefined,
  group: readonly FoundCause[],
  denies: readonly FoundCause[],
): Fix | undefined {
  const { policy, call } = known;
  const fails = group.filter(({ about }) => about === undefined || about.matches === 'no');
  const clausesOf = (some: readonly FoundCause[]): readonly ConditionClause[] => [
    ...new Set(some.flatMap(({ about }) => about?.clauses ?? [])),
  ];
  const own = fails.filter(isOwners);
  const clauses = clausesOf(own);
  // A misspelt key is the owner's to correct; what it was meant to ask for is then the caller's to pass.
  const leftToCaller = clausesOf(fails.filter((one) => !isOwners(one))).filter(
    (one) => !clauses.includes(one) || meantKey(one.key, call.caller) !== undefined,
  );
  const statementsOf = (some: readonly FoundCause[]) => [
    ...new Set(some.flatMap(({ about }) => about?.statement ?? [])),
  ];
  // A Deny that a call can meet, by MFA for instance, is the caller's to meet.
  const deniesLeft = statementsOf(denies.filter((one) => !isOwners(one)));
  const spare = statementsOf(denies).filter((one) => !deniesLeft.includes(one));
  if (own.length === 0 && spare.length === 0) return undefined;
  const gone = own.find(({ about }) => about?.gone !== undefined)?.about?.gone;
  const question: RepairQuestion = {
    policy,
    statement,
    call,
    principal: own.some(({ about }) => about === undefined || about.kind === 'principal'),
    action: own.some(({ about }) => about?.kind === 'action'),
    clauses,
    leftToCaller,
    denies: spare,
    deniesLeftToCaller: deniesLeft,
    ...(gone === undefined ? {} : { gone }),
  };
  // Another statement may have been meant to allow the further actions of the call.
  const done =
    repair(question) ??
    (question.action || call.actions.length === 1 ? undefined : repair({ ...question, action: true }));
  if (done === undefined) return undefined;
  return fixBy(known, done, [
    ...(leftToCaller.length + deniesLeft.length > 0 ? ['The caller has to do its part as well.'] : []),
    ...own.flatMap((one) => mistaken(one) ?? []),
  ]);
}

/** An account that was never meant is still trusted: the repair takes nothing away, but its reader may want to. */
function mistaken({ cause, about, evidence: [{ pointer }] }: FoundCause): string | undefined {
  const entry = about?.statement.principal.entries.find((one) => one.pointer === pointer);
  return cause.id === 'wrong-account' && entry !== undefined
    ? `Take \`${shortened(entry.text)}\` out too, if it was written by mistake.`
    : undefined;
}

function fixBy({ evidence, call }: Weighable, done: Repair, more: readonly string[]): Fix | undefined {
  const parsed = parseTrustPolicy(done.text);
  if (parsed.status !== 'read') return undefined;
  const repaired = parsed.policy;
  const document = JSON.parse(done.text) as unknown;
  const unsaved = unsavedPrincipals(repaired, evidence.role?.arn ?? evidence.denial.role);
  const refused =
    unsaved.length === 0
      ? []
      : [
          `IAM does not save a policy that names ${listed(unsaved)}, which it does not find: take ${unsaved.length === 1 ? 'that' : 'those'} out as well.`,
        ];
  return {
    who: 'owner',
    summary: [`If this caller is meant to have the role: ${lowerFirst(done.summary)}`, ...refused, ...more].join(' '),
    commands: saveCommands(evidence.denial, document, testCommands(evidence, call, repaired)),
    policy: document,
    verified: done.verified,
    grants: done.grants,
  };
}

/** IAM looks up whom a name means when a policy is saved, so that the same text means another principal then. */
function savedAgain({ evidence, policy, call }: Weighable): Fix {
  const document = JSON.parse(policy.text) as unknown;
  return {
    who: 'owner',
    summary: 'Save the same trust policy again: IAM then looks up anew whom each name in it means.',
    commands: saveCommands(evidence.denial, document, testCommands(evidence, call, policy)),
    policy: document,
    verified: false,
  };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
