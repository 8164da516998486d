/** A report of any size, in which roles, times and kinds differ as in a busy organization. */
import type { Finding } from '../../src/findings/finding.ts';
import type { ReportInput } from '../../src/findings/forms/html.ts';
import { maskFinding } from '../../src/findings/mask.ts';
import { findingExamples } from '../findings/examples.ts';

export function manyFindings(count: number): ReportInput {
  const examples = Object.values(findingExamples).map((finding) => maskFinding(finding));
  const findings = Array.from({ length: count }, (_, index): Finding => {
    const example = examples[index % examples.length] ?? findingExamples.denial;
    const name = `role-${String((index * 7) % 400).padStart(4, '0')}`;
    return {
      ...example,
      id: index.toString(16).padStart(32, '0'),
      title: example.title.replaceAll('VendorAccess', name),
      role: `arn:aws:iam::111122223333:role/${name}`,
      time: new Date(Date.UTC(2026, 0, 1) + index * 600_000).toISOString(),
    };
  });
  return { findings, summary: { records: count * 40, files: 12 }, generatedAt: '2026-03-02T00:00:00Z' };
}
