/** Policies and requests that meet: small universes of names and values, request values drawn from the policy's literals. */
import fc from 'fast-check';
import type { AccountId } from '../../src/policy/document/names.ts';
import { parseTrustPolicyValue } from '../../src/policy/document/parse.ts';
import type { TrustPolicy } from '../../src/policy/document/trust-policy.ts';
import { principalArnOf } from '../../src/policy/evaluate/caller.ts';
import type { AssumeRequest, Caller } from '../../src/policy/evaluate/request.ts';

/** A policy as JSON, with every element in its list form. */
export interface PolicyDocument {
  readonly Version: '2012-10-17' | '2008-10-17';
  readonly Statement: readonly StatementDocument[];
}

export interface StatementDocument {
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: Readonly<Record<string, readonly string[]>>;
  readonly NotPrincipal?: Readonly<Record<string, readonly string[]>>;
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** Two accounts, one user and two roles of the same name in each. */
export const accounts = ['111122223333', '444455556666'] as const;
const provider = 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com';
const samlProvider = 'arn:aws:iam::111122223333:saml-provider/corp';

/** Callers of which everything is known. */
export const knownCallers: readonly Caller[] = [
  ...accounts.flatMap((text): Caller[] => {
    const account = text as AccountId;
    const id = text === accounts[0] ? '1' : '2';
    return [
      { kind: 'user', partition: 'aws', account, path: '/', name: 'ann', id: `AIDAEXAMPLEUSER${id}` },
      {
        kind: 'role-session',
        partition: 'aws',
        account,
        path: '/',
        role: 'deploy',
        session: 's1',
        id: `AROAEXAMPLEROLE${id}`,
      },
      {
        kind: 'role-session',
        partition: 'aws',
        account,
        path: '/ci/',
        role: 'deploy',
        session: 's2',
        id: `AROAEXAMPLEPATH${id}`,
      },
    ];
  }),
  { kind: 'service', service: 'ec2.amazonaws.com' },
  { kind: 'web-identity', provider },
  { kind: 'saml', provider: samlProvider },
];

const awsEntries = [
  '*',
  ...accounts,
  ...accounts.flatMap((account, at) => [
    `arn:aws:iam::${account}:root`,
    `arn:aws:iam::${account}:user/ann`,
    `arn:aws:iam::${account}:role/deploy`,
    `arn:aws:iam::${account}:role/ci/deploy`,
    `arn:aws:sts::${account}:assumed-role/deploy/s1`,
    `AROAEXAMPLEROLE${at + 1}`,
    `AIDAEXAMPLEUSER${at + 1}`,
  ]),
];

export function principals(): fc.Arbitrary<Readonly<Record<string, readonly string[]>>> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.subarray(awsEntries, { minLength: 1, maxLength: 3 }).map((AWS) => ({ AWS })) },
    { weight: 1, arbitrary: fc.constant({ Service: ['ec2.amazonaws.com'] }) },
    { weight: 1, arbitrary: fc.constant({ Federated: [provider, samlProvider] }) },
    {
      weight: 1,
      arbitrary: fc.constant({ AWS: ['111122223333'], Service: ['ec2.amazonaws.com'], Federated: [provider] }),
    },
  );
}

interface KeySample {
  readonly key: string;
  readonly multivalued: boolean;
  readonly operators: readonly string[];
  readonly literals: readonly string[];
}

const strings = [
  'StringEquals',
  'StringNotEquals',
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  'StringLike',
  'StringNotLike',
];

/** One small universe a key: what policies ask for, and what requests draw from. */
export const keySamples: readonly KeySample[] = [
  {
    key: 'sts:ExternalId',
    multivalued: false,
    operators: strings,
    literals: [
      'ab',
      'AB',
      'a*',
      '*b',
      '?b',
      'a',
      '${aws:username}',
      '${aws:PrincipalTag/team}',
      "x${aws:PrincipalTag/team, 'Red'}",
      "${aws:username, 'ab'}",
      'a${*}',
    ],
  },
  {
    key: 'sts:RoleSessionName',
    multivalued: false,
    operators: strings,
    literals: ['ann', 's1', 'a*', '${aws:username}', 'an?'],
  },
  { key: 'aws:TagKeys', multivalued: true, operators: strings, literals: ['team', 'Team', 'te*', 'cost'] },
  { key: 'aws:PrincipalTag/team', multivalued: false, operators: strings, literals: ['red', 'Red', 'r*'] },
  {
    key: 'aws:PrincipalArn',
    multivalued: false,
    operators: ['ArnLike', 'ArnNotLike', 'ArnEquals', 'StringLike', 'StringEquals'],
    literals: [
      'arn:aws:iam::111122223333:role/*',
      'arn:aws:iam::*:user/ann',
      'arn:aws:iam::111122223333:role/ci/deploy',
      'arn:*',
      'arn:aws:*:role/deploy',
    ],
  },
  {
    key: 'aws:SourceIp',
    multivalued: false,
    operators: ['IpAddress', 'NotIpAddress'],
    literals: ['203.0.113.0/24', '203.0.113.128/25', '198.51.100.7', '2001:db8::/32', '10.0.0.0/8'],
  },
  {
    key: 'aws:MultiFactorAuthPresent',
    multivalued: false,
    operators: ['Bool', 'StringEquals'],
    literals: ['true', 'false', 'TRUE'],
  },
  {
    key: 'aws:MultiFactorAuthAge',
    multivalued: false,
    operators: [
      'NumericEquals',
      'NumericNotEquals',
      'NumericLessThan',
      'NumericLessThanEquals',
      'NumericGreaterThan',
      'NumericGreaterThanEquals',
    ],
    literals: ['300', '3600', '0'],
  },
  {
    key: 'aws:CurrentTime',
    multivalued: false,
    operators: [
      'DateEquals',
      'DateNotEquals',
      'DateLessThan',
      'DateLessThanEquals',
      'DateGreaterThan',
      'DateGreaterThanEquals',
    ],
    literals: ['2026-01-01T00:00:00Z', '2026-06-01T00:00:00Z', '1767225600'],
  },
];

