/** Does the call name a role that does not exist? */
import { splitArn } from '../policy/document/names.ts';
import { editDistanceAtMost } from '../policy/keys/edit-distance.ts';
import { defineCause } from './cause.ts';
import type { DenialEvidence } from './evidence.ts';
import { byUser, role, trusting, user } from './example-cases.ts';
import { listed, shortened } from './wording.ts';

export const roleNotFound = defineCause({
  id: 'role-not-found',
  title: 'The call names a role that does not exist',
  side: 'role',
  who: 'caller',
  means:
    'For a role that does not exist AWS gives the same AccessDenied as for a refusal. Names are compared letter by letter, and the ARN holds the path.',
  toldApart:
    'GetRole finds no such role, or the role that it finds has another ARN. A role deleted after the call was there when it was made.',
  fix: 'Correct the ARN of the role.',
  isIt: [
    { name: 'no such role', event: byUser(null), line: { roleExists: false }, confidence: 'proved' },
    {
      name: 'the path is missing in the call',
      event: byUser(null),
      policy: trusting(user),
      line: { role: { Arn: 'arn:aws:iam::111122223333:role/app/target' } },
      confidence: 'proved',
      says: '/app/',
    },
    {
      name: 'the letter case',
      event: byUser(null),
      line: { role: { Arn: 'arn:aws:iam::111122223333:role/Target' } },
      confidence: 'proved',
      says: 'letter case',
    },
    {
      name: 'near names are offered',
      event: byUser(null),
      known: { roleExists: false, knownRoles: ['targets', 'deploy', 'tarqet'] },
      confidence: 'proved',
      says: 'targets',
    },
    {
      name: 'deleted before the call',
      event: byUser(null),
      known: { roleDeleted: { time: '2026-02-28T00:00:00Z', by: 'arn:aws:iam::111122223333:user/ops' } },
      confidence: 'proved',
      says: '2026-02-28',
    },
  ],
  isNot: [
    {
      name: 'deleted after the call',
      event: byUser(null),
      known: { roleExists: false, roleDeleted: { time: '2026-03-02T00:00:00Z' } },
    },
    { name: 'the role is there', event: byUser(null), policy: trusting('444455556667'), line: { role: { Arn: role } } },
    { name: 'nothing is known of it', event: byUser(null), policy: trusting(user) },
  ],
  fromRecord: (evidence) => {
    const { denial, role: settings, roleExists, roleDeleted } = evidence;
    const named = denial.role;
    const deletedBefore = roleDeleted !== undefined && Date.parse(roleDeleted.time) <= denial.record.at;
    const deletedLater = roleDeleted !== undefined && !deletedBefore;
    const called = named === undefined ? 'the role' : `\`${shortened(named)}\``;
    if (deletedBefore && (roleExists !== true || settings === undefined))
      return {
        confidence: 'proved',
        summary: `The role ${called} was deleted at ${roleDeleted.time}${roleDeleted.by === undefined ? '' : ` by ${shortened(roleDeleted.by)}`}, before the call.`,
        evidence: [{ source: 'history', detail: `the role was deleted at ${roleDeleted.time}` }],
        fix: 'Ask the owner whether the role is meant to be gone, or call the one that has taken its place.',
      };
    if (roleExists === false && !deletedLater)
      return {
        confidence: 'proved',
        summary: `There is no role ${called}${nearNames(evidence)}.`,
        evidence: [{ source: 'role', detail: 'there is no role of that ARN' }],
      };
    if (bornAfter(evidence))
      return {
        confidence: 'likely',
        summary: `The role ${called} was created at ${settings?.createDate}, after the call: at the time of the call there was none of that name, or another.`,
        evidence: [{ source: 'role', detail: `the role was created at ${settings?.createDate}` }],
        fix: 'Call again, now that the role is there.',
      };
    if (settings?.arn === undefined || named === undefined || settings.arn === named) return undefined;
    // A record that names the role by its name alone does not show the path.
    const byName =
      !hasText(denial.record.requestParameters?.['roleArn']) && /^role /i.test(denial.message.resource ?? '');
    const difference = differenceOf(named, settings.arn, byName);
    return difference === undefined
      ? undefined
      : {
          confidence: settings.as === 'in-force' ? 'proved' : 'likely',
          summary: `The call names ${called}, and the role is \`${shortened(settings.arn)}\`: ${difference}.`,
          evidence: [{ source: 'role', detail: `the role’s ARN is ${settings.arn}` }],
        };
  },
  rulesOut: ({ evidence }) => {
    const { role: settings, roleExists, denial } = evidence;
    if (bornAfter(evidence)) return undefined;
    return roleExists === true || (settings?.arn !== undefined && settings.arn === denial.role)
      ? 'the role exists under the ARN that the call named'
      : undefined;
  },
});

/** Whether the role that is known came into being after the call. */
export function bornAfter({ role, denial }: DenialEvidence): boolean {
  return Date.parse(role?.createDate ?? '') > denial.record.at;
}

function hasText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function differenceOf(named: string, real: string, byName: boolean): string | undefined {
  const a = splitArn(named);
  const b = splitArn(real);
  if (a === undefined || b === undefined) return 'they are not the same';
  if (a.account !== b.account) return `the account is ${b.account}, not ${a.account}`;
  if (a.partition !== b.partition) return `the partition is ${b.partition}, not ${a.partition}`;
  const name = (resource: string) => resource.slice(resource.lastIndexOf('/') + 1);
  const path = (resource: string) => resource.slice(resource.indexOf('/'), resource.lastIndexOf('/') + 1);
  if (name(a.resource) === name(b.resource))
    return byName ? undefined : `the path is \`${path(b.resource)}\`, not \`${path(a.resource)}\``;
  return a.resource.toLowerCase() === b.resource.toLowerCase() ? 'the letter case counts' : 'the name is another';
}

/** Roles whose names are a slip of typing away, nearest first. */
function nearNames({ denial, knownRoles }: DenialEvidence): string {
  const wanted = denial.role?.split('/').at(-1)?.toLowerCase();
  if (wanted === undefined || knownRoles === undefined) return '';
  const limit = wanted.length < 6 ? 1 : 3;
  const near = knownRoles
    .slice(0, 5_000)
    .flatMap((full) => {
      const name = full.split('/').at(-1) ?? full;
      const distance = editDistanceAtMost(name.toLowerCase(), wanted, limit);
      return distance === undefined ? [] : [{ name, distance }];
    })
    .sort((x, y) => x.distance - y.distance || (x.name < y.name ? -1 : 1));
  return near.length === 0
    ? ''
    : `; roles of a similar name: ${listed(
        near.map(({ name }) => name),
        'and',
      )}`;
}
