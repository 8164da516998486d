/**
 * What can be known of a request by one kind of caller, and what do a Principal element and a clause demand of it?
 *
 * A user or a role session is one structured dimension: the ARN that `aws:PrincipalArn` holds, as a language over whole
 * ARNs. `aws:PrincipalAccount`, `aws:username` and the entries of a Principal element are demands on that ARN, so that
 * they agree; the unique id and the session name are the second dimension, `aws:userid`. A service, a web identity and a
 * SAML identity are single callers, and so is one of each that no policy names.
 */
import type { AccountId } from '../document/names.ts';
import type { PrincipalElement, PrincipalName } from '../document/trust-policy.ts';
import { type PreparedClause, resolveVariables } from '../evaluate/condition.ts';
import {
  domainOf,
  isUnknown,
  type KeyState,
  type PreparedKey,
  presentUnknown,
  stateOf,
} from '../evaluate/key-state.ts';
import { matchPrincipal } from '../evaluate/principal-match.ts';
import type { AssumeRequest, Caller } from '../evaluate/request.ts';
import { YES } from '../evaluate/ternary.ts';
import { onAccounts, twelveDigits } from './account-numbers.ts';
import { type BoundKeys, bondAgreement } from './bound-keys.ts';
import { Dimension, type DimensionShape, type Literal, type ValueDemand } from './dimension.ts';
import { and, type Formula, literalNode, or } from './formula.ts';
import {
  examplePaths,
  keysOfIds,
  keysOfPaths,
  type OrganizationKeys,
  onPaths,
  organization,
  organizationPath,
} from './organization-keys.ts';
import {
  anyText,
  characterClass,
  exactly,
  fromTokens,
  Language,
  one,
  type Pattern,
  repeated,
  run,
} from './string-language.ts';
import { onSeconds, predicateOf, predicateOfPatterns, type ValuePredicate } from './value-predicate.ts';

export type CallerShape =
  | {
      readonly kind: 'user' | 'role-session';
      /** All that is asked of this space is asked of those whom an entry of this name means. */
      readonly only?: PrincipalName;
    }
  | {
      readonly kind: 'service' | 'web-identity' | 'saml';
      readonly caller: Caller;
      /** Where a key asks for its name: it stands for all others than these. */
      readonly others?: Others;
    };

/** Services or providers that no policy names, told apart by the key that holds their name. */
export interface Others {
  /** In lower case. */
  readonly key: string;
  readonly names: Language;
  readonly but: readonly Pattern[];
}

const { digit, lower, upper, nameMark, dash, slash, colon, printable } = characterClass;
const nameCharacters = digit | lower | upper | nameMark | dash;
const pathCharacters = nameCharacters | printable | colon;
const everyButSlash = 1023 & ~slash;
const everyButColon = 1023 & ~colon;

const segments: Pattern = repeated([one(pathCharacters), run(pathCharacters), one(slash)]);
const someName: Pattern = [one(nameCharacters), run(nameCharacters)];

/** The same for nearly all policies: with its states, it is made once. Few are kept, whatever partitions policies name. */
const arnShapes = new Map<string, Language>();
const mostShapes = 16;

function arnShape(type: 'user' | 'role', partitions: readonly string[]): Language {
  const name = `${type} ${partitions.join(' ')}`;
  const known = arnShapes.get(name);
  if (known !== undefined) return known;
  if (arnShapes.size >= mostShapes) arnShapes.clear();
  const made = new Language(
    partitions.map((partition) => [
      ...exactly(`arn:${partition}:iam::`),
      ...twelveDigits,
      ...exactly(`:${type}/`),
      ...segments,
      ...someName,
    ]),
  );
  arnShapes.set(name, made);
  return made;
}

const idCharacters = digit | upper;
const userIdOfUser = new Language([[...exactly('AIDA'), one(idCharacters), run(idCharacters)]]);
const userIdOfRole = new Language([
  [...exactly('AROA'), one(idCharacters), run(idCharacters), one(colon), ...someName],
]);
const organizationId = new Language([organization]);
/** What it is for a service AWS does not say; the ids of users and roles it is none of. */
const userIdOfService = new Language([[one(lower), run(1023)]]);
const pathOfOrganization = new Language([organizationPath]);
const someText = new Language([[one(1023), ...anyText]]);
const accountId = new Language([twelveDigits]);

