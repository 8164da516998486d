/** Does a wildcard stand under an operator that takes it literally? */
import type { ConditionOperator } from '../policy/document/trust-policy.ts';
import { matchWildcard } from '../policy/evaluate/wildcard.ts';
import { defineCause } from './cause.ts';
import {
  byGithub,
  bySaml,
  byUser,
  policyOf,
  samlProvider,
  statement,
  trusting,
  trustingGithub,
} from './example-cases.ts';
import { had, keyName, shortened } from './wording.ts';

const like: Readonly<Record<string, ConditionOperator['base']>> = {
  StringEquals: 'StringLike',
  StringEqualsIgnoreCase: 'StringLike',
  StringNotEquals: 'StringNotLike',
  StringNotEqualsIgnoreCase: 'StringNotLike',
};

/** Keys that no record shows, and whose values AWS alone makes: none of them holds `*` or `?` (IAM User Guide, "SAML-enabled sign-in endpoints"). */
const neverWild: ReadonlySet<string> = new Set(['saml:aud']);

export const wildcardInEquals = defineCause({
  id: 'wildcard-in-equals',
  title: 'A wildcard stands under an operator that takes it literally',
  side: 'trust-policy',
  who: 'owner',
  means:
    '`StringEquals` and its kin compare `*` and `?` as plain characters; only the `Like` and ARN operators take them as wildcards.',
  toldApart:
    'The evaluator lets the call through once the operator is the Like form, and not as it stands. Likely where the record does not show the value, and AWS never has one with a wildcard in it (`saml:aud`).',
  fix: 'Use StringLike (or ArnLike for ARNs) in place of StringEquals.',
  isIt: [
    {
      name: 'aws:PrincipalArn',
      event: byUser(),
      policy: trusting('444455556666', { StringEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:user/*' } }),
      confidence: 'proved',
      says: 'StringLike',
    },
    {
      name: 'the subject of a token',
      event: byGithub('repo:acme/app:ref:refs/heads/main'),
      policy: trustingGithub('repo:acme/app:*'),
      confidence: 'proved',
    },
    {
      name: 'the external ID passed',
      event: byUser({ externalId: 'acme-4711' }),
      policy: trusting('444455556666', { StringEquals: { 'sts:ExternalId': 'acme-*' } }),
      confidence: 'proved',
    },
    {
      name: 'in a Deny, where it then spares nobody',
      event: byUser(),
      policy: policyOf(
        statement('Allow', '444455556666'),
        statement('Deny', '*', { StringNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:user/*' } }),
      ),
      confidence: 'proved',
    },
    {
      name: 'the endpoint of a SAML response, which no record shows',
      event: bySaml(),
      policy: trusting(
        { Federated: samlProvider },
        { StringEquals: { 'SAML:aud': 'https://*.signin.aws.amazon.com/saml' } },
        'sts:AssumeRoleWithSAML',
      ),
      confidence: 'likely',
      says: 'no endpoint',
      with: [],
    },
  ],
  isNot: [
    {
      name: 'an endpoint of a SAML response stands beside it whole',
      event: bySaml(),
      policy: trusting(
        { Federated: samlProvider },
        {
          StringEquals: {
            'SAML:aud': ['https://*.signin.aws.amazon.com/saml', 'https://signin.aws.amazon.com/saml'],
          },
        },
        'sts:AssumeRoleWithSAML',
      ),
    },
    {
      name: 'under StringLike',
      event: byUser(),
      policy: trusting('444455556666', { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/*' } }),
    },
    {
      name: 'it would not match as a wildcard either',
      event: byUser(),
      policy: trusting('444455556666', { StringEquals: { 'aws:PrincipalArn': 'arn:aws:iam::444455556666:role/*' } }),
    },
  ],
  claimsCondition: (part) => {
    const { clause, values, where, effect } = part;
    const base = like[clause.operator.base];
    if (base === undefined) return undefined;
    const isWild = ({ text }: { readonly text: string }): boolean => /[*?]/.test(text.replace(/\$\{[*?$]\}/g, ''));
    const wild = clause.values.find(isWild);
    if (wild !== undefined && neverWild.has(clause.key.toLowerCase()) && values === undefined)
      return effect === 'Allow' && !/Not/.test(base) && clause.values.every(isWild)
        ? {
            pointer: wild.pointer,
            summary: `${where} compares ${keyName(clause.key)} with \`${shortened(wild.text)}\` by ${shortened(clause.operator.text)}, which takes the wildcard literally; no endpoint that AWS takes SAML responses at has one in its address.`,
          }
        : undefined;
    if (wild === undefined || !part.curedBy({ operator: { ...clause.operator, base } })) return undefined;
    // Without regard to case the Like form alone would do less than what stands there.
    if (clause.operator.base.endsWith('IgnoreCase') && !(values ?? []).some((value) => matchWildcard(wild.text, value)))
      return undefined;
    return {
      pointer: wild.pointer,
      summary: `${where} ${effect === 'Deny' ? 'is a Deny that ' : ''}compares ${keyName(clause.key)} with \`${shortened(wild.text)}\` by ${shortened(clause.operator.text)}, which takes the wildcard literally; ${had(values)}, which fits under ${base}.`,
    };
  },
});
