/** What does the list of values of one condition clause ask of one value of its key? */
import type { PreparedClause } from '../evaluate/condition.ts';
import { isUnsettledArn } from '../evaluate/operators/arn-like.ts';
import { parseDate } from '../evaluate/operators/date.ts';
import { rangesOfText } from '../evaluate/operators/ip-address.ts';
import { parseNumber } from '../evaluate/operators/numeric.ts';
import type { Operator } from '../evaluate/operators/operator.ts';
import { plainValue } from '../evaluate/operators/operator.ts';
import { type PatternPiece, type PatternTokens, patternTokens } from '../evaluate/wildcard.ts';
import type { KeyType } from '../keys/condition-key.ts';
import { type AddressSpan, spanOf } from './address-set.ts';
import { fold, fromArnTokens, fromTokens, Language, type Pattern } from './string-language.ts';

/** Ways of comparing that have values in common; values of one are told apart by its tests alone. */
export type Theory = 'text' | 'number' | 'date' | 'address';

/** One value of a policy, ready for every theory. */
export interface PolicyValue {
  readonly tokens: PatternTokens;
  readonly ignoreCase: boolean;
  readonly arn: boolean;
  readonly text: string;
  readonly test: (value: string) => boolean;
}

export interface ValuePredicate {
  /** Equal predicates have equal ids. */
  readonly id: string;
  readonly theory: Theory;
  /** The values that can be compared; any of them may match. */
  readonly values: readonly PolicyValue[];
  readonly spans: readonly AddressSpan[];
  /** Values whose text is only known with the request: canonical texts, equal where they mean the same. */
  readonly opaque: readonly string[];
  /** What people call them: the policy's text. */
  readonly opaqueTexts: readonly string[];
  /** Texts that are likely to match, for a quick answer. */
  readonly examples: readonly string[];
  /** Without the opaque values. */
  readonly holds: (value: string) => boolean;
  /** Made when it is asked for; without the opaque values. */
  readonly language: () => Language;
}

const made = new WeakMap<PreparedClause, ValuePredicate>();

/** @returns the predicate of a clause's values, not negated; `undefined` for `Null`, which compares nothing. */
export function predicateOf(clause: PreparedClause): ValuePredicate | undefined {
  const known = made.get(clause);
  if (known !== undefined) return known;
  const predicate = makePredicate(clause);
  if (predicate !== undefined) made.set(clause, predicate);
  return predicate;
}

function makePredicate(clause: PreparedClause): ValuePredicate | undefined {
  const { row } = clause;
  if (row === undefined) return undefined;
  const { operator } = row;
  const theory = theoryOf(operator.family);
  const values: PolicyValue[] = [];
  const opaque: string[] = [];
  const opaqueTexts: string[] = [];
  const ids: string[] = [];
  for (const pieces of clause.pieces) {
    if (operator.family === 'arn' && isUnsettledArn(pieces)) {
      ids.push('any ARN or none');
      opaque.push('any ARN or none');
      opaqueTexts.push('`*` alone, of which AWS does not say whether it fits an ARN');
      continue;
    }
    const test = operator.prepare(pieces);
    if (test === undefined) continue;
    const value = policyValue(operator, pieces, test);
    const id = `${theory}${value.arn ? 'a' : ''}${value.ignoreCase ? 'i' : ''}${relationOf(clause, theory)}:${canonical(value, theory)}`;
    if (operator.family === 'other') {
      // Padding does not count.
      const bare = value.text.replace(/={1,2}$/, '');
      for (const padding of ['', '=', '==']) values.push({ ...value, tokens: codes(`${bare}${padding}`) });
    }
    // Lower case of such characters depends on their neighbours.
    else if (value.ignoreCase && value.tokens.some((token) => token > 0xff)) {
      opaque.push(id);
      opaqueTexts.push(`letter case of \`${value.text}\``);
    } else values.push(value);
    ids.push(id);
  }
  for (const parts of clause.withVariables) {
    // Whatever the variable holds: to `Bool` only true and false are equal to anything.
    const truth = clause.clause.operator.base === 'Bool' ? 'b' : '';
    const id = `${theory}${operator.family === 'arn' ? 'a' : ''}${operator.ignoreCase ? 'i' : ''}${truth}$${parts
      .map((part) =>
        'text' in part
          ? JSON.stringify([...(operator.wildcards ? patternTokens([part]) : codes(part.text))])
          : `{${part.key.lower}${part.variable.fallback === undefined ? '' : `,${JSON.stringify(part.variable.fallback)}`}}`,
      )
      .join('')}`;
    opaque.push(id);
    for (const part of parts) if (!('text' in part)) opaqueTexts.push(`policy variable \${${part.variable.key}}`);
    ids.push(id);
  }
  let language: Language | undefined;
  return {
    id: [...new Set(ids)].sort().join('|'),
    theory,
    values,
    spans: theory === 'address' ? values.map(({ text }) => spanOf(text)).filter((span) => span !== undefined) : [],
    opaque: [...new Set(opaque)],
    opaqueTexts,
    examples: values
      .slice(0, 4)
      .filter(({ tokens }) => tokens.some((token) => token < 0))
      .map(({ tokens }) => tokens.map((token) => (token < 0 ? 'x' : String.fromCodePoint(token))).join('')),
    holds: (value) => values.some(({ test }) => test(value)),
    language: () => {
      language ??= new Language(values.flatMap(patternsOf));
      return language;
    },
  };
}