/** What the values of a key look like, as far as no request can have others. */
export const shapes: ReadonlyMap<string, Language> = new Map([
  ...[...keysOfIds].map((key) => [key, organizationId] as const),
  ...[...keysOfPaths].map((key) => [key, pathOfOrganization] as const),
  ['aws:sourceaccount', accountId],
  ['aws:sourceowner', accountId],
  ['aws:resourceaccount', accountId],
  // STS API Reference, AssumeRole: the least length of each is two characters.
  ['sts:externalid', someText],
  ['sts:rolesessionname', someText],
  ['sts:sourceidentity', someText],
]);

const keysOfAccountIds: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:sourceaccount',
  'aws:sourceowner',
  'aws:resourceaccount',
]);
const keysOfAccounts: ReadonlySet<string> = new Set(['aws:principalarn', 'aws:principalaccount', 'aws:userid']);
/** What follows from the ARN, and so is not the same in every request. */
const keysOfArns: ReadonlySet<string> = new Set([...keysOfAccounts, 'aws:username']);

/** Two keys of one thing, written in two ways. */
const twins: ReadonlyMap<string, string> = new Map([
  ['aws:currenttime', 'aws:epochtime'],
  ['aws:epochtime', 'aws:currenttime'],
]);

/** Stands for the account, user or role where a policy names none. */
const anyAccount = '999999999999' as AccountId;

/** What the policies let us know of all callers. */
export interface CallerWorld {
  /** Accounts that no policy names. */
  readonly freshAccounts: readonly string[];
  readonly partitions: readonly string[];
  /** By account and name, the path of roles named with just one. */
  readonly rolePaths: ReadonlyMap<string, string>;
  /** Where the policies speak of one organization by both keys. */
  readonly organizations: readonly OrganizationKeys[];
  /** Keys that the policies speak of and that no request has in every combination. */
  readonly boundKeys: readonly BoundKeys[];
  /** The role's account, where known. */
  readonly home: string | undefined;
  /** Whether the policies speak of the time by both keys. */
  readonly bothTimes: boolean;
}

export class CallerSpace {
  readonly shape: CallerShape;
  readonly arn: Dimension | undefined;
  readonly userId: Dimension | undefined;
  /** The name of a service or provider that may be any but those named; `undefined` where it is settled. */
  readonly name: Dimension | undefined;
  readonly #dimensions = new Map<string, Dimension | null>();
  /** A request of the kind, of which nothing else is known. */
  readonly #open: AssumeRequest;
  readonly #freshAccounts: readonly string[];
  readonly #clauses = { yes: new Map<PreparedClause, Formula>(), no: new Map<PreparedClause, Formula>() };
  readonly #principals = new Map<PrincipalElement, Formula>();
  readonly #otherPrincipals = new Map<PrincipalElement, Formula>();
  readonly #paths: ReadonlyMap<string, string>;
  readonly #partitions: readonly string[];
  readonly #organizations: readonly OrganizationKeys[];
  readonly #boundKeys: readonly BoundKeys[];
  readonly #home: string | undefined;
  readonly #bothTimes: boolean;
  #agreement: Formula | undefined;
  #showsUserId = false;

