/** Does the trust policy name another account where the caller's would let the call in? */
import { splitArn } from '../policy/document/names.ts';
import type { PrincipalName } from '../policy/document/trust-policy.ts';
import type { Caller } from '../policy/evaluate/request.ts';
import { accountSlip } from './account-slip.ts';
import { accountOfCaller, type ClausePart, defineCause, type PartClaim, type PrincipalPart } from './cause.ts';
import { byGithub, byRole, byUser, githubProvider, trusting, user } from './example-cases.ts';
import { keyName, statementName } from './wording.ts';

/** Entries of one element that are looked through for the nearest id. */
const mostEntries = 8;

export const wrongAccount = defineCause({
  id: 'wrong-account',
  title: 'The trust policy names another account than the caller’s',
  side: 'trust-policy',
  who: 'owner',
  means:
    'The policy trusts an account, or a user or role of one, that is not the caller’s; with the caller’s account id in its place it would let the call in.',
  toldApart:
    'No statement trusts the caller’s account, and the evaluator allows the call once the one id is changed. It says where the id is a digit off, two digits are swapped, or it is the role’s own account. An id inside a condition counts as well.',
  fix: 'Correct the account id, narrowed to the caller’s role or user.',
  isIt: [
    {
      name: 'one digit off',
      event: byUser(null),
      policy: trusting('444455556667'),
      confidence: 'proved',
      says: 'one digit off',
    },
    {
      name: 'two digits swapped, in the ARN of the root',
      event: byUser(),
      policy: trusting('arn:aws:iam::444455565666:root'),
      confidence: 'proved',
      says: 'swapped',
    },
    {
      name: 'the caller’s role, of another account',
      event: byRole(),
      policy: trusting('arn:aws:iam::999988887777:role/ci/deploy'),
      confidence: 'proved',
    },
    {
      name: 'the role’s own account',
      event: byUser(null),
      policy: trusting('111122223333'),
      confidence: 'proved',
      says: 'own account',
    },
    {
      name: 'in a condition on aws:PrincipalAccount',
      event: byUser(),
      policy: trusting('*', { StringEquals: { 'aws:PrincipalAccount': '444455556667' } }),
      confidence: 'proved',
    },
    {
      name: 'the provider of another account',
      event: byGithub('repo:acme/app:ref:refs/heads/main'),
      policy: trusting(
        { Federated: githubProvider.replace('111122223333', '111122223334') },
        undefined,
        'sts:AssumeRoleWithWebIdentity',
      ),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'another user of the caller’s account is trusted',
      event: byUser(),
      policy: trusting('arn:aws:iam::444455556666:user/bob'),
    },
    {
      name: 'the account is trusted, the external ID missing',
      event: byUser(),
      policy: trusting('444455556666', { StringEquals: { 'sts:ExternalId': 'acme-1234' } }),
    },
    { name: 'the policy is not known', event: byUser(null) },
    {
      name: 'neither account nor user would fit',
      event: byUser(),
      policy: trusting('arn:aws:iam::444455556667:user/bob'),
    },
    { name: 'the caller is trusted by name', event: byUser(), policy: trusting(user) },
  ],
  claimsPrincipal: (part) => {
    const own = accountOfCaller(part.call.caller) ?? accountOfProvider(part.call.caller);
    if (own === undefined || part.trusting.length > 0 || part.effect === 'Deny') return undefined;
    const first = part.curedBy((name) => withAccount(name, own));
    if (first === undefined) return undefined;
    // Of several that would fit, the id that is nearest to the caller's is the one that was meant.
    const near = part.statement.principal.entries
      .filter(({ name }) => 'account' in name && accountSlip(name.account, own) !== undefined)
      .slice(0, mostEntries)
      .find((entry) => part.curedBy((one) => (one === entry.name ? withAccount(one, own) : undefined)) !== undefined);
    const { name, pointer } = near ?? first;
    return 'account' in name ? claim(part, name.account, own, pointer) : undefined;
  },
  claimsCondition: (part) => {
    const own = accountOfCaller(part.call.caller);
    const key = part.clause.key.toLowerCase();
    if (own === undefined || part.effect === 'Deny' || (key !== 'aws:principalaccount' && key !== 'aws:principalarn'))
      return undefined;
    for (const value of part.clause.values) {
      const written = key === 'aws:principalaccount' ? value.text : splitArn(value.text)?.account;
      if (written === undefined || written === own || !/^\d{8,16}$/.test(written)) continue;
      const text = key === 'aws:principalaccount' ? own : value.text.replace(`:${written}:`, `:${own}:`);
      if (part.curedBy({ values: [{ ...value, text }] })) return claim(part, written, own, value.pointer);
    }
    return undefined;
  },
  rulesOut: ({ call, meaningCaller }) => {
    const [trusts] = meaningCaller;
    return trusts === undefined || accountOfCaller(call?.caller) === undefined
      ? undefined
      : `${statementName(trusts)} trusts the caller, in account ${accountOfCaller(call?.caller)}`;
  },
});

/** A provider's own account, which is that of the role as well. */
function accountOfProvider(caller: Caller): string | undefined {
  return 'provider' in caller ? splitArn(caller.provider)?.account : undefined;
}

function withAccount(name: PrincipalName, account: string): PrincipalName | undefined {
  return 'account' in name && name.account !== account
    ? { ...name, account: account as typeof name.account }
    : undefined;
}

function claim(part: PrincipalPart | ClausePart, written: string, own: string, pointer: string): PartClaim {
  const slip = accountSlip(written, own);
  const which =
    written === part.evidence.denial.roleAccount
      ? ', which is the role’s own account'
      : part.evidence.organizationAccounts?.includes(written) === true
        ? ', another account of the organization'
        : '';
  const place = 'clause' in part ? `in its condition on ${keyName(part.clause.key)} ` : '';
  return {
    pointer,
    slip: slip !== undefined,
    summary: `${part.where} ${place}trusts account ${written}${which}, and ${'provider' in part.call.caller ? 'the provider' : 'the caller'} is of account ${own}${slip === undefined ? '' : ` (${slip})`}.`,
  };
}
