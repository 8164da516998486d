/**
 * Is some request allowed by one policy and not by another? By trying: every caller of a small universe, with every
 * combination of values of the keys that the policies name, those that behave alike tried once. It shares no code with
 * `src/policy/compare` or `src/policy/evaluate`; what it finds is put to the naive evaluator once more.
 */
import {
  type NaivePolicy,
  type NaiveRequest,
  type NaiveStatement,
  naiveAction,
  naiveClause,
  naiveDecision,
  naivePrincipal,
} from './naive-evaluator.ts';

export interface NaiveDifference {
  /** Requests that the new policy allows and the old one does not, and the reverse: the first one found. */
  readonly gained: NaiveRequest | undefined;
  readonly lost: NaiveRequest | undefined;
  readonly tried: number;
  /** False where the universe was too large to be tried whole, or variables make values depend on each other. */
  readonly whole: boolean;
}

export interface NaiveLimits {
  /** Combinations that are tried. */
  readonly combinations: number;
  /** For what is drawn where not all can be tried. */
  readonly random: () => number;
  /** Only requests that this policy allows, of users and roles of the account, with the assume action alone. */
  readonly within?: { readonly policy: NaivePolicy; readonly account: string };
}

type Kind = NaiveRequest['kind'];
type Presence = 'always' | 'sometimes' | 'never';

/** In the order user, role, service, web identity, SAML identity: `a`lways, `s`ometimes (or AWS does not say), `n`ever. */
const presences: Readonly<Record<string, string>> = {
  'sts:externalid': 'sssnn',
  'sts:rolesessionname': 'aaaaa',
  'sts:sourceidentity': 'sssss',
  'sts:transitivetagkeys': 'sssss',
  'aws:tagkeys': 'sssss',
  'aws:principalorgid': 'ssnnn',
  'aws:principalorgpaths': 'ssnnn',
  'aws:principalaccount': 'aannn',
  'aws:principalarn': 'aannn',
  'aws:principaltype': 'aaaaa',
  'aws:username': 'annnn',
  'aws:userid': 'aannn',
  'aws:federatedprovider': 'nsnan',
  'aws:sourceip': 'sssss',
  'aws:vpcsourceip': 'ssnss',
  'aws:sourcevpc': 'ssnss',
  'aws:sourcevpce': 'ssnss',
  'aws:multifactorauthpresent': 'ssnnn',
  'aws:multifactorauthage': 'snnnn',
  'aws:currenttime': 'aaaaa',
  'aws:securetransport': 'aaaaa',
  // Of a key that is in no registry nothing is known.
  'aws:shoesize': 'sssss',
  'aws:requestedregion': 'aaaaa',
  'aws:sourcearn': 'nnsnn',
  'aws:sourceaccount': 'nnsnn',
  'aws:sourceorgid': 'nnsnn',
  'aws:tokenissuetime': 'sasnn',
  'sts:durationseconds': 'nnnnn',
  'saml:aud': 'nnnna',
  'saml:sub': 'nsnna',
};
const kinds: readonly Kind[] = ['user', 'role', 'service', 'web', 'saml'];
const accompanying = ['sts:TagSession', 'sts:SetSourceIdentity', 'sts:SetContext'];
const assumeActionOf: Readonly<Record<Kind, string>> = {
  user: 'sts:AssumeRole',
  role: 'sts:AssumeRole',
  service: 'sts:AssumeRole',
  web: 'sts:AssumeRoleWithWebIdentity',
  saml: 'sts:AssumeRoleWithSAML',
};

