/** A repair that the rules about changes share: the guard of the version before, put back where it is missing. */
import { appendTo, replaceAt } from '../policy/document/edit.ts';
import { addCondition } from './add-condition.ts';
import type { LostGuard } from './lost-guards.ts';
import type { RiskContext } from './risk-context.ts';
import type { FixProposal } from './risk-rule.ts';

/**
 * @returns the new document with the old condition on the key in the statement that lets them in without it, or with
 * the old Deny that held it; `undefined` where that cannot be written.
 */
export function restoreGuard(context: RiskContext, lost: LostGuard): FixProposal | undefined {
  const own = lost.before.conditions.filter(({ key }) => key.toLowerCase() === lost.key.toLowerCase());
  const [clause] = own;
  if (clause === undefined) return restoreDeny(context, lost.key);
  if (own.length > 1) return undefined;
  const values = clause.values.map(({ text }) => text);
  const [only] = values;
  const value = values.length === 1 && only !== undefined ? only : values;
  const added = addCondition(context, lost.now.index, clause.operator.text, clause.key, value);
  if (added !== undefined) return { ...added, summary: `Put the condition on \`${clause.key}\` back.` };
  const same = lost.now.conditions.find(
    ({ key, operator }) => key.toLowerCase() === clause.key.toLowerCase() && operator.text === clause.operator.text,
  );
  const text = same === undefined ? undefined : replaceAt(context.policy, same.pointer, value);
  return text === undefined
    ? undefined
    : { summary: `Put the former value of the condition on \`${clause.key}\` back.`, text };
}

/** The Deny statements of the version before that spoke of the key. */
function restoreDeny({ policy, previous }: RiskContext, key: string): FixProposal | undefined {
  if (previous === undefined) return undefined;
  const document = JSON.parse(previous.text) as { readonly Statement?: unknown };
  const statements: readonly unknown[] = [document.Statement].flat();
  const denies = previous.statements.filter(
    ({ effect, conditions }) =>
      effect === 'Deny' && conditions.some((own) => own.key.toLowerCase() === key.toLowerCase()),
  );
  let { text } = policy;
  for (const { index } of denies) {
    const next = appendTo({ text }, '/Statement', statements[index]);
    if (next === undefined) return undefined;
    text = next;
  }
  return denies.length === 0 ? undefined : { summary: `Put the Deny with the condition on \`${key}\` back.`, text };
}
