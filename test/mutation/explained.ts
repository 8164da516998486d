/**
 * Which faults change no answer of the program? Read one by one; such a survivor is counted apart, with the reason. Each
 * row is a module, a piece of its line, and what stands there instead: a line that is written anew is no longer explained.
 */
import type { Mutant } from './mutants.ts';

const quick = 'a short way or a cache: the same answer is found the long way';
const bound = 'a bound on work or size, one step earlier or later';
const types = 'a guard for the types alone: both hold together, or the case does not come';
const order = 'the order in which alternatives are tried, not which there are';

interface Explained {
  readonly module: string;
  readonly line: string;
  /** The changed piece and what stands there, without spaces around; all changes of the line where not given. */
  readonly change?: string;
  readonly why: string;
}

export const explained: readonly Explained[] = [
  { module: 'compare/bound-keys.ts', line: 'if (other === null)', why: types },
  { module: 'compare/caller-space.ts', line: "literal('unsettled', false, pointer)", why: types },
  {
    module: 'compare/caller-space.ts',
    line: 'if (arn === undefined || userId === undefined) return false',
    change: '|| &&',
    why: types,
  },
  {
    module: 'compare/caller-space.ts',
    line: 'if (examples.length < 4)',
    why: 'how many readable examples are tried first',
  },
  {
    module: 'compare/caller-space.ts',
    line: 'if (ids.size > 0)',
    change: '> >=',
    why: 'to be none of nobody asks nothing, and to be one of nobody is one alternative more that fails',
  },
  {
    module: 'compare/dimension.ts',
    line: "own === 'number' ? [0, ...thresholds('number', parseNumber)]",
    why: 'zero is tried beside the lowest threshold anyway',
  },
  {
    module: 'compare/coverage.ts',
    line: 'return near.length > 0 && principals.every',
    change: '> >=',
    why: 'a statement without principals lets in nobody, covered or not',
  },
  {
    module: 'compare/request-space.ts',
    line: 'const fresh = strangers.filter',
    why: 'which account stands for those that no policy names in what is shown',
  },
  { module: 'compare/compare.ts', line: 'if (isUsedUp() || sizeOf(from) + sizeOf(to) > mostText)', why: bound },
  { module: 'compare/describe-class.ts', line: 'narrowed.size > 8', why: bound },
  { module: 'compare/inquiry.ts', line: 'tries = 0', why: bound },
  {
    module: 'compare/question.ts',
    line: 'if (cannotCall(space.caller.kind, action.toLowerCase()) !== undefined)',
    why: 'only callers that can make the call are asked about',
  },
  { module: 'evaluate/principal-match.ts', line: 'parts.get(part) ?? NO', why: types },
  { module: 'compare/direct-access.ts', line: 'if (arn === undefined) continue', why: types },
  { module: 'compare/search.ts', line: 'let open = false', why: quick },
  { module: 'compare/search.ts', line: 'left.length >= fewest.length', why: order },
  { module: 'compare/string-language.ts', line: 'texts.size < listed.size', why: quick },
  { module: 'compare/string-language.ts', line: 'language.has(pattern))) continue', why: quick },
  { module: 'compare/string-language.ts', line: 'this.#states[state]?.', why: types },
  {
    module: 'compare/address-set.ts',
    line: 'last - first > 16n',
    why: 'which address of a stretch is taken: all of them answer alike',
  },
  {
    module: 'compare/dimension.ts',
    line: 'return whole > low && whole < high ? whole : middle',
    why: 'which number of a gap is taken',
  },
  { module: 'evaluate/condition.ts', line: 'if (matched === YES) break', why: quick },
  { module: 'evaluate/operators/date.ts', line: 'text.length > 40', why: bound },
  { module: 'evaluate/operators/numeric.ts', line: 'ignoreCase: false', why: 'numbers have no letter case' },
  { module: 'evaluate/prepared-policy.ts', line: 'at < clauses.length', change: '< <=', why: types },
  { module: 'evaluate/wildcard.ts', line: 'p < pattern.length ? pattern[p] : undefined', change: '< <=', why: types },
  {
    module: 'evaluate/value-classes.ts',
    line: 'if (first === undefined || last === undefined) return [0]',
    change: '|| &&',
    why: types,
  },
  { module: 'evaluate/unknown-keys.ts', line: 'distinct.length > mostInSet', why: bound },
  { module: 'document/json-with-positions.ts', line: 'let plain = true', why: quick },
  {
    module: 'compare/dimension.ts',
    line: 'predicate.values.length > 0 || predicate.opaque.length === 0',
    change: '> >=',
    why: 'to be outside of the empty language asks nothing',
  },
  { module: 'compare/search.ts', line: 'if (dimensions.has(dimension)) return false', why: quick },
  { module: 'compare/value-predicate.ts', line: "token < 0 ? 'x'", why: 'which readable examples are tried first' },
  {
    module: 'evaluate/prepared-policy.ts',
    line: 'if (prepared1 === undefined) continue',
    change: 'continue; ;',
    why: types,
  },
  {
    module: 'evaluate/unknown-keys.ts',
    line: "(name.kind === 'role' && caller.kind === 'role-session'",
    change: '&& ||',
    why: 'one more key is tried, which changes no answer',
  },
  {
    module: 'evaluate/value-classes.ts',
    line: 'return [...all].sort((a, b) => a - b)',
    why: 'the same places in another order: a state more, no answer less',
  },
  { module: 'evaluate/wildcard.ts', line: 'let retryFrom = 0', why: 'set before it is read' },
  {
    module: 'evaluate/wildcard.ts',
    line: 'p < pattern.length && pattern[p] === anyCharacters',
    change: '< <=',
    why: types,
  },
  { module: 'keys/address-ranges.ts', line: "return address.kind() === 'ipv4'", why: types },
];

/** @returns why the fault changes nothing; `undefined` where nobody has said so. */
export function reasonFor(file: string, line: string, { from, to }: Mutant): string | undefined {
  const change = `${from.trim()} ${to.trim()}`;
  return explained.find(
    (one) =>
      file.endsWith(one.module) && line.includes(one.line) && (one.change === undefined || one.change === change),
  )?.why;
}
