/** The deployments that the tests look at, synthesised once each without bundling. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addStacks } from '../../infra/deployment.ts';
import { readSettings, type Settings } from '../../infra/settings.ts';

export const root = join(import.meta.dirname, '../..');
const cdk = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')) as { readonly context: Record<string, unknown> };

/** Settings of each way in, with everything that can be switched on. */
export const examples = {
  account: {
    wayIn: { kind: 'account', regions: ['eu-west-1'] },
    emails: ['security@example.com'],
    operationsEmails: ['operations@example.com'],
    slack: [
      { channel: 'slack', webhook: { secret: 'trusttrail/slack-webhook' } },
      {
        channel: 'slack-app',
        token: { parameter: '/trusttrail/slack-token' },
        conversation: 'C0123456789',
        key: 'arn:aws:kms:us-east-1:111122223333:key/1',
      },
    ],
    securityHub: true,
  },
  organization: {
    wayIn: {
      kind: 'organization',
      id: 'o-a1b2c3d4e5',
      organizationalUnits: ['r-abcd'],
      hubAccount: '111122223333',
      managementAccount: '999999999999',
      regions: ['eu-west-1'],
    },
  },
  bucket: {
    wayIn: {
      kind: 'trail-bucket',
      bucket: 'organization-trail',
      bucketAccount: '444455556666',
      key: 'arn:aws:kms:us-east-1:444455556666:key/2',
    },
  },
} as const;

export type Example = keyof typeof examples | 'default';

export interface Synthesised {
  readonly stacks: ReadonlyMap<string, Template>;
}

const known = new Map<string, Synthesised>();

export function synthesised(example: Example): Synthesised {
  const found = known.get(example) ?? synthesise(settingsOf(example));
  known.set(example, found);
  return found;
}

export function settingsOf(example: Example): Settings {
  return readSettings(JSON.stringify(example === 'default' ? {} : examples[example]), example);
}

/** @throws where cdk-nag or the CDK's own validation finds something that nobody gave a reason for. */
export function synthesise(settings: Settings): Synthesised {
  const app = new App({ analyticsReporting: false, context: { ...cdk.context, 'aws:cdk:bundling-stacks': [] } });
  addStacks(app, settings, root);
  const stacks = app.synth().stacks.map((stack) => [stack.stackName, Template.fromJSON(stack.template)] as const);
  return { stacks: new Map(stacks) };
}

export function stackOf(example: Example, name: string): Template {
  const stack = synthesised(example).stacks.get(name);
  if (stack === undefined) throw new Error(`${example} has no stack ${name}`);
  return stack;
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly Condition?: string;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export function resourcesOf(template: Template, type: string): Readonly<Record<string, Resource>> {
  return template.findResources(type) as Readonly<Record<string, Resource>>;
}
