/** Which conditions can never match, though IAM accepts them, or hold in more cases than they seem to? */

import { issuerOf } from '../evaluate/caller.ts';
import { parseDate } from '../evaluate/operators/date.ts';
import { parseAddressRange } from '../evaluate/operators/ip-address.ts';
import { parseNumber } from '../evaluate/operators/numeric.ts';
import type { CallerKind } from '../evaluate/request.ts';
import { isPrivateRange } from '../keys/address-ranges.ts';
import type { ConditionKey, KeyLookup, KeyType } from '../keys/condition-key.ts';
import { lookUpKey } from '../keys/condition-keys.ts';
import { operatorName } from './condition-operator.ts';
import { splitArn } from './names.ts';
import { actionsOf, callersOf } from './statement-callers.ts';
import type { ConditionClause, Located, Problem, Statement, TrustPolicy } from './trust-policy.ts';
import type { FoundProblem } from './validate.ts';

type Family = 'String' | 'Arn' | 'Numeric' | 'Date' | 'Bool' | 'Binary' | 'Ip' | 'Null';

interface Subject {
  readonly clause: ConditionClause;
  readonly statement: Statement;
  readonly policy: TrustPolicy;
  readonly family: Family;
  /** Holds where no value matches. */
  readonly negated: boolean;
  readonly lookup: KeyLookup;
  /** Kinds of caller whose calls the statement can match. */
  readonly callers: readonly CallerKind[];
}

/** What is wrong with the conditions of one statement. */
export function conditionProblems(statement: Statement, policy: TrustPolicy): readonly FoundProblem[] {
  const callers = callersOf(statement);
  return [
    ...sameKeyTwice(statement),
    ...statement.conditions.flatMap((clause) => {
      const { base } = clause.operator;
      const subject: Subject = {
        clause,
        statement,
        policy,
        family: familyOf(base),
        negated: base.includes('Not'),
        lookup: lookUpKey(clause.key),
        callers,
      };
      const ofKey = keyProblems(subject);
      return [
        ...letterCaseProblems(subject),
        ...ofKey,
        ...setOperatorProblems(subject),
        // Of a key that is never there it does not matter what it is compared with.
        ...(ofKey.some(({ level }) => level === 'never-matches') ? [] : valueProblems(subject)),
      ];
    }),
  ];
}

function familyOf(base: ConditionClause['operator']['base']): Family {
  if (base === 'IpAddress' || base === 'NotIpAddress') return 'Ip';
  if (base === 'Null' || base === 'Bool') return base;
  if (base === 'BinaryEquals') return 'Binary';
  return (/^(String|Arn|Numeric|Date)/.exec(base)?.[1] ?? 'String') as Family;
}

/** IAM Access Analyzer, "Duplicate keys with different case". */
function sameKeyTwice(statement: Statement): readonly FoundProblem[] {
  const seen = new Map<string, string>();
  return statement.conditions.flatMap(({ operator, key, pointer }) => {
    const id = `${operator.text} ${key.toLowerCase()}`;
    const before = seen.get(id);
    seen.set(id, key);
    return before === undefined
      ? []
      : [
          {
            code: 'invalid-duplicate-condition-key',
            level: 'may-be-refused' as const,
            message: `\`${key}\` and \`${before}\` are one key, whose letter case does not count; write their values as one list`,
            pointer,
          },
        ];
  });
}

function letterCaseProblems({ clause }: Subject): readonly FoundProblem[] {
  const usual = operatorName(clause.operator);
  return clause.operator.text === usual
    ? []
    : [
        {
          code: 'operator-letter-case',
          level: 'doubtful',
          message: `AWS writes the operator \`${clause.operator.text}\` as \`${usual}\``,
          pointer: clause.pointer,
        },
      ];
}

/** Whether a clause holds for requests without its key. */
function holdsWhenAbsent({ clause, negated, family }: Subject): boolean {
  const { set, ifExists } = clause.operator;
  if (family === 'Null') return clause.values.some(({ text }) => text.toLowerCase() === 'true');
  if (set === 'ForAnyValue') return false;
  return ifExists || set === 'ForAllValues' || negated;
}

