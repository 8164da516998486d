/**
 * Pairs of policies that meet: one is made from the other by a few changes, as people make them, or rewritten so that it
 * means the same. Only what AWS settles stands in them: no policy variables, no unregistered keys.
 */
import fc from 'fast-check';
import { accounts, keySamples, type PolicyDocument, principals, type StatementDocument } from './policies.ts';

export interface ClauseSample {
  readonly key: string;
  readonly multivalued: boolean;
  readonly operators: readonly string[];
  readonly literals: readonly string[];
}

export const oidcProvider = 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com';

/** Keys that the samples for requests do not have. */
const furtherSamples: readonly ClauseSample[] = [
  {
    key: 'aws:PrincipalOrgID',
    multivalued: false,
    operators: ['StringEquals', 'StringNotEquals', 'StringLike'],
    literals: ['o-aaaaaaaaaa', 'o-bbbbbbbbbb', 'o-a*', 'o-*'],
  },
  {
    key: 'aws:PrincipalAccount',
    multivalued: false,
    operators: ['StringEquals', 'StringNotEquals', 'StringLike'],
    literals: [...accounts, '1111*', '*3333'],
  },
  {
    key: 'aws:username',
    multivalued: false,
    operators: ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike'],
    literals: ['ann', 'a*', 'bob'],
  },
  {
    key: 'aws:PrincipalType',
    multivalued: false,
    operators: ['StringEquals', 'StringNotEquals'],
    literals: ['User', 'AssumedRole'],
  },
  {
    key: 'aws:SourceAccount',
    multivalued: false,
    operators: ['StringEquals', 'StringNotEquals'],
    literals: [...accounts],
  },
  {
    key: 'token.actions.githubusercontent.com:sub',
    multivalued: false,
    operators: ['StringEquals', 'StringLike', 'StringNotLike', 'StringEqualsIgnoreCase'],
    literals: ['repo:acme/app:ref:refs/heads/main', 'repo:acme/*', 'repo:ACME/app:*', 'repo:*:pull_request', '*'],
  },
  {
    key: 'sts:SourceIdentity',
    multivalued: false,
    operators: ['StringEquals', 'StringLike', 'StringNotLike'],
    literals: ['ann', 'a*'],
  },
  {
    key: 'ExternalId',
    multivalued: false,
    operators: ['StringEquals', 'StringNotEquals'],
    literals: ['ab'],
  },
  {
    key: 'aws:FederatedProvider',
    multivalued: false,
    operators: ['StringEquals', 'StringNotEquals', 'StringLike'],
    literals: [oidcProvider, 'accounts.google.com', 'arn:aws:iam::*:oidc-provider/*'],
  },
  {
    key: 'aws:SourceVpce',
    multivalued: false,
    operators: ['StringEquals', 'StringNotEquals', 'StringLike'],
    literals: ['vpce-1', 'vpce-*'],
  },
  {
    key: 'aws:VpcSourceIp',
    multivalued: false,
    operators: ['IpAddress', 'NotIpAddress'],
    literals: ['10.0.0.0/8', '10.1.0.0/16'],
  },
  {
    key: 'aws:PrincipalOrgPaths',
    multivalued: true,
    operators: ['StringEquals', 'StringLike', 'StringNotLike'],
    literals: ['o-aaaaaaaaaa/r-1/ou-1/', 'o-aaaaaaaaaa/r-1/*', 'o-aaaaaaaaaa/*', 'o-bbbbbbbbbb/*', 'o-*/r-1/*'],
  },
];