/** @returns how values are told apart under operators of a family, or of a key's type. */
export function theoryOf(of: Operator['family'] | KeyType): Theory {
  switch (of) {
    case 'numeric':
      return 'number';
    case 'date':
      return 'date';
    case 'ip':
      return 'address';
    default:
      return 'text';
  }
}

function policyValue(
  operator: Operator,
  pieces: readonly PatternPiece[],
  test: (value: string) => boolean,
): PolicyValue {
  const text = plainValue(pieces);
  const tokens = operator.wildcards ? patternTokens(pieces) : codes(text);
  return { tokens, ignoreCase: operator.ignoreCase, arn: operator.family === 'arn', text, test };
}

/** Numbers and dates are compared by a relation, which two operators do not share. */
function relationOf(clause: PreparedClause, theory: Theory): string {
  if (theory === 'number' || theory === 'date') return clause.clause.operator.base.replace('Not', '');
  return clause.clause.operator.base === 'BinaryEquals' ? 'binary' : '';
}

function canonical(value: PolicyValue, theory: Theory): string {
  if (theory !== 'text') return value.text;
  const tokens = value.ignoreCase ? value.tokens.map((token) => (token < 0 ? token : fold(token))) : value.tokens;
  return tokens.join(',');
}

/** @returns the predicate of a key that holds addresses, its texts as the ranges they are; itself where some are none. */
export function onAddresses(predicate: ValuePredicate): ValuePredicate {
  if (predicate.theory !== 'text') return predicate;
  const ranges: string[] = [];
  for (const { arn, tokens } of predicate.values) {
    const own = arn ? [] : rangesOfText(tokens);
    if (own === undefined) return predicate;
    ranges.push(...own);
  }
  return { ...predicate, theory: 'address', spans: ranges.map(spanOf).filter((span) => span !== undefined) };
}

/** @returns the predicate of a key that holds seconds since 1970, its numbers as the dates they are. */
export function onSeconds(predicate: ValuePredicate): ValuePredicate {
  if (predicate.theory !== 'number') return predicate;
  const values = predicate.values.map((value): PolicyValue => {
    const seconds = parseNumber(value.text);
    return {
      ...value,
      // With a decimal point, for four digits alone would be a year.
      text: Number.isInteger(seconds) ? `${seconds}.0` : String(seconds),
      test: (given) => {
        const instant = parseDate(given);
        return instant !== undefined && value.test(String(instant / 1000));
      },
    };
  });
  return {
    ...predicate,
    id: `seconds ${predicate.id}`,
    theory: 'date',
    values,
    holds: (value) => values.some(({ test }) => test(value)),
  };
}

export function patternsOf(value: PolicyValue): readonly Pattern[] {
  return value.arn ? fromArnTokens(value.tokens) : [fromTokens(value.tokens, value.ignoreCase)];
}

function codes(text: string): PatternTokens {
  return [...text].map((character) => character.codePointAt(0) ?? 0);
}

/** @returns a predicate that is a language and nothing else. */
export function predicateOfPatterns(
  id: string,
  patterns: readonly Pattern[],
  examples: readonly string[] = [],
): ValuePredicate {
  let language: Language | undefined;
  const made = () => {
    language ??= new Language(patterns);
    return language;
  };
  return {
    id,
    theory: 'text',
    values: [],
    spans: [],
    opaque: [],
    opaqueTexts: [],
    examples,
    holds: (value) => made().matches(value),
    language: made,
  };
}