/** Keys that do not exist, or that the callers of the statement never bring. */
function keyProblems(subject: Subject): readonly FoundProblem[] {
  const { clause, lookup, statement } = subject;
  const { key, pointer } = clause;
  const consequence = holdsWhenAbsent(subject) ? 'so the condition always holds' : 'so the condition never holds';
  if (lookup.kind === 'misspelt')
    return [
      {
        code: key.includes(':') ? 'misspelt-key' : 'unprefixed-key',
        level: 'never-matches',
        message: `no request carries \`${key}\`; \`${lookup.intended}\` was probably meant; ${consequence}`,
        pointer,
        expected: `\`${lookup.intended}\``,
        received: `\`${key}\``,
      },
    ];
  if (lookup.kind === 'nameless')
    return [
      {
        code: 'tag-key-missing',
        level: 'never-matches',
        message: `\`${key}\` lacks the name of the tag: \`${lookup.family.name}NAME\`; ${consequence}`,
        pointer,
        expected: `\`${lookup.family.name}NAME\``,
        received: `\`${key}\``,
      },
    ];
  if (lookup.kind === 'unregistered') {
    return key.includes(':')
      ? [
          {
            code: 'unregistered-key',
            level: 'doubtful',
            message: `\`${key}\` is not among the keys known for assuming roles; where AWS never sends it, ${consequence}`,
            pointer,
          },
        ]
      : [
          {
            code: 'unprefixed-key',
            level: 'never-matches',
            message: `\`${key}\` lacks the prefix that every condition key has, as \`aws:\` or \`sts:\`; ${consequence}`,
            pointer,
            received: `\`${key}\``,
          },
        ];
  }
  const bringing = subject.callers.filter((kind) => canBring(lookup.key, kind, statement));
  if (subject.callers.length === 0) return [];
  if (bringing.length === 0) {
    const always = holdsWhenAbsent(subject);
    return [
      {
        code: always ? 'condition-always-holds' : 'key-never-present',
        level: always ? 'doubtful' : 'never-matches',
        message: `\`${lookup.key.name}${lookup.tag ?? ''}\` is in no call that the principals of this statement can make, ${consequence}`,
        pointer,
      },
    ];
  }
  return [...withoutItsAction(subject), ...mfaOfSessions(subject)];
}

function canBring(key: ConditionKey, kind: CallerKind, { principal }: Statement): boolean {
  if (key.presence[kind] === 'never') return false;
  // The claims of a token are those of its own provider.
  if (kind !== 'web-identity' || key.from !== 'provider' || principal.element !== 'Principal') return true;
  const issuer = key.name.slice(0, key.name.lastIndexOf(':')).toLowerCase();
  return (
    !issuer.includes('.') ||
    principal.entries.some(
      ({ name, text }) =>
        name.kind === 'everyone' ||
        ((name.kind === 'oidc-provider' || name.kind === 'built-in-provider') && issuerOf(text) === issuer),
    )
  );
}

/** Keys whose values a call can only bring where a further action is allowed as well. */
const actionsOfKeys: readonly (readonly [prefix: string, action: string])[] = [
  ['sts:sourceidentity', 'sts:SetSourceIdentity'],
  ['aws:requesttag/', 'sts:TagSession'],
  ['aws:tagkeys', 'sts:TagSession'],
  ['sts:transitivetagkeys', 'sts:TagSession'],
  ['sts:requestcontext/', 'sts:SetContext'],
  ['sts:requestcontextproviders', 'sts:SetContext'],
];

/** IAM Access Analyzer, "Missing action for condition key". */
function withoutItsAction(subject: Subject): readonly FoundProblem[] {
  const { clause, statement, policy } = subject;
  if (statement.effect !== 'Allow' || holdsWhenAbsent(subject)) return [];
  const lower = clause.key.toLowerCase();
  const needed = actionsOfKeys.find(([prefix]) => (prefix.endsWith('/') ? lower.startsWith(prefix) : lower === prefix));
  if (needed === undefined) return [];
  const [, action] = needed;
  const allowedSomewhere = policy.statements.some(
    ({ effect, actions }) => effect === 'Allow' && actionsOf(actions).includes(action),
  );
  return allowedSomewhere
    ? []
    : [
        {
          code: 'missing-action-for-key',
          level: 'never-matches',
          message: `a call that brings \`${clause.key}\` also needs \`${action}\`, which no statement allows, so the condition holds in no call that is allowed`,
          pointer: clause.pointer,
          expected: `\`${action}\` among the actions`,
        },
      ];
}

