/** Which statements and principals of a policy let in what another policy does not, and by which request is it shown? */
import type { ArnParts } from '../document/names.ts';
import type { PrincipalEntry, TrustPolicy } from '../document/trust-policy.ts';
import type { PreparedClause } from '../evaluate/condition.ts';
import type { PreparedPolicy } from '../evaluate/evaluate.ts';
import type { PreparedStatement } from '../evaluate/prepared-policy.ts';
import { matchEntry } from '../evaluate/principal-match.ts';
import { YES } from '../evaluate/ternary.ts';
import { CallerSpace } from './caller-space.ts';
import type { AccessClass, Undecided, Witness } from './comparison.ts';
import { Coverage } from './coverage.ts';
import { type DescribedClass, describeClass, mostWorkOfWords } from './describe-class.ts';
import { and, type Formula } from './formula.ts';
import { type Answer, Inquiry } from './inquiry.ts';
import { allows, allowsNot, statementsOn, type Through } from './question.ts';
import { type AssumeAction, assumeActions, callersOf, furtherActions } from './request-space.ts';
import { decisionOn, requestOf } from './witness.ts';
import { isUsedUp, mostText, spendShared, TooMuchWork, Work } from './work.ts';

export interface Access {
  readonly classes: readonly AccessClass[];
  readonly undecided: readonly Undecided[];
}

/**
 * @param role its ARN's parts, where known.
 * @param lost whether `to` is the older policy, so that they are told as those who lose.
 */
export function gainedAccess(
  from: PreparedPolicy,
  to: PreparedPolicy,
  most: number,
  role?: ArnParts,
  lost = false,
): Access {
  const hunt = new Hunt(from, to, most, { role, lost });
  try {
    begin(from, to);
    for (const action of assumeActions) hunt.on(action);
  } catch (error) {
    if (!(error instanceof TooMuchWork)) throw error;
    hunt.undecided.push({ construct: 'too complex' });
  }
  return { classes: inOrder(hunt.classes), undecided: hunt.classes.length > 0 ? [] : hunt.undecided };
}

/** Whether anybody gains at all: the same search, ended by the first witness, and nobody described. */
export function anyoneGains(from: PreparedPolicy, to: PreparedPolicy, most: number): Anyone {
  const hunt = new Hunt(from, to, most, { one: true });
  try {
    begin(from, to);
    for (const action of assumeActions) hunt.on(action);
  } catch (error) {
    if (!(error instanceof TooMuchWork)) throw error;
    hunt.undecided.push({ construct: 'too complex' });
  }
  return { witness: hunt.witness, undecided: hunt.undecided };
}

export interface Anyone {
  readonly witness: Witness | undefined;
  readonly undecided: readonly Undecided[];
}

/** @throws TooMuchWork where the policies are longer than any that IAM keeps, or nothing is left for them. */
function begin(from: PreparedPolicy, to: PreparedPolicy): void {
  const size = sizeOf(from.policy) + sizeOf(to.policy);
  spendShared(size * workOfCharacter);
  if (size > mostText || isUsedUp()) throw new TooMuchWork();
}

/** Reading is work as well, where many questions are asked of one policy. */
const workOfCharacter = 0.05;

/** The characters of all that a comparison looks at. */
export function sizeOf({ statements }: TrustPolicy): number {
  let size = 0;
  for (const { principal, actions, conditions } of statements) {
    for (const { text } of [...principal.entries, ...actions.patterns]) size += 10 + text.length;
    for (const { key, values } of conditions) {
      size += 10 + key.length;
      for (const { text } of values) size += 3 + text.length;
    }
  }
  return size;
}

/** A statement that may let somebody in newly, and by which of its entries; none of a NotPrincipal. */
interface Open {
  readonly statement: PreparedStatement;
  readonly entries: readonly PrincipalEntry[];
}

interface HuntOptions {
  readonly role?: ArnParts | undefined;
  readonly lost?: boolean;
  readonly one?: boolean;
}

class Hunt {
  /** The first found, where one is all that is asked for. */
  witness: Witness | undefined;
  readonly #one: boolean;
  readonly #lost: boolean;
  readonly classes: DescribedClass[] = [];
  readonly undecided: Undecided[] = [];
  readonly #from: PreparedPolicy;
  readonly #to: PreparedPolicy;
  readonly #home: string | undefined;
  readonly #inquiry: Inquiry;
  readonly #words = new Work(mostWorkOfWords);
  readonly #spaces = new Map<string, CallerSpace>();
  /** Statement, call and principal of every class found. */
  readonly #known = new Set<string>();

  constructor(
    from: PreparedPolicy,
    to: PreparedPolicy,
    most: number,
    { role, lost = false, one = false }: HuntOptions,
  ) {
    this.#one = one;
    this.#lost = lost;
    this.#from = from;
    this.#to = to;
    this.#home = role?.account;
    this.#inquiry = new Inquiry(from, to, new Work(most), role);
  }

