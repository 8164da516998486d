/** How is a statement, a condition, or what a call brought, named in a sentence? Policy text in it is untrusted. */
import { clip } from '../findings/escape.ts';
import type { ConditionClause, Statement } from '../policy/document/trust-policy.ts';
import type { Ternary } from '../policy/evaluate/request.ts';
import { lookUpKey } from '../policy/keys/condition-keys.ts';

/** Longest list and longest value that a sentence quotes whole. */
const mostValues = 3;
const mostCharacters = 160;

/** `Statement 2`, `Statement 2 (CiAccess)`. */
export function statementName({ index, sid }: Statement): string {
  return `Statement ${index + 1}${sid === undefined || sid === '' ? '' : ` (${shortened(sid)})`}`;
}

/** `a`, `b` or `c`, the rest counted. */
export function listed(texts: readonly string[], last = 'or'): string {
  const shown = texts.slice(0, mostValues).map((text) => `\`${shortened(text)}\``);
  const more = texts.length - shown.length;
  if (more > 0) return `${shown.join(', ')} ${last} ${more} more`;
  const end = shown.pop();
  return shown.length === 0 ? (end ?? 'nothing') : `${shown.join(', ')} ${last} ${end}`;
}

const verbs: Readonly<Record<ConditionClause['operator']['base'], string>> = {
  StringEquals: 'to be',
  StringNotEquals: 'not to be',
  StringEqualsIgnoreCase: 'to be (in any letter case)',
  StringNotEqualsIgnoreCase: 'not to be (in any letter case)',
  StringLike: 'to be like',
  StringNotLike: 'not to be like',
  NumericEquals: 'to be',
  NumericNotEquals: 'not to be',
  NumericLessThan: 'to be less than',
  NumericLessThanEquals: 'to be at most',
  NumericGreaterThan: 'to be more than',
  NumericGreaterThanEquals: 'to be at least',
  DateEquals: 'to be',
  DateNotEquals: 'not to be',
  DateLessThan: 'to be before',
  DateLessThanEquals: 'to be no later than',
  DateGreaterThan: 'to be after',
  DateGreaterThanEquals: 'to be no earlier than',
  Bool: 'to be',
  BinaryEquals: 'to be',
  IpAddress: 'to be in',
  NotIpAddress: 'to be outside',
  ArnEquals: 'to be like',
  ArnNotEquals: 'not to be like',
  ArnLike: 'to be like',
  ArnNotLike: 'not to be like',
  Null: 'to be',
};

/** The key as AWS spells it; one that does not exist as the policy does. */
export function keyName(key: string): string {
  const found = lookUpKey(key);
  return shortened(found.kind === 'registered' ? `${found.key.name}${found.tag ?? ''}` : key);
}

/** `` wants sts:ExternalId to be `a` or `b` ``, to stand behind a statement's name. */
export function wants({ operator, key, values }: ConditionClause, verb = 'wants'): string {
  const name = keyName(key);
  if (operator.base === 'Null')
    return `${verb} ${name} ${values.some(({ text }) => text.toLowerCase() === 'true') ? 'not to be in the call' : 'to be in the call'}`;
  const set = operator.set === undefined ? '' : operator.set === 'ForAnyValue' ? 'some value of ' : 'every value of ';
  const wanted = values.length === 0 ? 'one of no values at all' : listed(values.map(({ text }) => text));
  return `${verb} ${set}${name} ${verbs[operator.base]} ${wanted}${operator.ifExists ? ' where it is there' : ''}`;
}

/** `` sts:ExternalId is not `a` ``, `aws:MultiFactorAuthAge is not in the call`: the same as a fact. */
export function tests(clause: ConditionClause): string {
  return wants(clause, '')
    .trim()
    .replace(/ (not )?to be(?= )/, (_, not: string | undefined) => ` is ${not ?? ''}`.trimEnd());
}

/** `` the call had `x` ``, `the call had none`, `the record does not show what the call had`. */
export function had(values: readonly string[] | null | undefined, what = 'the call'): string {
  if (values === undefined) return 'the record does not show what the call had';
  if (values === null || values.length === 0) return `${what} had none`;
  return `${what} had ${listed(values, 'and')}`;
}

/** Untrusted text of any length, on one line. */
export function shortened(text: string): string {
  return clip(text.replace(/\s+/g, ' '), mostCharacters);
}

/** The sentence about a condition that keeps the call out; of a Deny, about the one that makes it match. */
export function unmet(
  part: {
    readonly where: string;
    readonly effect: 'Allow' | 'Deny';
    readonly clause: ConditionClause;
    readonly values: readonly string[] | null | undefined;
    readonly policy?: { readonly version: string };
    readonly matches?: Ternary;
  },
  more = '',
): string {
  const { where, effect, clause, values } = part;
  // Of a Deny the test says whom it keeps out, and not what it asks for.
  const holds = part.matches === 'unknown' ? 'may hold' : 'holds';
  const test = effect === 'Deny' ? `is a Deny, and its test ${holds}: ${tests(clause)}` : wants(clause);
  const plain = part.policy?.version === '2008-10-17' && clause.values.some(({ text }) => text.includes('${'));
  const why = [more, ...(plain ? ['without Version 2012-10-17 a `${…}` is plain text'] : [])]
    .filter((one) => one !== '')
    .join('; ');
  return `${where} ${test}; ${had(values)}${why === '' ? '' : `: ${why}`}.`;
}