/** Credentials from AssumeRole bring no MFA information (IAM User Guide, "Secure API access with MFA"). */
function mfaOfSessions({ clause, callers, family }: Subject): readonly FoundProblem[] {
  const asksForMfa =
    clause.key.toLowerCase() === 'aws:multifactorauthpresent' &&
    (family === 'Bool' || clause.operator.base === 'StringEquals') &&
    !clause.operator.ifExists &&
    clause.operator.set === undefined &&
    clause.values.length > 0 &&
    clause.values.every(({ text }) => text.toLowerCase() === 'true');
  return asksForMfa && callers.length > 0 && callers.every((kind) => kind === 'role-session')
    ? [
        {
          code: 'mfa-of-role-session',
          level: 'never-matches',
          message: 'only sessions of roles are trusted, and the session of a role never counts as signed in with MFA',
          pointer: clause.pointer,
        },
      ]
    : [];
}

function setOperatorProblems(subject: Subject): readonly FoundProblem[] {
  const { clause, lookup, negated, family, statement } = subject;
  const { set, ifExists } = clause.operator;
  if (lookup.kind !== 'registered' || family === 'Null') return [];
  const { pointer, key } = clause;
  if (lookup.key.multivalued && set === undefined)
    return [
      {
        code: 'missing-set-operator',
        level: negated || ifExists ? 'doubtful' : 'never-matches',
        message: `\`${key}\` can have several values and is compared without \`ForAnyValue:\` or \`ForAllValues:\`, which never matches where it is present`,
        pointer,
        expected: `\`ForAnyValue:${operatorName(clause.operator)}\``,
      },
    ];
  const problems: FoundProblem[] = [];
  if (!lookup.key.multivalued && set !== undefined)
    problems.push({
      code: 'set-operator-on-single-value',
      level: 'doubtful',
      message: `\`${key}\` has one value; \`${set}:\` is for keys with several${set === 'ForAllValues' ? ', and holds where the key is missing' : ''}`,
      pointer,
    });
  if (set === 'ForAnyValue' && ifExists)
    problems.push({
      code: 'for-any-value-if-exists',
      level: 'doubtful',
      message: 'AWS does not say whether `ForAnyValue:…IfExists` holds where the key is missing',
      pointer,
    });
  if (set === 'ForAllValues' && statement.effect === 'Allow' && !isGuardedByNull(statement, key))
    problems.push({
      code: 'for-all-values-without-guard',
      level: 'doubtful',
      message: `\`ForAllValues:\` under \`Allow\` also holds where \`${key}\` is missing; add \`"Null": {"${key}": "false"}\``,
      pointer,
    });
  return problems;
}

function isGuardedByNull({ conditions }: Statement, key: string): boolean {
  return conditions.some(
    (other) =>
      other.key.toLowerCase() === key.toLowerCase() &&
      ((other.operator.base === 'Null' &&
        other.values.length > 0 &&
        other.values.every(({ text }) => text.toLowerCase() === 'false')) ||
        other.operator.set === 'ForAnyValue'),
  );
}

/** Comparisons of a type that the key's values never have. `never`: no value can match; `odd`: a text may. */
const otherTypes: Readonly<Record<Exclude<Family, 'Null'>, Readonly<Partial<Record<KeyType, 'never' | 'odd'>>>>> = {
  String: { numeric: 'odd', date: 'odd', ip: 'odd' },
  Arn: { string: 'odd', numeric: 'never', date: 'never', bool: 'never', ip: 'never' },
  Numeric: { string: 'odd', arn: 'never', date: 'odd', bool: 'never', ip: 'never' },
  Date: { string: 'odd', arn: 'never', numeric: 'odd', bool: 'never', ip: 'never' },
  Bool: { string: 'odd', arn: 'never', numeric: 'never', date: 'never', ip: 'never' },
  Binary: { string: 'odd', arn: 'never', numeric: 'odd', date: 'odd', bool: 'odd', ip: 'never' },
  Ip: { string: 'odd', arn: 'never', numeric: 'never', date: 'never', bool: 'never' },
};

/** String keys whose values have a form of their own, which is no ARN, number, date or address. */
const plainForms =
  /^(aws:(principalorgid|sourceorgid|resourceorgid|sourcevpce?|principaltype|requestedregion)|sts:(externalid|rolesessionname|sourceidentity))$/;

