/** Is the MFA of the session older than the trust policy allows? */
import { defineCause } from './cause.ts';
import { byUser, trusting, user } from './example-cases.ts';
import { unmet } from './wording.ts';

const session = (creationDate: string) => ({
  userIdentity: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLEUSERANA123',
    arn: user,
    accountId: '444455556666',
    userName: 'ana',
    accessKeyId: 'ASIAEXAMPLE',
    sessionContext: { attributes: { creationDate, mfaAuthenticated: 'true' } },
  },
});
const asks = trusting(user, {
  Bool: { 'aws:MultiFactorAuthPresent': 'true' },
  NumericLessThan: { 'aws:MultiFactorAuthAge': '3600' },
});

export const mfaTooOld = defineCause({
  id: 'mfa-too-old',
  title: 'The MFA of the session is older than the trust policy allows',
  side: 'trust-policy',
  who: 'caller',
  means: '`aws:MultiFactorAuthAge` counts the seconds since the credentials with MFA were issued.',
  toldApart: 'The session has MFA, and the record shows when it was created; the MFA is at least as old.',
  fix: 'Get a new session with MFA.',
  isIt: [
    {
      name: 'two hours old, one allowed',
      event: byUser({}, session('2026-03-01T08:00:00Z')),
      policy: asks,
      confidence: 'proved',
      says: '7200',
    },
    {
      name: 'the parameters are not recorded',
      event: byUser(null, session('2026-03-01T08:00:00Z')),
      policy: asks,
      confidence: 'proved',
    },
  ],
  isNot: [
    { name: 'fresh', event: byUser({}, session('2026-03-01T09:30:00Z')), policy: asks },
    { name: 'no MFA at all', event: byUser(), policy: asks },
    {
      name: 'a device passed with the call itself',
      event: byUser({ serialNumber: 'arn:aws:iam::444455556666:mfa/ana' }, session('2026-03-01T08:00:00Z')),
      policy: trusting(user, { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
    },
  ],
  claimsCondition: (part) =>
    part.clause.key.toLowerCase() === 'aws:multifactorauthage' && part.values !== null && part.values !== undefined
      ? { summary: unmet(part, 'counted in seconds') }
      : undefined,
});
