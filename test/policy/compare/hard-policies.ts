/** Policies at the limit of 4,096 characters as people write them, and ones made to cost as much as possible. */

interface Document {
  readonly Version: '2012-10-17';
  readonly Statement: readonly unknown[];
}
type DocumentPair = readonly [old: Document, now: Document];

const limit = 4_096;

/** As many statements as fit. */
function filled(statement: (at: number) => unknown, most = Number.POSITIVE_INFINITY): Document {
  const statements: unknown[] = [];
  let size = 50;
  for (let at = 0; at < most; at += 1) {
    const next = statement(at);
    size += JSON.stringify(next).length + 1;
    if (size > limit) break;
    statements.push(next);
  }
  return { Version: '2012-10-17', Statement: statements };
}

/** One statement with as many values as fit. */
function filledWith(statement: (values: readonly string[]) => unknown, value: (at: number) => string): Document {
  const values: string[] = [];
  for (;;) {
    const next = [...values, value(values.length)];
    if (JSON.stringify(statement(next)).length + 50 > limit) break;
    values.push(value(values.length));
  }
  return { Version: '2012-10-17', Statement: [statement(values)] };
}

const account = (at: number) => String(100_000_000_000 + at * 7_919);
const allow = (principal: unknown, condition?: unknown, action: unknown = 'sts:AssumeRole') => ({
  Effect: 'Allow',
  Principal: principal,
  Action: action,
  ...(condition === undefined ? {} : { Condition: condition }),
});
const deny = (condition: unknown) => ({ ...allow({ AWS: '*' }, condition), Effect: 'Deny' });