function valueProblems(subject: Subject): readonly FoundProblem[] {
  const { clause, family, negated, lookup } = subject;
  const { pointer, key, values } = clause;
  if (values.length === 0)
    return [
      negated || clause.operator.ifExists || clause.operator.set === 'ForAllValues'
        ? {
            code: 'empty-values',
            level: 'doubtful',
            message: `the condition on \`${key}\` lists no value, so it keeps ${negated ? 'nobody out' : 'out just whoever brings the key'}`,
            pointer,
          }
        : {
            code: 'empty-values',
            level: 'never-matches',
            message: `the condition on \`${key}\` lists no value, so it never holds`,
            pointer,
          },
    ];
  if (family === 'Null')
    return values.every(({ text }) => !/^(true|false)$/i.test(text))
      ? [
          {
            code: 'impossible-value',
            level: 'never-matches',
            message: '`Null` is compared with `true` or `false`',
            pointer,
            expected: '`true` or `false`',
          },
        ]
      : [];
  const type = lookup.kind === 'registered' ? lookup.key.type : undefined;
  const isEpoch = key.toLowerCase() === 'aws:epochtime';
  const mismatch = type === undefined || (isEpoch && family === 'Numeric') ? undefined : otherTypes[family][type];
  const never =
    mismatch === 'never' ||
    (mismatch === 'odd' &&
      family !== 'Bool' &&
      family !== 'Binary' &&
      family !== 'Numeric' &&
      family !== 'String' &&
      plainForms.test(key.toLowerCase()));
  if (mismatch !== undefined) {
    const problem: FoundProblem = {
      code: 'wrong-type',
      level: never ? 'never-matches' : 'doubtful',
      message: `\`${clause.operator.text}\` compares ${familyInWords[family]}; \`${key}\` is ${typeInWords[type ?? 'string']}${never ? ', so no value ever matches' : ''}`,
      pointer,
      expected: type === undefined ? '' : `an operator such as \`${operatorFor[type]}\``,
    };
    if (never) return [problem];
    return [problem, ...values.flatMap((value) => oneValue(subject, value))];
  }
  return [
    ...(family === 'Bool' && values.length > 1
      ? [
          {
            code: 'several-booleans',
            level: 'doubtful' as const,
            message: `the condition on \`${key}\` lists several truth values; both together are no guard`,
            pointer,
          },
        ]
      : []),
    ...values.flatMap((value) => oneValue(subject, value)),
  ];
}

const familyInWords: Readonly<Record<Family, string>> = {
  String: 'texts',
  Arn: 'ARNs',
  Numeric: 'numbers',
  Date: 'dates',
  Bool: 'truth values',
  Binary: 'Base64',
  Ip: 'addresses',
  Null: 'presence',
};
const typeInWords: Readonly<Record<KeyType, string>> = {
  string: 'a text',
  arn: 'an ARN',
  numeric: 'a number',
  date: 'a date',
  bool: 'a truth value',
  ip: 'an address',
  binary: 'Base64',
};
const operatorFor: Readonly<Record<KeyType, string>> = {
  string: 'StringEquals',
  arn: 'ArnLike',
  numeric: 'NumericEquals',
  date: 'DateLessThan',
  bool: 'Bool',
  ip: 'IpAddress',
  binary: 'BinaryEquals',
};

/** What is wrong with one value: the first thing found. */
function oneValue(subject: Subject, value: Located): readonly FoundProblem[] {
  const { clause, policy, family } = subject;
  const { text, pointer } = value;
  const found = (code: string, message: string, more: Partial<Problem> = {}): readonly FoundProblem[] => [
    { code, level: 'never-matches', message, pointer, ...more },
  ];
  const shown = clause.key.toLowerCase() === 'sts:externalid' ? 'the value' : `\`${text}\``;
  const takesVariables = family === 'String' || family === 'Arn' || family === 'Bool';
  if (text.includes('${')) {
    if (takesVariables && policy.version === '2008-10-17')
      return found(
        'variable-unsupported-in-version',
        `under \`Version\` \`2008-10-17\`, a policy variable is plain text, so ${shown} never matches`,
        { expected: '`"Version": "2012-10-17"`' },
      );
    if (!takesVariables)
      return found(
        'variable-unsupported-for-operator',
        `\`${clause.operator.text}\` knows no policy variables, so ${shown} never matches`,
      );
    return variableProblems(subject, value);
  }
  switch (family) {
    case 'Numeric':
      return parseNumber(text) === undefined
        ? found('impossible-value', `${shown} is no number`, { expected: 'a number' })
        : [];
    case 'Date':
      return parseDate(text) === undefined
        ? found('impossible-value', `${shown} is no date`, { expected: 'a date such as `2026-01-31T00:00:00Z`' })
        : [];
    case 'Bool':
      return /^(true|false)$/i.test(text)
        ? []
        : found('impossible-value', `${shown} is no truth value`, { expected: '`true` or `false`' });
    case 'Ip':
      return ipProblems(subject, text, found, shown);
    case 'Binary':
      return /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? [] : found('impossible-value', `${shown} is no Base64`);
    case 'Arn':
      return text.split(':').length < 6
        ? found('impossible-value', `${shown} has not the six parts of an ARN`, {
            expected: 'an ARN or a pattern of one',
          })
        : principalArnProblems(subject, value, found);
    case 'String':
      return textValueProblems(subject, value, found, shown);
    case 'Null':
      return [];
  }
}

