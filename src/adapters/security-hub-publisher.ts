/** A finding to AWS Security Hub CSPM in the AWS Security Finding Format, beside the findings of everything else. */
import {
  type AwsSecurityFinding,
  BatchImportFindingsCommand,
  type SecurityHubClient,
} from '@aws-sdk/client-securityhub';
import { plainText } from '../findings/escape.ts';
import type { Finding, FindingKind, Severity } from '../findings/finding.ts';
import type { Clock } from '../ports/clock.ts';
import type { Publisher } from '../ports/publisher.ts';

/** Where the findings are filed: the account and the region whose credentials import them. */
export interface SecurityHubPlace {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
}

/** Security Hub did not take the finding. */
export class FindingNotImported extends Error {
  override readonly name = 'FindingNotImported';
}

/** @throws {FindingNotImported} from `publish`, where the import fails in an answer that is itself a success. */
export function securityHubPublisher(
  client: Pick<SecurityHubClient, 'send'>,
  place: SecurityHubPlace,
  clock: Clock,
  channel = 'security-hub',
): Publisher {
  return {
    channel,
    async publish(finding) {
      const answer = await client.send(
        new BatchImportFindingsCommand({ Findings: [securityHubFinding(finding, place, clock.now())] }),
      );
      const [failure] = answer.FailedFindings ?? [];
      if (failure !== undefined || (answer.FailedCount ?? 0) > 0)
        throw new FindingNotImported(
          `Security Hub did not take the finding: ${failure?.ErrorCode ?? ''} ${failure?.ErrorMessage ?? ''}`.trim(),
        );
    },
  };
}

const labels = {
  info: 'INFORMATIONAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  critical: 'CRITICAL',
} as const satisfies Readonly<Record<Severity, string>>;

/** AWS Security Hub User Guide, "Types taxonomy for ASFF". */
const types: Readonly<Record<FindingKind, string>> = {
  'trust-change': 'TTPs/Persistence',
  'trust-change-failed': 'Unusual Behaviors/User',
  'trust-risk': 'Software and Configuration Checks/AWS Security Best Practices',
  drift: 'Software and Configuration Checks/AWS Security Best Practices',
  'acceptance-expired': 'Software and Configuration Checks/AWS Security Best Practices',
  denial: 'Unusual Behaviors/User',
  'denial-spike': 'Unusual Behaviors/User',
  enumeration: 'TTPs/Discovery',
  resolved: 'Unusual Behaviors/User',
};

/**
 * The account that imports is the one that owns the finding, also where the role lives in another (Security Hub API
 * Reference, "BatchImportFindings"); the role's own stands in its ARN and in `ProductFields`.
 */
export function securityHubFinding(finding: Finding, place: SecurityHubPlace, now: number): AwsSecurityFinding {
  const { partition, region, account } = place;
  const time = isoTime(finding.time);
  // The end of a burst is the end of its finding, under the id it had.
  const ended = finding.resolves !== undefined || finding.supersededBy !== undefined;
  const about = finding.resolves ?? finding.id;
  const generator = finding.risks?.[0]?.rule ?? finding.cause ?? finding.kind;
  const recommendation = finding.fix?.summary ?? finding.risks?.find((risk) => risk.fix !== null)?.fix?.summary;
  return {
    SchemaVersion: '2018-10-08',
    Id: `trusttrail/${about}`,
    ProductArn: `arn:${partition}:securityhub:${region}:${account}:product/${account}/default`,
    ProductName: 'trusttrail',
    CompanyName: 'trusttrail',
    GeneratorId: text(`trusttrail/${generator}`, 512),
    AwsAccountId: account,
    Region: region,
    Types: [types[finding.kind]],
    CreatedAt: time,
    // An update that is not newer than what is there is passed over.
    UpdatedAt: new Date(now).toISOString(),
    Severity: { Label: labels[finding.severity] },
    Title: text(finding.title, 256),
    Description: text(descriptionOf(finding), 1_024),
    Resources: [resourceOf(finding, place)],
    RecordState: ended ? 'ARCHIVED' : 'ACTIVE',
    ProductFields: {
      'trusttrail/kind': finding.kind,
      'trusttrail/revision': String(finding.revision),
      'trusttrail/count': String(finding.count),
      ...(finding.account === undefined ? {} : { 'trusttrail/account': text(finding.account, 64) }),
      ...(finding.actor?.arn === undefined ? {} : { 'trusttrail/actor': text(finding.actor.arn, 1_024) }),
      ...(finding.events[0] === undefined ? {} : { 'trusttrail/event': text(finding.events[0], 1_024) }),
    },
    ...(recommendation === undefined ? {} : { Remediation: { Recommendation: { Text: text(recommendation, 512) } } }),
  };
}

function descriptionOf(finding: Finding): string {
  const parts = [
    ...(finding.risks ?? []).map((risk) => risk.message),
    ...(finding.causes ?? []).map((cause) => cause.summary),
    ...(finding.change?.gained ?? []).map((one) => `Gains access: ${one.summary}.`),
    ...(finding.change?.lost ?? []).map((one) => `Loses access: ${one.summary}.`),
    ...(finding.notes ?? []),
  ];
  return parts.length === 0 ? finding.title : parts.join(' ');
}

function resourceOf(
  finding: Finding,
  { partition, region }: SecurityHubPlace,
): NonNullable<AwsSecurityFinding['Resources']>[number] {
  const common = { Partition: partition as 'aws', Region: finding.region ?? region };
  if (finding.role !== undefined) return { Type: 'AwsIamRole', Id: text(finding.role, 512), ...common };
  if (finding.account !== undefined)
    return { Type: 'AwsAccount', Id: `AWS::::Account:${text(finding.account, 64)}`, ...common };
  return { Type: 'Other', Id: `trusttrail/${finding.id}`, ...common };
}

function isoTime(time: string): string {
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? new Date(0).toISOString() : at.toISOString();
}

/** At most so many characters of plain text, and never none, which ASFF refuses. */
function text(value: string, most: number): string {
  const plain = plainText(value);
  const clipped = plain.length <= most ? plain : `${plain.slice(0, most - 1)}…`;
  return clipped === '' ? '-' : clipped;
}
