/** May sessions of a role that outsiders assume now last longer? */
import { allow, policyOf } from './example-policies.ts';
import type { RiskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

const vendor = policyOf(
  allow({ AWS: '777788889999' }, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } }),
);
const own = policyOf(allow({ AWS: 'arn:aws:iam::111122223333:role/ci' }));
const hour = 3_600;

export const maxSessionDurationRaised = defineRiskRule({
  id: 'max-session-duration-raised',
  title: 'Sessions of the role may last longer',
  severity: 'low',
  about: 'change',
  why: 'Credentials of a session work until they expire, also after the trust policy was tightened. The longer a session may last, the longer stolen credentials do.',
  remedy: 'Set `MaxSessionDuration` to what the callers need; an hour is enough for most.',
  references: ['IAM User Guide, "Update the maximum session duration for a role"'],
  fires: [
    {
      name: 'beyond an hour, for outsiders',
      policy: vendor,
      more: { maxSessionDuration: { before: hour, now: 12 * hour } },
    },
    {
      name: 'beyond four hours, for our own',
      policy: own,
      more: { maxSessionDuration: { before: 4 * hour, now: 8 * hour } },
    },
    {
      name: 'from two hours to three, for outsiders',
      policy: vendor,
      more: { maxSessionDuration: { before: 2 * hour, now: 3 * hour } },
    },
  ],
  silent: [
    { name: 'lowered', policy: vendor, more: { maxSessionDuration: { before: 12 * hour, now: 2 * hour } } },
    {
      name: 'up to four hours, for our own',
      policy: own,
      more: { maxSessionDuration: { before: hour, now: 4 * hour } },
    },
    { name: 'not known what it was', policy: vendor, more: { maxSessionDuration: { now: 12 * hour } } },
    { name: 'the same', policy: vendor, more: { maxSessionDuration: { before: 8 * hour, now: 8 * hour } } },
  ],
  check: (context) => {
    const { before, now } = context.question.maxSessionDuration ?? {};
    if (before === undefined || now === undefined || now <= before) return [];
    const outsiders = letsInOutsiders(context);
    if (now <= (outsiders ? 1 : 4) * 3_600) return [];
    return [
      {
        pointer: '',
        message: `Sessions may last ${inHours(now)} now, ${inHours(before)} before${outsiders ? ', and outsiders can assume the role' : ''}.`,
      },
    ];
  },
});

function letsInOutsiders({ allows, open, alive, standing }: RiskContext): boolean {
  return allows.some(
    (statement) =>
      open(statement) ||
      (alive(statement) &&
        statement.principal.entries.some(
          ({ type, name }) => type === 'AWS' && 'account' in name && !['home', 'own'].includes(standing(name.account)),
        )),
  );
}

function inHours(seconds: number): string {
  const hours = Math.round((seconds / 3_600) * 10) / 10;
  return hours === 1 ? '1 hour' : `${hours} hours`;
}
