/** By which commands is a change undone? Complete, quoted for a POSIX shell, and without any secret in them. */
import { toIsoSeconds } from '../cloudtrail/event-time.ts';
import { asciiJson, shellQuote } from '../findings/escape.ts';
import { collectExternalIds } from '../findings/mask.ts';
import type { WatchSettings } from './context.ts';
import { roleNameOf } from './remember.ts';
import { documentOf, type RoleChange } from './role-history.ts';

/** Of a role for which nobody says otherwise, in seconds. */
const anHour = 3600;
/** Characters of a document that still stands in the command itself. */
const mostInline = 1_500;

/** @returns the commands; none where what was there before is not known, or there is nothing to put back. */
export function undoCommands({ change, before }: RoleChange, settings: WatchSettings): readonly string[] {
  const { role, record } = change;
  if (role === undefined) return [];
  const name = shellQuote(roleNameOf(role));
  if (change.change === 'update-role')
    return before.maxSessionDuration === undefined
      ? []
      : [`aws iam update-role --role-name ${name} --max-session-duration ${before.maxSessionDuration}`];
  if (change.change === 'create-role' || before.policyText === undefined) return [];
  const { prepare, document } = documentArgument(before.policyText, role, record.at, settings);
  if (change.change === 'update-trust-policy')
    return [...prepare, `aws iam update-assume-role-policy --role-name ${name} --policy-document ${document}`];
  const path = before.arn === undefined ? '' : pathOf(before.arn);
  const duration =
    before.maxSessionDuration === undefined || before.maxSessionDuration === anHour
      ? ''
      : ` --max-session-duration ${before.maxSessionDuration}`;
  return [
    ...prepare,
    `aws iam create-role --role-name ${name}${path}${duration} --assume-role-policy-document ${document}`,
  ];
}

function documentArgument(
  policyText: string,
  role: string,
  changedAt: number,
  { historySource = 'lookup:' }: WatchSettings,
): { readonly prepare: readonly string[]; readonly document: string } {
  const value = documentOf(policyText);
  const compact = typeof value === 'string' ? value : asciiJson(value);
  if (collectExternalIds(value).size === 0 && compact.length <= mostInline)
    return { prepare: [], document: shellQuote(compact) };
  const at = toIsoSeconds(Math.max(0, changedAt - 1_000));
  const source = historySource === 'lookup:' ? historySource : shellQuote(historySource);
  return {
    prepare: [`trusttrail who ${shellQuote(role)} --at ${at} ${source} --format policy > trust-policy.json`],
    document: 'file://trust-policy.json',
  };
}

function pathOf(arn: string): string {
  const path = /:role(\/.*\/)[^/]+$/.exec(arn)?.[1];
  return path === undefined || path === '/' ? '' : ` --path ${shellQuote(path)}`;
}
