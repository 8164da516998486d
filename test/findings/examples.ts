/** One finding of each kind, as the program makes them, and the same with hostile text in every field. */
import type { CauseFinding, Finding, FindingKind, RiskFinding } from '../../src/findings/finding.ts';

const role = 'arn:aws:iam::111122223333:role/vendor/VendorAccess';
const time = '2026-03-01T03:12:09Z';
const actor = {
  arn: 'arn:aws:sts::111122223333:assumed-role/Admin/jane',
  type: 'AssumedRole',
  sourceIp: '198.51.100.7',
  userAgent: 'aws-cli/2.15.30',
};
const previous = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::444455556666:root' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'correct-horse-battery' } },
    },
  ],
};
const current = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
};
const links = {
  event:
    'https://console.aws.amazon.com/cloudtrailv2/home?region=us-east-1#/events/0f6c3a3e-0000-4000-8000-000000000001',
  role: 'https://console.aws.amazon.com/iam/home#/roles/details/VendorAccess',
};

const risk: RiskFinding = {
  rule: 'public-principal-unconditional',
  severity: 'critical',
  file: 'trust.json',
  line: 6,
  column: 20,
  pointer: '/Statement/0/Principal',
  message: 'Anyone with AWS credentials, in any account, can assume this role.',
  why: 'The principal `*` in an Allow without a narrowing condition trusts every account there is.',
  docs: 'docs/rules/public-principal-unconditional.md',
  fix: {
    summary: 'Trust the account 444455556666 alone, as before',
    policy: previous,
    verified: true,
    grants: 'nothing',
  },
  also: ['condition-removed-widens'],
};

const cause: CauseFinding = {
  cause: 'external-id-missing',
  confidence: 'proved',
  side: 'trust-policy',
  summary: 'The trust policy asks for an external ID, and the call passed none.',
  evidence: [
    {
      source: 'trust-policy',
      pointer: '/Statement/0/Condition/StringEquals/sts:ExternalId',
      line: 9,
      column: 7,
      detail: 'sts:ExternalId has to equal `correct-horse-battery`',
    },
    { source: 'event', pointer: '/requestParameters', detail: 'externalId is not among the parameters of the call' },
  ],
  fix: {
    who: 'caller',
    summary: 'Pass the external ID that the owner of the role gave you',
    commands: [
      'aws sts assume-role --role-arn arn:aws:iam::111122223333:role/vendor/VendorAccess --role-session-name deploy --external-id EXTERNAL_ID_FROM_THE_ROLE_OWNER',
    ],
    policy: null,
    verified: false,
  },
};

const events = ['0f6c3a3e-0000-4000-8000-000000000001'];
const common = {
  schema: 'trusttrail/finding/1',
  revision: 1,
  time,
  account: '111122223333',
  region: 'us-east-1',
  role,
  events,
  count: 1,
} as const;

