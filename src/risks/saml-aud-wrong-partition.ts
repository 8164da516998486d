/** Is the sign-in endpoint asked for that of another partition? */
import { replaceAt } from '../policy/document/edit.ts';
import { policyOf } from './example-policies.ts';
import { saml } from './example-providers.ts';
import { lettingIn } from './letting-in.ts';
import { isPositive } from './oidc-trust.ts';
import { defineRiskRule } from './risk-rule.ts';
import { namedSamlProviders, partitionOfAudience, samlAudience } from './saml-trust.ts';

const audience = (value: string | readonly string[]) => ({ StringEquals: { 'SAML:aud': value } });

export const samlAudWrongPartition = defineRiskRule({
  id: 'saml-aud-wrong-partition',
  title: 'The SAML audience is the sign-in endpoint of another partition',
  severity: 'medium',
  about: 'state',
  why: 'Each partition of AWS has a sign-in endpoint of its own. Assertions for that of another never reach this role, so that nobody gets in.',
  remedy:
    'Write the endpoint of the role’s partition: `signin.aws.amazon.com`, `signin.amazonaws.cn` or `signin.amazonaws-us-gov.com`.',
  references: [
    'IAM User Guide, "Create a role for SAML 2.0 federation"',
    'AWS General Reference, "AWS Sign-In endpoints and quotas"',
  ],
  fires: [
    { name: 'the endpoint of China', policy: policyOf(saml(audience('https://signin.amazonaws.cn/saml'))) },
    {
      name: 'the public endpoint, in China',
      policy: policyOf(saml(audience('https://signin.aws.amazon.com/saml'), 'aws-cn')),
      role: 'arn:aws-cn:iam::111122223333:role/example',
    },
    {
      name: 'the public endpoint, in GovCloud',
      policy: policyOf(saml(audience('https://signin.aws.amazon.com/saml'), 'aws-us-gov')),
      role: 'arn:aws-us-gov:iam::111122223333:role/example',
    },
  ],
  silent: [
    { name: 'the partition’s own', policy: policyOf(saml(audience('https://signin.aws.amazon.com/saml'))) },
    { name: 'that of a region', policy: policyOf(saml(audience('https://eu-west-1.signin.aws.amazon.com/saml'))) },
    {
      name: 'both',
      policy: policyOf(saml(audience(['https://signin.aws.amazon.com/saml', 'https://signin.amazonaws.cn/saml']))),
    },
    {
      name: 'China’s own',
      policy: policyOf(saml(audience('https://signin.amazonaws.cn/saml'), 'aws-cn')),
      role: 'arn:aws-cn:iam::111122223333:role/example',
    },
  ],
  check: (context) =>
    namedSamlProviders(context).flatMap(({ statement, partition }) =>
      statement.conditions.flatMap((condition) => {
        if (condition.key.toLowerCase() !== 'saml:aud' || !isPositive(condition)) return [];
        const known = condition.values.map((value) => ({ value, of: partitionOfAudience(value.text) }));
        const wrong = known.find(({ of }) => of !== undefined && of !== partition);
        if (wrong === undefined || known.some(({ of }) => of === undefined || of === partition)) return [];
        return [
          {
            pointer: wrong.value.pointer,
            statement: statement.index,
            discriminator: partition,
            message: `\`${wrong.value.text}\` is the endpoint of the partition \`${wrong.of ?? ''}\`, the provider is of \`${partition}\`.`,
          },
        ];
      }),
    ),
  fix: ({ policy }, hit) => {
    const audienceOfPartition = samlAudience(hit.discriminator ?? '');
    const statement = policy.statements[hit.statement ?? -1];
    if (audienceOfPartition === undefined || statement === undefined) return undefined;
    const conditions = statement.conditions.map((condition) => ({
      ...condition,
      values: condition.values.map((value) =>
        value.pointer === hit.pointer ? { ...value, text: audienceOfPartition } : value,
      ),
    }));
    return lettingIn(
      policy,
      `Write \`${audienceOfPartition}\`.`,
      replaceAt(policy, hit.pointer, audienceOfPartition),
      { ...statement, conditions },
      'users of the SAML provider who sign in to this partition',
    );
  },
});