/** Of which AWS, or the comparison, leaves something open. */
const openSamples: readonly ClauseSample[] = [
  ...keySamples.filter(({ literals }) => literals.some((literal) => /\$\{[^*?$]/.test(literal))),
  {
    key: 'aws:ShoeSize',
    multivalued: false,
    operators: ['StringEquals', 'StringNotEquals', 'StringLike'],
    literals: ['42', '4*'],
  },
  {
    key: 'aws:PrincipalTag/team',
    multivalued: false,
    operators: ['StringEquals', 'StringLike'],
    literals: ['red', '${aws:username}', '${aws:PrincipalTag/unit}*'],
  },
];

export const pairSamples: readonly ClauseSample[] = [
  ...keySamples.map((sample) => ({
    ...sample,
    literals: [
      ...sample.literals.filter((literal) => !/\$\{[^*?$]/.test(literal)),
      ...(sample.key === 'aws:CurrentTime' ? ['2026-03-01T06:30:15Z', '2026-03-01T08:30:15+02:00'] : []),
    ],
  })),
  ...furtherSamples,
];

const multivaluedKeys = new Set(
  pairSamples.filter(({ multivalued }) => multivalued).map(({ key }) => key.toLowerCase()),
);

export function isMultivaluedInPairs(key: string): boolean {
  return multivaluedKeys.has(key.toLowerCase());
}

export interface ClauseDocument {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

function clauseOf(sample: ClauseSample): fc.Arbitrary<ClauseDocument> {
  return fc
    .record({
      key: fc.constantFrom(sample.key, sample.key, sample.key.toLowerCase()),
      values: fc.subarray([...sample.literals], { minLength: 1, maxLength: Math.min(2, sample.literals.length) }),
      base: fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...sample.operators) },
        { weight: 1, arbitrary: fc.constant('Null') },
      ),
      ifExists: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      set: fc.oneof(
        { weight: sample.multivalued ? 1 : 10, arbitrary: fc.constant('') },
        { weight: 2, arbitrary: fc.constantFrom('ForAnyValue:', 'ForAllValues:') },
      ),
      presence: fc.constantFrom('true', 'false'),
    })
    .map(({ key, values, base, ifExists, set, presence }) =>
      base === 'Null'
        ? { operator: 'Null', key, values: [presence] }
        : { operator: `${set}${base}${ifExists && set !== 'ForAnyValue:' ? 'IfExists' : ''}`, key, values },
    );
}

/** Few keys in one policy, so that clauses meet. */
function clausesOf(samples: readonly ClauseSample[]): fc.Arbitrary<readonly ClauseDocument[]> {
  const clause = fc.constantFrom(...samples).chain(clauseOf);
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.array(clause, { minLength: 1, maxLength: 2 }) },
  );
}

const actionLists = [
  ['sts:AssumeRole'],
  ['sts:AssumeRole'],
  ['sts:*'],
  ['STS:assumerole', 'sts:TagSession'],
  ['sts:TagSession'],
  ['sts:Assume*'],
  ['sts:AssumeRoleWithWebIdentity', 'sts:AssumeRole'],
  ['sts:AssumeRole', 'sts:SetSourceIdentity'],
];

function conditionOf(clauses: readonly ClauseDocument[]): StatementDocument['Condition'] {
  const condition: Record<string, Record<string, readonly string[]>> = {};
  for (const { operator, key, values } of clauses) {
    const block = condition[operator] ?? {};
    condition[operator] = block;
    // A key stands once in a block, whatever its letter case.
    const same = Object.keys(block).find((other) => other.toLowerCase() === key.toLowerCase());
    block[same ?? key] = values;
  }
  return clauses.length === 0 ? undefined : condition;
}

export function withClauses(statement: StatementDocument, clauses: readonly ClauseDocument[]): StatementDocument {
  const { Condition: _, ...rest } = statement;
  const condition = conditionOf(clauses);
  return condition === undefined ? rest : { ...rest, Condition: condition };
}

export function clausesIn(statement: StatementDocument): readonly ClauseDocument[] {
  return Object.entries(statement.Condition ?? {}).flatMap(([operator, block]) =>
    Object.entries(block).map(([key, values]) => ({ operator, key, values })),
  );
}

