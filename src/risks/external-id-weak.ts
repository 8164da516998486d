/** Is the external ID easy to guess, or impossible to send? */

import { splitArn } from '../policy/document/names.ts';
import type { PrincipalEntry } from '../policy/document/trust-policy.ts';
import { allow, policyOf } from './example-policies.ts';
import { accountOf, type RiskContext } from './risk-context.ts';
import { defineRiskRule } from './risk-rule.ts';

const vendor = { AWS: '777788889999' };

export const externalIdWeak = defineRiskRule({
  id: 'external-id-weak',
  title: 'The external ID is easy to guess',
  severity: 'medium',
  about: 'state',
  why: 'An external ID is no secret, but it has to differ from customer to customer in a way nobody can guess; otherwise another customer of the vendor can try it.',
  remedy: 'Use the long random value that the vendor generated for you.',
  references: ['IAM User Guide, "Access to AWS accounts owned by third parties", external ID'],
  fires: [
    {
      name: 'a placeholder of a tutorial',
      policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': 'Example987' } })),
    },
    {
      name: 'digits only',
      policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': '12345678901234567' } })),
    },
    { name: 'the account id', policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': '111122223333' } })) },
    { name: 'short', policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': 'acme-prod' } })) },
    {
      name: 'a character that no external ID may have: nobody can send it',
      policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4 8a3d 4d56 9f02' } })),
    },
  ],
  silent: [
    {
      name: 'a random UUID',
      policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': 'b7e2f1c4-8a3d-4d56-9f02-c1a7e8b3d945' } })),
    },
    {
      name: 'long and mixed',
      policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': 'Zt4kQ9vX2mLr7WpB' } })),
    },
    {
      name: 'a service that is told its account, as its guide has it',
      policy: policyOf(
        allow({ Service: 'firehose.amazonaws.com' }, { StringEquals: { 'sts:ExternalId': '111122223333' } }),
      ),
    },
    {
      name: 'between our own accounts, of which another rule speaks',
      policy: policyOf(allow({ AWS: '111122223333' }, { StringEquals: { 'sts:ExternalId': 'ops' } })),
    },
    { name: 'none at all has a rule of its own', policy: policyOf(allow(vendor)) },
    {
      name: 'a policy variable, whose value is not known',
      policy: policyOf(allow(vendor, { StringEquals: { 'sts:ExternalId': '${aws:PrincipalTag/external}' } })),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) =>
      statement.conditions.flatMap((condition) => {
        const { base } = condition.operator;
        if (condition.key.toLowerCase() !== 'sts:externalid' || !/^String(Equals(IgnoreCase)?|Like)$/.test(base))
          return [];
        if (!statement.principal.entries.some((entry) => mayServeOthers(entry, context))) return [];
        return condition.values.flatMap((value) => {
          if (base === 'StringLike' && /[*?]/.test(value.text)) return [];
          const weakness = weaknessOf(value.text, context.question.role);
          return weakness === undefined
            ? []
            : [{ pointer: value.pointer, statement: statement.index, message: `The external ID ${weakness}.` }];
        });
      }),
    ),
});

/** Between our own accounts, and for a service that is told its account, nobody is to be told apart. */
function mayServeOthers({ type, name }: PrincipalEntry, context: RiskContext): boolean {
  const account = accountOf(name);
  return type === 'AWS' && (account === undefined || !['home', 'own'].includes(context.standing(account)));
}

const placeholders: ReadonlySet<string> = new Set([
  'changeme',
  'change-me',
  'example',
  'example987',
  'external-id',
  'externalid',
  'external_id',
  'myexternalid',
  'password',
  'secret',
  'test',
  'testing',
  'unique-id',
  'your-external-id',
  'yourexternalid',
  'xxxxxxxxxxxxxxxx',
  'some-external-id',
]);

function weaknessOf(text: string, role: string | undefined): string | undefined {
  if (text.includes('${')) return undefined;
  if (!/^[\w+=,.@:/-]*$/.test(text) || text.length < 2 || text.length > 1224)
    return 'holds what no external ID may hold, so nobody can send it (2 to 1,224 letters, digits and _ + = , . @ : / -)';
  if (placeholders.has(text.toLowerCase())) return 'is a placeholder';
  const parts = role === undefined ? undefined : splitArn(role);
  if (parts !== undefined && text === parts.account) return 'is the account id of the role';
  if (parts !== undefined && text.toLowerCase() === parts.resource.split('/').at(-1)?.toLowerCase())
    return 'is the name of the role';
  if (/^\d+$/.test(text)) return text.length === 12 ? 'looks like an account id' : 'is made of digits only';
  if (text.length < 16) return `has only ${text.length} characters; at least 16 random ones are hard to guess`;
  return new Set(text).size < 5 ? 'repeats a few characters' : undefined;
}
