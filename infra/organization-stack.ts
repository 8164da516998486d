/** How does the forwarder come into every account of the organization, and into those that join it later? */
import { App, CfnStackSet, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type ForwarderProps, ForwarderStack, withoutBootstrap } from './forwarder-stack.ts';
import { forwardedRegions, type Settings } from './settings.ts';

type OrganizationWay = Extract<Settings['wayIn'], { kind: 'organization' }>;

export interface OrganizationProps extends StackProps {
  readonly settings: Settings;
  readonly wayIn: OrganizationWay;
  readonly hubRegion: string;
}

/**
 * A service-managed StackSet. It never reaches the management account (AWS CloudFormation User Guide, "Create StackSets with service-managed
 * permissions"), which therefore gets plain stacks of the same template.
 */
export class OrganizationStack extends Stack {
  constructor(scope: Construct, id: string, props: OrganizationProps) {
    super(scope, id, { ...props, synthesizer: withoutBootstrap() });
    const { settings, wayIn, hubRegion } = props;
    new CfnStackSet(this, 'Forwarders', {
      stackSetName: 'trusttrail-forwarders',
      description: 'Forwards CloudTrail events to trusttrail, and lets it read roles',
      permissionModel: 'SERVICE_MANAGED',
      callAs: wayIn.hubAccount === wayIn.managementAccount ? 'SELF' : 'DELEGATED_ADMIN',
      autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
      capabilities: ['CAPABILITY_NAMED_IAM'],
      managedExecution: { Active: true },
      operationPreferences: {
        failureTolerancePercentage: 10,
        maxConcurrentPercentage: 25,
        regionConcurrencyType: 'PARALLEL',
      },
      stackInstancesGroup: [
        {
          deploymentTargets: { organizationalUnitIds: [...wayIn.organizationalUnits] },
          regions: [...forwardedRegions(settings)],
        },
      ],
      templateBody: JSON.stringify(forwarderTemplate({ settings, hubRegion, hubAccount: wayIn.hubAccount })),
    });
  }
}

/** @returns the template of a forwarder, with no assets and nothing of the CDK's own bootstrap in it. */
export function forwarderTemplate(props: ForwarderProps): Readonly<Record<string, unknown>> {
  const app = new App({
    analyticsReporting: false,
    context: { 'aws:cdk:enable-path-metadata': false, '@aws-cdk/aws-iam:minimizePolicies': true },
  });
  const stack = new ForwarderStack(app, 'Forwarder', props);
  return app.synth().getStackByName(stack.stackName).template as Readonly<Record<string, unknown>>;
}