const multivaluedKeys = new Set(
  keySamples.filter((sample) => sample.multivalued).map((sample) => sample.key.toLowerCase()),
);

export function isMultivalued(key: string): boolean {
  return multivaluedKeys.has(key.toLowerCase());
}

/** One operator block with one key. `settled`: none that AWS leaves open. */
function clauses(settled: boolean): fc.Arbitrary<{ operator: string; key: string; values: readonly string[] }> {
  return fc.constantFrom(...keySamples).chain((sample) =>
    fc
      .record({
        key: fc.constantFrom(sample.key, sample.key.toLowerCase(), sample.key.toUpperCase()),
        values: fc.subarray([...sample.literals], { minLength: 1, maxLength: 2 }),
        base: fc.oneof(
          { weight: 8, arbitrary: fc.constantFrom(...sample.operators) },
          { weight: 1, arbitrary: fc.constant('Null') },
        ),
        ifExists: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
        set: fc.oneof(
          { weight: sample.multivalued ? 1 : 8, arbitrary: fc.constant('') },
          { weight: 2, arbitrary: fc.constantFrom('ForAnyValue:', 'ForAllValues:') },
        ),
        presence: fc.constantFrom('true', 'false'),
      })
      .map(({ key, values, base, ifExists, set, presence }) =>
        base === 'Null'
          ? { operator: 'Null', key, values: [presence] }
          : {
              operator: `${set}${base}${ifExists && !(settled && set === 'ForAnyValue:') ? 'IfExists' : ''}`,
              key,
              values,
            },
      ),
  );
}

const actionLists = [
  ['sts:AssumeRole'],
  ['sts:*'],
  ['STS:assumerole', 'sts:TagSession'],
  ['sts:Assume*'],
  ['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRoleWithSAML'],
  ['*'],
];

export function statements(settled = true): fc.Arbitrary<StatementDocument> {
  return fc
    .record({
      effect: fc.oneof(
        { weight: 3, arbitrary: fc.constant('Allow' as const) },
        { weight: 1, arbitrary: fc.constant('Deny' as const) },
      ),
      principal: principals(),
      notPrincipal: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      actions: fc.constantFrom(...actionLists),
      notAction: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      clauses: fc.array(clauses(settled), { maxLength: 3 }),
    })
    .map(({ effect, principal, notPrincipal, actions, notAction, clauses: chosen }) => {
      const condition: Record<string, Record<string, readonly string[]>> = {};
      for (const { operator, key, values } of chosen) {
        const block = condition[operator] ?? {};
        condition[operator] = block;
        block[key] = values;
      }
      return {
        Effect: effect,
        ...(notPrincipal ? { NotPrincipal: principal } : { Principal: principal }),
        ...(notAction ? { NotAction: actions } : { Action: actions }),
        ...(chosen.length === 0 ? {} : { Condition: condition }),
      };
    });
}

/** @param settled true: only what AWS settles, so that every complete request has an answer of two values. */
export function policies(settled = true): fc.Arbitrary<PolicyDocument> {
  return fc.record({
    Version: fc.oneof(
      { weight: 6, arbitrary: fc.constant('2012-10-17' as const) },
      { weight: 1, arbitrary: fc.constant('2008-10-17' as const) },
    ),
    Statement: fc.array(statements(settled), { minLength: 1, maxLength: 4 }),
  });
}

/** @throws where the document has no meaning: the generators make none such. */
export function read(document: PolicyDocument): TrustPolicy {
  const parsed = parseTrustPolicyValue(document);
  if (parsed.status !== 'read') throw new Error(`a generated policy was not read: ${JSON.stringify(parsed)}`);
  return parsed.policy;
}