function statementsOn(samples: readonly ClauseSample[]): fc.Arbitrary<StatementDocument> {
  return fc
    .record({
      effect: fc.oneof(
        { weight: 4, arbitrary: fc.constant('Allow' as const) },
        { weight: 1, arbitrary: fc.constant('Deny' as const) },
      ),
      principal: principals(),
      notPrincipal: fc.oneof(
        { weight: 14, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
      actions: fc.constantFrom(...actionLists),
      notAction: fc.oneof({ weight: 14, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
      clauses: clausesOf(samples),
    })
    .map(({ effect, principal, notPrincipal, actions, notAction, clauses }) =>
      withClauses(
        {
          Effect: effect,
          ...(notPrincipal ? { NotPrincipal: principal } : { Principal: principal }),
          ...(notAction ? { NotAction: actions } : { Action: actions }),
        },
        clauses,
      ),
    );
}

type Change = (document: PolicyDocument, draw: Draw) => PolicyDocument;

/** What a change may draw on. */
interface Draw {
  readonly at: (length: number) => number;
  readonly statement: StatementDocument;
  readonly clause: ClauseDocument;
  readonly samples: readonly ClauseSample[];
}

function changed(
  document: PolicyDocument,
  draw: Draw,
  change: (statement: StatementDocument) => StatementDocument,
): PolicyDocument {
  const index = draw.at(document.Statement.length);
  return {
    ...document,
    Statement: document.Statement.map((statement, at) => (at === index ? change(statement) : statement)),
  };
}

function changedClause(change: (clause: ClauseDocument, draw: Draw) => ClauseDocument | undefined): Change {
  return (document, draw) =>
    changed(document, draw, (statement) => {
      const clauses = clausesIn(statement);
      const index = draw.at(Math.max(1, clauses.length));
      return withClauses(
        statement,
        clauses.flatMap((clause, at) => (at === index ? (change(clause, draw) ?? []) : [clause])),
      );
    });
}

function changedEntries(change: (entries: readonly string[], draw: Draw) => readonly string[]): Change {
  return (document, draw) =>
    changed(document, draw, (statement) => {
      const name = statement.Principal === undefined ? 'NotPrincipal' : 'Principal';
      const element = statement[name] ?? {};
      const entries = change(element['AWS'] ?? [], draw);
      const { AWS: _, ...rest } = element;
      const next = entries.length === 0 ? rest : { ...rest, AWS: entries };
      return Object.keys(next).length === 0 ? statement : { ...statement, [name]: next };
    });
}

const someEntries = [
  '*',
  ...accounts,
  `arn:aws:iam::${accounts[0]}:root`,
  `arn:aws:iam::${accounts[0]}:user/ann`,
  `arn:aws:iam::${accounts[1]}:role/deploy`,
  `arn:aws:iam::${accounts[0]}:role/ci/deploy`,
  `arn:aws:sts::${accounts[0]}:assumed-role/deploy/s1`,
  'AROAEXAMPLEROLE1',
];

function sampleOf(key: string, { samples }: Draw): ClauseSample | undefined {
  return samples.find((sample) => sample.key.toLowerCase() === key.toLowerCase());
}

const exchangedSetOperator = changedClause((clause) =>
  /^ForA/.test(clause.operator)
    ? {
        ...clause,
        operator: clause.operator.startsWith('ForAny')
          ? clause.operator.replace('ForAnyValue', 'ForAllValues')
          : clause.operator.replace('ForAllValues', 'ForAnyValue').replace('IfExists', ''),
      }
    : clause,
);

const changes: readonly Change[] = [
  (document, draw) => ({ ...document, Statement: [...document.Statement, draw.statement] }),
  (document, draw) => {
    const index = draw.at(document.Statement.length);
    return document.Statement.length < 2
      ? document
      : { ...document, Statement: document.Statement.filter((_, at) => at !== index) };
  },
  (document, draw) =>
    changed(document, draw, (statement) => ({ ...statement, Effect: statement.Effect === 'Allow' ? 'Deny' : 'Allow' })),
  changedEntries((entries, draw) => [...new Set([...entries, someEntries[draw.at(someEntries.length)] ?? '*'])]),
  changedEntries((entries, draw) => entries.filter((_, at) => at !== draw.at(Math.max(1, entries.length)))),
  changedEntries((entries, draw) => {
    const index = draw.at(Math.max(1, entries.length));
    return entries.map((entry, at) => (at === index ? (someEntries[draw.at(someEntries.length)] ?? entry) : entry));
  }),
  (document, draw) =>
    changed(document, draw, ({ Action: _, NotAction: __, ...statement }) => ({
      ...statement,
      Action: actionLists[draw.at(actionLists.length)] ?? ['sts:AssumeRole'],
    })),
  (document, draw) =>
    changed(document, draw, (statement) => withClauses(statement, [...clausesIn(statement), draw.clause])),
  changedClause(() => undefined),
  changedClause((clause, draw) => {
    const literals = sampleOf(clause.key, draw)?.literals ?? [];
    const literal = literals[draw.at(Math.max(1, literals.length))];
    return clause.operator === 'Null' || literal === undefined
      ? clause
      : { ...clause, values: [...new Set([...clause.values, literal])] };
  }),
  changedClause((clause, draw) => {
    const index = draw.at(clause.values.length);
    return clause.values.length < 2 ? clause : { ...clause, values: clause.values.filter((_, at) => at !== index) };
  }),
  changedClause((clause, draw) => {
    const operators = sampleOf(clause.key, draw)?.operators ?? [];
    const operator = operators[draw.at(Math.max(1, operators.length))];
    return clause.operator === 'Null' || operator === undefined ? clause : { ...clause, operator };
  }),
  changedClause((clause) =>
    clause.operator === 'Null' || clause.operator.startsWith('ForAnyValue')
      ? clause
      : {
          ...clause,
          operator: clause.operator.endsWith('IfExists') ? clause.operator.slice(0, -8) : `${clause.operator}IfExists`,
        },
  ),
  exchangedSetOperator,
  changedClause((clause, draw) => {
    const index = draw.at(clause.values.length);
    return /^(String|Arn)/.test(clause.operator)
      ? {
          ...clause,
          values: clause.values.map((value, at) =>
            at !== index ? value : value.includes('*') ? value.replace('*', 'x') : `${value.slice(0, -1)}*`,
          ),
        }
      : clause;
  }),
];

export interface PolicyPair {
  readonly old: PolicyDocument;
  readonly now: PolicyDocument;
}

/** Of keys that a request cannot have in every combination. */
const boundKeys: ReadonlySet<string> = new Set([
  'aws:MultiFactorAuthPresent',
  'aws:MultiFactorAuthAge',
  'aws:SourceIp',
  'aws:SourceVpce',
  'aws:VpcSourceIp',
]);
const boundSamples = pairSamples.filter(({ key }) => boundKeys.has(key));

const severalValues = pairSamples.filter(({ multivalued }) => multivalued);

/** Few keys, so that clauses meet, often one alone; now and then one that has several values. */
function someSamples(): fc.Arbitrary<readonly ClauseSample[]> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...pairSamples).map((sample) => [sample]) },
    { weight: 3, arbitrary: fc.subarray([...pairSamples], { minLength: 1, maxLength: 3 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom(...severalValues), fc.subarray([...pairSamples], { maxLength: 1 }))
        .map(([several, others]) => [several, ...others]),
    },
  );
}

/** The second policy is the first with one to three changes, or, seldom, another one over the same keys. */
export function policyPairs(): fc.Arbitrary<PolicyPair> {
  return pairsOn(someSamples());
}

/** Pairs about one key alone. */
export function pairsAbout(sample: ClauseSample): fc.Arbitrary<PolicyPair> {
  return pairsOn(fc.constant([sample]));
}

/** Pairs about keys with several values, most often between one set operator and the other. */
export function severalValuedPairs(): fc.Arbitrary<PolicyPair> {
  return pairsOn(fc.shuffledSubarray([...severalValues], { minLength: 1 }), [
    exchangedSetOperator,
    exchangedSetOperator,
  ]);
}

/** Pairs about keys that a request cannot have in every combination. */
export function boundPairs(): fc.Arbitrary<PolicyPair> {
  return pairsOn(fc.subarray([...boundSamples], { minLength: 2, maxLength: 3 }));
}

/** Pairs with policy variables, and with a key that is in no registry. */
export function openPolicyPairs(): fc.Arbitrary<PolicyPair> {
  return pairsOn(
    fc
      .tuple(
        fc.subarray([...openSamples], { minLength: 1, maxLength: 2 }),
        fc.subarray([...pairSamples], { maxLength: 1 }),
      )
      .map(([open, others]) => [...open, ...others]),
  );
}

/** @param first preferred among the changes. */
function pairsOn(
  chosen: fc.Arbitrary<readonly ClauseSample[]>,
  first: readonly Change[] = [],
): fc.Arbitrary<PolicyPair> {
  return chosen.chain((samples) => {
    const document = fc.record({
      Version: fc.oneof(
        { weight: 6, arbitrary: fc.constant('2012-10-17' as const) },
        { weight: 1, arbitrary: fc.constant('2008-10-17' as const) },
      ),
      Statement: fc.array(statementsOn(samples), { minLength: 1, maxLength: 3 }),
    });
    const step = fc.record({
      change:
        first.length === 0
          ? fc.constantFrom(...changes)
          : fc.oneof(
              { weight: 2, arbitrary: fc.constantFrom(...first) },
              { weight: 1, arbitrary: fc.constantFrom(...changes) },
            ),
      numbers: fc.array(fc.nat({ max: 1_000 }), { minLength: 4, maxLength: 4 }),
      statement: statementsOn(samples),
      clause: fc.constantFrom(...samples).chain(clauseOf),
    });
    const directed = fc.record({ old: document, steps: fc.array(step, { minLength: 1, maxLength: 3 }) }).map(
      ({ old, steps }): PolicyPair => ({
        old,
        now: steps.reduce<PolicyDocument>((now, { change, numbers, statement, clause }) => {
          let drawn = 0;
          const at = (length: number) => (numbers[drawn++ % numbers.length] ?? 0) % length;
          return change(now, { at, statement, clause, samples });
        }, old),
      }),
    );
    return fc.oneof(
      { weight: 7, arbitrary: directed },
      { weight: 1, arbitrary: fc.record({ old: document, now: document }) },
    );
  });
}

/** One policy, over few keys. */
export function pairPolicies(): fc.Arbitrary<PolicyDocument> {
  return policyPairs().map(({ now }) => now);
}

/** A statement over the same keys as any policy may have. */
export function pairStatements(): fc.Arbitrary<StatementDocument> {
  return fc.subarray([...pairSamples], { minLength: 1, maxLength: 3 }).chain(statementsOn);
}

/** The same policy, written otherwise. */
export interface Rewriting {
  readonly name: string;
  readonly rewrite: (document: PolicyDocument, numbers: readonly number[]) => PolicyDocument;
}

function each(
  change: (statement: StatementDocument, number: (length: number) => number) => readonly StatementDocument[],
) {
  return (document: PolicyDocument, numbers: readonly number[]): PolicyDocument => {
    let drawn = 0;
    const number = (length: number) => (numbers[drawn++ % numbers.length] ?? 0) % Math.max(1, length);
    return { ...document, Statement: document.Statement.flatMap((statement) => change(statement, number)) };
  };
}

function eachClause(change: (clause: ClauseDocument) => ClauseDocument) {
  return each((statement) => [withClauses(statement, clausesIn(statement).map(change))]);
}

function mapPrincipal(
  { Principal, NotPrincipal, ...rest }: StatementDocument,
  change: (entries: readonly string[]) => readonly string[],
): StatementDocument {
  const mapped = (element: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(Object.entries(element).map(([type, entries]) => [type, change(entries)]));
  return {
    ...rest,
    ...(Principal === undefined ? {} : { Principal: mapped(Principal) }),
    ...(NotPrincipal === undefined ? {} : { NotPrincipal: mapped(NotPrincipal) }),
  };
}

function reversed<T>(list: readonly T[]): T[] {
  return [...list].reverse();
}

/** Whether values under the operator are alternatives, so that a statement can be split by them. */
function isPositive(operator: string): boolean {
  return !/not/i.test(operator) && !/^forallvalues:/i.test(operator);
}

const deadStatements: readonly StatementDocument[] = [
  {
    Effect: 'Allow',
    Principal: { AWS: ['*'] },
    Action: ['sts:AssumeRole'],
    Condition: { StringEquals: { ExternalId: ['ab'] } },
  },
  {
    Effect: 'Allow',
    Principal: { AWS: ['*'] },
    Action: ['sts:*'],
    Condition: { StringEquals: { 'aws:PrincipalOrgID': [] } },
  },
  {
    Effect: 'Allow',
    Principal: { AWS: [`arn:aws:sts::${accounts[0]}:federated-user/ann`] },
    Action: ['sts:AssumeRole'],
  },
  {
    Effect: 'Deny',
    Principal: { AWS: ['*'] },
    Action: ['sts:*'],
    Condition: { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '192.168.0.0/16'] } },
  },
  {
    Effect: 'Allow',
    Principal: { AWS: ['*'] },
    Action: ['sts:AssumeRole'],
    Condition: { StringEquals: { 'aws:PrincipalArn': ['arn:aws:iam::111122223333:role/*'] } },
  },
  {
    Effect: 'Allow',
    Principal: { AWS: ['*'] },
    Action: ['sts:AssumeRole'],
    Condition: { ArnLike: { 'aws:PrincipalArn': ['arn:aws:sts::111122223333:assumed-role/deploy/*'] } },
  },
  { Effect: 'Allow', Principal: { Federated: [oidcProvider] }, Action: ['sts:AssumeRole'] },
  {
    Effect: 'Allow',
    Principal: { AWS: ['*'] },
    Action: ['sts:AssumeRole'],
    Condition: { NumericLessThan: { 'sts:DurationSeconds': ['3600'] } },
  },
  {
    Effect: 'Allow',
    Principal: { AWS: [accounts[0]] },
    Action: ['sts:AssumeRole'],
    Condition: { StringEquals: { 'aws:SourceAccount': [accounts[0]] } },
  },
];

