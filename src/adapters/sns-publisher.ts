/** A finding to an Amazon SNS topic: JSON for programs, text for e-mail, attributes for subscription filters. */
import { type MessageAttributeValue, PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Finding } from '../findings/finding.ts';
import { fittingFinding, safeJson } from '../findings/forms/json.ts';
import { snsMessage } from '../findings/forms/sns.ts';
import type { Publisher } from '../ports/publisher.ts';

/** Bytes of message and attributes together (SNS API Reference, "Publish": 256 KB). */
export const mostSnsBytes = 262_144;

/** @param client with its own timeouts and retries; what still fails after them is thrown. */
export function snsPublisher(client: Pick<SNSClient, 'send'>, topicArn: string, channel = 'sns'): Publisher {
  return {
    channel,
    async publish(finding) {
      await client.send(new PublishCommand({ TopicArn: topicArn, ...snsInput(finding) }));
    },
  };
}

/** @returns what `Publish` takes, within its limit whatever the finding holds. */
export function snsInput(finding: Finding): {
  readonly Subject: string;
  readonly Message: string;
  readonly MessageStructure: 'json';
  readonly MessageAttributes: Record<string, MessageAttributeValue>;
} {
  const { subject, text, json } = snsMessage(finding);
  const MessageAttributes = attributesOf(finding);
  const room = mostSnsBytes - 200 - Buffer.byteLength(subject) - Buffer.byteLength(JSON.stringify(MessageAttributes));
  let Message = messageOf(text, json);
  // A text inside JSON grows by its escapes, so that only the whole message can be measured.
  for (const most of [120_000, 80_000, 40_000, 10_000]) {
    if (Buffer.byteLength(Message) <= room) break;
    Message = messageOf(text.slice(0, most / 4), safeJson(fittingFinding(finding, most)));
  }
  return { Subject: subject, Message, MessageStructure: 'json', MessageAttributes };
}

function messageOf(text: string, json: string): string {
  return JSON.stringify({ default: json, email: text });
}

function attributesOf({ severity, kind, account, role, id }: Finding): Record<string, MessageAttributeValue> {
  const values = { severity, kind, account, role, id };
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined || value === ''
        ? []
        : [[name, { DataType: 'String', StringValue: attributeText(value) }] as const],
    ),
  );
}

/** XML takes no control characters, and a role's ARN of the wild may be longer than any filter wants. */
function attributeText(value: string): string {
  return value.replace(/[\u0000-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '?').slice(0, 512);
}
