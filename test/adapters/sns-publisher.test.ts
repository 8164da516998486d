import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import { mostSnsBytes, snsInput, snsPublisher } from '../../src/adapters/sns-publisher.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { maskFinding } from '../../src/findings/mask.ts';
import { findingExamples, hostile, hostileStrings } from '../findings/examples.ts';

const topic = 'arn:aws:sns:us-east-1:111122223333:findings';
const finding = maskFinding(findingExamples['trust-change']);

test('JSON for programs, text for e-mail, and attributes that a subscription can filter on', async () => {
  const sns = mockClient(SNSClient).on(PublishCommand).resolves({ MessageId: '1' });
  await snsPublisher(new SNSClient({}), topic).publish(finding);
  const input = sns.commandCalls(PublishCommand)[0]?.args[0].input;
  expect(input).toMatchObject({
    TopicArn: topic,
    MessageStructure: 'json',
    MessageAttributes: {
      severity: { DataType: 'String', StringValue: finding.severity },
      kind: { DataType: 'String', StringValue: 'trust-change' },
      account: { DataType: 'String', StringValue: finding.account },
      role: { DataType: 'String', StringValue: finding.role },
    },
  });
  const message = JSON.parse(input?.Message ?? '') as { default: string; email: string };
  expect(JSON.parse(message.default)).toEqual(finding);
  expect(message.email).toContain(finding.title);
});

test('what SNS refuses is thrown, so that the record comes again', async () => {
  mockClient(SNSClient).on(PublishCommand).rejects(new Error('Throttling'));
  await expect(snsPublisher(new SNSClient({}), topic).publish(finding)).rejects.toThrow('Throttling');
});

describe.for(Object.values(findingExamples))('$kind', (example) => {
  test.for(hostileStrings.map((text) => [text.slice(0, 30), text]))('hostile: %s', ([, text]) => {
    const input = snsInput(hostile(example, text ?? ''));
    for (const { StringValue } of Object.values(input.MessageAttributes)) {
      expect(StringValue).not.toBe('');
      expect(StringValue).not.toMatch(/[\u0000-\u001f]|\p{Surrogate}/u);
    }
    expect(sizeOf(input)).toBeLessThanOrEqual(mostSnsBytes);
  });
});

test('a finding of any size stays within what SNS takes, quotes and all', () => {
  const policy = {
    Statement: Array.from({ length: 4000 }, (_, index) => ({ Sid: `"${index}"`, Note: '"\\"'.repeat(20) })),
  };
  const big: Finding = { ...finding, change: { ...(finding.change ?? empty), previous: policy, current: policy } };
  expect(JSON.stringify(big).length).toBeGreaterThan(mostSnsBytes);
  const input = snsInput(big);
  expect(sizeOf(input)).toBeLessThanOrEqual(mostSnsBytes);
  const message = JSON.parse(input.Message) as { default: string };
  expect(JSON.parse(message.default)).toMatchObject({ id: finding.id, severity: finding.severity });
});

const empty = { verdict: 'equivalent', gained: [], lost: [], previousFrom: 'unknown' } as const;

function sizeOf(input: ReturnType<typeof snsInput>): number {
  const attributes = Object.entries(input.MessageAttributes).reduce(
    (sum, [name, { DataType = '', StringValue = '' }]) =>
      sum + name.length + DataType.length + Buffer.byteLength(StringValue),
    0,
  );
  return Buffer.byteLength(input.Message) + Buffer.byteLength(input.Subject) + attributes;
}
