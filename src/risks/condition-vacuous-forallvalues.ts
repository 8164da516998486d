/** Does a `ForAllValues` condition let in whoever does not bring the key? */
import { setMember } from '../policy/document/edit.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { isRegistered, wayInWithoutKey } from './passes-when-absent.ts';
import { saysNothingOfCaller } from './public-statement.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };
const everyone = { AWS: '*' };
const paths = 'o-own1234567/r-ab12/ou-ab12-11111111/*';

export const conditionVacuousForallvalues = defineRiskRule({
  id: 'condition-vacuous-forallvalues',
  title: '`ForAllValues` lets in callers that lack the key',
  severity: 'medium',
  about: 'state',
  why: '`ForAllValues` holds when the key is not in the request at all: of no values, all match. In an Allow it keeps out nobody who brings none.',
  remedy: 'Use `ForAnyValue`, or ask for the key as well: `"Null": {"KEY": "false"}`.',
  references: [
    'IAM User Guide, "Set operators for multivalued context keys"',
    'IAM User Guide, "Access Analyzer policy check reference"',
  ],
  folds: ['condition-set-operator-on-single'],
  notCovered:
    'Limits on session tags (`aws:TagKeys`) and on provided contexts (`sts:RequestContextProviders`), for which `ForAllValues` is right.',
  fires: [
    {
      name: 'the paths of the organization',
      policy: policyOf(allow(everyone, { 'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': paths } })),
      severity: 'high',
    },
    {
      name: 'beside a guard that works',
      policy: policyOf(
        allow(everyone, {
          StringEquals: { 'aws:PrincipalAccount': '111122223333' },
          'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': paths },
        }),
      ),
      severity: 'medium',
    },
    {
      name: 'a tag of the caller',
      policy: policyOf(allow(account, { 'ForAllValues:StringEquals': { 'aws:PrincipalTag/team': 'ci' } })),
      severity: 'high',
    },
  ],
  silent: [
    {
      name: 'ForAnyValue',
      policy: policyOf(allow(everyone, { 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': paths } })),
    },
    {
      name: 'paired with Null',
      policy: policyOf(
        allow(everyone, {
          'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': paths },
          Null: { 'AWS:PrincipalOrgPaths': 'false' },
        }),
      ),
    },
    {
      name: 'a limit on the keys of session tags',
      policy: policyOf(
        allow(
          { AWS: 'arn:aws:iam::111122223333:role/ci' },
          { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['team', 'cost'] } },
          ['sts:AssumeRole', 'sts:TagSession'],
        ),
      ),
    },
    {
      name: 'provided contexts of Identity Center',
      policy: policyOf(
        allow(
          { AWS: 'arn:aws:iam::111122223333:role/app' },
          {
            'ForAllValues:ArnEquals': {
              'sts:RequestContextProviders': 'arn:aws:iam::aws:contextProvider/IdentityCenter',
            },
            Null: { 'sts:RequestContextProviders': 'false' },
          },
          ['sts:AssumeRole', 'sts:SetContext'],
        ),
      ),
    },
    {
      name: 'a Deny keeps out whoever is in no organization',
      policy: policyOf(
        allow(everyone, { 'ForAllValues:StringLike': { 'aws:PrincipalOrgPaths': paths } }),
        deny(everyone, { Null: { 'aws:PrincipalOrgPaths': 'true' } }),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) =>
      statement.conditions.flatMap((condition) => {
        const { operator, key, pointer } = condition;
        if (operator.set !== 'ForAllValues' || !isRegistered(key)) return [];
        if (!wayInWithoutKey(context, statement, condition)) return [];
        return [
          {
            pointer,
            statement: statement.index,
            severity: context.guards(statement).every(saysNothingOfCaller) ? ('high' as const) : ('medium' as const),
            message: `\`${operator.text}\` lets in callers whose requests do not carry \`${key}\`.`,
          },
        ];
      }),
    ),
  fix: (context, hit) => {
    const statement = context.policy.statements[hit.statement ?? -1];
    const condition = statement?.conditions.find(({ pointer }) => pointer === hit.pointer);
    if (statement === undefined || condition === undefined) return undefined;
    const others = statement.conditions.filter(({ operator }) => operator.text === 'Null');
    const block = `${statement.pointer}/Condition`;
    const text =
      others.length > 0
        ? setMember(context.policy, `${block}/Null`, condition.key, 'false')
        : setMember(context.policy, block, 'Null', { [condition.key]: 'false' });
    return text === undefined
      ? undefined
      : { summary: `Ask for the key as well: \`"Null": {"${condition.key}": "false"}\`.`, text };
  },
});