function halvesOf(cidr: string): readonly string[] {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (parts === null || Number(parts[5]) >= 32) return [cidr];
  const length = Number(parts[5]);
  const address = parts.slice(1, 5).reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - length);
  const first = Math.floor(address / size) * size;
  return [first, first + size / 2].map(
    (half) => `${[24, 16, 8, 0].map((shift) => Math.floor(half / 2 ** shift) % 256).join('.')}/${length + 1}`,
  );
}

/** Everything that never changes an answer. */
export const rewritings: readonly Rewriting[] = [
  {
    name: 'the order of statements, principals, actions, clauses and values',
    rewrite: ({ Statement, ...document }) => ({
      ...document,
      Statement: reversed(Statement).map((statement) => {
        const { Action, NotAction, ...rest } = mapPrincipal(statement, reversed);
        return withClauses(
          {
            ...rest,
            ...(Action === undefined ? {} : { Action: reversed(Action) }),
            ...(NotAction === undefined ? {} : { NotAction: reversed(NotAction) }),
          },
          reversed(clausesIn(statement)).map((clause) => ({ ...clause, values: reversed(clause.values) })),
        );
      }),
    }),
  },
  {
    name: 'Sids',
    rewrite: ({ Statement, ...document }) => ({
      ...document,
      Statement: Statement.map((statement, at) => ({ Sid: `S${at}`, ...statement })),
    }),
  },
  {
    name: 'an account id for the ARN of its root, and the reverse',
    rewrite: each((statement) => [
      mapPrincipal(statement, (entries) =>
        entries.map((entry) =>
          /^\d{12}$/.test(entry) ? `arn:aws:iam::${entry}:root` : entry.replace(/^arn:aws:iam::(\d{12}):root$/, '$1'),
        ),
      ),
    ]),
  },
  {
    name: 'a statement split by its principals',
    rewrite: each((statement) =>
      statement.Principal === undefined
        ? [statement]
        : Object.entries(statement.Principal).flatMap(([type, entries]) =>
            entries.map((entry) => ({ ...statement, Principal: { [type]: [entry] } })),
          ),
    ),
  },
  {
    name: 'a statement split by its actions',
    rewrite: each((statement) =>
      statement.Action === undefined
        ? [statement]
        : statement.Action.map((action) => ({ ...statement, Action: [action] })),
    ),
  },
  {
    name: 'a statement split by the values of one positive operator',
    rewrite: each((statement, number) => {
      const clauses = clausesIn(statement);
      const index = number(clauses.length);
      const clause = clauses[index];
      if (clause === undefined || !isPositive(clause.operator) || clause.values.length === 0) return [statement];
      return clause.values.map((value) =>
        withClauses(
          statement,
          clauses.map((one, at) => (at === index ? { ...one, values: [value] } : one)),
        ),
      );
    }),
  },
  {
    name: 'a value, a principal and an action repeated',
    rewrite: each((statement) => {
      const { Action, ...rest } = mapPrincipal(statement, (entries) => [...entries, ...entries]);
      return [
        withClauses(
          { ...rest, ...(Action === undefined ? {} : { Action: [...Action, ...Action] }) },
          clausesIn(statement).map((clause) => ({ ...clause, values: [...clause.values, ...clause.values] })),
        ),
      ];
    }),
  },
  {
    name: 'a CIDR split in two',
    rewrite: eachClause((clause) =>
      clause.operator.includes('IpAddress') ? { ...clause, values: clause.values.flatMap(halvesOf) } : clause,
    ),
  },
  {
    name: 'the letter case of keys, operators and actions',
    rewrite: each((statement) => {
      const { Action, ...rest } = statement;
      return [
        withClauses(
          { ...rest, ...(Action === undefined ? {} : { Action: Action.map((action) => action.toUpperCase()) }) },
          clausesIn(statement).map((clause) => ({
            ...clause,
            operator: clause.operator.toLowerCase(),
            key: clause.key.toUpperCase(),
          })),
        ),
      ];
    }),
  },
  {
    name: 'a statement that can never match',
    rewrite: ({ Statement, ...document }, numbers) => ({
      ...document,
      Statement: [
        ...Statement.slice(0, 1),
        ...deadStatements.filter((_, at) => at === (numbers[0] ?? 0) % deadStatements.length),
        ...Statement.slice(1),
      ],
    }),
  },
  {
    name: 'a private range among the source addresses',
    rewrite: eachClause((clause) =>
      clause.operator.includes('IpAddress') && clause.key.toLowerCase() === 'aws:sourceip'
        ? { ...clause, values: [...clause.values, '10.0.0.0/8', '172.16.0.0/12', 'fd00::/8'] }
        : clause,
    ),
  },
  { name: 'a statement twice', rewrite: each((statement) => [statement, statement]) },
];
