/** Is one role meant for people and for services at once? */
import type { PrincipalEntry } from '../policy/document/trust-policy.ts';
import { allow, deny, github, policyOf } from './example-policies.ts';
import { defineRiskRule } from './risk-rule.ts';

const ec2 = { Service: 'ec2.amazonaws.com' };
const saml = { Federated: 'arn:aws:iam::111122223333:saml-provider/idp' };
const audience = { StringEquals: { 'SAML:aud': 'https://signin.aws.amazon.com/saml' } };
const cluster = 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE';

export const mixedHumanAndServiceTrust = defineRiskRule({
  id: 'mixed-human-and-service-trust',
  title: 'One role for services and for people',
  severity: 'low',
  about: 'state',
  why: 'Such a role gets the permissions of both purposes, and each caller all of them: a person may do what only the service should, and the service’s log entries no longer mean the service.',
  remedy: 'Make two roles, each with what its callers need.',
  references: ['AWS Security Blog, "How to use trust policies with IAM roles"'],
  fires: [
    { name: 'an instance role that people sign in to', policy: policyOf(allow(ec2), allow(saml, audience)) },
    {
      name: 'a user beside a function, in one statement',
      policy: policyOf(allow({ Service: 'lambda.amazonaws.com', AWS: 'arn:aws:iam::111122223333:user/eve' })),
    },
    {
      name: 'a pipeline of another provider',
      policy: policyOf(allow(ec2), github({ sub: 'repo:acme/app:ref:refs/heads/main' })),
    },
    { name: 'the whole account', policy: policyOf(allow(ec2), allow({ AWS: '111122223333' })) },
  ],
  silent: [
    { name: 'services only', policy: policyOf(allow({ Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'] })) },
    { name: 'people only', policy: policyOf(allow(saml, audience)) },
    {
      name: 'a service and a role, both machines',
      policy: policyOf(allow(ec2), allow({ AWS: 'arn:aws:iam::111122223333:role/ci' })),
    },
    {
      name: 'a cluster that moves from IRSA to Pod Identity',
      policy: policyOf(
        allow({ Service: 'pods.eks.amazonaws.com' }, { StringEquals: { 'aws:RequestTag/eks-cluster-name': 'main' } }, [
          'sts:AssumeRole',
          'sts:TagSession',
        ]),
        allow(
          { Federated: `arn:aws:iam::111122223333:oidc-provider/${cluster}` },
          {
            StringEquals: {
              [`${cluster}:aud`]: 'sts.amazonaws.com',
              [`${cluster}:sub`]: 'system:serviceaccount:prod:api',
            },
          },
        ),
      ),
    },
    {
      name: 'the account is narrowed to a role',
      policy: policyOf(
        allow(ec2),
        allow({ AWS: '111122223333' }, { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/ci' } }),
      ),
    },
    { name: 'people are denied only', policy: policyOf(allow(ec2), deny(saml)) },
  ],
  check: (context) => {
    const entries = context.allows.flatMap((statement) =>
      statement.principal.element === 'Principal'
        ? statement.principal.entries.map((entry) => ({ entry, statement }))
        : [],
    );
    const service = entries.find(({ entry, statement }) => entry.type === 'Service' && context.alive(statement));
    if (service === undefined) return [];
    const person = entries.find(
      ({ entry, statement }) =>
        mayBePerson(entry) && !context.guarded(statement, 'aws:PrincipalArn') && context.alive(statement),
    );
    if (person === undefined) return [];
    return [
      {
        pointer: person.entry.pointer,
        message: `This role is for \`${service.entry.text}\` and for ${inWords(person.entry)} alike.`,
      },
    ];
  },
});

/** Clusters are workloads like services, and roles are mostly machines; Identity Center's roles are people. */
function mayBePerson({ name }: PrincipalEntry): boolean {
  switch (name.kind) {
    case 'account':
    case 'user':
    case 'saml-provider':
    case 'built-in-provider':
      return true;
    case 'oidc-provider':
      return !/^oidc\.eks\./.test(name.url);
    case 'role':
      return name.name.startsWith('AWSReservedSSO_');
    default:
      return false;
  }
}

function inWords({ name, text }: PrincipalEntry): string {
  switch (name.kind) {
    case 'account':
      return `whoever account ${name.account} lets`;
    case 'user':
      return `the user \`${name.name}\``;
    case 'role':
      return 'people of IAM Identity Center';
    default:
      return `callers of \`${text}\``;
  }
}
