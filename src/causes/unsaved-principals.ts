/** Which principals that a policy still names would IAM not save again? */
import { splitArn } from '../policy/document/names.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';

/**
 * IAM looks up every principal when a policy is saved. The unique id of one that was deleted, and an ARN of another
 * partition, are found by nobody, so that a document with them is refused as a whole (IAM User Guide, "AWS JSON policy
 * elements: Principal").
 * @param role ARN of the role, where it is known: its partition is the one that counts.
 * @returns them as they are written, each once.
 */
export function unsavedPrincipals(policy: TrustPolicy, role: string | undefined): readonly string[] {
  const partition = role === undefined ? undefined : splitArn(role)?.partition;
  const entries = policy.statements.flatMap(({ principal }) => principal.entries);
  const unsaved = entries.filter(
    ({ name, text }) =>
      name.kind === 'unique-id' || (partition !== undefined && (splitArn(text)?.partition ?? partition) !== partition),
  );
  return [...new Set(unsaved.map(({ text }) => text))];
}
