/** Does a trusted ARN differ from the caller's only in the path? */
import { principalArnOf } from '../policy/evaluate/caller.ts';
import type { Caller } from '../policy/evaluate/request.ts';
import { defineCause } from './cause.ts';
import { byRole, byUser, trusting } from './example-cases.ts';
import { shortened } from './wording.ts';

export const principalPath = defineCause({
  id: 'principal-path',
  title: 'The trusted ARN differs from the caller’s only in its path',
  side: 'trust-policy',
  who: 'owner',
  means:
    'Account and name are right; the path between `role/` or `user/` and the name is not the caller’s. The ARN of a session does not show it, that of the role does.',
  toldApart:
    'The evaluator lets the caller in once the path of the ARN is the caller’s. The path of a role is known where the record names the issuer of the session. It counts in the Principal element and in a condition on `aws:PrincipalArn`.',
  fix: 'Use the full ARN of the role or user, with its path.',
  isIt: [
    {
      name: 'the path left out',
      event: byRole(),
      policy: trusting('arn:aws:iam::444455556666:role/deploy'),
      confidence: 'proved',
      says: '/ci/',
    },
    {
      name: 'a path that the user has not',
      event: byUser(null),
      policy: trusting('arn:aws:iam::444455556666:user/team/ana'),
      confidence: 'proved',
    },
    {
      name: 'in a condition',
      event: byRole(),
      policy: trusting('444455556666', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/deploy' } }),
      confidence: 'proved',
    },
  ],
  isNot: [
    { name: 'the right path', event: byRole(), policy: trusting('arn:aws:iam::444455556666:role/ci/deploy') },
    { name: 'another role', event: byRole(), policy: trusting('arn:aws:iam::444455556666:role/build') },
    {
      name: 'a pattern that takes in the path',
      event: byRole(),
      policy: trusting('444455556666', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/*' } }),
    },
  ],
  claimsPrincipal: (part) => {
    if (part.matches === 'unknown') {
      const { caller } = part.call;
      const named = part.statement.principal.entries.find(
        ({ name }) =>
          caller.kind === 'role-session' &&
          name.kind === 'role' &&
          name.name === caller.role &&
          name.account === caller.account,
      );
      return named === undefined
        ? undefined
        : {
            pointer: named.pointer,
            summary: `${part.where} names \`${shortened(named.text)}\`, and the record does not show the path of the caller’s role, which has that name.`,
          };
    }
    const path = pathOf(part.call.caller);
    const entry =
      path === undefined || part.effect === 'Deny'
        ? undefined
        : part.curedBy((name) =>
            (name.kind === 'role' || name.kind === 'user') && name.path !== path ? { ...name, path } : undefined,
          );
    return entry === undefined
      ? undefined
      : { pointer: entry.pointer, summary: said(part.where, entry.text, part.call.caller) };
  },
  claimsCondition: (part) => {
    const arn = principalArnOf(part.call.caller);
    if (arn === undefined || part.clause.key.toLowerCase() !== 'aws:principalarn' || part.effect === 'Deny')
      return undefined;
    const value = part.clause.values.find(
      ({ text }) => text !== arn && !/[*?]/.test(text) && withoutPath(text) === withoutPath(arn),
    );
    return value === undefined || !part.curedBy({ values: [{ ...value, text: arn }] })
      ? undefined
      : {
          pointer: value.pointer,
          summary: said(`${part.where}, in its condition on aws:PrincipalArn,`, value.text, part.call.caller),
        };
  },
});

function pathOf(caller: Caller): string | undefined {
  return caller.kind === 'role-session' || caller.kind === 'user' ? caller.path : undefined;
}

function said(where: string, written: string, caller: Caller): string {
  return `${where} names \`${shortened(written)}\`, and the caller’s path is \`${shortened(pathOf(caller) ?? '')}\`: its ARN is \`${shortened(principalArnOf(caller) ?? '')}\`.`;
}

function withoutPath(arn: string): string {
  const slash = arn.indexOf('/');
  return slash === -1 ? arn : arn.slice(0, slash) + arn.slice(arn.lastIndexOf('/'));
}
