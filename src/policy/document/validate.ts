/** What would IAM refuse in a trust policy, and what does it accept that can never match or is worth a look? */
import { splitArn } from './names.ts';
import { actionsMeantBy, actionsOf, callersOf, kindsNamedBy, kindsThatCall } from './statement-callers.ts';
import type { PrincipalEntry, Problem, Statement, TrustPolicy } from './trust-policy.ts';
import { conditionProblems } from './validate-conditions.ts';
import { tenantProblems } from './validate-tenants.ts';

export interface ValidationOptions {
  /** Characters that the account allows in a trust policy; white space outside strings does not count. Default: 2,048. */
  readonly quota?: number;
  /** Partition of the role, where it is known: principals of another one can never call. */
  readonly partition?: string;
}

/** A problem whose place is not looked up yet. */
export type FoundProblem = Omit<Problem, 'place'>;

/** IAM User Guide, "IAM and AWS STS quotas": role trust policy length, before it is raised. */
const defaultQuota = 2_048;
const onlyAssumeActions = 'AssumeRole policy may only specify STS AssumeRole actions.';

/**
 * All that is wrong with a policy that was read, apart from what reading it has told already: `Resource`, elements and
 * keys that do not exist, an `Id` that is no string, a `Principal` that lists nobody.
 */
export function validateTrustPolicy(policy: TrustPolicy, options: ValidationOptions = {}): readonly Problem[] {
  const problems: FoundProblem[] = [
    ...textProblems(policy, options.quota ?? defaultQuota),
    ...sidProblems(policy),
    ...partitionProblems(policy, options.partition),
    ...callingServiceProblems(policy),
    ...policy.statements.flatMap((statement) => [
      ...principalProblems(statement),
      ...actionProblems(statement),
      ...tenantProblems(statement),
      ...conditionProblems(statement, policy),
    ]),
  ];
  return problems.map((problem) => {
    const place = policy.placeOf(problem.pointer);
    return place === undefined ? problem : { ...problem, place };
  });
}

/** IAM User Guide, "IAM and AWS STS quotas": size and characters. */
function textProblems(policy: TrustPolicy, quota: number): readonly FoundProblem[] {
  const problems: FoundProblem[] = [];
  const strange = /[^\t\n\r\u0020-\u00ff]/u.exec(policy.text);
  if (strange !== null)
    problems.push({
      code: 'invalid-character',
      level: 'refused',
      message: `the policy holds the character ${codePoint(strange[0])}, which IAM takes in no policy`,
      pointer: '',
      expected: 'tab, line feed, carriage return and U+0020 to U+00FF',
      received: codePoint(strange[0]),
    });
  const size = countedSize(policy.text);
  if (size > quota)
    problems.push({
      code: 'invalid-size',
      level: 'may-be-refused',
      message: `the policy has ${size} characters without white space, more than the quota of ${quota}; IAM refuses it unless the quota of the account was raised`,
      iamMessage: `Cannot exceed quota for ACLSizePerRole: ${quota}`,
      pointer: '',
      expected: `at most ${quota} characters`,
      received: `${size} characters`,
    });
  if (!policy.versionStated)
    problems.push({
      code: 'missing-version',
      level: 'doubtful',
      message: 'without a `Version` the policy is read as `2008-10-17`, which knows no policy variables',
      pointer: '',
      expected: '`"Version": "2012-10-17"`',
    });
  return problems;
}

/** @returns how many characters count for the quota: all but white space outside strings. */
export function countedSize(text: string): number {
  return text.replace(/("(?:[^"\\]|\\.)*")|[\t\n\r ]+/gs, '$1').length;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function sidProblems(policy: TrustPolicy): readonly FoundProblem[] {
  const problems: FoundProblem[] = [];
  const seen = new Set<string>();
  for (const { sid, pointer } of policy.statements) {
    if (sid === undefined || sid === '') continue;
    if (!/^[A-Za-z0-9]*$/.test(sid))
      problems.push({
        code: 'invalid-sid',
        level: 'refused',
        message: 'a `Sid` has letters and digits only',
        iamMessage:
          'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
        pointer: `${pointer}/Sid`,
        expected: '`[A-Za-z0-9]*`',
        received: `\`${sid}\``,
      });
    if (seen.has(sid))
      problems.push({
        code: 'invalid-duplicate-sid',
        level: 'refused',
        message: `another statement has the \`Sid\` \`${sid}\` as well`,
        iamMessage: 'The Statement Ids in the policy are not unique',
        pointer: `${pointer}/Sid`,
      });
    seen.add(sid);
  }
  return problems;
}

