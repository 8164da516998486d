/** Which stacks does a deployment consist of, and in which account and region does each belong? */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readConfiguration } from '../src/configuration/read-configuration.ts';
import { ForwarderStack } from './forwarder-stack.ts';
import { HubStack } from './hub-stack.ts';
import { membersOf, OrganizationStack } from './organization-stack.ts';
import {
  defaultSettings,
  forwarderRegions,
  hubRegion,
  readSettings,
  type Settings,
  SettingsError,
} from './settings.ts';

const settingsName = 'trusttrail.deploy.json';
const knownParameters = new Set(['settings', 'cli-telemetry', 'acknowledged-issue-numbers']);

/**
 * @param context what the command line, cdk.json and the machine say.
 * @throws {SettingsError} where the one parameter there is was mistyped: a deployment by the defaults is not what was asked for.
 */
export function settingsFile(context: Readonly<Record<string, unknown>>): {
  readonly file: string;
  readonly asked: boolean;
} {
  const { settings } = context;
  if (settings !== undefined && (typeof settings !== 'string' || settings === ''))
    throw new SettingsError('`-c settings=FILE` names no file');
  // The CDK's own parameters have a `:` or a `/`, but for two.
  const unknown = Object.keys(context).find((name) => /^[\w.-]+$/.test(name) && !knownParameters.has(name));
  if (unknown !== undefined)
    throw new SettingsError(`there is no parameter \`${unknown}\`: the one there is, is \`-c settings=FILE\``);
  return { file: resolve(settings ?? settingsName), asked: settings !== undefined };
}

/** @returns what is about to be deployed, in a line, so that a file of another name is not taken for this one. */
export function settingsNotice(file: string, { partition, wayIn }: Settings): string {
  const from = existsSync(file) ? file : `the defaults (there is no ${file})`;
  return `trusttrail: way in \`${wayIn.kind}\`, partition \`${partition}\`, by ${from}`;
}

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
    for (const one of forwarderRegions(settings))
      new ForwarderStack(app, `Trusttrail-Forwarder-${one}`, {
        settings,
        hubRegion: region,
        env: { region: one },
        description: 'trusttrail: forwards events of this region to the hub',
      });
  const members = membersOf(settings);
  if (members !== undefined) {
    const { managementAccount, regions, ...forwarder } = members;
    const what = forwarder.forwards === false ? 'the reader role' : 'the forwarder';
    new OrganizationStack(app, 'Trusttrail-Organization', {
      settings,
      members,
      hubRegion: region,
      env: hubEnvironment,
      description: `trusttrail: ${what} of every account of the organization`,
    });
    for (const one of regions)
      new ForwarderStack(app, `Trusttrail-Management-${one}`, {
        settings,
        hubRegion: region,
        hubAccount: forwarder.hubAccount,
        ...(forwarder.forwards === false ? { forwards: false } : {}),
        env: { account: managementAccount, region: one },
        description: `trusttrail: ${what} of the management account, which StackSets leave out`,
      });
  }
  // These take tags in some partitions only (Getting Started with Amazon Web Services in China, "Amazon Lambda").
  const excludeResourceTypes = ['AWS::CloudWatch::Dashboard', 'AWS::Lambda::EventSourceMapping'];
  for (const [name, value] of Object.entries(settings.tags)) Tags.of(app).add(name, value, { excludeResourceTypes });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
