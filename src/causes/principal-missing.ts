/** Is the caller trusted in none of the ways there are? */
import type { PrincipalElement } from '../policy/document/trust-policy.ts';
import { describeCaller } from '../policy/evaluate/caller.ts';
import { accountSlip } from './account-slip.ts';
import { accountOfCaller, defineCause } from './cause.ts';
import { byGithub, byUser, policyOf, statement, trusting } from './example-cases.ts';
import { listed, statementName } from './wording.ts';

export const principalMissing = defineCause({
  id: 'principal-missing',
  title: 'The trust policy does not name the caller',
  side: 'trust-policy',
  who: 'owner',
  means: 'No statement that allows anything names the caller, its account, or anything near it.',
  toldApart:
    'What is left when neither the account id, the path, a session’s name, a unique id nor another principal of the caller’s account is the difference.',
  fix: 'Add the ARN of the caller’s role or user to the Principal element.',
  isIt: [
    {
      name: 'only a service is trusted',
      event: byUser(null),
      policy: trusting({ Service: 'ec2.amazonaws.com' }),
      confidence: 'proved',
    },
    {
      name: 'nothing near the caller',
      event: byUser(),
      policy: trusting('arn:aws:iam::777788889999:role/other'),
      confidence: 'proved',
    },
    {
      name: 'the policy allows nothing',
      event: byUser(),
      policy: policyOf(statement('Deny', '777788889999')),
      confidence: 'proved',
    },
    {
      name: 'another identity provider',
      event: byGithub('repo:acme/app:ref:refs/heads/main'),
      policy: trusting(
        { Federated: 'arn:aws:iam::111122223333:oidc-provider/gitlab.com' },
        undefined,
        'sts:AssumeRoleWithWebIdentity',
      ),
      confidence: 'proved',
    },
  ],
  isNot: [
    {
      name: 'another user of the account is named',
      event: byUser(),
      policy: trusting('arn:aws:iam::444455556666:user/bob'),
    },
    {
      name: 'everyone is trusted, under a condition',
      event: byUser(),
      policy: trusting('*', { StringEquals: { 'sts:ExternalId': 'acme-1234' } }),
    },
    {
      name: 'a service beside the caller’s account',
      event: byUser(),
      policy: policyOf(
        statement('Allow', { Service: 'ec2.amazonaws.com' }),
        statement('Allow', '444455556666', { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }),
      ),
    },
  ],
  claimsPrincipal: ({ call, statement: { principal }, where, matches }) => ({
    summary:
      matches === 'unknown'
        ? `${where} trusts ${listed(
            principal.entries.map(({ text }) => text),
            'and',
          )}; whether that is ${describeCaller(call.caller)} cannot be told from the record.`
        : `${where} trusts ${
            principal.entries.length === 0
              ? 'nobody'
              : listed(
                  principal.entries.map(({ text }) => text),
                  'and',
                )
          }, and the caller is ${describeCaller(call.caller)}${nearAccount(principal, accountOfCaller(call.caller))}.`,
  }),
  rulesOut: ({ meaningCaller: [trusts] }) =>
    trusts === undefined ? undefined : `${statementName(trusts)} means the caller`,
});

/** A slip in an account id is worth a word, even where it is not the whole difference. */
function nearAccount({ entries }: PrincipalElement, own: string | undefined): string {
  if (own === undefined) return '';
  for (const { name } of entries.slice(0, 64)) {
    const slip = 'account' in name ? accountSlip(name.account, own) : undefined;
    if (slip !== undefined && 'account' in name) return ` (of account ${name.account} ${slip})`;
  }
  return '';
}
