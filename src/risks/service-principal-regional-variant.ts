/** Is a service named for one region? */
import { allow, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';
import { globalName, isRegionalName } from './service-callers.ts';

export const servicePrincipalRegionalVariant = defineRiskRule({
  id: 'service-principal-regional-variant',
  title: 'A service is named for one region',
  severity: 'info',
  about: 'state',
  why: 'Most services call under their global name in every region; a regional name is another principal and is needed only where the service’s documentation says so, mostly in regions that one opts into.',
  remedy: 'Use the global name unless the documentation asks for the regional one.',
  references: ['IAM User Guide, "AWS JSON policy elements: Principal", service principals in opt-in regions'],
  fires: [
    { name: 'Step Functions', policy: policyOf(allow({ Service: 'states.us-east-1.amazonaws.com' })) },
    {
      name: 'beside the global name',
      policy: policyOf(
        allow(
          { Service: ['logs.amazonaws.com', 'logs.eu-west-1.amazonaws.com'] },
          { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        ),
      ),
    },
    { name: 'an opt-in region', policy: policyOf(allow({ Service: 'sns.ap-east-1.amazonaws.com' })) },
  ],
  silent: [
    { name: 'the global name', policy: policyOf(allow({ Service: 'states.amazonaws.com' })) },
    { name: 'a subdomain that is no region', policy: policyOf(allow({ Service: 'pods.eks.amazonaws.com' })) },
    { name: 'an account', policy: policyOf(allow({ AWS: '111122223333' })) },
  ],
  check: ({ allows }) =>
    allows.flatMap((statement) =>
      statement.principal.entries.flatMap((entry) =>
        entry.type === 'Service' && isRegionalName(entry.text)
          ? [
              {
                pointer: entry.pointer,
                statement: statement.index,
                message: `\`${entry.text}\` matches the service in that region only; elsewhere it calls as \`${globalName(entry.text)}\`.`,
              },
            ]
          : [],
      ),
    ),
});