function presenceOf(key: string, caller: NaiveCaller): Presence {
  const letter = (row: string): Presence => {
    const at = row[kinds.indexOf(caller.kind)];
    return at === 'a' ? 'always' : at === 's' ? 'sometimes' : 'never';
  };
  const row = presences[key];
  if (row !== undefined) return letter(row);
  if (/^(aws:(principal|request|resource)tag|iam:resourcetag|sts:requestcontext)\//.test(key)) return 'sometimes';
  const issuer = key.slice(0, key.lastIndexOf(':'));
  if (issuer.includes('.')) {
    // A role session may stem from a web identity.
    if (caller.kind === 'role') return /:(sub|aud|amr)$/.test(key) ? 'sometimes' : 'never';
    if (caller.kind !== 'web' || issuerOf(caller.name) !== issuer) return 'never';
    return /:(sub|aud)$/.test(key) ? 'always' : 'sometimes';
  }
  // No such key: misspelt ones are in no request.
  return 'never';
}

function issuerOf(provider: string): string {
  return (provider.split(':oidc-provider/')[1] ?? provider).toLowerCase();
}

interface NaiveCaller extends Omit<NaiveRequest, 'actions' | 'context'> {
  /** Keys that follow from it. */
  readonly own: ReadonlyMap<string, readonly string[]>;
}

interface Clause {
  readonly statement: number;
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
  readonly variables: boolean;
}

function listOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

function statementsOf(policy: NaivePolicy): readonly NaiveStatement[] {
  return Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement as NaiveStatement];
}

