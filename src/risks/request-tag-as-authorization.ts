/** Does a tag that the caller passes itself decide? */
import { allow, deny, policyOf } from './example-policies.ts';
import { saysNothingOfCaller } from './public-statement.ts';
import { defineRiskRule } from './risk-rule.ts';

/** What the caller passes. */
const chosen = /^(aws:requesttag\/|aws:tagkeys$|sts:rolesessionname$|sts:transitivetagkeys$)/;
const both = ['sts:AssumeRole', 'sts:TagSession'] as const;

export const requestTagAsAuthorization = defineRiskRule({
  id: 'request-tag-as-authorization',
  title: 'A session tag of the caller’s choosing decides',
  severity: 'medium',
  about: 'state',
  why: '`aws:RequestTag` holds what the caller passes in the call: it can limit which tags are set, and it cannot tell who may come in.',
  remedy: 'Use `aws:PrincipalTag`, which the caller’s account sets, and limit the tags with `aws:TagKeys`.',
  references: ['IAM User Guide, "Pass session tags in AWS STS"'],
  fires: [
    {
      name: 'a whole account',
      policy: policyOf(allow({ AWS: '111122223333' }, { StringEquals: { 'aws:RequestTag/team': 'ops' } }, both)),
    },
    {
      name: 'an outside account',
      policy: policyOf(allow({ AWS: '777788889999' }, { StringEquals: { 'aws:RequestTag/team': 'ops' } }, both)),
    },
    {
      name: 'beside a Deny of another account',
      policy: policyOf(
        allow({ AWS: '111122223333' }, { StringEquals: { 'aws:RequestTag/team': 'ops' } }, both),
        deny({ AWS: '*' }, { StringEquals: { 'aws:PrincipalAccount': '999999999999' } }),
      ),
    },
    {
      name: 'over TLS, as every call is',
      policy: policyOf(
        allow(
          { AWS: '111122223333' },
          { StringEquals: { 'aws:RequestTag/team': 'ops' }, Bool: { 'aws:SecureTransport': 'true' } },
          both,
        ),
      ),
    },
    {
      name: 'with a session name',
      policy: policyOf(
        allow(
          { AWS: '111122223333' },
          { StringEquals: { 'aws:RequestTag/team': 'ops', 'sts:RoleSessionName': 'x' } },
          both,
        ),
      ),
    },
  ],
  silent: [
    {
      name: 'a named role',
      policy: policyOf(
        allow({ AWS: 'arn:aws:iam::111122223333:role/ci' }, { StringEquals: { 'aws:RequestTag/team': 'ops' } }, both),
      ),
    },
    {
      name: 'a principal tag as well',
      policy: policyOf(
        allow(
          { AWS: '111122223333' },
          { StringEquals: { 'aws:RequestTag/team': 'ops', 'aws:PrincipalTag/team': 'ops' } },
          both,
        ),
      ),
    },
    {
      name: 'EKS Pod Identity sets the tags itself',
      policy: policyOf(
        allow(
          { Service: 'pods.eks.amazonaws.com' },
          { StringEquals: { 'aws:RequestTag/kubernetes-namespace': 'prod' } },
          both,
        ),
      ),
    },
    {
      name: 'only sts:TagSession is limited by it',
      policy: policyOf(
        allow({ AWS: '111122223333' }),
        allow({ AWS: '111122223333' }, { StringEquals: { 'aws:RequestTag/team': 'ops' } }, 'sts:TagSession'),
      ),
    },
  ],
  check: (context) =>
    context.allows.flatMap((statement) => {
      const tag = statement.conditions.find(({ key }) => /^aws:requesttag\//i.test(key));
      if (tag === undefined || !statement.actions.patterns.some(({ text }) => /^(\*|sts:(\*|assume.*))$/i.test(text)))
        return [];
      if (!statement.principal.entries.every(({ name }) => name.kind === 'account' || name.kind === 'everyone'))
        return [];
      const guards = context.guards(statement);
      if (
        !guards.some((key) => key.startsWith('aws:requesttag/')) ||
        guards.some((key) => !chosen.test(key) && !saysNothingOfCaller(key))
      )
        return [];
      return [
        {
          pointer: tag.pointer,
          statement: statement.index,
          message: `The caller passes \`${tag.key}\` itself, so it keeps nobody of the account out.`,
        },
      ];
    }),
});
