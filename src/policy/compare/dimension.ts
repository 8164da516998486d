/**
 * Can one condition key have a state that all of these demands allow, and which?
 *
 * A state is that the key is absent, or a value, or for a multivalued key a set of values. A demand says whether absence
 * will do, and what a value must be, or what every or some value of the set must be. Texts are decided by automata;
 * numbers, dates and addresses by trying a value of every stretch that the policies tell apart; a key with few values
 * by trying them all. What the theory cannot tell is `untold`: it counts as possible for a proof and as impossible for
 * a claim.
 */

import { parseDate } from '../evaluate/operators/date.ts';
import { parseAddress } from '../evaluate/operators/ip-address.ts';
import { parseNumber } from '../evaluate/operators/numeric.ts';
import { isPrivateRange } from '../keys/address-ranges.ts';
import type { KeyType } from '../keys/condition-key.ts';
import { type Address, type AddressSpan, addressesApart, withinAny } from './address-set.ts';
import { organizationIn, organizationsNamedBy } from './organization-keys.ts';
import { anyText, characterClass, exactly, findText, Language, one, repeated, run } from './string-language.ts';
import { onAddresses, predicateOfPatterns, type Theory, theoryOf, type ValuePredicate } from './value-predicate.ts';
import type { Work } from './work.ts';

/** What a demand asks of the values, where the key is there. */
export type ValueDemand =
  | boolean
  | { readonly quantifier: 'every' | 'some'; readonly predicate: ValuePredicate; readonly negated: boolean };

/** One demand on one key; `opposite` holds exactly where it does not. */
export interface Literal {
  readonly id: number;
  readonly dimension: Dimension;
  /** Whether it holds where the key is absent; `unsettled`: AWS does not say. */
  readonly absent: boolean | 'unsettled';
  readonly value: ValueDemand;
  readonly opposite: Literal;
  /** Where in the documents it stands. */
  readonly pointer: string;
}

/** `claim`: only what is certain counts as possible. `proof`: all that cannot be ruled out does. */
export type Mode = 'claim' | 'proof';

export interface DimensionShape {
  /** As people write it. */
  readonly name: string;
  readonly type: KeyType;
  readonly multivalued: boolean;
  /** `unsettled`: the key may be absent; whether it can be there AWS does not say. */
  readonly presence: 'always' | 'sometimes' | 'unsettled';
  /** Not in the registry: nothing about it is certain. */
  readonly unregistered: boolean;
  /** What its values look like. */
  readonly base: Language | undefined;
  /** All values there are. */
  readonly finite: readonly string[] | undefined;
  readonly publicAddresses: boolean;
  /** All values of one request are held to be paths of the same organization; another key asks for its id. */
  readonly ofOneOrganization: boolean;
  /** Values that people can read, tried first. */
  readonly preferred: readonly string[];
}

/** Demands on one key that are made together; each set is made once, so that what is known of it is kept. */
export class Demands {
  readonly dimension: Dimension;
  readonly literals: readonly Literal[];
  readonly key: string;
  readonly #more = new Map<Literal, Demands>();
  readonly #possible = new Map<Mode, boolean>();

  constructor(dimension: Dimension, literals: readonly Literal[], key: string) {
    this.dimension = dimension;
    this.literals = literals;
    this.key = key;
  }

  has(literal: Literal): boolean {
    return this.literals.includes(literal);
  }

  and(literal: Literal): Demands {
    const known = this.#more.get(literal);
    if (known !== undefined) return known;
    const more = this.has(literal) ? this : this.dimension.demands([...this.literals, literal]);
    this.#more.set(literal, more);
    return more;
  }

  possible(mode: Mode, work: Work): boolean {
    const known = this.#possible.get(mode);
    if (known !== undefined) return known;
    work.spend(2 + this.literals.length / 4);
    const possible = this.dimension.possible(this.literals, mode, work);
    this.#possible.set(mode, possible);
    return possible;
  }
}

interface Universe {
  readonly values: readonly string[];
  readonly addresses: readonly (Address | undefined)[];
  readonly members: Map<string, Uint8Array>;
}

type Found = { readonly value: string } | 'none' | 'untold';

interface Sides {
  readonly within: readonly ValuePredicate[];
  readonly without: readonly ValuePredicate[];
}