function principalProblems({ principal, effect }: Statement): readonly FoundProblem[] {
  if (principal.element === 'NotPrincipal')
    return [
      {
        code: 'invalid-notprincipal',
        level: 'refused',
        message: 'a trust policy cannot have `NotPrincipal`; deny `*` with a negated condition on `aws:PrincipalArn`',
        iamMessage:
          effect === 'Allow'
            ? 'Allow with NotPrincipal is not allowed.'
            : 'AssumeRole policy must not contain NotPrincipal field.',
        pointer: principal.pointer,
      },
    ];
  if (principal.bareStar)
    return [
      {
        code: 'invalid-bare-star',
        level: 'refused',
        message: 'a trust policy cannot have the bare principal `"*"`; everyone is written `{"AWS": "*"}`',
        iamMessage: 'AssumeRolepolicy contained an invalid principal: "STAR":"*".',
        pointer: principal.pointer,
        expected: '`{"AWS": "*"}`',
        received: '`"*"`',
      },
    ];
  return principal.entries.flatMap((entry) => entryProblems(entry));
}

/** Names of users, roles and sessions (IAM User Guide, "IAM and AWS STS quotas": characters of names and paths). */
const nameForm = /^[\w+=,.@-]+$/;
const pathForm = /^\/(?:[\u0021-\u007e]+\/)?$/;

function entryProblems(entry: PrincipalEntry): readonly FoundProblem[] {
  const { name, text, pointer, type } = entry;
  const invalid = (why: string, level: Problem['level'] = 'refused'): readonly FoundProblem[] => {
    const iamMessage = invalidPrincipalMessage(type, text);
    return [
      {
        code: 'invalid-principal',
        level,
        message: `\`${text}\` is no principal that IAM takes: ${why}`,
        ...(iamMessage === undefined ? {} : { iamMessage }),
        pointer,
        received: `\`${text}\``,
      },
    ];
  };
  switch (name.kind) {
    case 'invalid':
      return invalid(name.why);
    case 'canonical-user':
      return invalid('a trust policy knows no `CanonicalUser`, which is for Amazon S3');
    case 'user':
    case 'role':
      if (!nameForm.test(name.name) || !pathForm.test(name.path) || name.name.length > 64 || name.path.length > 512)
        return invalid(`no ${name.kind} can have such a name`);
      return unknownPartition(name.partition, invalid);
    case 'session':
      if (!nameForm.test(name.role) || name.role.length > 64 || !/^[\w+=,.@-]{2,64}$/.test(name.session))
        return invalid('no session can have such a name');
      return unknownPartition(name.partition, invalid);
    case 'federated-user':
      if (!/^[\w+=,.@-]{2,32}$/.test(name.name)) return invalid('no federated user can have such a name');
      return [
        ...unknownPartition(name.partition, invalid),
        {
          code: 'federated-user-principal',
          level: 'never-matches',
          message: `\`${text}\` can never assume the role: federated users (GetFederationToken) cannot call AssumeRole`,
          pointer,
        },
      ];
    case 'unique-id':
      return [
        {
          code: 'invalid-principal-id',
          level: 'may-be-refused',
          message: `\`${text}\` is the id of a deleted ${name.of}: it matches nobody as long as no such ${name.of} exists, and IAM does not take it in a new policy`,
          iamMessage: `Invalid principal in policy: "AWS":"${text}"`,
          pointer,
          received: `\`${text}\``,
        },
      ];
    case 'service':
      return serviceProblems(name.service, invalid);
    case 'oidc-provider':
      if (!/^[\w.-]+(:\d+)?(\/[\w.~%/-]*)?$/.test(name.url))
        return invalid('the provider is named by host and path of its issuer, without `https://`');
      return unknownPartition(name.partition, invalid);
    case 'account':
    case 'saml-provider':
      return name.partition === undefined ? [] : unknownPartition(name.partition, invalid);
    case 'everyone':
    case 'built-in-provider':
      return [];
  }
}