  on(action: AssumeAction): void {
    const statements = this.#open(action);
    const further = furtherActions.flatMap((one) => {
      const open = this.#open(one);
      return open.length === 0 ? [] : [{ action: one, statements: open }];
    });
    if (this.witness !== undefined || (statements.length === 0 && further.length === 0)) return;
    if (statementsOn(this.#to, 'Allow', action).length === 0) return;
    for (const shape of callersOf(action, [this.#from, this.#to])) {
      if (this.witness !== undefined) return;
      const space = new CallerSpace(shape, this.#inquiry.world);
      if (statements.length > 0) {
        const denied = bySpace((one) => allowsNot(one, this.#from, action));
        for (const open of statements)
          this.#through(space, open, [action], (one, through) =>
            and([allows(one, this.#to, action, [through]), denied(one)]),
          );
      }
      for (const one of further) this.#further(space, action, one.action, one.statements);
    }
  }

  /** @returns the Allow statements for the action, without those whose callers the other policy plainly lets in. */
  #open(action: string): readonly Open[] {
    const statements = statementsOn(this.#to, 'Allow', action);
    if (statements.length === 0) return [];
    const coverage = new Coverage(this.#from, this.#to, action);
    return statements.flatMap((statement): Open[] => {
      const all = entriesOf(statement);
      const entries = coverage.left(statement, all);
      return entries.length === 0 && (all.length > 0 || coverage.whole(statement)) ? [] : [{ statement, entries }];
    });
  }

  /** Those who could call without the further action already: the others are found without it. */
  #further(space: CallerSpace, action: AssumeAction, further: string, statements: readonly Open[]): void {
    if (this.witness !== undefined) return;
    const before = allows(space, this.#from, action);
    if (before === false) return;
    const rest = bySpace((one) =>
      and([
        one === space ? before : allows(one, this.#from, action),
        allows(one, this.#to, action),
        allowsNot(one, this.#from, further),
      ]),
    );
    for (const open of statements)
      this.#through(space, open, [action, further], (one, through) =>
        and([allows(one, this.#to, further, [through]), rest(one)]),
      );
  }

  #through(
    space: CallerSpace,
    { statement, entries }: Open,
    actions: readonly [string, ...string[]],
    question: (space: CallerSpace, through: Through) => Formula,
  ): void {
    if (this.witness !== undefined) return;
    const formula = (through: Through) => question(space, through);
    const ask = (one: CallerSpace, through: Through): Answer =>
      this.#inquiry.ask({ space: one, formula: question(one, through), actions }, (witness) => this.#shows(witness));
    const found = (through: Through): Witness | undefined => {
      const answer = ask(space, through);
      return this.#told(answer === 'no' || 'witness' in answer ? answer : this.#oneByOne(space, through, answer, ask));
    };
    this.#inquiry.work.spend(this.#from.statements.length + this.#to.statements.length);
    // A list of callers may name users and roles, as may a Deny: each kind is then told by itself, services with users.
    const apart = statement.clauses.some(listsCallers) || this.#from.statements.some(deniesSome);
    const kind = apart ? ` ${space.arn === undefined ? 'user' : space.shape.kind}` : '';
    const call = `${statement.statement.index} ${actions.join(' ')}${kind}`;
    if (entries.length === 0) {
      if (this.#known.has(call)) return;
      const witness = found({ statement });
      if (witness === undefined) return;
      this.#known.add(call);
      this.#add(space, statement, undefined, witness, actions, formula);
      return;
    }
    const narrow = (left: readonly PrincipalEntry[]): void => {
      // All at once, then in halves without the one found: few of a long list are new, or nearly all are.
      if (left.length === 0 || this.witness !== undefined) return;
      const witness = found({ statement, entries: left });
      if (witness === undefined) return;
      const meant = left.length === 1 ? left : meantBy(witness, left);
      const entry = meant.find(({ name }) => name.kind === 'account') ?? meant[0] ?? left[0];
      if (entry === undefined) return;
      this.#known.add(`${call} ${entry.text}`);
      this.#add(space, statement, entry, witness, actions, formula);
      const rest = left.filter(({ text }) => text !== entry.text);
      const half = Math.ceil(rest.length / 2);
      narrow(rest.slice(0, half));
      narrow(rest.slice(half));
    };
    narrow(entries.filter(({ text }) => !this.#known.has(`${call} ${text}`)));
  }

  /** A policy variable of the caller's own name is none where it is settled who calls. */
  #oneByOne(
    space: CallerSpace,
    through: Through,
    answer: Answer,
    ask: (one: CallerSpace, through: Through) => Answer,
  ): Answer {
    const { kind } = space.shape;
    const { entries = [] } = through;
    if ((kind !== 'user' && kind !== 'role-session') || entries.length === 0 || entries.length > mostOneByOne)
      return answer;
    if (![this.#from, this.#to].some(hasVariables)) return answer;
    const undecided: Undecided[] = [];
    for (const entry of entries) {
      const own = ask(new CallerSpace({ kind, only: entry.name }, this.#inquiry.world), {
        ...through,
        entries: [entry],
      });
      if (own === 'no') continue;
      if ('witness' in own) return own;
      undecided.push(...own.undecided);
    }
    return undecided.length === 0 ? 'no' : { undecided };
  }

  /** @returns the witness of a class to be described; what is undecided is kept, and a witness that is all that is asked for. */
  #told(answer: Answer): Witness | undefined {
    if (answer === 'no') return undefined;
    if ('undecided' in answer) {
      this.undecided.push(...answer.undecided);
      return undefined;
    }
    if (!this.#one) return answer.witness;
    this.witness = answer.witness;
    return undefined;
  }

  #add(
    space: CallerSpace,
    statement: PreparedStatement,
    entry: PrincipalEntry | undefined,
    witness: Witness,
    actions: readonly [string, ...string[]],
    formula: (through: Through) => Formula,
  ): void {
    const { from, to, home, lost } = { from: this.#from, to: this.#to, home: this.#home, lost: this.#lost };
    const spaceOf = (kind: 'user' | 'role-session') => {
      const known = space.shape.kind === kind ? space : this.#spaces.get(kind);
      const made = known ?? new CallerSpace({ kind }, this.#inquiry.world);
      this.#spaces.set(kind, made);
      return made;
    };
    this.classes.push(
      describeClass({ from, to, space, statement, entry, witness, actions, home, lost, spaceOf, formula }, this.#words),
    );
  }

  #shows(witness: Witness): boolean {
    if (decisionOn(this.#to, witness) !== 'allow') return false;
    const other = decisionOn(this.#from, witness);
    return other === 'explicit-deny' || other === 'implicit-deny';
  }
}

/** Of several values that tell callers apart, a user can have some, and the session of a role others. */
function listsCallers({ key, row, clause }: PreparedClause): boolean {
  const ofCallers = key.lower === 'aws:principalarn' || key.lower === 'aws:userid';
  return ofCallers && row?.negated === false && clause.values.length > 1;
}

/** Entries that are asked about one by one where all together cannot be decided. */
const mostOneByOne = 8;

function hasVariables({ statements }: PreparedPolicy): boolean {
  return statements.some(({ clauses }) => clauses.some(({ withVariables }) => withVariables.length > 0));
}

/** @returns the same, made once for each space. */
function bySpace(make: (space: CallerSpace) => Formula): (space: CallerSpace) => Formula {
  const made = new Map<CallerSpace, Formula>();
  return (space) => {
    const known = made.get(space) ?? make(space);
    made.set(space, known);
    return known;
  };
}

function deniesSome({ statement: { effect, principal } }: PreparedStatement): boolean {
  const ofOneKind: readonly string[] = ['user', 'role', 'session', 'unique-id'];
  return effect === 'Deny' && principal.entries.some(({ name }) => ofOneKind.includes(name.kind));
}

/** @returns the entries that let the witness in. */
function meantBy(witness: Witness, entries: readonly PrincipalEntry[]): readonly PrincipalEntry[] {
  const request = requestOf(witness);
  if (request === undefined) return [];
  const states = {
    principalArn: request.context.get('aws:principalarn') ?? null,
    userId: request.context.get('aws:userid') ?? null,
    closed: true,
  };
  return entries.filter(({ name }) => matchEntry(name, request.caller, states) === YES);
}

/** Each principal by itself; a NotPrincipal as a whole. Where everyone is listed, that says it all. */
function entriesOf({ statement: { principal } }: PreparedStatement): readonly PrincipalEntry[] {
  if (principal.element === 'NotPrincipal') return [];
  const everyone = principal.entries.find(({ name }) => name.kind === 'everyone');
  return everyone === undefined ? principal.entries : [everyone];
}

/** The most serious first; what another class says already is left out. */
function inOrder(classes: readonly DescribedClass[]): readonly AccessClass[] {
  const told = new Set<string>();
  return classes
    .filter((one) => !classes.some((other) => other !== one && covers(other, one)))
    .sort((a, b) => a.rank - b.rank || a.statement - b.statement)
    .filter(({ summary }) => !told.has(summary) && told.add(summary))
    .map(({ summary, statement, witness, rank }) => ({ summary, statement, witness, rank }));
}

/** An unconditional class of the same call whose principals include the other's. */
function covers(wide: DescribedClass, narrow: DescribedClass): boolean {
  if (!wide.unconditional || wide.actions.join() !== narrow.actions.join()) return false;
  const [name, other] = [wide.entry?.name, narrow.entry?.name];
  if (name === undefined || other === undefined) return false;
  if (other.kind === 'everyone') return false;
  if (name.kind === 'everyone')
    return (
      wide.witness.service === undefined &&
      wide.witness.federated === undefined &&
      narrow.witness.principal !== undefined
    );
  return name.kind === 'account' && 'account' in other && other.account === name.account && other.kind !== 'account';
}
