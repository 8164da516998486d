/** Does the trust policy ask for MFA that the call has not? */
import { meantKey } from '../policy/repair/meant-key.ts';
import { accountOfCaller, defineCause } from './cause.ts';
import { byRole, byUser, failing, policyOf, statement, trusting, user } from './example-cases.ts';
import { shortened, unmet } from './wording.ts';

const asks = (who: string) => trusting(who, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } });

export const mfaMissing = defineCause({
  id: 'mfa-missing',
  title: 'The trust policy asks for MFA, and the call has none',
  side: 'trust-policy',
  who: 'caller',
  means:
    'Conditions on MFA hold for credentials from GetSessionToken with MFA, and for calls that pass an MFA device and its code. A session of a role never has MFA, so that a chained role can never satisfy them.',
  toldApart:
    'The session says so (`mfaAuthenticated`), or long-term keys called and passed no device. Where the parameters are not recorded the call of a user makes it likely; for a role session it is proved all the same.',
  fix: 'Call with --serial-number and --token-code, or get a session with MFA first.',
  isIt: [
    { name: 'long-term keys, no device', event: byUser(), policy: asks(user), confidence: 'proved' },
    {
      name: 'a role session can never have it',
      event: byRole(null),
      policy: asks('444455556666'),
      confidence: 'proved',
      says: 'role',
    },
    { name: 'not recorded', event: byUser(null), policy: asks(user), confidence: 'likely' },
    {
      name: 'a Deny of calls without',
      event: byUser(),
      policy: policyOf(
        statement('Allow', user),
        statement('Deny', '*', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }),
      ),
      confidence: 'proved',
    },
    {
      name: 'an age is asked for, and there is no MFA',
      event: byUser(),
      policy: trusting(user, { NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' } }),
      confidence: 'proved',
    },
    {
      name: 'the code was refused',
      event: failing('AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code. '),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'a device was passed',
      event: byUser({ serialNumber: 'arn:aws:iam::444455556666:mfa/ana' }),
      policy: asks(user),
    },
    { name: 'none asked for', event: byUser(), policy: trusting(user) },
    {
      name: 'MFA must not be there',
      event: byUser({ serialNumber: 'arn:aws:iam::444455556666:mfa/ana' }),
      policy: trusting(user, { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }),
    },
  ],
  fromRecord: ({ denial: { message } }) =>
    /^MultiFactorAuthentication failed\b/.test(message.text)
      ? {
          confidence: 'proved',
          summary: `AWS did not take the MFA of the call: ${shortened(message.text.trim()).replace(/\.$/, '')}.`,
          evidence: [{ source: 'error-message', detail: message.text }],
        }
      : undefined,
  claimsCondition: (part) => {
    const { clause, values, effect, call } = part;
    const key = clause.key.toLowerCase();
    const wanted = clause.values[0]?.text.toLowerCase();
    if (key === 'aws:multifactorauthpresent') {
      const asksForNone = (wanted === 'false') === (effect === 'Allow') && clause.operator.base !== 'Null';
      if (asksForNone || (clause.operator.base === 'Null' && (wanted === 'true') === (effect === 'Allow')))
        return undefined;
    } else if (key !== 'aws:multifactorauthage' || (values !== null && values !== undefined)) return undefined;
    const role = call.caller.kind === 'role-session';
    return {
      summary: unmet({ ...part, values: role ? null : values }, role ? 'a session of a role never has MFA' : ''),
      ...(role
        ? {
            who: 'owner' as const,
            fix: 'Take the MFA condition out for this role, or trust the user who has MFA: a role can never satisfy it.',
          }
        : {}),
    };
  },
  rulesOut: ({ policy, call, meaningCaller }) => {
    if (policy === undefined || accountOfCaller(call?.caller) === undefined) return undefined;
    if (call?.context.get('aws:multifactorauthpresent')?.[0] === 'true') return 'the call has MFA';
    const concerned = meaningCaller.length > 0 ? meaningCaller : policy.statements;
    const asks = (key: string) => /^aws:multifactorauth/i.test(meantKey(key, call?.caller) ?? key);
    return concerned.some(({ conditions }) => conditions.some(({ key }) => asks(key)))
      ? undefined
      : 'no statement about the caller asks for MFA';
  },
});
