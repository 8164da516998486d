/** Does the document take effect under the rules of 2008? */
import { setMember } from '../policy/document/edit.ts';
import { holdsVariable } from './condition-variable-in-2008.ts';
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const service = allow({ Service: 'ec2.amazonaws.com' });

export const versionMissing = defineRiskRule({
  id: 'version-missing',
  title: 'The document is of the old version',
  severity: 'low',
  about: 'state',
  why: 'Without `"Version": "2012-10-17"` the document is read by the rules of 2008, under which policy variables are plain text. The first variable that somebody adds will silently not work.',
  remedy: 'Write `"Version": "2012-10-17"`.',
  references: [
    'IAM User Guide, "IAM JSON policy elements: Version"',
    'IAM User Guide, "Access Analyzer policy check reference", missing version',
  ],
  fires: [
    { name: 'no version', policy: { Statement: [service] } },
    { name: 'the old version', policy: { Version: '2008-10-17', Statement: [service] } },
    {
      name: 'one statement that is no list',
      policy: '{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}',
    },
  ],
  silent: [
    { name: 'the new version', policy: policyOf(service) },
    { name: 'the new version, at the end', policy: { Statement: [service], Version: '2012-10-17' } },
    {
      name: 'a variable makes it worse, which has its own rule',
      policy: {
        Statement: [allow({ AWS: '111122223333' }, { StringLike: { 'sts:RoleSessionName': '${aws:username}' } })],
      },
    },
  ],
  check: ({ policy }) => {
    if (policy.version === '2012-10-17') return [];
    const values = policy.statements.flatMap(({ conditions }) => conditions.flatMap((condition) => condition.values));
    if (values.some(({ text }) => holdsVariable(text))) return [];
    return [
      {
        pointer: policy.versionStated ? '/Version' : '',
        message: policy.versionStated
          ? 'The document states the old version, `2008-10-17`.'
          : 'The document states no version, so it takes effect as one of `2008-10-17`.',
      },
    ];
  },
  fix: ({ policy }) => {
    const text = setMember(policy, '', 'Version', '2012-10-17');
    return text === undefined ? undefined : { summary: 'Write `"Version": "2012-10-17"`.', text };
  },
});