/** One example a kind; the compiler says which is missing. */
export const findingExamples: Readonly<Record<FindingKind, Finding>> = {
  'trust-change': {
    ...common,
    id: '00000000000000000000000000000001',
    kind: 'trust-change',
    severity: 'critical',
    title: 'Anyone with AWS credentials can now assume VendorAccess',
    actor,
    change: {
      verdict: 'broader',
      gained: [
        {
          summary: 'any principal of any account',
          statement: 0,
          witness: {
            action: 'sts:AssumeRole',
            principal: 'arn:aws:iam::999999999999:user/x',
            context: { 'aws:PrincipalArn': ['arn:aws:iam::999999999999:user/x'] },
          },
          rank: 0,
        },
      ],
      lost: [],
      direct: [
        {
          summary: 'user `ci` of account 111122223333 needs no identity-based policy any more',
          statement: 0,
          principal: 'arn:aws:iam::111122223333:user/ci',
        },
      ],
      undecided: [],
      previous,
      current,
      previousFrom: 'store',
    },
    risks: [risk],
    rollback: {
      commands: [
        `trusttrail who ${role} --at 2026-03-01T03:12:08Z lookup: --format policy > trust-policy.json`,
        'aws iam update-assume-role-policy --role-name VendorAccess --policy-document file://trust-policy.json',
      ],
    },
    links,
    notes: ['Calls from other accounts are recorded there, not here.'],
  },
  'trust-change-failed': {
    ...common,
    id: '00000000000000000000000000000002',
    kind: 'trust-change-failed',
    severity: 'low',
    title: 'The trust policy of VendorAccess was not changed: IAM refused the document',
    actor,
    causes: [
      {
        cause: 'malformed-trust-policy',
        confidence: 'proved',
        side: 'request',
        summary: 'The document holds the field Resource, which a trust policy may not have.',
        evidence: [
          { source: 'error-message', detail: 'Has prohibited field Resource' },
          {
            source: 'event',
            pointer: '/requestParameters/policyDocument',
            detail: 'Statement 1 has the element Resource',
          },
        ],
        fix: {
          who: 'owner',
          summary: 'Remove the element Resource',
          commands: [
            'aws iam update-assume-role-policy --role-name VendorAccess --policy-document file://trust-policy.json',
          ],
          policy: current,
          verified: true,
          grants: 'nothing',
        },
      },
    ],
    cause: 'malformed-trust-policy',
    links,
  },
  'trust-risk': {
    ...common,
    id: '00000000000000000000000000000003',
    kind: 'trust-risk',
    severity: 'critical',
    title: 'VendorAccess can be assumed by anyone',
    risks: [risk],
  },
  drift: {
    ...common,
    id: '00000000000000000000000000000004',
    kind: 'drift',
    severity: 'medium',
    title: 'The trust policy of VendorAccess is not the one that history shows',
    notes: ['The change was made while the trail did not record, or in a region that is not watched.'],
    change: {
      verdict: 'undecided',
      gained: [],
      lost: [],
      undecided: [{ construct: 'policy variable ${aws:username}', pointer: '/Statement/0/Principal' }],
      current,
      previousFrom: 'unknown',
    },
  },
  'acceptance-expired': {
    ...common,
    id: '00000000000000000000000000000005',
    kind: 'acceptance-expired',
    severity: 'high',
    title: 'The acceptance of public-principal-unconditional on VendorAccess ended on 2026-02-28',
    risks: [risk],
  },
  denial: {
    ...common,
    id: '00000000000000000000000000000006',
    kind: 'denial',
    severity: 'medium',
    title: 'deploy may not assume VendorAccess: no external ID was passed',
    actor: { ...actor, arn: 'arn:aws:iam::444455556666:user/deploy' },
    causes: [cause],
    cause: 'external-id-missing',
    ruledOut: [{ cause: 'duration-exceeds-role-maximum', because: 'the message would name DurationSeconds' }],
    unknown: [
      {
        need: 'the identity-based policies of the caller',
        how: 'aws iam simulate-principal-policy --policy-source-arn arn:aws:iam::444455556666:user/deploy --action-names sts:AssumeRole',
      },
    ],
    ...(cause.fix === null ? {} : { fix: cause.fix }),
    links,
  },
  'denial-spike': {
    ...common,
    id: '00000000000000000000000000000007',
    kind: 'denial-spike',
    severity: 'high',
    title: '12 calls to assume VendorAccess were denied within 4 minutes, after a trust change',
    revision: 2,
    count: 12,
    events: Array.from(
      { length: 12 },
      (_, index) => `0f6c3a3e-0000-4000-8000-0000000001${String(index).padStart(2, '0')}`,
    ),
    actor: { arn: 'arn:aws:sts::111122223333:assumed-role/ci/run-7', type: 'AssumedRole' },
    causes: [
      {
        ...cause,
        cause: 'principal-too-narrow',
        confidence: 'likely',
        summary: 'The trust policy names another role than the caller’s.',
      },
    ],
    cause: 'principal-too-narrow',
    correlatedChange: {
      eventId: '0f6c3a3e-0000-4000-8000-000000000000',
      by: actor.arn,
      time: '2026-03-01T03:10:00Z',
      proof: 'allowed before, denied after',
    },
    rollback: {
      commands: [
        'aws iam update-assume-role-policy --role-name VendorAccess --policy-document file://trust-policy.json',
      ],
    },
    links,
  },
  enumeration: {
    schema: 'trusttrail/finding/1',
    revision: 1,
    id: '00000000000000000000000000000008',
    kind: 'enumeration',
    severity: 'high',
    title: 'user/scanner was denied on 14 roles within 10 minutes',
    time,
    account: '111122223333',
    events,
    count: 14,
    actor: { ...actor, arn: 'arn:aws:iam::777788889999:user/scanner' },
  },
  resolved: {
    ...common,
    id: '00000000000000000000000000000009',
    kind: 'resolved',
    severity: 'info',
    title: 'VendorAccess can be assumed again: a trust change ended the burst of denials',
    resolves: '00000000000000000000000000000007',
    correlatedChange: {
      eventId: '0f6c3a3e-0000-4000-8000-000000000222',
      by: actor.arn,
      time: '2026-03-01T03:40:00Z',
      proof: 'denied before, allowed after',
    },
  },
};

/** What somebody may put into a session name, a user agent, a policy: each tries to leave its surface. */
export const hostileStrings: readonly string[] = [
  '</script><script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  'javascript:alert(1)',
  '<!channel> <!here> <@U012AB3CD> <https://evil.example|AWS console> @everyone https://evil.example',
  '*bold* _it_ ~no~ `code` ```block``` :boom: > quote &lt;!channel&gt;',
  '[click](https://evil.example) ![x](https://evil.example/x.png) | a | b |',
  '\u001b[31mred\u001b[0m\u001b]0;title\u0007\u009b2J\u0008\u0000',
  'abc\u202edcba\u2066x\u2069\u200b\ufeff',
  'one\r\ntwo\nthree\tfour\u2028five',
  '$(touch /tmp/x); `id`; \' " \\ && rm -rf ~ #',
  '{{constructor.constructor("alert(1)")()}} ${7*7} %0a %s',
  '\ud800 lone \u{e0041} tag \u{1f4a5} emoji',
  'A'.repeat(20_000),
  ']]>--><style>*{display:none}</style>',
];

/** The same finding with a hostile text in every field that may hold text from outside. */
export function hostile(finding: Finding, text: string): Finding {
  const keep = new Set([
    'schema',
    'kind',
    'severity',
    'confidence',
    'side',
    'source',
    'who',
    'verdict',
    'previousFrom',
    'time',
    'id',
    'revision',
  ]);
  const changed = (value: unknown, name: string): unknown => {
    if (typeof value === 'string') return keep.has(name) ? value : text;
    if (Array.isArray(value)) return value.map((member) => changed(member, name));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([inner, member]) => [inner, changed(member, inner)]));
  };
  return changed(finding, '') as Finding;
}
