/** Does a session's ARN stand where the role's ARN is needed? */
import { splitArn } from '../policy/document/names.ts';
import { defineCause } from './cause.ts';
import { byRole, byUser, deploySession, trusting } from './example-cases.ts';
import { shortened } from './wording.ts';

export const principalSession = defineCause({
  id: 'principal-session',
  title: 'A session ARN stands where the role’s ARN is needed',
  side: 'trust-policy',
  who: 'owner',
  means:
    'An `assumed-role` ARN means one session by its name; the next session is called otherwise. And `aws:PrincipalArn` always holds the ARN of the role, never that of a session.',
  toldApart:
    'The Principal element names a session of the caller’s role, and the caller’s session has another name; or a condition compares `aws:PrincipalArn` with an `assumed-role` ARN.',
  fix: 'Use the ARN of the role in place of the session’s.',
  isIt: [
    {
      name: 'a session of another name',
      event: byRole(null),
      policy: trusting('arn:aws:sts::444455556666:assumed-role/deploy/build-6'),
      confidence: 'proved',
      says: 'build-7',
    },
    {
      name: 'the session’s own ARN in aws:PrincipalArn',
      event: byRole(),
      policy: trusting('444455556666', { ArnEquals: { 'aws:PrincipalArn': deploySession } }),
      confidence: 'proved',
    },
    {
      name: 'a pattern of sessions in aws:PrincipalArn',
      event: byRole(),
      policy: trusting('444455556666', {
        StringLike: { 'aws:PrincipalArn': 'arn:aws:sts::444455556666:assumed-role/deploy/*' },
      }),
      confidence: 'proved',
    },
  ],
  isNot: [
    { name: 'the caller’s own session', event: byRole(), policy: trusting(deploySession) },
    {
      name: 'a session of another role',
      event: byRole(),
      policy: trusting('arn:aws:sts::444455556666:assumed-role/build/build-7'),
    },
    {
      name: 'a user calls',
      event: byUser(),
      policy: trusting('arn:aws:sts::444455556666:assumed-role/deploy/build-6'),
    },
  ],
  claimsPrincipal: (part) => {
    const { caller } = part.call;
    if (caller.kind !== 'role-session' || part.effect === 'Deny') return undefined;
    const { session } = caller;
    const entry =
      session === undefined
        ? undefined
        : part.curedBy((name) =>
            name.kind === 'session' && name.session !== session ? { ...name, session } : undefined,
          );
    return entry === undefined
      ? undefined
      : {
          pointer: entry.pointer,
          summary: `${part.where} trusts the one session \`${shortened(entry.text)}\`, and the caller’s session of that role is called \`${shortened(session ?? '')}\`.`,
        };
  },
  claimsCondition: ({ clause, call, where, effect }) => {
    if (clause.key.toLowerCase() !== 'aws:principalarn' || effect === 'Deny' || clause.operator.base.includes('Not'))
      return undefined;
    const value = clause.values.find(({ text }) => splitArn(text)?.resource.startsWith('assumed-role/') === true);
    if (value === undefined || !clause.values.every(({ text }) => text.includes(':assumed-role/'))) return undefined;
    const arn = call.context.get('aws:principalarn')?.[0];
    return {
      pointer: value.pointer,
      summary: `${where} compares aws:PrincipalArn with the session ARN \`${shortened(value.text)}\`, which it never holds: for a session it is the ARN of its role${arn === undefined ? '' : ` (\`${shortened(arn)}\`)`}.`,
    };
  },
});