/** @param multivalued which keys (lower case) are multivalued. */
export function naiveDifference(
  old: NaivePolicy,
  now: NaivePolicy,
  multivalued: (key: string) => boolean,
  limits: NaiveLimits,
): NaiveDifference {
  const { within } = limits;
  const statements = [old, now, ...(within === undefined ? [] : [within.policy])].flatMap((policy) =>
    statementsOf(policy).map((statement) => ({ policy, statement })),
  );
  if (statements.length > 30) throw new Error('more statements than bits');
  const clauses = statements.flatMap(({ policy, statement }, at) =>
    Object.entries(statement.Condition ?? {}).flatMap(([operator, block]) =>
      Object.entries(block).map(
        ([key, values]): Clause => ({
          statement: at,
          operator,
          key: key.toLowerCase(),
          values: listOf(values),
          variables: policy.Version === '2012-10-17',
        }),
      ),
    ),
  );
  const keys = [...new Set(clauses.map(({ key }) => key))];
  const organizations = keys.includes('aws:principalorgid') && keys.includes('aws:principalorgpaths');
  const related =
    organizations ||
    clauses.some(({ values, variables }) => variables && values.some((text) => /\$\{[^*?$]/.test(text)));
  const literals = literalsOf(
    statements.map(({ statement }) => statement),
    clauses,
  );
  const everything = (1 << statements.length) - 1;
  const ofOld = (1 << statementsOf(old).length) - 1;
  const ofNow = ((1 << statementsOf(now).length) - 1) << statementsOf(old).length;
  const ofWithin = everything & ~ofOld & ~ofNow;
  const denies = statements.reduce(
    (mask, { statement }, at) => (statement.Effect === 'Deny' ? mask | (1 << at) : mask),
    0,
  );
  const maskOf = (test: (statement: NaiveStatement) => boolean): number =>
    statements.reduce((mask, { statement }, at) => (test(statement) ? mask | (1 << at) : mask), 0);
  const actionMasks = new Map(
    [...new Set(Object.values(assumeActionOf)), ...accompanying].map((action) => [
      action,
      maskOf((statement) => naiveAction(statement, action)),
    ]),
  );
  const found: { gained: NaiveRequest | undefined; lost: NaiveRequest | undefined } = {
    gained: undefined,
    lost: undefined,
  };
  let tried = 0;
  let whole = !related;

  const keep = (request: NaiveRequest, byOld: boolean, byNow: boolean): void => {
    if (byOld === byNow) return;
    const side = byNow ? 'gained' : 'lost';
    if (found[side] !== undefined) return;
    const decided = [old, now].map((policy) => naiveDecision(policy, request, multivalued) === 'allow');
    if (decided[0] !== byOld || decided[1] !== byNow)
      throw new Error(
        `the naive comparer contradicts the naive evaluator: ${JSON.stringify({ old, now, request: { ...request, context: [...request.context] } })}`,
      );
    found[side] = request;
  };

  const seen = new Set<string>();
  const callers = callersFor(literals).filter(({ account }) => within === undefined || account === within.account);
  for (const caller of related ? shuffled(callers).slice(0, 9) : callers) {
    const bare: NaiveRequest = { ...caller, actions: [assumeActionOf[caller.kind]], context: caller.own };
    const principals = maskOf((statement) => naivePrincipal(statement, bare));
    const follow = keys.filter((key) => caller.own.has(key));
    const free = keys.filter((key) => !caller.own.has(key));
    const ownMask = related
      ? everything
      : follow.reduce((mask, key) => mask & maskFor(key, caller.own.get(key) ?? null, bare), everything);
    // Callers that every statement treats alike, with the same keys, are one.
    const behaviour = related
      ? ''
      : `${caller.kind} ${principals & ownMask} ${free.map((key) => `${presenceOf(key, caller)}${/\./.test(key) ? issuerOf(caller.name) : ''}`).join(' ')}`;
    if (behaviour !== '' && seen.has(behaviour)) continue;
    seen.add(behaviour);
    const choices = free.map((key) => choicesFor(key, caller, bare));
    const total = choices.reduce((product, options) => product * options.length, 1);
    const actions = actionSets(caller.kind);
    if (related) sampled(caller, free, choices, actions);
    else if (total * actions.length > limits.combinations) {
      whole = false;
      sampled(caller, free, choices, actions);
    } else enumerated(caller, free, choices, actions, principals & ownMask);
    if (found.gained !== undefined && found.lost !== undefined) break;
  }
  return { ...found, tried, whole };

  /** The statements whose conditions on the key hold; a clause on another key counts as holding. */
  function maskFor(key: string, values: readonly string[] | null, request: NaiveRequest): number {
    const context = new Map(values === null ? [] : [[key, values]]);
    let mask = everything;
    for (const clause of clauses)
      if (
        clause.key === key &&
        (mask & (1 << clause.statement)) !== 0 &&
        !naiveClause(clause.operator, key, clause.values, { ...request, context }, clause.variables, multivalued)
      )
        mask &= ~(1 << clause.statement);
    return mask;
  }

  /** States of the key, one for each way in which they behave. */
  function choicesFor(key: string, caller: NaiveCaller, request: NaiveRequest): readonly Choice[] {
    const presence = presenceOf(key, caller);
    const states: (readonly string[] | null)[] = presence === 'always' ? [] : [null];
    if (presence !== 'never') {
      const values = valuesFor(key, caller, literals.get(key) ?? []);
      if (multivalued(key)) states.push(...sets(key, values, request));
      else states.push(...values.map((value) => [value]));
    }
    if (related) return states.map((state) => ({ state, mask: everything }));
    const alike = new Map<string, Choice>();
    for (const state of states) {
      const mask = maskFor(key, state, request);
      const behaviour = `${mask} ${keysOfBonds.has(key) ? (state === null ? 'absent' : state[0] === 'true') : ''}`;
      if (!alike.has(behaviour)) alike.set(behaviour, { state, mask });
    }
    return [...alike.values()];
  }

  /** Sets of up to three values, of those that behave alike as sets of one value. */
  function sets(key: string, values: readonly string[], request: NaiveRequest): readonly (readonly string[])[] {
    const alike = new Map<string, string>();
    for (const value of values) {
      const behaviour = clauses
        .filter((clause) => clause.key === key && !/null$/i.test(clause.operator))
        .map((clause) =>
          naiveClause(
            clause.operator,
            key,
            clause.values,
            { ...request, context: new Map([[key, [value]]]) },
            clause.variables,
            multivalued,
          )
            ? 1
            : 0,
        )
        .join('');
      if (!alike.has(behaviour)) alike.set(behaviour, value);
    }
    const some = [...(related ? values : alike.values())];
    const all: string[][] = [];
    some.forEach((a, i) => {
      all.push([a]);
      some.slice(i + 1).forEach((b, j) => {
        all.push([a, b]);
        if (some.length <= 12) for (const c of some.slice(i + j + 2)) all.push([a, b, c]);
      });
    });
    return all;
  }

  function actionSets(kind: Kind): readonly (readonly string[])[] {
    const assume = assumeActionOf[kind];
    if (within !== undefined) return [[assume]];
    // A further action that is treated as the assume action is adds nothing; two that are treated alike are one.
    const byMask = new Map<number, string>();
    for (const action of accompanying) {
      const mask = actionMasks.get(action) ?? 0;
      if (mask !== actionMasks.get(assume) && !byMask.has(mask)) byMask.set(mask, action);
    }
    const lists: (readonly string[])[] = [[assume]];
    for (const action of byMask.values()) lists.push(...lists.map((list) => [...list, action]));
    return lists;
  }

  function enumerated(
    caller: NaiveCaller,
    free: readonly string[],
    choices: readonly (readonly Choice[])[],
    actions: readonly (readonly string[])[],
    start: number,
  ): void {
    const chosen: Choice[] = [];
    const visit = (depth: number, mask: number): void => {
      const options = choices[depth];
      if (options !== undefined) {
        for (const option of options) {
          chosen[depth] = option;
          visit(depth + 1, mask & option.mask);
        }
        return;
      }
      for (const list of actions) {
        tried += 1;
        let byOld = true;
        let byNow = true;
        let admitted = true;
        for (const action of list) {
          const alive = mask & (actionMasks.get(action) ?? 0);
          byOld &&= (alive & ofOld & denies) === 0 && (alive & ofOld & ~denies) !== 0;
          byNow &&= (alive & ofNow & denies) === 0 && (alive & ofNow & ~denies) !== 0;
          admitted &&=
            within === undefined || ((alive & ofWithin & denies) === 0 && (alive & ofWithin & ~denies) !== 0);
        }
        if (!admitted || byOld === byNow) continue;
        const request = requestOf(caller, free, chosen, list);
        if (canBe(request.context, keys)) keep(request, byOld, byNow);
      }
    };
    visit(0, start);
  }

  function shuffled<T>(list: readonly T[]): readonly T[] {
    return list
      .map((one) => ({ one, place: limits.random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ one }) => one);
  }

  function sampled(
    caller: NaiveCaller,
    free: readonly string[],
    choices: readonly (readonly Choice[])[],
    actions: readonly (readonly string[])[],
  ): void {
    const one = <T>(list: readonly T[]): T => list[Math.floor(limits.random() * list.length)] as T;
    if (choices.some((options) => options.length === 0)) return;
    const [id, paths] = ['aws:principalorgid', 'aws:principalorgpaths'].map((key) => free.indexOf(key));
    /** With paths of the organization: hardly any two states drawn by themselves agree. */
    const fitting = new Map<string | undefined, readonly Choice[]>();
    const chosen = (states: readonly Choice[]): readonly Choice[] => {
      if (!organizations || id === undefined || paths === undefined || id < 0 || paths < 0) return states;
      const own = states[id]?.state;
      let options = fitting.get(own?.[0]);
      if (options === undefined) {
        options = (choices[paths] ?? []).filter((path) =>
          agrees(
            new Map([
              ['aws:principalorgid', own],
              ['aws:principalorgpaths', path.state],
            ]),
          ),
        );
        fitting.set(own?.[0], options);
      }
      const path = options.length === 0 ? undefined : one(options);
      return path === undefined ? states : states.map((state, at) => (at === paths ? path : state));
    };
    for (let run = 0; run < 40; run += 1) {
      tried += 1;
      const request = requestOf(caller, free, chosen(choices.map(one)), one(actions));
      if ((organizations && !agrees(request.context)) || !canBe(request.context, keys)) continue;
      if (within !== undefined && naiveDecision(within.policy, request, multivalued) !== 'allow') continue;
      keep(
        request,
        naiveDecision(old, request, multivalued) === 'allow',
        naiveDecision(now, request, multivalued) === 'allow',
      );
    }
  }
}

/** AWS puts both keys into a request or none, and the path begins with the id. */
function agrees(context: ReadonlyMap<string, readonly string[] | null | undefined>): boolean {
  const [id] = context.get('aws:principalorgid') ?? [];
  const paths = context.get('aws:principalorgpaths') ?? undefined;
  if (id === undefined || paths === undefined) return id === undefined && paths === undefined;
  return paths.length > 0 && paths.every((path) => path.split('/')[0] === id && path.includes('/'));
}

const keysOfEndpoints = ['aws:vpcsourceip', 'aws:sourcevpc', 'aws:sourcevpce'];
const keysOfBonds: ReadonlySet<string> = new Set([
  'aws:multifactorauthage',
  'aws:multifactorauthpresent',
  'aws:sourceip',
  ...keysOfEndpoints,
]);

/** An MFA that has an age was used, and through a VPC endpoint comes no public address; of keys that no policy names nothing is said. */
function canBe(context: ReadonlyMap<string, readonly string[] | null | undefined>, keys: readonly string[]): boolean {
  const has = (key: string) => (context.get(key) ?? []).length > 0;
  const used =
    context.get('aws:multifactorauthpresent')?.[0] === 'true' || !keys.includes('aws:multifactorauthpresent');
  return (used || !has('aws:multifactorauthage')) && !(has('aws:sourceip') && keysOfEndpoints.some(has));
}

interface Choice {
  readonly state: readonly string[] | null;
  readonly mask: number;
}

function requestOf(
  caller: NaiveCaller,
  free: readonly string[],
  chosen: readonly Choice[],
  actions: readonly string[],
): NaiveRequest {
  const { own, ...rest } = caller;
  const context = new Map(own);
  free.forEach((key, at) => {
    const state = chosen[at]?.state;
    if (state !== null && state !== undefined) context.set(key, state);
  });
  return { ...rest, actions, context };
}

function literalsOf(
  statements: readonly NaiveStatement[],
  clauses: readonly Clause[],
): ReadonlyMap<string, readonly string[]> {
  const literals = new Map<string, string[]>();
  const add = (key: string, texts: readonly string[]) => literals.set(key, [...(literals.get(key) ?? []), ...texts]);
  for (const { key, values, operator } of clauses) if (!/null$/i.test(operator)) add(key, values);
  for (const { Principal, NotPrincipal } of statements)
    for (const element of [Principal, NotPrincipal])
      if (typeof element === 'object' && element !== null)
        for (const [type, names] of Object.entries(element)) add(`principal ${type}`, listOf(names));
  return literals;
}

/** The callers that the policies name, those that their patterns mean, and strangers. */
function callersFor(literals: ReadonlyMap<string, readonly string[]>): readonly NaiveCaller[] {
  const of = (key: string) => literals.get(key) ?? [];
  const named = [...of('principal AWS'), ...of('aws:principalarn').flatMap(arnsOf)];
  const accounts = new Set(['999999999999', '888888888888']);
  for (const text of [...named, ...of('aws:principalaccount')]) {
    const account = /\d{12}/.exec(text)?.[0];
    if (account !== undefined) accounts.add(account);
  }
  const users = new Set<string>();
  const roles = new Set<string>();
  const sessions = new Set(['session']);
  const names = new Set([
    'x',
    ...of('aws:username').flatMap((text) => textsFor([text]).filter((t) => /^[\w+=,.@-]+$/.test(t))),
  ]);
  for (const text of named) {
    const parts = /^arn:(aws[a-z-]*):(iam|sts)::(\d{12}):(user|role|assumed-role)(\/(?:.*\/)?)([^/]+)$/.exec(text);
    if (parts === null) continue;
    const [, , , , type, path = '/', name = ''] = parts;
    if (type === 'user') users.add(`${path}${name}`);
    if (type === 'role') roles.add(`${path}${name}`);
    if (type === 'assumed-role') {
      sessions.add(name);
      roles.add(path.replace(/\/$/, ''));
      roles.add(`/other${path.replace(/\/$/, '')}`);
    }
  }
  for (const text of of('aws:userid'))
    for (const value of textsFor([text]))
      if (/^AROA\w+:[\w+=,.@-]+$/.test(value)) sessions.add(value.split(':')[1] ?? '');
  for (const name of names) users.add(`/${name}`);
  roles.add('/x');
  const ids = of('principal AWS').filter((text) => /^A(IDA|ROA)[A-Z0-9]+$/.test(text));
  const idsOf = (prefix: string) => [
    `${prefix}STRANGER1`,
    ...ids.filter((id) => id.startsWith(prefix)),
    ...of('aws:userid')
      .flatMap((text) => textsFor([text]))
      .filter((text) => text.startsWith(prefix))
      .map((text) => text.split(':')[0] ?? ''),
  ];
  const callers: NaiveCaller[] = [];
  const partitions = new Set(['aws']);
  for (const account of accounts)
    for (const partition of partitions) {
      for (const id of new Set(idsOf('AIDA')))
        for (const user of users) {
          const arn = `arn:${partition}:iam::${account}:user${user}`;
          callers.push({
            kind: 'user',
            account,
            name: arn,
            session: '',
            id,
            own: new Map([
              ['aws:principalarn', [arn]],
              ['aws:principalaccount', [account]],
              ['aws:principaltype', ['User']],
              ['aws:username', [user.slice(user.lastIndexOf('/') + 1)]],
              ['aws:userid', [id]],
            ]),
          });
        }
      for (const id of new Set(idsOf('AROA')))
        for (const role of roles)
          for (const session of sessions) {
            const arn = `arn:${partition}:iam::${account}:role${role}`;
            if (isElsewhere(arn, of('principal AWS'))) continue;
            callers.push({
              kind: 'role',
              account,
              name: arn,
              session,
              id,
              own: new Map([
                ['aws:principalarn', [arn]],
                ['aws:principalaccount', [account]],
                ['aws:principaltype', ['AssumedRole']],
                ['aws:userid', [`${id}:${session}`]],
              ]),
            });
          }
    }
  const other = (kind: Kind, texts: readonly string[]) => {
    for (const name of new Set(texts))
      callers.push({
        kind,
        account: '',
        name,
        session: '',
        id: '',
        own: new Map(kind === 'web' ? [['aws:federatedprovider', [name]]] : []),
      });
  };
  other('service', ['stranger.amazonaws.com', ...of('principal Service')]);
  const providers = of('principal Federated');
  const issuers = [...literals.keys()]
    .filter((key) => key.slice(0, key.lastIndexOf(':')).includes('.'))
    .map((key) => key.slice(0, key.lastIndexOf(':')));
  other('web', [
    'arn:aws:iam::999999999999:oidc-provider/stranger.example.com',
    ...issuers.map((issuer) => `arn:aws:iam::999999999999:oidc-provider/${issuer}`),
    ...providers.filter((text) => !text.includes(':saml-provider/')),
  ]);
  other('saml', [
    'arn:aws:iam::999999999999:saml-provider/stranger',
    ...providers.filter((text) => text.includes(':saml-provider/')),
  ]);
  return callers;
}

/** The policy with only those who need no policy of their own in its Allow statements: no accounts. */
export function withoutAccounts(policy: NaivePolicy): NaivePolicy {
  const isAccount = (entry: string) => /^(\d{12}|arn:[a-z-]+:iam::\d{12}:root)$/.test(entry);
  return {
    ...policy,
    Statement: statementsOf(policy).flatMap((statement) => {
      const { Effect, Principal } = statement;
      if (Effect === 'Deny' || typeof Principal !== 'object' || Principal === null) return [statement];
      const kept = Object.entries(Principal)
        .map(
          ([type, names]) => [type, type === 'AWS' ? listOf(names).filter((name) => !isAccount(name)) : names] as const,
        )
        .filter(([, names]) => listOf(names).length > 0);
      return kept.length === 0 ? [] : [{ ...statement, Principal: Object.fromEntries(kept) }];
    }),
  };
}

/** The name of a role is its own in an account: one that is named with the path `/` alone is nowhere else. */
function isElsewhere(arn: string, named: readonly string[]): boolean {
  const start = arn.slice(0, arn.indexOf(':role/') + ':role/'.length);
  const name = arn.slice(arn.lastIndexOf('/') + 1);
  const same = new Set(named.filter((other) => other.startsWith(start) && other.endsWith(`/${name}`)));
  return same.size === 1 && same.has(`${start}${name}`) && arn !== `${start}${name}`;
}

/** ARNs of users and roles that a pattern of `aws:PrincipalArn` may mean. */
function arnsOf(pattern: string): readonly string[] {
  const written = pattern.replace(/\$\{([*?$])\}/g, '$1');
  const parts = written.split(':');
  const account = /\d{12}/.exec(written)?.[0];
  const resource = parts.length >= 6 ? parts.slice(5).join(':') : (parts.at(-1) ?? '');
  const resources = textsFor([resource]).flatMap((text) =>
    /^(user|role)\//.test(text) ? [text] : [`user/${text}`, `role/${text}`],
  );
  return [...(account === undefined ? ['111122223333', '999999999999'] : [account, '999999999999'])].flatMap((owner) =>
    [...resources, 'user/x', 'role/x', 'role/other/x']
      .filter((text) => /^(user|role)\/([\w+=,.@-]+\/)*[\w+=,.@-]+$/.test(text))
      .map((text) => `arn:aws:iam::${owner}:${text}`),
  );
}

function valuesFor(key: string, caller: NaiveCaller, literals: readonly string[]): readonly string[] {
  switch (key) {
    case 'aws:sourceip':
      return addressesFor(literals).filter((address) => !isPrivate(address));
    case 'aws:vpcsourceip':
      return addressesFor(literals);
    case 'aws:multifactorauthpresent':
      return caller.kind === 'role' ? ['false'] : ['true', 'false'];
    case 'aws:securetransport':
      return ['true', 'false'];
    case 'aws:multifactorauthage':
      return [
        ...new Set([
          '0',
          '86400',
          ...literals.flatMap((text) =>
            Number.isNaN(Number(text)) ? [] : [-1, -0.5, 0, 0.5, 1].map((by) => String(Number(text) + by)),
          ),
        ]),
      ].filter((text) => Number(text) >= 0);
    case 'aws:currenttime':
    case 'aws:tokenissuetime':
      return [
        '2000-01-01T00:00:00Z',
        '2090-01-01T00:00:00Z',
        ...literals.flatMap((text) => {
          const at = /^\d{5,}$/.test(text) ? Number(text) * 1000 : Date.parse(text);
          return Number.isNaN(at)
            ? []
            : [-1000, 0, 1000].map((by) => new Date(at + by).toISOString().replace('.000Z', 'Z'));
        }),
      ];
    case 'aws:principalaccount':
    case 'aws:sourceaccount':
      return [
        '999999999999',
        ...literals
          .map((text) => text.replace(/\*/g, '0'.repeat(Math.max(0, 13 - text.length))))
          .filter((text) => /^\d{12}$/.test(text)),
      ];
    case 'aws:principalorgpaths':
      return ['o-stranger12/r-1/ou-1/', ...textsFor(literals).filter((text) => /^o-[a-z0-9]+\//.test(text))].slice(
        0,
        40,
      );
    case 'aws:principalorgid':
      return ['o-stranger12', ...textsFor(literals).filter((text) => /^o-[a-z0-9]+$/.test(text))];
    default:
      return [...textsFor(literals), 'stranger'];
  }
}

/**
 * Texts that patterns mean and texts beside them: each wildcard filled with nothing, a letter, and what stands in the
 * other patterns; other letter cases; a letter more; and every short text over the letters of the patterns.
 */
function textsFor(patterns: readonly string[]): readonly string[] {
  const bare = [...new Set(patterns.map((text) => text.replace(/\$\{([*?$])\}/g, '$1')))];
  const fillings = [
    '',
    'z',
    ...bare
      .map((text) => text.replace(/[*?]/g, ''))
      .filter((text) => text !== '')
      .slice(0, 6),
  ];
  const texts = new Set<string>();
  for (const text of bare) {
    texts.add(text);
    for (const star of fillings)
      for (const mark of ['y', ...letters(bare)]) texts.add(text.replaceAll('*', star).replaceAll('?', mark));
  }
  for (const text of [...texts]) {
    for (const other of [
      text.toUpperCase(),
      text.toLowerCase(),
      text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase(),
      text.slice(0, 1).toLowerCase() + text.slice(1).toUpperCase(),
      `${text}z`,
      `z${text}`,
    ])
      texts.add(other);
  }
  const alphabet = ['z', ...letters(bare)].slice(0, 6);
  if (bare.every((text) => text.length <= 4))
    for (const a of ['', ...alphabet])
      for (const b of ['', ...alphabet]) for (const c of ['', ...alphabet]) texts.add(a + b + c);
  texts.delete('');
  return [...texts].slice(0, 400);
}

function letters(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.flatMap((text) => [...text.replace(/[*?]/g, '')]))].slice(0, 4);
}

