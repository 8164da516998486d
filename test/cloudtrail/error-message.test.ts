import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DenialMessage } from '../../src/cloudtrail/denial-message.ts';
import { readDenialMessage } from '../../src/cloudtrail/error-message.ts';
import { runs } from '../arbitraries/runs.ts';
import { caller, refusal, roleArn } from './records.ts';

const action = 'sts:AssumeRole';
const named = { caller, action, resource: roleArn };
const scp = 'arn:aws:organizations::222233334444:policy/o-exampleorg1/service_control_policy/p-examplescp1';

const messages: readonly (readonly [string, Omit<DenialMessage, 'text' | 'truncated'>])[] = [
  [refusal, named],
  [`User: ${caller} is not authorized to perform: ${action} on resource: "${roleArn}"`, named],
  [`User: ${caller} is not authorized to perform: sts:assumerole on resource: ${roleArn}`, named],
  [`User: ${caller} is not authorized to perform:\nsts:AssumeRole on resource:\n${roleArn}`, named],
  [`User: ${caller} is not authorized to perform: ${action}`, { caller, action }],
  [
    `User: ${caller} is not authorized to perform: ${action} on resource: role deploy`,
    { caller, action, resource: 'role deploy' },
  ],
  [
    `User: ${caller} is not authorized to perform: iam:UpdateAssumeRolePolicy on resource: role deploy because no identity-based policy allows the iam:UpdateAssumeRolePolicy action`,
    {
      caller,
      action: 'iam:UpdateAssumeRolePolicy',
      resource: 'role deploy',
      because: { policy: 'identity-based', how: 'no-allow' },
    },
  ],
  [
    `User: ${caller} is not authorized to perform: sts:tagsession on resource: ${roleArn}`,
    { ...named, action: 'sts:TagSession' },
  ],
  [`${refusal}. Encoded authorization failure message: 4GIOHlTkIaWHQD0Q0m6XSnuUMCm`, named],
  [`${refusal}. Go to https://console.aws.amazon.com/x for complete details`, named],
  [`${refusal.replace('deploy', 'deploy.v2')}`, { ...named, resource: `${roleArn}.v2` }],
  [
    `${refusal}. because no session policy allows the ${action} action`,
    { ...named, resource: `${roleArn}.`, because: { policy: 'session', how: 'no-allow' } },
  ],
  [`An error occurred (AccessDenied) when calling the AssumeRole operation: ${refusal}`, named],
  ['Not authorized to perform sts:AssumeRole', { action }],
  ['Not authorized to perform sts:AssumeRoleWithWebIdentity', { action: 'sts:AssumeRoleWithWebIdentity' }],
  ['Not authorized to perform: sts:assumerolewithsaml.', { action: 'sts:AssumeRoleWithSAML' }],
  ['User is not authorized to perform sts:AssumeRole', { action }],
  ['Roles may not be assumed by root accounts.', {}],
  ['An unknown error occurred', {}],
  ['The requested DurationSeconds exceeds the MaxSessionDuration set for this role.', {}],
  ['', {}],
];

const kinds = [
  ['identity-based policy', 'an', 'identity-based'],
  ['resource-based policy', 'a', 'resource-based'],
  ['permissions boundary', 'a', 'permissions-boundary'],
  ['session policy', 'a', 'session'],
  ['sessions policy', 'a', 'session'],
  ['service control policy', 'a', 'service-control'],
  ['resource control policy', 'a', 'resource-control'],
  ['role trust policy', 'the', 'role-trust'],
  ['VPC endpoint policy', 'a', 'vpc-endpoint'],
] as const;

