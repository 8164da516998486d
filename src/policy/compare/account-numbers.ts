/** Which account ids does a comparison of numbers mean? Twelve digits are a number too, however odd the operator. */
import { parseNumber } from '../evaluate/operators/numeric.ts';
import { characterClass, exactly, one, type Pattern } from './string-language.ts';
import { type PolicyValue, predicateOfPatterns, type ValuePredicate } from './value-predicate.ts';

const digit = one(characterClass.digit);
export const twelveDigits: Pattern = Array.from({ length: 12 }, () => digit);

/** @returns the predicate of a key that holds an account id, its numbers as the ids they mean; none is an address. */
export function onAccounts(predicate: ValuePredicate): ValuePredicate {
  const { theory, id, values } = predicate;
  if (theory !== 'number' && theory !== 'address') return predicate;
  return predicateOfPatterns(`accounts ${id}`, theory === 'address' ? [] : values.flatMap(accountsThat));
}

/** Accounts below a number, equal to it and above it: those of the three that the test is met by. */
function accountsThat({ text, test }: PolicyValue): readonly Pattern[] {
  const number = parseNumber(text);
  if (number === undefined) return [];
  const [low, high] = [Math.ceil(number), Math.floor(number)];
  return [
    ...(test('-1e308') ? accountsBelow(low) : []),
    ...(test(text) && low === high && low >= 0 && low < 1e12 ? [exactly(padded(low))] : []),
    ...(test('1e308') ? accountsAbove(high) : []),
  ];
}

function accountsBelow(number: number): readonly Pattern[] {
  if (number >= 1e12) return [twelveDigits];
  return number <= 0 ? [] : accountsBeside(padded(number), (other, digit) => other < digit);
}

function accountsAbove(number: number): readonly Pattern[] {
  if (number < 0) return [twelveDigits];
  return number >= 1e12 ? [] : accountsBeside(padded(number), (other, digit) => other > digit);
}

/** By the first digit in which they differ from the id. */
function accountsBeside(id: string, isOnSide: (other: string, digit: string) => boolean): readonly Pattern[] {
  return [...id].flatMap((digit, at) =>
    [...'0123456789']
      .filter((other) => isOnSide(other, digit))
      .map((other) => [...exactly(`${id.slice(0, at)}${other}`), ...twelveDigits.slice(at + 1)]),
  );
}

function padded(number: number): string {
  return String(number).padStart(12, '0');
}
