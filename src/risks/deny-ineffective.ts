/** Does a Deny keep out nobody of those it is about? */
import { asAccountId } from '../policy/document/names.ts';
import { actionsOf } from '../policy/document/statement-callers.ts';
import type { PrincipalEntry, Statement, TrustPolicy } from '../policy/document/trust-policy.ts';
import { addsNobody, addsSomebody, allowsOf, withActions, withMore } from './altered-policy.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };
const everyone = { AWS: '*' };

export const denyIneffective = defineRiskRule({
  id: 'deny-ineffective',
  title: 'A Deny that denies nobody',
  severity: 'medium',
  about: 'state',
  why: 'The Deny looks like a guard rail. Its conditions never hold for the callers that the policy lets in, or it is for another action than they use, so the policy without it is the same.',
  remedy:
    'Use a negated operator, or `IfExists`, so that the Deny also holds where the key is missing; and the action that the callers use.',
  references: [
    'IAM User Guide, "IAM JSON policy elements: Condition operators", negated matching',
    'IAM User Guide, "Policy evaluation logic"',
  ],
  folds: ['statement-redundant'],
  fires: [
    {
      name: 'a key that these callers never bring',
      policy: policyOf(allow(account), deny(everyone, { StringEquals: { 'aws:SourceAccount': '777788889999' } })),
    },
    {
      name: 'another action than the callers use',
      policy: policyOf(
        allow(
          { Federated: 'arn:aws:iam::111122223333:saml-provider/corp' },
          { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } },
        ),
        deny(
          { Federated: 'arn:aws:iam::111122223333:saml-provider/corp' },
          { StringNotEquals: { 'saml:edupersonprincipalname': 'eve' } },
          'sts:AssumeRole',
        ),
      ),
    },
    {
      name: 'a value that the key never has',
      policy: policyOf(allow(account), deny(everyone, { StringEquals: { 'aws:PrincipalAccount': 'contractors' } })),
    },
    {
      name: 'an empty list',
      policy: policyOf(allow(account), deny(everyone, { StringEquals: { 'aws:PrincipalTag/team': [] } })),
    },
  ],
  silent: [
    {
      name: 'it is about MFA, and so far only a service is let in',
      policy: policyOf(
        allow({ Service: 'ec2.amazonaws.com' }),
        deny(everyone, { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }),
      ),
    },
    {
      name: 'it shuts out other accounts than the one that is trusted',
      policy: policyOf(allow(account), deny(everyone, { StringNotEquals: { 'aws:PrincipalAccount': '111122223333' } })),
    },
    {
      name: 'it names a role of an account that is not let in, by a condition',
      policy: policyOf(
        allow(account),
        deny(everyone, { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::222233334444:role/*' } }),
      ),
    },
    {
      name: 'it keeps somebody out',
      policy: policyOf(allow(account), deny(everyone, { StringNotEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } })),
    },
    {
      name: 'it holds besides an Allow that is as narrow',
      policy: policyOf(
        allow(everyone, { StringEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
        deny(everyone, { StringNotEquals: { 'aws:PrincipalOrgID': 'o-own1234567' } }),
      ),
    },
    {
      name: 'it names somebody who is not let in anyway',
      policy: policyOf(allow(account), deny({ AWS: '777788889999' })),
    },
    {
      name: 'it is for people, and the policy lets in a service',
      policy: policyOf(
        allow({ Service: 'ec2.amazonaws.com' }),
        deny({ AWS: '111122223333' }, { Bool: { 'aws:MultiFactorAuthPresent': 'false' } }),
      ),
    },
    {
      name: 'session tags that the Allow does not grant either',
      policy: policyOf(allow(account), deny(everyone, undefined, 'sts:TagSession')),
    },
    {
      name: 'no transport but TLS',
      policy: policyOf(allow(account), deny(everyone, { Bool: { 'aws:SecureTransport': 'false' } })),
    },
  ],
  check: ({ policy, denies }) =>
    denies.flatMap((statement) => {
      if (!isFaulty(policy, statement)) return [];
      const [condition] = statement.conditions;
      return [
        {
          pointer: condition?.pointer ?? statement.actions.pointer,
          statement: statement.index,
          message: 'This Deny keeps out nobody of those whom the policy lets in.',
        },
      ];
    }),
});

/**
 * Nobody is kept out, not even if the Allow statements were for users and roles of any account, without conditions; and
 * somebody would be, if the Deny had no conditions either and was for every action. The rest are Deny statements beside
 * an Allow that is narrow enough by itself.
 */
function isFaulty(policy: TrustPolicy, statement: Statement): boolean {
  const allows = allowsOf(policy);
  if (allows.statements.length === 0 || forbidsWhatNobodyMay(allows, statement)) return false;
  if (!addsNobody(withMore(allows, [statement]), allows)) return false;
  const open = opened(policy, allows);
  if (!addsNobody(withMore(open, [statement]), open)) return false;
  const whole = withActions({ ...statement, conditions: [] }, ['sts:*']);
  return addsSomebody(withMore(open, [whole]), open);
}

/** Without conditions; users and roles are those of every account that the policy speaks of, and of one it does not. */
function opened(policy: TrustPolicy, allows: TrustPolicy): TrustPolicy {
  const accounts = new Set([...policy.text.matchAll(/(?<!\d)\d{12}(?!\d)/g)].map(([id]) => id));
  const strange = ['820915736042', '716304825913', '604928173650'].find((id) => !accounts.has(id));
  const entries = [...accounts, strange ?? ''].flatMap((text): readonly PrincipalEntry[] => {
    const account = asAccountId(text);
    return account === undefined ? [] : [{ type: 'AWS', text, pointer: '', name: { kind: 'account', account } }];
  });
  const statements = allows.statements.map((own) => {
    const widened = [...entries, ...own.principal.entries.filter(({ type }) => type !== 'AWS')];
    const principal = own.principal.element === 'NotPrincipal' ? own.principal : { ...own.principal, entries: widened };
    return { ...own, principal, conditions: [] };
  });
  return { ...allows, statements };
}

/** A Deny of what goes with a call, session tags and the like, which no Allow grants either, is right as it is. */
function forbidsWhatNobodyMay(allows: TrustPolicy, { actions }: Statement): boolean {
  const denied = actionsOf(actions);
  const granted = new Set(allows.statements.flatMap((own) => actionsOf(own.actions)));
  // What it leaves out is left out on purpose.
  if (actions.element === 'NotAction' && !denied.some((action) => granted.has(action))) return true;
  return denied.every((action) => /^sts:(TagSession|Set)/.test(action) && !granted.has(action));
}