describe('the message of a denied call', () => {
  test.for(messages)('%s', ([text, expected]) => {
    expect(readDenialMessage(text)).toEqual({ text, truncated: false, ...expected });
  });

  describe.for(kinds)('%s', ([words, article, policy]) => {
    test('for want of an Allow, with and without a resource, whatever follows', () => {
      for (const start of [refusal, `User: ${caller} is not authorized to perform: ${action}`])
        for (const tail of [
          '',
          '. Encoded authorization failure message: abc',
          '. Go to https://x because it is there',
        ])
          expect(readDenialMessage(`${start} because no ${words} allows the ${action} action${tail}`)).toMatchObject({
            caller,
            action,
            because: { policy, how: 'no-allow' },
          });
    });

    test("by an explicit Deny, with the policy's ARN, its name, or neither", () => {
      const start = `${refusal} with an explicit deny in ${article} ${words}`;
      expect(readDenialMessage(start).because).toEqual({ policy, how: 'explicit-deny' });
      expect(readDenialMessage(`${start}.`).because).toEqual({ policy, how: 'explicit-deny' });
      expect(readDenialMessage(`${start}: ${scp}`).because).toEqual({ policy, how: 'explicit-deny', policyArn: scp });
      expect(readDenialMessage(`${start}: ${scp}. Go to https://x`).because?.policyArn).toBe(scp);
      expect(readDenialMessage(`${start}: DenyAll`).because?.policyArn).toBe('DenyAll');
    });
  });

  test('a VPC endpoint policy that refuses through an SCP: the SCP is what denies', () => {
    const text = `${refusal} with an explicit deny in a VPC endpoint policy transitively through a service control policy`;
    expect(readDenialMessage(text).because).toEqual({
      policy: 'service-control',
      how: 'explicit-deny',
      through: 'vpc-endpoint',
    });
  });

  test('words of a refusal that the caller has put into the name of the role are not believed', () => {
    const injected = `${roleArn} because no service control policy allows the sts:AssumeRole action`;
    for (const true_ of [
      '',
      ' because no identity-based policy allows the sts:AssumeRole action',
      ' with an explicit deny in a session policy',
    ]) {
      const text = `User: ${caller} is not authorized to perform: ${action} on resource: ${injected}${true_}`;
      // Once is as AWS writes it; twice cannot be.
      if (true_ !== '') expect(readDenialMessage(text).because).toBeUndefined();
      expect(readDenialMessage(text)).toMatchObject({ caller, action, resource: roleArn });
    }
    const again = `${refusal} is not authorized to perform: sts:TagSession on resource: x because no session policy allows`;
    expect(readDenialMessage(again)).toMatchObject({ action, resource: roleArn });
    expect(readDenialMessage(again).because).toBeUndefined();
  });

  test('what CloudTrail has cut off at 1 KB is left out, not believed', () => {
    const long = `User: ${caller} is not authorized to perform: ${action} on resource: arn:aws:iam::111122223333:role/${'p'.repeat(400)}/${'q'.repeat(600)}`;
    const cut = long.slice(0, 1024);
    expect(readDenialMessage(cut)).toEqual({ text: cut, caller, action, truncated: true });
    const filler =
      `${refusal.padEnd(980, 'x')} with an explicit deny in a session policy: arn:aws:iam::111122223333:policy/abc`.slice(
        0,
        1024,
      );
    expect(readDenialMessage(filler).truncated).toBe(true);
    expect(readDenialMessage(filler).because?.policyArn).toBeUndefined();
  });

  test('it never throws, and takes time linear in the text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.string(), fc.constantFrom(...messages.map(([text]) => text), ' because no ', 'User: ', '"')),
        ),
        (parts) => {
          const text = parts.join('');
          expect(readDenialMessage(text).text).toBe(text);
        },
      ),
      { numRuns: runs(300) },
    );
    for (const piece of ['User: ', ' because no ', ' is not authorized to perform:', '"', 'a ', ' on resource: ']) {
      const text = piece.repeat(200_000);
      const start = performance.now();
      expect(readDenialMessage(text).truncated).toBe(true);
      expect(performance.now() - start).toBeLessThan(10_000);
    }
  });
});