/** Both ends of each range, their neighbours outside, and strangers of both families. */
function addressesFor(ranges: readonly string[]): readonly string[] {
  const addresses = new Set(['8.8.8.8', '2600:1f00:0:0:0:0:0:1']);
  for (const range of ranges) {
    const [text = '', digits] = range.split('/');
    const address = numberOf(text);
    if (address === undefined) continue;
    const { value, width } = address;
    const length = digits === undefined ? width : Number(digits);
    if (!Number.isInteger(length) || length < 0 || length > width) continue;
    const size = 1n << BigInt(width - length);
    const first = (value / size) * size;
    const last = first + size - 1n;
    for (const one of [first - 1n, first, first + 1n, last - 1n, last, last + 1n])
      if (one >= 0n && one < 1n << BigInt(width)) addresses.add(textOf(one, width));
  }
  return [...addresses];
}

function numberOf(text: string): { readonly value: bigint; readonly width: 32 | 128 } | undefined {
  if (/^\d+(\.\d+){3}$/.test(text))
    return { value: text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n), width: 32 };
  if (!text.includes(':')) return undefined;
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return { value: groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n), width: 128 };
}

function textOf(value: bigint, width: 32 | 128): string {
  const [size, radix, separator] = width === 32 ? ([8n, 10, '.'] as const) : ([16n, 16, ':'] as const);
  const parts: string[] = [];
  for (let at = BigInt(width) - size; at >= 0n; at -= size)
    parts.push(((value >> at) & ((1n << size) - 1n)).toString(radix));
  return parts.join(separator);
}

/** Addresses that no caller on the internet has. */
function isPrivate(address: string): boolean {
  const number = numberOf(address);
  if (number === undefined) return true;
  const within = (range: string): boolean => {
    const [text = '', digits = ''] = range.split('/');
    const other = numberOf(text);
    if (other === undefined || other.width !== number.width) return false;
    const shift = BigInt(other.width - Number(digits));
    return other.value >> shift === number.value >> shift;
  };
  return [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '224.0.0.0/3',
    '::/128',
    '::1/128',
    'fc00::/7',
    'fe80::/10',
    'ff00::/8',
  ].some(within);
}