function organizationsOf(found: Found): readonly string[] {
  return typeof found === 'string' ? [] : [organizationIn(found.value)];
}

let ids = 0;

export class Dimension {
  readonly shape: DimensionShape;
  readonly #literals = new Map<string, Literal>();
  readonly #predicates = new Map<string, ValuePredicate>();
  readonly #numbers = new Map<ValuePredicate, number>();
  readonly #sets = new Map<string, Demands>();
  readonly #found = new Map<string, Found>();
  #universe: Universe | undefined;

  constructor(shape: DimensionShape) {
    this.shape = shape;
  }

  /** @returns the literal; the same for the same demand, whatever its place. */
  literal(absent: boolean | 'unsettled', demand: ValueDemand, pointer: string): Literal {
    // One value is every value and some value.
    const value: ValueDemand =
      typeof demand === 'boolean'
        ? demand
        : {
            quantifier: this.shape.multivalued ? demand.quantifier : 'every',
            predicate: this.#predicates.get(demand.predicate.id) ?? this.#ofOwnType(demand.predicate),
            negated: demand.negated,
          };
    const key = `${absent} ${typeof value === 'boolean' ? value : `${value.quantifier} ${value.negated} ${value.predicate.id}`}`;
    const known = this.#literals.get(key);
    if (known !== undefined) return known;
    if (typeof value !== 'boolean' && !this.#predicates.has(value.predicate.id)) {
      this.#predicates.set(value.predicate.id, value.predicate);
      this.#numbers.set(value.predicate, this.#numbers.size);
      this.#universe = undefined;
    }
    ids += 2;
    const literal: { -readonly [K in keyof Literal]: Literal[K] } = {
      id: ids,
      dimension: this,
      absent,
      value,
      pointer,
      opposite: undefined as unknown as Literal,
    };
    const opposite: Literal = {
      id: ids + 1,
      dimension: this,
      absent: absent === 'unsettled' ? absent : !absent,
      value: oppositeOf(value, this.shape.multivalued),
      pointer,
      opposite: literal,
    };
    literal.opposite = opposite;
    this.#literals.set(key, literal);
    const other = `${opposite.absent} ${typeof opposite.value === 'boolean' ? opposite.value : `${opposite.value.quantifier} ${opposite.value.negated} ${opposite.value.predicate.id}`}`;
    if (!this.#literals.has(other)) this.#literals.set(other, opposite);
    return literal;
  }

  #ofOwnType(predicate: ValuePredicate): ValuePredicate {
    if (this.shape.type === 'ip') return onAddresses(predicate);
    if (predicate.theory === 'text' || this.shape.base?.heads.every(isName) !== true) return predicate;
    return predicateOfPatterns(predicate.id, []);
  }

  /** Whether any demand was ever made on the key. */
  get spokenOf(): boolean {
    return this.#literals.size > 0;
  }

  /** The set of these demands. */
  demands(literals: readonly Literal[]): Demands {
    const key = keyOf(literals);
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    const made = new Demands(this, literals, key);
    this.#sets.set(key, made);
    return made;
  }

  /** Whether some state meets them all; {@link Demands} keep the answer. */
  possible(literals: readonly Literal[], mode: Mode, work: Work): boolean {
    if (literals.length === 0) return true;
    if (contradict(literals) || (mode === 'claim' && this.shape.unregistered)) return false;
    return this.#absentPossible(literals, mode) || this.#values(literals, mode, work) !== undefined;
  }

  /** @returns `null`: absent; `undefined`: there is no state, or none can be named. */
  state(literals: readonly Literal[], work: Work): readonly string[] | null | undefined {
    for (const mode of ['claim', 'proof'] as const) {
      if (contradict(literals)) return undefined;
      if (this.#absentPossible(literals, mode)) return null;
      const values = this.#values(literals, mode, work);
      if (values !== undefined && values !== 'untold') return values;
    }
    return undefined;
  }

  #absentPossible(literals: readonly Literal[], mode: Mode): boolean {
    return (
      this.shape.presence !== 'always' &&
      literals.every(({ absent }) => absent === true || (absent === 'unsettled' && mode === 'proof'))
    );
  }