type Found = (code: string, message: string, more?: Partial<Problem>) => readonly FoundProblem[];

function ipProblems({ clause }: Subject, text: string, found: Found, shown: string): readonly FoundProblem[] {
  if (parseAddressRange(text) === undefined)
    return found('impossible-value', `${shown} is neither an address nor a range of addresses`, {
      expected: 'an address or a CIDR such as `203.0.113.0/24`',
    });
  return clause.key.toLowerCase() === 'aws:sourceip' && isPrivateRange(text)
    ? found(
        'private-source-ip',
        `${shown} is no public range, and \`aws:SourceIp\` always is a public address; through a VPC endpoint it is \`aws:VpcSourceIp\``,
      )
    : [];
}

/** IAM Access Analyzer: missing brace, empty variable. */
function variableProblems({ clause }: Subject, { text, pointer }: Located): readonly FoundProblem[] {
  for (const [, inner, end] of text.matchAll(/\$\{([^}]*)(\}?)/g)) {
    const why =
      end === ''
        ? 'is not closed'
        : (inner ?? '').trim() === ''
          ? 'is empty'
          : /^([*?$]|\s*[^\s,'"]+\s*(,\s*'[^']*'\s*)?)$/.test(inner ?? '')
            ? undefined
            : "is not written `${key}` or `${key, 'default'}`";
    if (why !== undefined)
      return [
        {
          code: 'invalid-variable',
          level: 'may-be-refused',
          message: `a policy variable in the condition on \`${clause.key}\` ${why}`,
          pointer,
        },
      ];
  }
  return [];
}

interface ValueForm {
  /** Every character of a value. */
  readonly characters: RegExp;
  /** Every whole value. */
  readonly whole: RegExp;
  readonly inWords: string;
}

const account: ValueForm = { characters: /^\d*$/, whole: /^\d{12}$/, inWords: 'an account id of 12 digits' };
const organization: ValueForm = {
  characters: /^[a-z0-9-]*$/,
  whole: /^o-[a-z0-9]+$/,
  inWords: 'the id of an organization, `o-…`',
};
const name64: ValueForm = {
  characters: /^[\w+=,.@-]*$/,
  whole: /^[\w+=,.@-]{2,64}$/,
  inWords: '2 to 64 letters, digits and `+=,.@-_`',
};

/** AWS Security Token Service API Reference, "AssumeRole"; IAM User Guide, "AWS global condition context keys". */
const forms: ReadonlyMap<string, ValueForm> = new Map([
  ['aws:principalaccount', account],
  ['aws:sourceaccount', account],
  ['aws:resourceaccount', account],
  ['aws:principalorgid', organization],
  ['aws:sourceorgid', organization],
  ['aws:resourceorgid', organization],
  ['aws:sourcevpc', { characters: /^[a-z0-9-]*$/, whole: /^vpc-[0-9a-f]+$/, inWords: 'the id of a VPC, `vpc-…`' }],
  [
    'aws:sourcevpce',
    { characters: /^[a-z0-9-]*$/, whole: /^vpce-[0-9a-z]+$/, inWords: 'the id of a VPC endpoint, `vpce-…`' },
  ],
  ['sts:rolesessionname', name64],
  ['sts:sourceidentity', name64],
  [
    'sts:externalid',
    {
      characters: /^[\w+=,.@:/-]*$/,
      whole: /^[\w+=,.@:/-]{2,1224}$/,
      inWords: '2 to 1,224 letters, digits and `+=,.@:/-_`',
    },
  ],
]);

