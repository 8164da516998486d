/** Was the trusted principal deleted and created again, so that the policy means one that is gone? */
import type { PrincipalEntry, TrustPolicy } from '../policy/document/trust-policy.ts';
import { principalArnOf } from '../policy/evaluate/caller.ts';
import { evaluate, prepare } from '../policy/evaluate/evaluate.ts';
import type { AssumeRequest } from '../policy/evaluate/request.ts';
import { defineCause } from './cause.ts';
import type { DenialEvidence, PrincipalHistory } from './evidence.ts';
import { byRole, byUser, deployRole, trusting, user } from './example-cases.ts';
import { shortened } from './wording.ts';

export const principalRecreated = defineCause({
  id: 'principal-recreated',
  title:
    'The trust policy holds another unique id than the caller’s, as after a principal is deleted and created again',
  side: 'trust-policy',
  who: 'owner',
  means:
    'IAM keeps a unique id (`AIDA…`, `AROA…`) for each user or role that a policy names. When that principal is deleted the policy shows the bare id, and one created again under the same name is another.',
  toldApart:
    'The Principal element holds the unique id of a user (or role), and the record shows that the caller, a user (or role) as well, has another: that is proved. Whose id it was, history alone can show; where it does, and it was not the caller’s, it is not this. Or history shows that the caller was deleted and created again after the policy was saved (likely).',
  fix: 'Save the trust policy again, with the ARN in place of the unique id.',
  isIt: [
    {
      name: 'the id of a role that is gone',
      event: byRole(null),
      policy: trusting('AROAEXAMPLEGONE123456'),
      confidence: 'proved',
      says: 'AROAEXAMPLEGONE123456',
    },
    {
      name: 'the id of a user that is gone',
      event: byUser(),
      policy: trusting('AIDAEXAMPLEGONE123456'),
      confidence: 'proved',
    },
    {
      name: 'history shows it',
      event: byRole(null),
      policy: trusting(deployRole),
      known: {
        policyChangedAt: '2026-01-01T00:00:00Z',
        principals: [
          { arn: deployRole, what: 'deleted', time: '2026-02-27T10:00:00Z', by: 'arn:aws:iam::444455556666:user/ops' },
          { arn: deployRole, what: 'created', time: '2026-02-27T10:05:00Z' },
        ],
      },
      confidence: 'likely',
    },
  ],
  isNot: [
    { name: 'the caller’s own id', event: byRole(), policy: trusting('AROAEXAMPLEDEPLOY1234') },
    { name: 'the id of a user where a role calls', event: byRole(), policy: trusting('AIDAEXAMPLEGONE123456') },
    {
      name: 'saved again since',
      event: byUser(null),
      policy: trusting(user),
      known: {
        policyChangedAt: '2026-02-28T00:00:00Z',
        principals: [
          { arn: user, what: 'deleted', time: '2026-02-27T10:00:00Z' },
          { arn: user, what: 'created', time: '2026-02-27T10:05:00Z' },
        ],
      },
    },
  ],
  claimsPrincipal: ({ call: { caller }, evidence, statement, where, effect, matches }) => {
    const of = caller.kind === 'user' ? 'user' : caller.kind === 'role-session' ? 'role' : undefined;
    const entry =
      effect === 'Deny'
        ? undefined
        : statement.principal.entries.find(({ name }) => name.kind === 'unique-id' && name.of === of);
    if (entry === undefined || of === undefined) return undefined;
    // Where history knows whose id that was, it is this only if it was the caller's.
    const before = evidence.principals?.find(({ id }) => id === entry.text);
    const arn = principalArnOf(caller);
    if (before !== undefined && arn !== undefined && before.arn !== arn) return undefined;
    const id = 'id' in caller ? caller.id : undefined;
    const own =
      matches === 'unknown' || id === undefined
        ? 'the record does not show the caller’s id'
        : `the caller’s id is \`${shortened(id)}\``;
    const whose =
      before === undefined
        ? `which means one ${of} alone; ${own}. IAM shows an id in place of a name once that ${of} is deleted, and one created again under the same name has another`
        : `which was that of \`${shortened(before.arn)}\` before it was deleted; ${own}`;
    return {
      pointer: entry.pointer,
      summary: `${where} trusts the unique id \`${shortened(entry.text)}\`, ${whose}.`,
    };
  },
  fromRecord: (evidence, call) => {
    const { policy, principals, policyChangedAt, denial } = evidence;
    const arn = call === undefined ? undefined : principalArnOf(call.caller);
    if (policy === undefined || call === undefined || arn === undefined || principals === undefined) return undefined;
    const changed = policyChangedAt === undefined ? Number.NEGATIVE_INFINITY : Date.parse(policyChangedAt);
    const after = (one: PrincipalHistory, what: PrincipalHistory['what']) =>
      one.what === what &&
      one.arn === arn &&
      Date.parse(one.time) > changed &&
      Date.parse(one.time) <= denial.record.at;
    const deleted = principals.find((one) => after(one, 'deleted'));
    const created = principals.find(
      (one) => after(one, 'created') && deleted !== undefined && Date.parse(one.time) >= Date.parse(deleted.time),
    );
    if (deleted === undefined || created === undefined) return undefined;
    // What the policy means by the name is the principal that is gone: without it, is the call still let in?
    const gone = withoutPrincipal(policy.policy, arn);
    if (gone === undefined || !letsIn(policy.policy, call) || letsIn(gone, call)) return undefined;
    return {
      confidence: 'likely',
      summary: `The trust policy names \`${shortened(arn)}\`, which was deleted at ${deleted.time}${deleted.by === undefined ? '' : ` by ${shortened(deleted.by)}`} and created again at ${created.time}, after the policy was saved: it still means the one that is gone.`,
      evidence: [
        { source: 'history', detail: `${arn} was deleted at ${deleted.time}` },
        { source: 'history', detail: `${arn} was created at ${created.time}` },
        ...historyOf(evidence),
      ],
    };
  },
});

function historyOf({ policyChangedAt }: DenialEvidence) {
  return policyChangedAt === undefined
    ? []
    : [{ source: 'history' as const, detail: `the trust policy was last changed at ${policyChangedAt}` }];
}

function withoutPrincipal(policy: TrustPolicy, arn: string): TrustPolicy | undefined {
  const names = ({ text }: PrincipalEntry) => text === arn;
  if (!policy.statements.some(({ principal }) => principal.entries.some(names))) return undefined;
  return {
    ...policy,
    statements: policy.statements.map((one) => ({
      ...one,
      principal: { ...one.principal, entries: one.principal.entries.filter((entry) => !names(entry)) },
    })),
  };
}

function letsIn(policy: TrustPolicy, call: AssumeRequest): boolean {
  return ['allow', 'unknown'].includes(evaluate(prepare(policy), call).decision);
}
