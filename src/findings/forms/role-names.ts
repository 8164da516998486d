/** How is each role called where there is little room, so that no two roles are called alike? */
import { plainText } from '../escape.ts';
import { shortName } from './words.ts';

/**
 * A name for each ARN: its last part; where several end alike the account behind it; where that is not enough, all of it
 * after the account. What is no role's ARN is its own name.
 */
export function distinctNames(arns: readonly string[]): ReadonlyMap<string, string> {
  const all = [...new Set(arns)];
  const names = new Map<string, string>();
  for (const [name, alike] of Map.groupBy(all, shortName)) {
    if (alike.length === 1) {
      for (const arn of alike) names.set(arn, name);
      continue;
    }
    for (const [, here] of Map.groupBy(alike, accountOf))
      for (const arn of here) names.set(arn, `${here.length === 1 ? name : pathOf(arn)} (${accountOf(arn)})`);
  }
  return names;
}

/** Names of a team begin alike, so that what tells them apart stands at both ends: both are kept. */
export function shortened(name: string, most: number): string {
  const letters = [...plainText(name)];
  const end = Math.floor(most / 2);
  return letters.length > most
    ? `${letters.slice(0, most - end - 1).join('')}…${letters.slice(-end).join('')}`
    : letters.join('');
}

function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}

function pathOf(arn: string): string {
  return arn
    .split(':')
    .slice(5)
    .join(':')
    .replace(/^role\//, '');
}