/** The literals that the policy has for a key, and mutations of them that are values a request can bring. */
function valuesFor(document: PolicyDocument, sample: KeySample): readonly string[] {
  const literals = document.Statement.flatMap((statement) =>
    Object.values(statement.Condition ?? {}).flatMap((block) =>
      Object.entries(block).flatMap(([key, values]) => (key.toLowerCase() === sample.key.toLowerCase() ? values : [])),
    ),
  ).filter((literal) => literal !== 'null');
  switch (sample.key) {
    case 'aws:SourceIp':
      return ['203.0.113.5', '203.0.113.200', '198.51.100.7', '198.51.100.8', '2001:db8::1', '8.8.8.8'];
    case 'aws:MultiFactorAuthPresent':
      return ['true', 'false'];
    case 'aws:MultiFactorAuthAge':
      return ['0', '299', '300', '301', '3600', '7200'];
    case 'aws:CurrentTime':
      return [
        '2025-12-31T23:59:59Z',
        '2026-01-01T00:00:00Z',
        '1767225600',
        '2026-03-01T00:00:00Z',
        '2026-06-01T00:00:00Z',
        '2027-01-01T00:00:00Z',
      ];
    default: {
      const drawn = [...literals, ...sample.literals].filter((literal) => !/^(true|false)$/.test(literal));
      const mutated = drawn.flatMap((literal) => [
        literal,
        literal.replaceAll('*', 'x').replaceAll('?', 'y').replaceAll(/[${}]/g, ''),
        literal.replaceAll('*', ''),
        literal.toUpperCase(),
        literal.slice(0, 1).toUpperCase() + literal.slice(1).toLowerCase(),
        literal.slice(0, 1).toLowerCase() + literal.slice(1).toUpperCase(),
        `${literal.replaceAll(/[*?]/g, '')}z`,
      ]);
      return [...new Set([...mutated, 'ann', 'a*', ''])];
    }
  }
}

/** Requests of which everything is known, drawn so that they meet the policy. */
export function requestsFor(document: PolicyDocument): fc.Arbitrary<AssumeRequest> {
  return fc
    .record({
      caller: fc.constantFrom(...knownCallers),
      tagSession: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      values: fc.tuple(
        ...keySamples.map((sample) =>
          fc.option(
            fc.array(fc.constantFrom(...valuesFor(document, sample)), {
              minLength: 1,
              maxLength: sample.multivalued ? 3 : 1,
            }),
            { freq: 3, nil: undefined },
          ),
        ),
      ),
    })
    .map(({ caller, tagSession, values }) => {
      const context = new Map<string, readonly string[]>();
      keySamples.forEach((sample, at) => {
        const chosen = values[at];
        if (chosen !== undefined && possible(sample.key, caller)) context.set(sample.key.toLowerCase(), chosen);
      });
      return { caller, actions: actionsOf(caller, tagSession), context, absent: new Set<string>(), closed: true };
    });
}

/** What AWS never puts into the request of such a caller is not drawn. */
function possible(key: string, caller: Caller): boolean {
  if (key === 'aws:PrincipalArn') return false;
  const federated = caller.kind === 'web-identity' || caller.kind === 'saml';
  if (key === 'sts:ExternalId') return !federated;
  if (key === 'aws:MultiFactorAuthPresent' || key === 'aws:MultiFactorAuthAge') return caller.kind === 'user';
  return true;
}

function actionsOf(caller: Caller, tagSession: boolean): [string, ...string[]] {
  const first =
    caller.kind === 'web-identity'
      ? 'sts:AssumeRoleWithWebIdentity'
      : caller.kind === 'saml'
        ? 'sts:AssumeRoleWithSAML'
        : 'sts:AssumeRole';
  return tagSession ? [first, 'sts:TagSession'] : [first];
}

/** The whole context of a request, with what follows from its caller, written out by hand. */
export function wholeContext(request: AssumeRequest): ReadonlyMap<string, readonly string[]> {
  const { caller, context } = request;
  const whole = new Map<string, readonly string[]>();
  const arn = principalArnOf(caller);
  if (arn !== undefined) whole.set('aws:principalarn', [arn]);
  if ('account' in caller) whole.set('aws:principalaccount', [caller.account]);
  if (caller.kind === 'user') whole.set('aws:username', [caller.name]);
  for (const [key, values] of context) whole.set(key, values);
  return whole;
}

/** Every value that completions of a request try for a key: the drawn ones, and for several values small sets of them. */
export function completionsOf(
  document: PolicyDocument,
  key: string,
  caller: Caller,
): readonly (readonly string[] | null)[] {
  const sample = keySamples.find((one) => one.key.toLowerCase() === key.toLowerCase());
  if (
    sample === undefined ||
    (!possible(sample.key, caller) &&
      caller.kind !== 'service' &&
      !(caller.kind === 'role-session' && sample.key === 'aws:MultiFactorAuthPresent'))
  )
    return [null];
  const values = valuesFor(document, sample).filter(
    (value) => !(sample.key === 'aws:MultiFactorAuthPresent' && caller.kind !== 'user' && value !== 'false'),
  );
  const always =
    sample.key === 'aws:CurrentTime' || sample.key === 'sts:RoleSessionName' ? [] : [null as readonly string[] | null];
  const sets = sample.multivalued
    ? values.flatMap((one) => values.map((other) => [...new Set([one, other])]))
    : values.map((one) => [one]);
  return [...always, ...sets];
}
