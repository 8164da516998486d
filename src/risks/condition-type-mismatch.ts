/** Is a key compared by an operator, or with a value, of another type? */
import { conditionProblems } from '../policy/document/validate-conditions.ts';
import { allow, deny, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const account = { AWS: 'arn:aws:iam::111122223333:root' };

export const conditionTypeMismatch = defineRiskRule({
  id: 'condition-type-mismatch',
  title: 'A comparison of the wrong type',
  severity: 'medium',
  about: 'state',
  why: 'Operators compare texts, ARNs, numbers, dates, truth values or addresses. Applied to a key or a value of another type a condition mostly holds for nobody, and a negated one for everybody.',
  remedy: 'Use the operator of the type of the key, and one value of that type.',
  references: [
    'IAM User Guide, "IAM JSON policy elements: Condition operators"',
    'IAM User Guide, "Access Analyzer policy check reference", data type mismatch',
  ],
  folds: ['condition-never-true', 'condition-negated-missing-key', 'deny-ineffective'],
  fires: [
    {
      name: 'an address as a text',
      policy: policyOf(allow(account, { StringEquals: { 'aws:SourceIp': '8.8.4.0/24' } })),
    },
    {
      name: 'an external ID as a number',
      policy: policyOf(allow({ AWS: '777788889999' }, { NumericEquals: { 'sts:ExternalId': '4815162342' } })),
    },
    {
      name: 'an account id as an ARN',
      policy: policyOf(allow({ AWS: '*' }, { ArnEquals: { 'aws:PrincipalAccount': '111122223333' } })),
    },
    {
      name: 'both truth values',
      policy: policyOf(allow(account, { Bool: { 'aws:MultiFactorAuthPresent': ['true', 'false'] } })),
    },
    {
      name: 'a date that is none',
      policy: policyOf(allow(account, { DateLessThan: { 'aws:CurrentTime': 'next Friday' } })),
    },
    {
      name: 'in a Deny',
      policy: policyOf(allow(account), deny({ AWS: '*' }, { NotIpAddress: { 'aws:SourceIp': 'office' } })),
    },
  ],
  silent: [
    {
      name: 'a tag that holds a number',
      policy: policyOf(allow(account, { NumericGreaterThanEquals: { 'aws:PrincipalTag/level': '3' } })),
    },
    {
      name: 'a tag that holds an ARN',
      policy: policyOf(
        allow(
          { Service: 'pods.eks.amazonaws.com' },
          { ArnEquals: { 'aws:RequestTag/eks-cluster-arn': 'arn:aws:eks:eu-west-1:111122223333:cluster/prod' } },
          ['sts:AssumeRole', 'sts:TagSession'],
        ),
      ),
    },
    {
      name: 'an ARN as a text',
      policy: policyOf(allow(account, { StringLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/ci-*' } })),
    },
    {
      name: 'seconds since 1970',
      policy: policyOf(allow(account, { NumericLessThan: { 'aws:EpochTime': '1900000000' } })),
    },
    {
      name: 'a truth value as a text',
      policy: policyOf(allow(account, { StringEquals: { 'aws:SecureTransport': 'true' } })),
    },
    {
      name: 'a truth value without quotes',
      policy: policyOf(allow(account, { Bool: { 'aws:MultiFactorAuthPresent': true } })),
    },
    {
      name: 'a range of addresses',
      policy: policyOf(allow(account, { IpAddress: { 'aws:SourceIp': ['8.8.4.0/24', '2a01:4f8::/48'] } })),
    },
  ],
  check: ({ policy }) =>
    policy.statements.flatMap((statement) => {
      const found = new Map<
        string,
        { readonly pointer: string; readonly statement: number; readonly message: string }
      >();
      for (const { code, message, pointer } of conditionProblems(statement, policy)) {
        const condition = statement.conditions.find(
          (own) => own.pointer === pointer || own.values.some((value) => value.pointer === pointer),
        );
        if (condition === undefined || found.has(condition.pointer)) continue;
        if (code === 'wrong-type' && anyType.test(condition.key)) continue;
        if (!codes.has(code) && !(code === 'impossible-value' && !/^(String|Arn|Null)/.test(condition.operator.base)))
          continue;
        found.set(condition.pointer, {
          pointer,
          statement: statement.index,
          message: `${message.charAt(0).toUpperCase()}${message.slice(1)}.`,
        });
      }
      return [...found.values()];
    }),
});

/** The value of a tag, and the name of a provider, may be a text, a number or an ARN: whoever sets it decides. */
const anyType = /^(aws:(principal|request|resource)tag|iam:resourcetag)\/|^aws:federatedprovider$/i;

/** Findings of the validation that are about types; values of texts and ARNs have rules of their own. */
const codes: ReadonlySet<string> = new Set(['wrong-type', 'several-booleans']);
