/** What changed in the text of a policy, line by line, whatever its formatting? */
import { structuredPatch } from 'diff';
import { plainText } from '../findings/escape.ts';
import type { Paint } from '../findings/forms/terminal.ts';
import { maskExternalIds } from '../findings/mask.ts';
import type { TrustPolicy } from '../policy/document/trust-policy.ts';

interface Side {
  readonly name: string;
  readonly policy: TrustPolicy;
}

/**
 * A unified diff of two policies as pretty-printed JSON, ready for a terminal.
 * @param ids external IDs that do not show whole; `undefined`: all may show. A change of one shows all the same.
 * @returns empty where the documents say the same.
 */
export function policyDiff(old: Side, now: Side, ids: ReadonlySet<string> | undefined, paint: Paint): string {
  const before = linesOf(old.policy, ids);
  const after = linesOf(now.policy, ids);
  const { hunks } = structuredPatch(old.name, now.name, before.whole.join('\n'), after.whole.join('\n'), '', '', {
    context: 3,
  });
  if (hunks.length === 0) return '';
  const lines = [paint(['bold'], `--- ${plainText(old.name)}`), paint(['bold'], `+++ ${plainText(now.name)}`)];
  for (const hunk of hunks) {
    lines.push(paint(['cyan'], `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`));
    let oldLine = hunk.oldStart;
    let newLine = hunk.newStart;
    for (const line of hunk.lines) {
      const sign = line[0];
      if (sign === '-') {
        lines.push(paint(['red'], `-${plainText(before.shown[oldLine - 1] ?? '')}`));
        oldLine += 1;
      } else if (sign === '+') {
        lines.push(paint(['green'], `+${plainText(after.shown[newLine - 1] ?? '')}`));
        newLine += 1;
      } else if (sign === ' ') {
        lines.push(` ${plainText(after.shown[newLine - 1] ?? '')}`);
        oldLine += 1;
        newLine += 1;
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The lines as they are compared, and the same lines as they show. */
function linesOf(policy: TrustPolicy, ids: ReadonlySet<string> | undefined) {
  const document: unknown = JSON.parse(policy.text);
  const printed = (value: unknown): readonly string[] => JSON.stringify(value, null, 2).split('\n');
  const whole = printed(document);
  return { whole, shown: ids === undefined ? whole : printed(maskExternalIds(document, ids)) };
}
