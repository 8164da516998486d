/** Does a condition on `aws:PrincipalArn` not fit the caller? */
import { splitArn } from '../policy/document/names.ts';
import { defineCause } from './cause.ts';
import { byRole, byUser, policyOf, statement, trusting } from './example-cases.ts';
import { unmet } from './wording.ts';

const asks = (operator: string, text: string) => trusting('444455556666', { [operator]: { 'aws:PrincipalArn': text } });

export const principalArnCondition = defineCause({
  id: 'principal-arn-condition',
  title: 'The condition on aws:PrincipalArn does not fit the caller',
  side: 'trust-policy',
  who: 'owner',
  means:
    'The account may be trusted as a whole and then narrowed by `aws:PrincipalArn`, which for a session is the ARN of its role with the path. Letter case, path and partition count.',
  toldApart:
    'The evaluator finds that the caller’s ARN does not satisfy the condition. Where an account id, a path, a session ARN or a literal wildcard is the whole difference, those causes say it more exactly.',
  fix: 'Correct the ARN or the pattern.',
  isIt: [
    {
      name: 'a pattern for others',
      event: byRole(),
      policy: asks('ArnLike', 'arn:aws:iam::444455556666:role/app/*'),
      confidence: 'proved',
    },
    {
      name: 'another partition',
      event: byUser(),
      policy: asks('ArnEquals', 'arn:aws-cn:iam::444455556666:user/ana'),
      confidence: 'proved',
      says: 'partition',
    },
    {
      name: 'the letter case',
      event: byUser(),
      policy: asks('StringEquals', 'arn:aws:iam::444455556666:user/Ana'),
      confidence: 'proved',
      says: 'letter case',
    },
    {
      name: 'a Deny of everyone else',
      event: byUser(),
      policy: policyOf(
        statement('Allow', '444455556666'),
        statement('Deny', '*', { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/*' } }),
      ),
      confidence: 'proved',
    },
  ],
  isNot: [
    { name: 'it fits', event: byRole(), policy: asks('ArnLike', 'arn:aws:iam::444455556666:role/ci/*') },
    {
      name: 'a wildcard taken literally',
      event: byUser(),
      policy: asks('StringEquals', 'arn:aws:iam::444455556666:user/*'),
    },
    {
      name: 'a session ARN',
      event: byRole(),
      policy: asks('ArnEquals', 'arn:aws:sts::444455556666:assumed-role/deploy/build-7'),
    },
    {
      name: 'another account in it',
      event: byUser(),
      policy: trusting('*', { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556667:user/ana' } }),
    },
  ],
  claimsCondition: (part) => {
    const { clause, values } = part;
    if (clause.key.toLowerCase() !== 'aws:principalarn') return undefined;
    const own = values?.[0] ?? '';
    const cased = clause.values.some(({ text }) => text !== own && text.toLowerCase() === own.toLowerCase());
    const partition = splitArn(own)?.partition;
    const elsewhere = clause.values.some(({ text }) => {
      const written = splitArn(text)?.partition;
      return (
        written !== undefined &&
        partition !== undefined &&
        written !== partition &&
        part.curedBy({ values: [{ text: text.replace(`arn:${written}:`, `arn:${partition}:`), pointer: '' }] })
      );
    });
    return { summary: unmet(part, cased ? 'only the letter case differs' : elsewhere ? 'the partition differs' : '') };
  },
});