  #values(literals: readonly Literal[], mode: Mode, work: Work): readonly string[] | 'untold' | undefined {
    const { presence, multivalued } = this.shape;
    if (presence === 'unsettled' && mode === 'claim') return undefined;
    const denied = new Set<string>();
    for (const { value } of literals)
      if (typeof value !== 'boolean' && value.negated && (value.quantifier === 'every' || !multivalued))
        for (const opaque of value.predicate.opaque) denied.add(opaque);
    const inside: ValuePredicate[] = [];
    const outside: ValuePredicate[] = [];
    const some: ValueDemand[] = [];
    for (const { value } of literals) {
      if (value === false) return undefined;
      if (value === true) continue;
      if (value.quantifier === 'some' && multivalued) some.push(value);
      else if (!place(value, inside, outside, denied, mode)) return undefined;
    }
    if (some.length === 0) return listOf([this.#find(inside, outside, work)], mode);
    const each: Sides[] = [];
    const values: Found[] = [];
    for (const demand of some) {
      const within = [...inside];
      const without = [...outside];
      if (!place(demand, within, without, denied, mode)) return undefined;
      const found = this.#find(within, without, work);
      if (found === 'none') return undefined;
      each.push({ within, without });
      values.push(found);
    }
    const organizations = new Set(values.flatMap(organizationsOf));
    const agree = !this.shape.ofOneOrganization || organizations.size < 2;
    return listOf(agree ? values : this.#ofOneOrganization(each, organizations, work), mode);
  }

  /** One value for each, all of one organization: of one that was found, one that is named, or any other. */
  #ofOneOrganization(each: readonly Sides[], found: Iterable<string>, work: Work): readonly Found[] {
    const { named, told } = organizationsNamedBy(each.flatMap(({ within, without }) => [...within, ...without]));
    for (const organization of new Set([...found, ...named])) {
      const own = this.#pathsOf(organization);
      const values = each.map(({ within, without }) => this.#find([...within, own], without, work));
      if (values.every((value) => value !== 'none')) return values;
    }
    return [told ? 'none' : 'untold'];
  }

  #pathsOf(organization: string): ValuePredicate {
    const id = `paths of ${organization}`;
    const known = this.#predicates.get(id);
    if (known !== undefined) return known;
    const made = predicateOfPatterns(id, [[...exactly(`${organization}/`), ...anyText]]);
    this.#predicates.set(id, made);
    this.#numbers.set(made, this.#numbers.size);
    return made;
  }

  #find(inside: readonly ValuePredicate[], outside: readonly ValuePredicate[], work: Work): Found {
    const key = `${this.#numbersOf(inside)}!${this.#numbersOf(outside)}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const found = this.#search(inside, outside, work);
    this.#found.set(key, found);
    return found;
  }

  #numbersOf(predicates: readonly ValuePredicate[]): string {
    return predicates
      .map((predicate) => this.#numbers.get(predicate) ?? -1)
      .sort((a, b) => a - b)
      .join(',');
  }

  #search(inside: readonly ValuePredicate[], outside: readonly ValuePredicate[], work: Work): Found {
    const { finite, base, preferred } = this.shape;
    const predicates = [...inside, ...outside];
    const fits = (value: string) =>
      inside.every(({ holds }) => holds(value)) && !outside.some(({ holds }) => holds(value));
    if (finite !== undefined) {
      work.spend(finite.length * predicates.length);
      const value = finite.find(fits);
      return value === undefined ? 'none' : { value };
    }
    const theories = new Set<Theory>(predicates.map(({ theory }) => theory));
    const own = theoryOf(this.shape.type);
    if (theories.size === 0 && own !== 'text') theories.add(own);
    const [theory = 'text'] = theories;
    const listed = own !== 'text' && inside.some((one) => one.theory === 'text' && one.language().texts !== undefined);
    if (theories.size > 1 || listed) return this.#mixed(inside, fits, work);
    if (theory === 'text') {
      const shape = base ?? shapeOfType(this.shape.type);
      const value = findText(
        [...(shape === undefined ? [] : [shape]), ...inside.map(({ language }) => language())],
        outside.map(({ language }) => language()),
        work,
        [...preferred, ...inside.flatMap(({ examples }) => examples)],
      );
      if (value === undefined) return 'none';
      return this.#isOfType(value) ? { value } : 'untold';
    }
    const universe = this.#values1();
    work.spend((universe.values.length * (predicates.length + 1)) / 16);
    const members = predicates.map((predicate) => this.#membersOf(universe, predicate, work));
    let some = false;
    for (let at = 0; at < universe.values.length; at += 1) {
      const value = universe.values[at];
      if (value === undefined || !members.every((member, number) => (member[at] === 1) === number < inside.length))
        continue;
      if (this.canHave(value)) return { value };
      some = true;
    }
    // Another value that is told apart no further may be one that the key can have.
    return some ? this.#mixed(inside, fits, work) : 'none';
  }

  /** Operators of several types on one key: the values that the policies name are tried. */
  #mixed(inside: readonly ValuePredicate[], fits: (value: string) => boolean, work: Work): Found {
    const { preferred } = this.shape;
    const proper = (value: string) => this.canHave(value) && fits(value);
    for (const predicate of inside) {
      if (predicate.theory !== 'text') continue;
      const { texts } = predicate.language();
      if (texts === undefined) continue;
      work.spend(texts.size + 1);
      for (const value of texts) if (proper(value)) return { value };
      return 'none';
    }
    const named = [...this.#predicates.values()].flatMap(({ values }) => values.map(({ text }) => text));
    const tried = [...preferred, ...named, ...this.#values1().values, ...this.#otherwiseWritten()];
    work.spend(tried.length * 2);
    const value = tried.find(proper);
    return value === undefined ? 'untold' : { value };
  }

  /** A number can be written in more than one way, which to a comparison of texts are as many values. */
  #otherwiseWritten(): readonly string[] {
    if (this.shape.type !== 'string') return [];
    return this.#values1().values.flatMap((text) => {
      const number = parseNumber(text);
      if (number === undefined) return [];
      const digits = text.replace(/^[-+]/, '');
      const sign = text.slice(0, text.length - digits.length);
      return [`${text}${text.includes('.') ? '0' : '.0'}`, `${sign}0${digits}`, `${sign}00${digits}`];
    });
  }

  /** Whether the key can have the value at all. */
  canHave(value: string): boolean {
    const { finite, base } = this.shape;
    return (finite === undefined || finite.includes(value)) && base?.matches(value) !== false && this.#isOfType(value);
  }

  #isOfType(value: string): boolean {
    switch (this.shape.type) {
      case 'ip':
        return parseAddress(value) !== undefined && !(this.shape.publicAddresses && isPrivateRange(value));
      case 'numeric':
        return /^\d+(\.\d+)?$/.test(value);
      case 'date':
        return parseDate(value) !== undefined;
      default:
        return true;
    }
  }

  #values1(): Universe {
    this.#universe ??= universeOf(this.shape, [...this.#predicates.values()]);
    return this.#universe;
  }

  #membersOf(universe: Universe, predicate: ValuePredicate, work: Work): Uint8Array {
    const known = universe.members.get(predicate.id);
    if (known !== undefined) return known;
    // Two numbers are compared sooner than a text is read.
    const each = predicate.theory === 'address' ? 64 : 8;
    work.spend((universe.values.length * (predicate.values.length + 1)) / each);
    const within = predicate.theory === 'address' ? withinAny(predicate.spans) : undefined;
    const members = Uint8Array.from(universe.values, (value, at) => {
      if (within === undefined) return predicate.holds(value) ? 1 : 0;
      const address = universe.addresses[at];
      return address !== undefined && within(address) ? 1 : 0;
    });
    universe.members.set(predicate.id, members);
    return members;
  }
}

/** What begins so is no number, date or address: it is the id of somebody, or an ARN. */
function isName(head: string): boolean {
  return /^[a-z]/i.test(head) && /[g-z]/i.test(head);
}

function oppositeOf(value: ValueDemand, multivalued: boolean): ValueDemand {
  return typeof value === 'boolean'
    ? !value
    : {
        quantifier: multivalued && value.quantifier === 'every' ? 'some' : 'every',
        predicate: value.predicate,
        negated: !value.negated,
      };
}

function keyOf(literals: readonly Literal[]): string {
  if (literals.length === 1) return String(literals[0]?.id);
  return literals
    .map(({ id }) => id)
    .sort((a, b) => a - b)
    .join(',');
}

function contradict(literals: readonly Literal[]): boolean {
  return literals.length > 1 && literals.some(({ opposite }) => literals.includes(opposite));
}

/** @returns whether the demand can be met at all in this mode. */
function place(
  demand: ValueDemand,
  inside: ValuePredicate[],
  outside: ValuePredicate[],
  denied: ReadonlySet<string>,
  mode: Mode,
): boolean {
  if (typeof demand === 'boolean') return demand;
  const { predicate, negated } = demand;
  if (negated) {
    if (predicate.opaque.length > 0 && mode === 'claim') return false;
    if (predicate.values.length > 0 || predicate.opaque.length === 0) outside.push(predicate);
    return true;
  }
  if (predicate.opaque.length > 0 && mode === 'proof' && predicate.opaque.some((opaque) => !denied.has(opaque)))
    return true;
  inside.push(predicate);
  return true;
}

function listOf(found: readonly Found[], mode: Mode): readonly string[] | 'untold' | undefined {
  const values = new Set<string>();
  let untold = false;
  for (const one of found) {
    if (one === 'none') return undefined;
    if (one === 'untold') untold = true;
    else values.add(one.value);
  }
  if (untold) return mode === 'proof' ? 'untold' : undefined;
  return [...values];
}

const digits = run(characterClass.digit);
const numberShape = new Language([[one(characterClass.digit), digits]]);
const addressShape = new Language([
  repeated([one(characterClass.digit), digits, { kind: 'character', code: 0x2e }]).concat([
    one(characterClass.digit),
    digits,
  ]),
  [
    run(characterClass.digit | characterClass.lower),
    { kind: 'character', code: 0x3a },
    run(characterClass.digit | characterClass.lower | characterClass.colon),
  ],
]);

/** A wider language than the values of the type have, for text operators on such a key. */
function shapeOfType(type: KeyType): Language | undefined {
  return type === 'numeric' ? numberShape : type === 'ip' ? addressShape : undefined;
}

/** A value of every stretch that the predicates tell apart. */
function universeOf(shape: DimensionShape, predicates: readonly ValuePredicate[]): Universe {
  const values: string[] = [];
  const addresses: (Address | undefined)[] = [];
  const add = (value: string, address?: Address) => {
    values.push(value);
    addresses.push(address);
  };
  const own = theoryOf(shape.type);
  const asked = new Set<Theory>([own, ...predicates.map(({ theory }) => theory)]);
  const of = (theory: Theory) => predicates.filter((predicate) => predicate.theory === theory);
  const thresholds = (theory: Theory, parse: (text: string) => number | undefined) =>
    of(theory).flatMap(({ values: all }) => all.map(({ text }) => parse(text)).filter((value) => value !== undefined));
  if (asked.has('number'))
    for (const point of pointsApart(
      own === 'number' ? [0, ...thresholds('number', parseNumber)] : thresholds('number', parseNumber),
    ))
      if (own !== 'number' || point >= 0) add(String(point));
  if (asked.has('date')) for (const point of pointsApart(thresholds('date', parseDate))) add(dateText(point));
  if (asked.has('address')) {
    const spans: AddressSpan[] = of('address').flatMap(({ spans: all }) => all);
    for (const address of addressesApart(spans, shape.publicAddresses)) add(address.text, address);
  }
  // What is no number, date or address.
  if (own === 'text') add('x');
  return { values, addresses, members: new Map() };
}

/** Each threshold, a point in each gap, and one beyond either end. */
function pointsApart(thresholds: readonly number[]): readonly number[] {
  const sorted = [...new Set(thresholds)].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [0];
  const points: number[] = [];
  sorted.forEach((value, index) => {
    points.push(value);
    const next = sorted[index + 1];
    if (next !== undefined) points.push(between(value, next));
  });
  points.push(
    Math.floor(last + Math.max(1, Math.abs(last) * Number.EPSILON * 4)),
    Math.ceil(first - Math.max(1, Math.abs(first) * Number.EPSILON * 4)),
  );
  return points;
}

/** A whole number where there is one. */
function between(low: number, high: number): number {
  const middle = low + (high - low) / 2;
  const whole = Math.floor(middle);
  return whole > low && whole < high ? whole : middle;
}

function dateText(milliseconds: number): string {
  const date = new Date(Math.round(milliseconds));
  if (Number.isInteger(milliseconds) && !Number.isNaN(date.getTime())) {
    const text = date.toISOString().replace('.000Z', 'Z');
    if (parseDate(text) === milliseconds) return text;
  }
  const seconds = milliseconds / 1000;
  return Number.isInteger(seconds) ? `${seconds}.0` : String(seconds);
}
