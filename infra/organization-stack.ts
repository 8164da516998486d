/** How does the forwarder come into every account of the organization, and into those that join it later? */
import { App, CfnStackSet, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type ForwarderProps, ForwarderStack, withoutBootstrap } from './forwarder-stack.ts';
import { forwardedRegions, iamRegion, type Settings } from './settings.ts';

/** The accounts beside the hub's, and what each of them gets. */
export interface Members extends Pick<ForwarderProps, 'forwards'> {
  readonly organizationalUnits: readonly string[];
  readonly hubAccount: string;
  readonly managementAccount: string;
  readonly regions: readonly string[];
}

export interface OrganizationProps extends StackProps {
  readonly settings: Settings;
  readonly members: Members;
  readonly hubRegion: string;
}

/** @returns `undefined` where nothing is put into other accounts. */
export function membersOf(settings: Settings): Members | undefined {
  const { wayIn, partition } = settings;
  if (wayIn.kind === 'organization') return { ...wayIn, regions: forwardedRegions(settings) };
  if (wayIn.kind !== 'trail-bucket' || wayIn.readerRoles === undefined || wayIn.hubAccount === undefined)
    return undefined;
  return { ...wayIn.readerRoles, hubAccount: wayIn.hubAccount, regions: [iamRegion(partition)], forwards: false };
}

/**
 * A service-managed StackSet. It never reaches the management account (AWS CloudFormation User Guide, "Create StackSets with service-managed
 * permissions"), which therefore gets plain stacks of the same template.
 */
export class OrganizationStack extends Stack {
  constructor(scope: Construct, id: string, props: OrganizationProps) {
    super(scope, id, { ...props, synthesizer: withoutBootstrap() });
    const { settings, members, hubRegion } = props;
    const { hubAccount, organizationalUnits, forwards } = members;
    new CfnStackSet(this, 'Forwarders', {
      stackSetName: 'trusttrail-forwarders',
      description:
        forwards === false
          ? 'Lets trusttrail read roles'
          : 'Forwards CloudTrail events to trusttrail, and lets it read roles',
      permissionModel: 'SERVICE_MANAGED',
      callAs: hubAccount === members.managementAccount ? 'SELF' : 'DELEGATED_ADMIN',
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
          deploymentTargets: { organizationalUnitIds: [...organizationalUnits] },
          regions: [...members.regions],
        },
      ],
      templateBody: JSON.stringify(
        forwarderTemplate({ settings, hubRegion, hubAccount, ...(forwards === false ? { forwards } : {}) }),
      ),
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
