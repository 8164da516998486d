/** Which change of one condition lets this call through, and nothing that the condition was meant to keep out? */
import { operatorName } from '../document/condition-operator.ts';
import { splitArn } from '../document/names.ts';
import type { ConditionClause, TrustPolicy } from '../document/trust-policy.ts';
import { isUnknown, prepareKey, stateOf } from '../evaluate/key-state.ts';
import type { AssumeRequest } from '../evaluate/request.ts';
import { lookUpKey } from '../keys/condition-keys.ts';
import { meantKey } from './meant-key.ts';

export type ClauseChange =
  /** The value of this call beside those that stand there: only whoever brings it as well gains. */
  | { readonly how: 'add-value'; readonly value: string }
  /** What was written cannot have been meant: callers that the owner had in mind gain, too. */
  | { readonly how: 'operator'; readonly operator: string }
  | { readonly how: 'key'; readonly key: string };

const likeForms: ReadonlyMap<string, string> = new Map([
  ['StringEquals', 'StringLike'],
  ['StringNotEquals', 'StringNotLike'],
]);

/** Keys whose values the caller chooses: another value is for the caller to pass, not for the owner to let in. */
const chosenByCaller = /^(?:sts:|aws:requesttag\/|aws:tagkeys$|aws:useragent$|aws:referer$|aws:multifactorauth)/;
/** A moment passes: to let it in would help nobody the next time. */
const momentary = /^aws:(?:currenttime|epochtime|tokenissuetime)$/;

/** Whether the text, its wildcards taken as such, means callers of any account, or subjects of anybody at the provider. */
export function letsInTheWorld(key: string, text: string): boolean {
  if (!/[*?]/.test(text)) return false;
  if (/^[*?]*$/.test(text)) return true;
  const literal = text.slice(0, text.search(/[*?]/));
  if (/:sub$/i.test(key)) return !/^[^:/]+[:/][^:/]+[:/]/.test(literal);
  return text.startsWith('arn:') && !/^arn:[^:*?]+:[^:*?]+:[^:*?]*:\d{12}:/.test(literal);
}

/** @returns the changes worth trying, the most exact first; none where only the caller, or another policy, can help. */
export function clauseChanges(
  clause: ConditionClause,
  call: AssumeRequest,
  version: TrustPolicy['version'],
): readonly ClauseChange[] {
  const lookup = lookUpKey(clause.key);
  const meant = meantKey(clause.key, call.caller);
  if (lookup.kind === 'misspelt') return meant === undefined ? [] : [{ how: 'key', key: meant }];
  if (lookup.kind !== 'registered') return [];
  const { operator, values } = clause;
  const changes: ClauseChange[] = [];
  const like = likeForms.get(operator.base);
  const literal = values.some(({ text }) => /[*?]/.test(text) && !(version === '2012-10-17' && text.includes('${')));
  if (like !== undefined && literal && !values.some(({ text }) => letsInTheWorld(clause.key, text))) {
    const isArn = lookup.key.type === 'arn' && values.every(({ text }) => splitArn(text) !== undefined);
    const base = isArn ? (operator.base === 'StringEquals' ? 'ArnLike' : 'ArnNotLike') : like;
    changes.push({ how: 'operator', operator: operatorName({ ...operator, base: base as 'ArnLike' }) });
  }
  const lower = clause.key.toLowerCase();
  if (/Not/.test(operator.base) || operator.base === 'Null' || chosenByCaller.test(lower) || momentary.test(lower))
    return changes;
  // Of yes and no both would be no test at all; what is less or more, or a moment, has no value to stand beside.
  if (/LessThan|GreaterThan|Numeric|Date|Binary|Bool/.test(operator.base)) return changes;
  const state = stateOf(prepareKey(clause.key, 0), call);
  if (state === null || isUnknown(state) || state?.length !== 1) return changes;
  const [value] = state;
  if (value === undefined) return changes;
  // A name with a star in it would let in more than this caller; under `Equals` it is a plain star.
  const plain = !/Like$|^Arn/.test(operator.base) || !/[*?]/.test(value);
  if (plain && !value.includes('${')) changes.push({ how: 'add-value', value });
  return changes;
}

/** The clause as it would stand after the change. */
export function changedClause(
  clause: ConditionClause,
  change: ClauseChange,
): { operator: string; key: string; values: readonly string[] } {
  const values = clause.values.map(({ text }) => text);
  const operator = operatorName(clause.operator);
  switch (change.how) {
    case 'add-value':
      return { operator, key: clause.key, values: [...values, change.value] };
    case 'operator':
      return { operator: change.operator, key: clause.key, values };
    case 'key':
      return { operator, key: change.key, values };
  }
}
