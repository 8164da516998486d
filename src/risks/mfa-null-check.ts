/** Is the presence of the MFA key taken for the use of MFA? */
import type { ConditionClause, Statement } from '../policy/document/trust-policy.ts';
import { addCondition } from './add-condition.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { clause } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

const people = { AWS: '111122223333' };

export const mfaNullCheck = defineRiskRule({
  id: 'mfa-null-check',
  title: 'The MFA check only asks whether the key is there',
  severity: 'medium',
  about: 'state',
  why: 'Temporary credentials carry `aws:MultiFactorAuthPresent` also when no MFA was used; its value is then `false`. `Null` tests that the key is there and not what it says.',
  remedy: 'Use `"Bool": {"aws:MultiFactorAuthPresent": "true"}`.',
  references: ['IAM User Guide, "AWS global condition context keys", aws:MultiFactorAuthPresent'],
  fires: [
    {
      name: 'a Deny where the key is missing, and no other',
      policy: policyOf(allow(people), deny({ AWS: '*' }, { Null: { 'aws:MultiFactorAuthPresent': 'true' } })),
    },
    { name: 'Null false', policy: policyOf(allow(people, { Null: { 'aws:MultiFactorAuthPresent': 'false' } })) },
    { name: 'as a Boolean', policy: policyOf(allow(people, { Null: { 'aws:MultiFactorAuthPresent': false } })) },
    {
      name: 'for the organization',
      policy: policyOf(
        allow(
          { AWS: '*' },
          { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' }, Null: { 'aws:MultiFactorAuthPresent': 'false' } },
        ),
      ),
    },
  ],
  silent: [
    { name: 'Bool', policy: policyOf(allow(people, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } })) },
    {
      name: 'both',
      policy: policyOf(
        allow(people, {
          Bool: { 'aws:MultiFactorAuthPresent': 'true' },
          Null: { 'aws:MultiFactorAuthPresent': 'false' },
        }),
      ),
    },
    {
      name: 'a Deny asks what it says',
      policy: policyOf(
        allow(people, { Null: { 'aws:MultiFactorAuthPresent': 'false' } }),
        deny({ AWS: '*' }, { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }),
      ),
    },
    {
      name: 'a Deny where the key is missing, beside one of what it says',
      policy: policyOf(
        allow(people),
        deny({ AWS: '*' }, { Null: { 'aws:MultiFactorAuthPresent': 'true' } }),
        deny({ AWS: '*' }, { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }),
      ),
    },
    {
      name: 'the age as well, which is there only with MFA',
      policy: policyOf(
        allow(people, {
          Null: { 'aws:MultiFactorAuthPresent': 'false' },
          NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' },
        }),
      ),
    },
  ],
  check: (context) =>
    context.policy.statements.flatMap((statement) => {
      const limits = { clauses: withoutMfa, ...(statement.effect === 'Allow' ? { statements: only(statement) } : {}) };
      return statement.conditions
        .filter((condition) => asksForPresence(statement, condition) && context.someone(limits).answer !== 'no')
        .map(({ pointer }) => ({
          pointer,
          statement: statement.index,
          message:
            'Temporary credentials without MFA pass this check: it asks whether the key is there, not what it says.',
        }));
    }),
  fix: (context, hit) => {
    // In a Deny what has to be mended is the test itself.
    if (context.policy.statements[hit.statement ?? -1]?.effect !== 'Allow') return undefined;
    const added = addCondition(context, hit.statement, 'Bool', 'aws:MultiFactorAuthPresent', 'true');
    return added === undefined
      ? undefined
      : { ...added, summary: 'Ask what `aws:MultiFactorAuthPresent` says as well.' };
  },
});

/** What temporary credentials bring that were got without MFA. */
const withoutMfa = [
  clause('Bool', 'aws:MultiFactorAuthPresent', ['false']),
  clause('Null', 'aws:MultiFactorAuthAge', ['true']),
];

function only({ index }: Statement) {
  return (other: Statement) => other.index === index;
}

/** An Allow where the key is there, or a Deny where it is not. */
function asksForPresence({ effect }: Statement, { key, operator, values }: ConditionClause): boolean {
  const wanted = effect === 'Allow' ? 'false' : 'true';
  return (
    key.toLowerCase() === 'aws:multifactorauthpresent' &&
    operator.base === 'Null' &&
    values.some(({ text }) => text.toLowerCase() === wanted)
  );
}
