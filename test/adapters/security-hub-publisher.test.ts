import { BatchImportFindingsCommand, SecurityHubClient } from '@aws-sdk/client-securityhub';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, test } from 'vitest';
import {
  FindingNotImported,
  securityHubFinding,
  securityHubPublisher,
} from '../../src/adapters/security-hub-publisher.ts';
import { findingExamples, hostile, hostileStrings } from '../findings/examples.ts';

const place = { partition: 'aws', region: 'us-east-1', account: '999999999999' } as const;
const now = Date.parse('2026-03-01T04:00:00Z');
const clock = { now: () => now };

test('is filed in the account that imports it, whatever account the role is in', () => {
  const found = securityHubFinding(findingExamples['trust-risk'], place, now);
  expect(found).toMatchObject({
    SchemaVersion: '2018-10-08',
    AwsAccountId: '999999999999',
    ProductArn: 'arn:aws:securityhub:us-east-1:999999999999:product/999999999999/default',
    UpdatedAt: '2026-03-01T04:00:00.000Z',
    RecordState: 'ACTIVE',
    Resources: [{ Type: 'AwsIamRole', Id: findingExamples['trust-risk'].role }],
  });
});

test('the end of a burst archives the finding of the burst', () => {
  const { resolved } = findingExamples;
  expect(securityHubFinding(resolved, place, now)).toMatchObject({
    Id: `trusttrail/${resolved.resolves}`,
    RecordState: 'ARCHIVED',
  });
});

test('an import that fails in an answer of 200 is thrown', async () => {
  const hub = mockClient(SecurityHubClient);
  const publisher = securityHubPublisher(new SecurityHubClient({}), place, clock);
  hub.on(BatchImportFindingsCommand).resolves({
    FailedCount: 1,
    SuccessCount: 0,
    FailedFindings: [{ Id: '1', ErrorCode: 'InvalidInput', ErrorMessage: 'no' }],
  });
  await expect(publisher.publish(findingExamples.denial)).rejects.toThrow(FindingNotImported);
  hub.on(BatchImportFindingsCommand).resolves({ FailedCount: 0, SuccessCount: 1 });
  await expect(publisher.publish(findingExamples.denial)).resolves.toBeUndefined();
});

describe.for(Object.values(findingExamples))('$kind', (example) => {
  test.for([['as it is', undefined], ...hostileStrings.map((text) => [`hostile: ${text.slice(0, 30)}`, text])])(
    'keeps to the limits of ASFF: %s',
    ([, text]) => {
      const found = securityHubFinding(text === undefined ? example : hostile(example, text), place, now);
      expect(length(found.Title)).toBeLessThanOrEqual(256);
      expect(length(found.Description)).toBeLessThanOrEqual(1024);
      expect(length(found.GeneratorId)).toBeLessThanOrEqual(512);
      expect(length(found.Remediation?.Recommendation?.Text)).toBeLessThanOrEqual(512);
      expect(Object.keys(found.ProductFields ?? {}).length).toBeLessThanOrEqual(50);
      for (const value of [found.Title, found.Description, ...Object.values(found.ProductFields ?? {})]) {
        expect(value).not.toBe('');
        expect(value).not.toMatch(/[\u0000-\u0008\p{Surrogate}]/u);
        expect(length(value)).toBeLessThanOrEqual(1024);
      }
      for (const { Id } of found.Resources ?? []) expect(length(Id)).toBeGreaterThan(0);
      for (const time of [found.CreatedAt, found.UpdatedAt]) expect(Number.isNaN(Date.parse(time ?? ''))).toBe(false);
    },
  );
});

function length(text: string | undefined): number {
  return text?.length ?? 0;
}