  constructor(shape: CallerShape, world: CallerWorld) {
    const { freshAccounts, partitions } = world;
    this.shape = shape;
    this.#freshAccounts = freshAccounts;
    this.#paths = world.rolePaths;
    this.#partitions = partitions;
    this.#organizations = world.organizations;
    this.#boundKeys = world.boundKeys;
    this.#home = world.home;
    this.#bothTimes = world.bothTimes;
    this.#open = {
      caller: templateOf(shape),
      actions: ['sts:AssumeRole'],
      context: new Map(),
      absent: new Set(),
      closed: false,
    };
    if (shape.kind === 'user' || shape.kind === 'role-session') {
      const user = shape.kind === 'user';
      this.arn = new Dimension({
        name: 'aws:PrincipalArn',
        type: 'arn',
        multivalued: false,
        presence: 'always',
        unregistered: false,
        base: arnShape(user ? 'user' : 'role', partitions),
        finite: undefined,
        publicAddresses: false,
        ofOneOrganization: false,
        preferred: freshAccounts.map(
          (account) => `arn:${partitions[0] ?? 'aws'}:iam::${account}:${user ? 'user' : 'role'}/x`,
        ),
      });
      this.userId = new Dimension({
        name: 'aws:userid',
        type: 'string',
        multivalued: false,
        presence: 'always',
        unregistered: false,
        base: user ? userIdOfUser : userIdOfRole,
        finite: undefined,
        publicAddresses: false,
        ofOneOrganization: false,
        preferred: user ? ['AIDAEXAMPLEANYBODY00'] : ['AROAEXAMPLEANYBODY00:session', 'AROAEXAMPLEANYBODY00:x'],
      });
      this.#dimensions.set('aws:principalarn', this.arn);
      this.#dimensions.set('aws:userid', this.userId);
    }
    if ('others' in shape && shape.others !== undefined) {
      this.name = new Dimension({
        name: shape.others.key,
        type: 'string',
        multivalued: false,
        presence: 'always',
        unregistered: false,
        base: shape.others.names,
        finite: undefined,
        publicAddresses: false,
        ofOneOrganization: false,
        preferred: [nameOf(shape.caller)],
      });
      this.#dimensions.set(shape.others.key, this.name);
    }
  }

  get caller(): Caller {
    return this.#open.caller;
  }

  /** Dimensions that a formula of this space has spoken of, by the key in lower case. */
  get dimensions(): ReadonlyMap<string, Dimension | null> {
    return this.#dimensions;
  }

  /** Keys that follow from others, or that every request has, are to stand in a witness, though no demand is made on them. */
  speaksOf(keys: readonly PreparedKey[]): void {
    for (const key of keys) this.#dimensionOf(key);
    if (keys.some(({ lower: name }) => name === 'aws:userid')) this.#showsUserId = true;
  }

  /** Whether the unique id is to stand in a witness: something asks for it. */
  get showsUserId(): boolean {
    return this.#showsUserId || this.userId?.spokenOf === true;
  }

  /** @returns values of the key that a request can have, of these; `null` among them where it can be without. */
  possibleOf(key: PreparedKey, texts: Iterable<string>): readonly (readonly string[] | null)[] {
    const dimension = this.#dimensionOf(key);
    if (dimension === null) return [null];
    const values = [...new Set([...texts, ...(dimension.shape.finite ?? [])])]
      .filter((text) => dimension.canHave(text))
      .map((text) => [text]);
    return dimension.shape.presence === 'always' ? values : [...values, null];
  }

  /** @returns what holds of every request, whatever is demanded: keys that speak of one thing agree. */
  agreement(): Formula {
    this.#agreement ??= and([...this.#boundKeys.map((bound) => this.#bondOf(bound)), this.#isOther()]);
    return this.#agreement;
  }

  #isOther(): Formula {
    if (this.name === undefined || !('others' in this.shape) || this.shape.others === undefined) return true;
    const { key, but } = this.shape.others;
    const predicate = predicateOfPatterns(`named ${key}`, but);
    return formulaOf(this.name.literal(false, { quantifier: 'every', predicate, negated: true }, ''), true);
  }

  #bondOf({ key, other, is }: BoundKeys): Formula {
    const dimension = this.#dimensionOf(key);
    return dimension === null || bondAgreement(dimension, this.#dimensionOf(other), is);
  }

  // Clauses

  clause(clause: PreparedClause, positive: boolean): Formula {
    return remembered(this.#clauses[positive ? 'yes' : 'no'], clause, () => this.#clauseOf(clause, positive));
  }

  #clauseOf(asked: PreparedClause, positive: boolean): Formula {
    const clause = this.#withoutSettledVariables(asked);
    const predicate = predicateOf(clause);
    const { operator } = clause.clause;
    const { pointer } = clause.clause;
    let absent: boolean | 'unsettled';
    let value: ValueDemand;
    if (predicate === undefined || clause.row === undefined) {
      const wanted = new Set(clause.clause.values.map(({ text }) => text.toLowerCase()));
      absent = wanted.has('true');
      value = wanted.has('false');
    } else {
      const { set, ifExists } = operator;
      const { negated } = clause.row;
      if (ifExists) absent = set === 'ForAnyValue' ? 'unsettled' : true;
      else absent = set === undefined ? negated : set === 'ForAllValues';
      if (set === undefined && clause.key.multivalued) value = false;
      else if (predicate.values.length === 0 && predicate.opaque.length === 0) value = negated;
      else value = { quantifier: set === 'ForAnyValue' ? 'some' : 'every', predicate, negated };
    }
    const { lower: name } = clause.key;
    if (typeof value !== 'boolean' && twins.has(name))
      value = { ...value, predicate: this.#onTime(name, value.predicate) };
    if (typeof value !== 'boolean' && keysOfAccountIds.has(name))
      value = { ...value, predicate: onAccounts(value.predicate) };
    if (this.arn !== undefined && typeof value !== 'boolean') {
      if (name === 'aws:principalaccount' || (name === 'aws:username' && this.shape.kind === 'user')) {
        const part = name === 'aws:username' ? 'name' : 'account';
        return formulaOf(
          this.arn.literal(false, { ...value, predicate: onPartOfArn(value.predicate, part) }, pointer),
          positive,
        );
      }
    }
    const dimension = this.#dimensionOf(clause.key);
    if (dimension?.shape.ofOneOrganization === true && keysOfIds.has(name))
      return onOrganization(dimension, { absent, value, pointer }, positive);
    if (dimension === null) return settled(absent, positive) ?? this.#unsettledAbsence(clause.key, pointer, positive);
    return formulaOf(dimension.literal(absent, value, pointer), positive);
  }

  /** Of one instant, each of the two keys has a text of its own; an instant is looked for as a date. */
  #onTime(name: string, predicate: ValuePredicate): ValuePredicate {
    if (predicate.theory === 'text' && (this.#bothTimes || name === 'aws:epochtime'))
      return {
        ...predicateOfPatterns(`text of ${name} ${predicate.id}`, []),
        opaque: [`text of ${name} ${predicate.id}`],
        opaqueTexts: ['a time compared as a text'],
      };
    return name === 'aws:epochtime' ? onSeconds(predicate) : predicate;
  }

  /** A variable that has one value for all callers of the kind, or none, is no variable. */
  #withoutSettledVariables(clause: PreparedClause): PreparedClause {
    if (clause.withVariables.length === 0) return clause;
    const states: KeyState[] = [];
    for (const key of clause.variableKeys) states[key.index] = this.#settledState(key);
    const pieces = [...clause.pieces];
    const withVariables = clause.withVariables.filter((parts) => {
      const resolved = resolveVariables(parts, states);
      if (resolved === 'unknown') return true;
      if (resolved !== 'nothing') pieces.push(resolved);
      return false;
    });
    return withVariables.length === clause.withVariables.length ? clause : { ...clause, pieces, withVariables };
  }

  #settledState(key: PreparedKey): KeyState {
    if (key.lower === 'aws:resourceaccount' && this.#home !== undefined) return this.#dimensionOf(key)?.shape.finite;
    if (this.name !== undefined && this.#dimensions.get(key.lower) === this.name) return undefined;
    const state = stateOf(key, this.#open);
    if (this.arn !== undefined && keysOfArns.has(key.lower))
      return state === null ? null : 'only' in this.shape ? ofOnly(this.shape.only, key.lower) : undefined;
    return state === undefined && this.arn === undefined && keysOfAccounts.has(key.lower) ? null : state;
  }

  #unsettledAbsence(key: PreparedKey, pointer: string, positive: boolean): Formula {
    // The key is never there; what then follows AWS does not settle.
    const name = `${key.lower} (never there)`;
    let dimension = this.#dimensions.get(name);
    if (dimension === undefined || dimension === null) {
      dimension = new Dimension({ ...this.#shapeOf(key, 'sometimes'), finite: [], multivalued: true });
      this.#dimensions.set(name, dimension);
    }
    return formulaOf(dimension.literal('unsettled', false, pointer), positive);
  }

  /** @returns `null` for a key that is never in such a request. */
  #dimensionOf(key: PreparedKey): Dimension | null {
    const known = this.#dimensions.get(key.lower);
    if (known !== undefined) return known;
    const twin = this.#bothTimes ? twins.get(key.lower) : undefined;
    const paths = this.#organizations.find(({ id }) => id.lower === key.lower)?.paths;
    const made =
      (twin === undefined ? undefined : this.#dimensions.get(twin)) ??
      (paths === undefined ? this.#makeDimension(key) : this.#dimensionOf(paths));
    this.#dimensions.set(key.lower, made);
    return made;
  }

  #makeDimension(key: PreparedKey): Dimension | null {
    const state = stateOf(key, this.#open);
    if (state === null) return null;
    const { lookup } = key;
    if (!isUnknown(state)) return new Dimension({ ...this.#shapeOf(key, 'always'), finite: state });
    if (state === presentUnknown) return new Dimension(this.#shapeOf(key, 'always'));
    const unsettled = lookup.kind === 'registered' && lookup.key.presence[this.shape.kind] === 'unknown';
    // Services and federated callers are no principals of an account (IAM User Guide, "AWS global condition context keys").
    if (this.arn === undefined && keysOfAccounts.has(key.lower)) return null;
    return new Dimension(this.#shapeOf(key, unsettled ? 'unsettled' : 'sometimes'));
  }

  #shapeOf(key: PreparedKey, presence: DimensionShape['presence']): DimensionShape {
    const { lookup } = key;
    const registered = lookup.kind === 'registered' ? lookup.key : undefined;
    const domain = domainOf(key, this.caller);
    const ofHome = key.lower === 'aws:resourceaccount' && this.#home !== undefined ? [this.#home] : undefined;
    return {
      name: key.display,
      type: registered?.type ?? 'string',
      multivalued: key.multivalued,
      presence,
      unregistered: lookup.kind === 'unregistered',
      base: key.lower === 'aws:userid' ? userIdOfService : shapes.get(key.lower),
      finite: ofHome ?? (domain !== undefined && 'values' in domain ? domain.values : undefined),
      publicAddresses: key.lower === 'aws:sourceip',
      ofOneOrganization: this.#organizations.some(({ paths }) => paths.lower === key.lower),
      preferred: this.#preferredOf(key.lower),
    };
  }

  #preferredOf(name: string): readonly string[] {
    if (keysOfPaths.has(name)) return examplePaths;
    switch (name) {
      case 'aws:principalorgid':
        return ['o-zzzzzzzzzz', 'o-yyyyyyyyyy'];
      case 'aws:principalaccount':
      case 'aws:sourceaccount':
      case 'aws:resourceaccount':
      case 'aws:sourceowner':
        return this.#freshAccounts;
      case 'aws:sourcearn':
        return this.#freshAccounts.map((account) => `arn:aws:s3:us-east-1:${account}:x`);
      case 'aws:sourceorgid':
      case 'aws:resourceorgid':
        return ['o-zzzzzzzzzz'];
      case 'aws:requestedregion':
        return ['us-east-1', 'eu-west-1'];
      case 'sts:rolesessionname':
        return ['session', 'other-session'];
      case 'sts:externalid':
        return ['some-external-id', 'other-external-id'];
      default:
        return ['x', 'y'];
    }
  }

  // Principals

  principal(element: PrincipalElement, effect: 'Allow' | 'Deny', positive: boolean): Formula {
    // An element stands in one statement, of one effect.
    return remembered(positive ? this.#principals : this.#otherPrincipals, element, () =>
      this.#principalOf(element, effect, positive),
    );
  }

  #principalOf(element: PrincipalElement, effect: 'Allow' | 'Deny', positive: boolean): Formula {
    if (this.arn === undefined || this.userId === undefined) {
      const matches = matchPrincipal(element, effect, this.caller, {
        principalArn: undefined,
        userId: undefined,
        closed: false,
      });
      return (matches === YES) === positive;
    }
    const { entries, pointer } = element;
    if (element.element === 'Principal' || effect === 'Allow') {
      const matches = this.#anyOf(
        entries.map(({ name }) => name),
        pointer,
        (element.element === 'Principal') === positive,
      );
      return matches;
    }
    // Deny with NotPrincipal: it matches unless every part of the caller is listed.
    if (entries.some(({ name }) => name.kind === 'everyone')) return !positive;
    const kinds: readonly PartOfCaller[] =
      this.shape.kind === 'user' ? ['account', 'entity'] : ['account', 'entity', 'session'];
    const parts = kinds.map((part) =>
      this.#anyOf(
        entries.map(({ name }) => name).filter((name) => partNamed(name) === part),
        pointer,
        !positive,
      ),
    );
    return positive ? or(parts) : and(parts);
  }

  /** The caller is one, or (not positive) none, of these. */
  #anyOf(names: readonly PrincipalName[], pointer: string, positive: boolean): Formula {
    const { arn, userId, shape } = this;
    if (arn === undefined || userId === undefined) return false;
    const user = shape.kind === 'user';
    const arns = new Map<string, Pattern>();
    const examples: string[] = [];
    const ids = new Map<string, readonly Pattern[]>();
    const sessions = new Map<string, Formula>();
    for (const name of names) {
      switch (name.kind) {
        case 'everyone':
          return positive;
        case 'account':
          for (const partition of name.partition === undefined ? this.#partitions : [name.partition]) {
            const head = `arn:${partition}:iam::${name.account}:`;
            arns.set(`account ${partition} ${name.account}`, [...exactly(head), ...anyText]);
            if (examples.length < 4) examples.push(`${head}${user ? 'user' : 'role'}/x`);
          }
          break;
        case 'user':
        case 'role':
          if ((name.kind === 'user') !== user) break;
          arns.set(
            `exactly ${name.partition} ${name.account} ${name.path}${name.name}`,
            exactly(`arn:${name.partition}:iam::${name.account}:${name.kind}${name.path}${name.name}`),
          );
          break;
        case 'unique-id':
          if ((name.of === 'user') !== user) break;
          ids.set(name.id, [exactly(name.id), [...exactly(`${name.id}:`), ...anyText]]);
          break;
        case 'session': {
          if (user) break;
          const path = this.#paths.get(`${name.account}/${name.role}`);
          const role = predicateOfPatterns(`role ${name.partition} ${name.account} ${name.role}`, [
            [
              ...exactly(`arn:${name.partition}:iam::${name.account}:role`),
              ...(path === undefined ? [one(slash), ...repeated([run(everyButSlash), one(slash)])] : exactly(path)),
              ...exactly(name.role),
            ],
          ]);
          const session = predicateOfPatterns(`session ${name.session}`, [
            [run(everyButColon), one(colon), ...exactly(name.session)],
          ]);
          const both = [
            formulaOf(arn.literal(false, { quantifier: 'every', predicate: role, negated: false }, pointer), positive),
            formulaOf(
              userId.literal(false, { quantifier: 'every', predicate: session, negated: false }, pointer),
              positive,
            ),
          ];
          sessions.set(`${role.id} ${session.id}`, positive ? and(both) : or(both));
          break;
        }
        default:
          break;
      }
    }
    const parts: Formula[] = [...sessions.values()];
    if (arns.size > 0)
      parts.push(this.#within(arn, [...arns.keys()].sort().join('|'), [...arns.values()], examples, pointer, positive));
    if (ids.size > 0)
      parts.push(
        this.#within(userId, [...ids.keys()].sort().join('|'), [...ids.values()].flat(), [], pointer, positive),
      );
    return positive ? or(parts) : and(parts);
  }

  #within(
    dimension: Dimension,
    id: string,
    patterns: readonly Pattern[],
    examples: readonly string[],
    pointer: string,
    positive: boolean,
  ): Formula {
    const predicate = predicateOfPatterns(id, patterns, examples);
    return formulaOf(dimension.literal(false, { quantifier: 'every', predicate, negated: false }, pointer), positive);
  }
}

function remembered<K>(known: Map<K, Formula>, key: K, make: () => Formula): Formula {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}

type PartOfCaller = 'account' | 'entity' | 'session';

function partNamed(name: PrincipalName): PartOfCaller {
  return name.kind === 'account' ? 'account' : name.kind === 'session' ? 'session' : 'entity';
}

/** What follows from the name, of the keys that follow from an ARN. */
function ofOnly(name: PrincipalName | undefined, key: string): KeyState {
  if (name?.kind !== 'account' && name?.kind !== 'user' && name?.kind !== 'role' && name?.kind !== 'session')
    return undefined;
  if (key === 'aws:principalaccount') return [name.account];
  if (name.kind !== 'user' && name.kind !== 'role') return undefined;
  if (key === 'aws:principalarn')
    return [`arn:${name.partition}:iam::${name.account}:${name.kind}${name.path}${name.name}`];
  return key === 'aws:username' && name.kind === 'user' ? [name.name] : undefined;
}

function nameOf(caller: Caller): string {
  return caller.kind === 'service' ? caller.service : 'provider' in caller ? caller.provider : '';
}

function templateOf(shape: CallerShape): Caller {
  if ('caller' in shape) return shape.caller;
  return shape.kind === 'user'
    ? { kind: 'user', partition: 'aws', account: anyAccount, path: undefined, name: 'x' }
    : { kind: 'role-session', partition: 'aws', account: anyAccount, path: undefined, role: 'x', session: undefined };
}

function settled(absent: boolean | 'unsettled', positive: boolean): boolean | undefined {
  return absent === 'unsettled' ? undefined : absent === positive;
}

/** A literal that every state of its key meets, or none, is no question. */
function formulaOf(literal: Literal, positive: boolean): Formula {
  const wanted = positive ? literal : literal.opposite;
  const { absent, value, dimension } = wanted;
  if (typeof value === 'boolean') {
    if (dimension.shape.presence === 'always') return value;
    if (absent === value) return value;
  }
  return literalNode(wanted);
}

/** What is asked of an id, asked of every path of the organization: not asking it of one is to ask it of none. */
function onOrganization(
  dimension: Dimension,
  { absent, value, pointer }: Pick<Literal, 'absent' | 'value' | 'pointer'>,
  positive: boolean,
): Formula {
  if (typeof value === 'boolean') return formulaOf(dimension.literal(absent, value, pointer), positive);
  const { predicate, negated } = value;
  const literal = dimension.literal(
    absent === 'unsettled' ? absent : absent === positive,
    { quantifier: 'every', predicate: onPaths(predicate), negated: negated === positive },
    pointer,
  );
  return formulaOf(literal, true);
}

/** A demand on the account or on the name behind the last slash, as a demand on the whole ARN. */
function onPartOfArn(predicate: ValuePredicate, part: 'account' | 'name'): ValuePredicate {
  const prefix = part === 'account' ? 'account of' : 'name of';
  if (predicate.theory !== 'text')
    return {
      ...predicateOfPatterns(`${prefix} ${predicate.id}`, []),
      opaque: [`${prefix} ${predicate.id}`],
      opaqueTexts: [`an operator of another type on the ${part} of the caller`],
    };
  const mask = part === 'account' ? everyButColon : everyButSlash;
  const inner =
    predicate.values.length === 0
      ? predicate.language().patterns
      : predicate.values.flatMap((value): Pattern[] =>
          // No such text is an ARN.
          value.arn ? [] : [fromTokens(value.tokens, value.ignoreCase, mask)],
        );
  const patterns = inner.map(
    (own): Pattern =>
      part === 'account'
        ? [...exactly('arn:'), run(everyButColon), ...exactly(':iam::'), ...own, one(colon), ...anyText]
        : [...anyText, one(slash), ...own],
  );
  return {
    ...predicateOfPatterns(`${prefix} ${predicate.id}`, patterns),
    values: predicate.values,
    opaque: predicate.opaque.map((opaque) => `${prefix} ${opaque}`),
    opaqueTexts: predicate.opaqueTexts,
  };
}