/** The texts of IAM's answers, where a report of one was found. */
function invalidPrincipalMessage(type: PrincipalEntry['type'], text: string): string | undefined {
  switch (type) {
    case 'AWS':
      return `Invalid principal in policy: "AWS":"${text}"`;
    case 'Service':
      return `Invalid principal in policy: "SERVICE":"${text}"`;
    case 'Federated':
      return 'Federated principals must be valid domain names or SAML metadata ARNs';
    case 'CanonicalUser':
      return undefined;
  }
}

type Invalid = (why: string, level?: Problem['level']) => readonly FoundProblem[];

const partitions: ReadonlySet<string> = new Set([
  'aws',
  'aws-cn',
  'aws-us-gov',
  'aws-iso',
  'aws-iso-b',
  'aws-iso-e',
  'aws-iso-f',
  'aws-eusc',
]);

function unknownPartition(partition: string, invalid: Invalid): readonly FoundProblem[] {
  return partitions.has(partition)
    ? []
    : // Partitions may be newer than this list.
      invalid(
        `no partition \`${partition}\` is known`,
        /^aws(-[a-z0-9]+)*$/.test(partition) ? 'may-be-refused' : 'refused',
      );
}

/** IAM Access Analyzer, "Invalid service principal format": lower case, `service-name.amazonaws.com`. */
function serviceProblems(service: string, invalid: Invalid): readonly FoundProblem[] {
  if (/[*?]/.test(service)) return invalid('a wildcard cannot stand for part of a service, or for every service');
  if (!/^[A-Za-z0-9.-]+\.[A-Za-z0-9-]+$/.test(service))
    return invalid('a service principal is a host name such as `ec2.amazonaws.com`');
  if (service !== service.toLowerCase())
    return invalid('service principals are written in lower case', 'may-be-refused');
  if (!/\.(amazonaws\.com(\.cn)?|aws\.internal|aws\.dev|amazonaws\.eu)$/.test(service))
    return invalid('service principals end in `.amazonaws.com`', 'may-be-refused');
  return [];
}

/** A principal of another partition can never call (IAM User Guide, "Amazon Resource Names (ARNs)"). */
function partitionProblems(policy: TrustPolicy, own: string | undefined): readonly FoundProblem[] {
  const entries = policy.statements
    .filter(({ principal }) => principal.element === 'Principal')
    .flatMap(({ principal }) => principal.entries)
    .flatMap((entry) => {
      const partition = entry.name.kind === 'invalid' ? undefined : splitArn(entry.text)?.partition;
      return partition === undefined ? [] : [{ entry, partition }];
    });
  const home = own ?? entries[0]?.partition;
  return entries
    .filter(({ partition }) => partition !== home && partitions.has(partition))
    .map(({ entry, partition }) => ({
      code: 'partition-mismatch',
      level: 'never-matches' as const,
      message:
        own === undefined
          ? `the policy names principals of the partitions \`${home}\` and \`${partition}\`; no role can be assumed from both`
          : `\`${entry.text}\` is of the partition \`${partition}\`; a role of \`${own}\` cannot be assumed from there`,
      pointer: entry.pointer,
    }));
}

