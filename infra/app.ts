/** The CDK app: `npx cdk synth`, `npx cdk deploy`; settings in trusttrail.deploy.json, or `-c settings=FILE`. */
import { dirname, resolve } from 'node:path';
import { App } from 'aws-cdk-lib';
import { addStacks, settingsFrom } from './deployment.ts';
import { SettingsError } from './settings.ts';

const app = new App({ analyticsReporting: false });
const asked: unknown = app.node.tryGetContext('settings');
const file = resolve(typeof asked === 'string' ? asked : 'trusttrail.deploy.json');
try {
  addStacks(app, settingsFrom(file, typeof asked === 'string'), dirname(file));
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
