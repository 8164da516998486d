/** Does the trust policy ask for an external ID where the call passes none? */
import { meantKey } from '../policy/repair/meant-key.ts';
import { accountOfCaller, defineCause } from './cause.ts';
import { byRole, byUser, policyOf, statement, trusting, user } from './example-cases.ts';
import { unmet } from './wording.ts';

const asks = trusting(user, { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } });

export const externalIdMissing = defineCause({
  id: 'external-id-missing',
  title: 'The trust policy asks for an external ID, and the call passes none',
  side: 'trust-policy',
  who: 'caller',
  means: 'A condition on `sts:ExternalId` holds only where the caller passes that value with `--external-id`.',
  toldApart:
    'With everything else in the statement satisfied the call is denied without an external ID. Proved only where the record shows the parameters and no external ID among them; a record without parameters makes it likely.',
  fix: 'Pass the external ID that the owner of the role gave you.',
  isIt: [
    { name: 'none passed', event: byUser(), policy: asks, confidence: 'proved', says: 'had none' },
    { name: 'the parameters are not recorded', event: byUser(null), policy: asks, confidence: 'likely' },
    {
      name: 'asked for by Null',
      event: byUser(),
      policy: trusting(user, { Null: { 'sts:ExternalId': 'false' } }),
      confidence: 'proved',
    },
    {
      name: 'a Deny of calls without it',
      event: byUser(),
      policy: policyOf(
        statement('Allow', user),
        statement('Deny', '*', { StringNotEquals: { 'sts:ExternalId': 'acme-4711-xyz' } }),
      ),
      confidence: 'proved',
    },
    {
      name: 'beside a wrong account',
      event: byUser(),
      policy: trusting('444455556667', { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } }),
      confidence: 'proved',
      with: ['wrong-account'],
    },
  ],
  isNot: [
    { name: 'another value passed', event: byUser({ externalId: 'acme-4711' }), policy: asks },
    { name: 'the right one passed', event: byUser({ externalId: 'acme-4711-xyz' }), policy: asks },
    { name: 'none asked for', event: byRole(), policy: trusting('444455556666') },
    {
      name: 'another statement lets the caller in without',
      event: byUser(),
      policy: policyOf(
        statement('Allow', user, { StringEquals: { 'sts:ExternalId': 'acme-4711-xyz' } }),
        statement('Allow', '444455556666'),
      ),
    },
  ],
  claimsCondition: (part) => {
    const { clause, values } = part;
    if (clause.key.toLowerCase() !== 'sts:externalid' || (values !== null && values !== undefined)) return undefined;
    // Asked *not* to be there, it is nothing that passing one would help.
    if (
      clause.operator.base === 'Null' &&
      clause.values.some(({ text }) => text.toLowerCase() === 'true') &&
      part.effect === 'Allow'
    )
      return undefined;
    return { summary: unmet(part) };
  },
  rulesOut: ({ policy, call, meaningCaller }) => {
    if (policy === undefined || accountOfCaller(call?.caller) === undefined) return undefined;
    if (call?.context.has('sts:externalid') === true) return 'the call passes an external ID';
    const concerned = meaningCaller.length > 0 ? meaningCaller : policy.statements;
    const asks = (key: string) => (meantKey(key, call?.caller) ?? key).toLowerCase() === 'sts:externalid';
    return concerned.some(({ conditions }) => conditions.some(({ key }) => asks(key)))
      ? undefined
      : 'no statement about the caller asks for an external ID';
  },
});