function actionProblems(statement: Statement): readonly FoundProblem[] {
  const { actions, principal, effect } = statement;
  const problems: FoundProblem[] = actions.patterns.flatMap(({ text, pointer }) =>
    onePatternProblems(text, pointer, actions.element),
  );
  if (actions.element === 'NotAction' && effect === 'Allow')
    problems.push({
      code: 'allow-with-notaction',
      level: 'doubtful',
      message: '`NotAction` under `Allow` allows every other action of a call, those that are still to come as well',
      pointer: actions.pointer,
    });
  if (principal.element === 'NotPrincipal') return problems;
  const meant = actionsOf(actions);
  // What means nothing at all was told above.
  if (meant.length === 0) return problems;
  for (const { name, text, pointer } of principal.entries) {
    const kinds = kindsNamedBy(name);
    if (kinds.length > 0 && kindsThatCall(kinds, meant).length === 0)
      problems.push({
        code: 'principal-never-calls-action',
        level: 'never-matches',
        message: `\`${text}\` can call none of the actions of the statement${callsInstead(kinds)}`,
        pointer,
      });
  }
  if (actions.element === 'NotAction') return problems;
  const kinds = principal.entries.flatMap(({ name }) => kindsNamedBy(name));
  for (const { text, pointer } of actions.patterns) {
    const own = actionsMeantBy(text);
    if (own.length > 0 && kinds.length > 0 && callersOf(statement).length > 0 && kindsThatCall(kinds, own).length === 0)
      problems.push({
        code: 'action-never-called',
        level: 'never-matches',
        message: `none of the principals of the statement can call \`${text}\``,
        pointer,
      });
  }
  return problems;
}

function callsInstead(kinds: readonly string[]): string {
  if (kinds.includes('web-identity')) return '; tokens of an OIDC provider are for `sts:AssumeRoleWithWebIdentity`';
  if (kinds.includes('saml')) return '; assertions of a SAML provider are for `sts:AssumeRoleWithSAML`';
  return '; it calls `sts:AssumeRole`';
}

function onePatternProblems(text: string, pointer: string, element: 'Action' | 'NotAction'): readonly FoundProblem[] {
  const shared = { pointer, expected: 'an action such as `sts:AssumeRole`', received: `\`${text}\`` };
  if (text === '*')
    return [
      {
        code: 'invalid-action',
        level: 'may-be-refused',
        message: 'the action `*` may be refused; `sts:*` means the same in a trust policy',
        iamMessage: onlyAssumeActions,
        ...shared,
      },
    ];
  if (!text.includes(':'))
    return [
      {
        code: 'invalid-action',
        level: 'refused',
        message: `the action \`${text}\` has no prefix of a service, such as \`sts:\``,
        ...shared,
      },
    ];
  if (actionsMeantBy(text).length === 0)
    return [
      {
        code: 'invalid-action',
        // Which actions IAM takes in a NotAction is not settled.
        level: element === 'Action' ? 'refused' : 'may-be-refused',
        message: `\`${text}\` is no action of assuming a role`,
        iamMessage: onlyAssumeActions,
        ...shared,
      },
    ];
  if (!/^sts:/i.test(text))
    return [
      {
        code: 'invalid-action',
        level: 'may-be-refused',
        message: `the action \`${text}\` has a wildcard in the prefix of the service`,
        iamMessage: onlyAssumeActions,
        ...shared,
      },
    ];
  return [];
}

/** Services whose calls have more than one action in them, all of which must be allowed. */
const actionsOfServices: ReadonlyMap<string, readonly string[]> = new Map([
  // IAM Roles Anywhere User Guide, "Trust model"
  ['rolesanywhere.amazonaws.com', ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession']],
  // Amazon EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity"
  ['pods.eks.amazonaws.com', ['sts:AssumeRole', 'sts:TagSession']],
]);

function callingServiceProblems(policy: TrustPolicy): readonly FoundProblem[] {
  const problems: FoundProblem[] = [];
  for (const [service, needed] of actionsOfServices) {
    const naming = policy.statements.filter(
      ({ effect, principal }) =>
        effect === 'Allow' &&
        principal.element === 'Principal' &&
        principal.entries.some(({ text }) => text === service),
    );
    const [first] = naming;
    if (first === undefined) continue;
    const allowed = new Set(naming.flatMap(({ actions }) => actionsOf(actions)));
    const missing = needed.filter((action) => !allowed.has(action));
    if (missing.length > 0)
      problems.push({
        code: 'service-needs-actions',
        level: 'never-matches',
        message: `calls of \`${service}\` also need ${missing.map((action) => `\`${action}\``).join(' and ')}, which no statement allows it`,
        pointer: first.actions.pointer,
        expected: needed.map((action) => `\`${action}\``).join(', '),
      });
  }
  return problems;
}