const manyRoles = filledWith(
  (AWS) => allow({ AWS }),
  (at) => `arn:aws:iam::${account(at % 9)}:role/service/deploy-${at}`,
);
const manyAccounts = filledWith(
  (AWS) => allow({ AWS }, { StringEquals: { 'sts:ExternalId': 'example-7f3a' } }),
  account,
);
const manyVendors = filled((at) =>
  allow(
    { AWS: account(at) },
    { StringEquals: { 'sts:ExternalId': `external-${at}` }, Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
  ),
);
const manyRanges = filledWith(
  (ranges) => allow({ AWS: account(1) }, { IpAddress: { 'aws:SourceIp': ranges } }),
  (at) => `203.${at % 200}.${(at * 37) % 256}.0/24`,
);
const provider = 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com';
const manyRepositories = filledWith(
  (subjects) =>
    allow(
      { Federated: provider },
      { StringLike: { 'token.actions.githubusercontent.com:sub': subjects } },
      'sts:AssumeRoleWithWebIdentity',
    ),
  (at) => `repo:acme/service-${at}:ref:refs/heads/*`,
);
const manyServices = filledWith(
  (Service) => allow({ Service }),
  (at) => `service-${at}.amazonaws.com`,
);
const manyDenies = filled((at) =>
  at === 0
    ? allow({ AWS: '*' }, { StringEquals: { 'aws:PrincipalOrgID': 'o-exampleorg1' } })
    : deny({ ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role/blocked-${at}-*` } }),
);

/** The document without one of its values or statements. */
function less(document: Document): Document {
  const text = JSON.stringify(document);
  if (document.Statement.length > 1) return { ...document, Statement: document.Statement.slice(0, -1) };
  return JSON.parse(text.replace(/,"[^"\]]*"\]/, ']')) as Document;
}

/** The same in another order. */
function turned(document: Document): Document {
  return JSON.parse(JSON.stringify(document), (_, value: unknown) =>
    Array.isArray(value) ? [...value].reverse() : value,
  ) as Document;
}

export const longPairs: Readonly<Record<string, DocumentPair>> = Object.fromEntries(
  Object.entries({
    manyRoles,
    manyAccounts,
    manyVendors,
    manyRanges,
    manyRepositories,
    manyServices,
    manyDenies,
  }).flatMap(([name, document]): (readonly [string, DocumentPair])[] => [
    [`${name}, reordered`, [document, turned(document)]],
    [`${name}, one less`, [document, less(document)]],
    [`${name}, one more`, [less(document), document]],
  ]),
);

const keys = [
  'sts:ExternalId',
  'sts:RoleSessionName',
  'sts:SourceIdentity',
  'aws:PrincipalTag/a',
  'aws:PrincipalTag/b',
  'aws:UserAgent',
];
const letters = 'abcdefghijklmnopqrstuvwxyz';

/** Each statement is broken by one of several keys, all of which meet again in the others. */
const entangled = (shift: number) =>
  filled((at) =>
    allow(
      { AWS: '*' },
      {
        StringLike: Object.fromEntries(
          keys
            .slice(0, 4)
            .map((key, number) => [
              key,
              `*${letters[(at * 5 + number * 3 + shift) % 26]}${letters[(at + number) % 26]}*`,
            ]),
        ),
      },
    ),
  );
/** Patterns whose automata have very many states in common. */
const wildPatterns = (shift: number) =>
  filledWith(
    (values) => allow({ AWS: '*' }, { StringNotLike: { 'sts:ExternalId': values } }),
    (at) => `*${letters[(at + shift) % 26]}??????????${letters[(at * 7 + shift) % 26]}*`,
  );
const wildStatements = (shift: number) =>
  filled((at) =>
    allow(
      { AWS: '*' },
      {
        StringLike: {
          'sts:ExternalId': `*${letters[(at + shift) % 26]}*${letters[(at * 7) % 26]}?????${letters[(at * 3) % 26]}*`,
        },
      },
    ),
  );
const deepDenies = filled((at) =>
  at === 0
    ? allow({ AWS: '*' })
    : deny({
        StringLike: {
          [keys[at % 6] ?? '']: `*${letters[at % 26]}*`,
          [keys[(at + 1) % 6] ?? '']: `*${letters[(at * 3) % 26]}*`,
        },
      }),
);
const manyTags = (shift: number) =>
  filled((at) =>
    allow(
      { AWS: '*' },
      {
        StringEquals: {
          [`aws:PrincipalTag/t${(at * 3 + shift) % 11}`]: 'a',
          [`aws:PrincipalTag/t${(at * 5 + 1) % 11}`]: 'b',
          [`aws:PrincipalTag/t${(at * 7 + 2) % 11}`]: 'c',
        },
      },
    ),
  );
const manySets = (shift: number) =>
  filled((at) =>
    allow(
      { AWS: '*' },
      {
        [at % 2 === 0 ? 'ForAllValues:StringLike' : 'ForAnyValue:StringNotLike']: {
          'aws:TagKeys': [`*${letters[(at + shift) % 26]}*`, `${letters[at % 26]}*`],
        },
      },
    ),
  );
const manyVariables = (shift: number) =>
  filled((at) =>
    allow(
      { AWS: '*' },
      {
        StringEquals: {
          'sts:RoleSessionName': '${aws:username}',
          [`aws:PrincipalTag/t${(at + shift) % 7}`]: `\${aws:PrincipalTag/t${at % 5}}`,
        },
      },
    ),
  );

export const hostilePairs: Readonly<Record<string, DocumentPair>> = {
  entangled: [entangled(0), entangled(1)],
  'entangled, reordered': [entangled(0), turned(entangled(0))],
  'wild patterns': [wildPatterns(0), wildPatterns(3)],
  'wild patterns, reordered': [wildPatterns(0), turned(wildPatterns(0))],
  'wild statements': [wildStatements(0), wildStatements(5)],
  'wild statements, reordered': [wildStatements(0), turned(wildStatements(0))],
  'deep denies': [deepDenies, turned(deepDenies)],
  'deep denies, one less': [deepDenies, less(deepDenies)],
  'many tags': [manyTags(0), manyTags(4)],
  'many tags, reordered': [manyTags(0), turned(manyTags(0))],
  'many sets': [manySets(0), manySets(3)],
  'many variables': [manyVariables(0), manyVariables(1)],
};
