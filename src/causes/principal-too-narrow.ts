/** Does the trust policy name another user or role of the caller's account? */

import { splitArn } from '../policy/document/names.ts';
import { describeCaller } from '../policy/evaluate/caller.ts';
import { accountOfCaller, defineCause } from './cause.ts';
import { byRole, byUser, trusting } from './example-cases.ts';
import { listed, statementName } from './wording.ts';

export const principalTooNarrow = defineCause({
  id: 'principal-too-narrow',
  title: 'The trust policy names another user or role of the caller’s account',
  side: 'trust-policy',
  who: 'owner',
  means: 'The account is right, and of its principals only others than the caller are trusted.',
  toldApart:
    'A statement names a principal of the caller’s account that is not the caller, and neither its path, nor a session’s name, nor a unique id is the whole difference.',
  fix: 'Add the ARN of the caller’s role or user to the Principal element. Adding the whole account would also let in every other principal of it that its own policies allow.',
  isIt: [
    {
      name: 'another user',
      event: byUser(null),
      policy: trusting('arn:aws:iam::444455556666:user/bob'),
      confidence: 'proved',
    },
    {
      name: 'another role',
      event: byRole(null),
      policy: trusting('arn:aws:iam::444455556666:role/ci/build'),
      confidence: 'proved',
    },
    {
      name: 'a role of the user’s name',
      event: byUser(),
      policy: trusting('arn:aws:iam::444455556666:role/ana'),
      confidence: 'proved',
    },
    {
      name: 'the name in another letter case',
      event: byUser(),
      policy: trusting('arn:aws:iam::444455556666:user/Ana'),
      confidence: 'proved',
      says: 'letter case',
    },
    {
      name: 'a session of another role',
      event: byRole(),
      policy: trusting('arn:aws:sts::444455556666:assumed-role/build/x'),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'the account is trusted as a whole',
      event: byUser(),
      policy: trusting('444455556666', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
    },
    { name: 'only the path differs', event: byRole(), policy: trusting('arn:aws:iam::444455556666:role/deploy') },
    {
      name: 'a role of another partition, whose account only has the same number',
      event: byRole(),
      policy: trusting('arn:aws-us-gov:iam::444455556666:role/ci/deploy'),
    },
    { name: 'another account', event: byUser(), policy: trusting('arn:aws:iam::777788889999:user/bob') },
  ],
  claimsPrincipal: ({ call, statement, where, effect }) => {
    const own = accountOfCaller(call.caller);
    if (own === undefined || effect === 'Deny') return undefined;
    const partition = 'partition' in call.caller ? call.caller.partition : undefined;
    const others = statement.principal.entries.filter(
      ({ name, text }) =>
        'account' in name &&
        name.account === own &&
        // The same number in another partition is another account.
        (partition === undefined || (splitArn(text)?.partition ?? partition) === partition) &&
        name.kind !== 'account' &&
        name.kind !== 'oidc-provider' &&
        name.kind !== 'saml-provider',
    );
    const [first] = others;
    if (first === undefined) return undefined;
    const caller = 'role' in call.caller ? call.caller.role : 'name' in call.caller ? call.caller.name : undefined;
    const cased = others.find(
      ({ name }) =>
        'name' in name &&
        caller !== undefined &&
        name.kind === (call.caller.kind === 'user' ? 'user' : 'role') &&
        name.name !== caller &&
        name.name.toLowerCase() === caller.toLowerCase(),
    );
    return {
      pointer: (cased ?? first).pointer,
      summary: `${where} trusts ${listed(
        others.map(({ text }) => text),
        'and',
      )} of the caller’s account, and the caller is ${describeCaller(call.caller)}${cased === undefined ? '' : ' (letter case counts)'}.`,
    };
  },
  rulesOut: ({ call, meaningCaller: [trusts] }) =>
    trusts === undefined || accountOfCaller(call?.caller) === undefined
      ? undefined
      : `${statementName(trusts)} names the caller, or an account or pattern that includes it`,
});
