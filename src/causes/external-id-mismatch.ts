/** Does the call pass another external ID than the trust policy asks for? */
import { defineCause } from './cause.ts';
import { byUser, trusting, user } from './example-cases.ts';
import { unmet } from './wording.ts';

const asks = trusting(user, { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } });

export const externalIdMismatch = defineCause({
  id: 'external-id-mismatch',
  title: 'The call passes another external ID than the trust policy asks for',
  side: 'trust-policy',
  who: 'caller',
  means: 'A condition on `sts:ExternalId` is not met by the value passed. Letter case counts. The values are masked.',
  toldApart:
    'The record shows the external ID of the call, and the evaluator finds that it does not satisfy the condition.',
  fix: 'Pass the external ID that the owner of the role gave you, letter by letter.',
  isIt: [
    { name: 'another value', event: byUser({ externalId: 'other-0815-abc' }), policy: asks, confidence: 'proved' },
    {
      name: 'the letter case',
      event: byUser({ externalId: 'ACME-4711-xyz' }),
      policy: asks,
      confidence: 'proved',
      says: 'letter case',
    },
    {
      name: 'outside the pattern',
      event: byUser({ externalId: 'other-0815' }),
      policy: trusting(user, { StringLike: { 'sts:ExternalId': 'acme-*' } }),
      confidence: 'proved',
    },
  ],
  isNot: [
    { name: 'none passed', event: byUser(), policy: asks },
    { name: 'the right one', event: byUser({ externalId: 'acme-4711-xyz' }), policy: asks },
    { name: 'not recorded', event: byUser(null), policy: asks },
  ],
  claimsCondition: (part) => {
    const { clause, values } = part;
    if (clause.key.toLowerCase() !== 'sts:externalid' || values === null || values === undefined) return undefined;
    const cased = clause.values.some(({ text }) =>
      values.some((value) => value !== text && value.toLowerCase() === text.toLowerCase()),
    );
    const unwanted =
      (part.effect === 'Allow' && (clause.operator.base === 'Null' || /Not/.test(clause.operator.base))) ||
      (part.effect === 'Deny' && !/Not/.test(clause.operator.base));
    return {
      summary: unmet(part, cased ? 'only the letter case differs' : ''),
      ...(unwanted
        ? {
            fix: 'Call without this external ID: the policy lets in only calls that do not pass it.',
            withoutCommands: true,
          }
        : {}),
    };
  },
  rulesOut: ({ call, policy }) =>
    call?.absent.has('sts:externalid') === true &&
    policy?.statements.some(({ conditions }) =>
      conditions.some(({ key }) => key.toLowerCase() === 'sts:externalid'),
    ) === true
      ? 'the call passes no external ID'
      : undefined,
});
