/** Which findings of cdk-nag are left standing, where, and why? */
import { Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** @param ids of single findings, `AwsSolutions-IAM5[Resource::*]`, or of a rule at just this construct. */
export function acknowledge(construct: Construct, ids: string | readonly string[], reason: string): void {
  for (const id of typeof ids === 'string' ? [ids] : ids) Validations.of(construct).acknowledge({ id, reason });
}