function textValueProblems(subject: Subject, value: Located, found: Found, shown: string): readonly FoundProblem[] {
  const { clause } = subject;
  const { text } = value;
  const pattern = clause.operator.base.includes('Like');
  if (!pattern && /[*?]/.test(text))
    return found(
      'wildcard-without-like',
      `\`${clause.operator.text}\` takes \`*\` and \`?\` as plain characters, so ${shown} matches nobody who was meant`,
      { expected: `\`${operatorName(clause.operator).replace(/Equals(IgnoreCase)?/, 'Like')}\`` },
    );
  const form = forms.get(clause.key.toLowerCase());
  if (form !== undefined) {
    const ignoreCase = clause.operator.base.endsWith('IgnoreCase');
    const seen = ignoreCase ? text.toLowerCase() : text;
    const literal = seen.replace(/[*?]/g, '');
    const fits = /[*?]/.test(seen) ? form.characters.test(literal) : form.whole.test(seen);
    if (!fits)
      return found('impossible-value', `${shown} is none that \`${clause.key}\` ever has`, { expected: form.inWords });
  }
  return principalArnProblems(subject, value, found);
}

/** `aws:PrincipalArn` holds the ARN of a user or role, never that of a session or group. */
function principalArnProblems(subject: Subject, { text }: Located, found: Found): readonly FoundProblem[] {
  const { clause, family, statement } = subject;
  if (clause.key.toLowerCase() !== 'aws:principalarn') return [];
  if (/:assumed-role\//.test(text) || (family === 'Arn' && /^arn:[^:]*:sts:/.test(text)))
    return found(
      'session-arn-in-principal-arn',
      '`aws:PrincipalArn` is the ARN of the role, never that of its session',
      { expected: 'an ARN such as `arn:aws:iam::111122223333:role/NAME`', received: `\`${text}\`` },
    );
  if (family === 'String' && /[*?]/.test(text))
    return 'arn:'.startsWith(text.slice(0, firstWildcard(text)).slice(0, 4)) || text.startsWith('arn:')
      ? []
      : found('impossible-value', `\`${text}\` is no pattern of an ARN`);
  const arn = splitArn(text);
  if (arn === undefined)
    return family === 'String' ? found('impossible-value', `\`${text}\` is no ARN`, { expected: 'an ARN' }) : [];
  const start = arn.resource.slice(0, firstWildcard(arn.resource));
  const whole = start === arn.resource;
  const possible = ['user/', 'role/'].some((kind) =>
    whole
      ? arn.resource.startsWith(kind) && arn.resource.length > kind.length
      : kind.startsWith(start) || start.startsWith(kind),
  );
  if (arn.resource === 'root')
    return found(
      'root-in-principal-arn',
      'in `aws:PrincipalArn`, `…:root` means just the root user of the account, who can assume no role',
      { expected: 'a condition on `aws:PrincipalAccount` for a whole account' },
    );
  if (
    !possible ||
    (!/[*?]/.test(arn.service) && arn.service !== 'iam') ||
    (arn.region !== '' && !/^\*+$/.test(arn.region)) ||
    !canBeAccount(arn.account)
  )
    return found('impossible-value', `\`${text}\` is the ARN of no user or role`, {
      expected: 'an ARN such as `arn:aws:iam::111122223333:role/NAME`',
    });
  return otherPartition(arn.partition, statement, found);
}

function firstWildcard(text: string): number {
  const at = text.search(/[*?]/);
  return at === -1 ? text.length : at;
}

function canBeAccount(pattern: string): boolean {
  const fixed = pattern.replace(/\*/g, '').length;
  return /^[\d*?]*$/.test(pattern) && (pattern.includes('*') ? fixed <= 12 : fixed === 12);
}

function otherPartition(partition: string, { principal }: Statement, found: Found): readonly FoundProblem[] {
  if (/[*?]/.test(partition) || principal.element !== 'Principal') return [];
  const named = principal.entries.map(({ text }) => splitArn(text)?.partition);
  return named.length > 0 && named.every((other) => other !== undefined && other !== partition)
    ? found(
        'partition-mismatch',
        `the principals of the statement are of another partition than \`${partition}\`, so the value never matches`,
      )
    : [];
}
