/** How does a Deny spare just this caller, where it leaves the caller no way of its own? */
import { appendTo, type EditedText, setMember } from '../document/edit.ts';
import { pointerStep } from '../document/json-with-positions.ts';
import type { Statement } from '../document/trust-policy.ts';
import type { NamedPrincipal } from './principal-of-caller.ts';

/** Keys that say who calls, which the caller cannot change by calling otherwise. */
const aboutCaller =
  /^aws:(?:principalarn|principalaccount|principaltype|username|userid|principalisawsservice|viaawsservice)$/i;

/**
 * @returns the text with the caller's ARN excepted from the Deny; `undefined` where the Deny has a condition that a call
 * can meet (MFA, an address), or the caller has no ARN that a condition could name exactly.
 */
export function exemptCaller(document: EditedText, deny: Statement, caller: NamedPrincipal): string | undefined {
  const { conditions, pointer, principal } = deny;
  if (caller.type !== 'AWS' || principal.element === 'NotPrincipal' || /[*?]|\$\{/.test(caller.text)) return undefined;
  if (!conditions.every(({ key }) => aboutCaller.test(key))) return undefined;
  const spared = conditions.find(
    ({ key, operator }) =>
      key.toLowerCase() === 'aws:principalarn' &&
      operator.set === undefined &&
      /^(?:Arn|String)Not/.test(operator.base),
  );
  if (spared !== undefined) return appendTo(document, spared.pointer, caller.text);
  const block = conditions.find(
    ({ operator }) => operator.base === 'ArnNotEquals' && operator.set === undefined && !operator.ifExists,
  );
  const test = { 'aws:PrincipalArn': caller.text };
  if (block !== undefined)
    return setMember(
      document,
      `${pointer}/Condition${pointerStep(block.operator.text)}`,
      'aws:PrincipalArn',
      caller.text,
    );
  return conditions.length === 0
    ? setMember(document, pointer, 'Condition', { ArnNotEquals: test })
    : setMember(document, `${pointer}/Condition`, 'ArnNotEquals', test);
}
