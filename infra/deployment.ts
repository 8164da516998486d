/** Which stacks does a deployment consist of, and in which account and region does each belong? */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type App, Tags, Validations } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readConfiguration } from '../src/configuration/configuration.ts';
import { ForwarderStack } from './forwarder-stack.ts';
import { HubStack } from './hub-stack.ts';
import { OrganizationStack } from './organization-stack.ts';
import {
  defaultSettings,
  forwardedRegions,
  hubRegion,
  readSettings,
  type Settings,
  SettingsError,
} from './settings.ts';

/** @param file the deployment's settings; where it is not there, and nobody asked for it, the defaults hold. */
export function settingsFrom(file: string, asked: boolean): Settings {
  if (!asked && !existsSync(file)) return defaultSettings;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new SettingsError(`${file}: no such file, or not readable`);
  }
  const settings = readSettings(text, file);
  checkConfiguration(resolve(dirname(file), 'trusttrail.config.json'), settings);
  return settings;
}

/** The functions read this file; what is wrong with it is said here and not in the middle of the night. */
function checkConfiguration(file: string, settings: Settings): void {
  if (!existsSync(file)) return;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new SettingsError(`${file}: not JSON`);
  }
  const read = readConfiguration(value);
  if (!read.ok)
    throw new SettingsError(read.problems.map(({ pointer, message }) => `${file}: ${pointer}: ${message}`).join('\n'));
  const channels = new Set(['sns', 'findings-bus', 'security-hub', ...settings.slack.map(({ channel }) => channel)]);
  const unknown = read.configuration.routes.filter(({ channel }) => !channels.has(channel));
  if (unknown.length > 0)
    throw new SettingsError(
      `${file}: /routes: no such channel in the settings: ${unknown.map(({ channel }) => channel).join(', ')}`,
    );
}

/** @param folder with the operator's trusttrail.config.json. */
export function addStacks(app: App, settings: Settings, folder: string): void {
  const { wayIn } = settings;
  const region = hubRegion(settings);
  const hubAccount = wayIn.kind === 'account' ? undefined : wayIn.hubAccount;
  const hubEnvironment = { region, ...(hubAccount === undefined ? {} : { account: hubAccount }) };
  new HubStack(app, 'Trusttrail', {
    settings,
    folder,
    env: hubEnvironment,
    description: 'trusttrail: who can newly assume a role, and why AssumeRole was denied',
  });
  if (wayIn.kind === 'account')
    for (const one of forwardedRegions(settings).filter((other) => other !== region))
      new ForwarderStack(app, `Trusttrail-Forwarder-${one}`, {
        settings,
        hubRegion: region,
        env: { region: one },
        description: 'trusttrail: forwards events of this region to the hub',
      });
  if (wayIn.kind === 'organization') {
    new OrganizationStack(app, 'Trusttrail-Organization', {
      settings,
      wayIn,
      hubRegion: region,
      env: hubEnvironment,
      description: 'trusttrail: the forwarders of every account of the organization',
    });
    for (const one of forwardedRegions(settings))
      new ForwarderStack(app, `Trusttrail-Management-${one}`, {
        settings,
        hubRegion: region,
        hubAccount: wayIn.hubAccount,
        env: { account: wayIn.managementAccount, region: one },
        description: 'trusttrail: forwards events of the management account, which StackSets leave out',
      });
  }
  for (const [name, value] of Object.entries(settings.tags)) Tags.of(app).add(name, value);
  if (settings.permissionsBoundary !== undefined)
    PermissionsBoundary.of(app).apply(
      ManagedPolicy.fromManagedPolicyArn(app.node.findChild('Trusttrail'), 'Boundary', settings.permissionsBoundary),
    );
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
