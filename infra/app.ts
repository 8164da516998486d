/** The CDK app: `npx cdk synth`, `npx cdk deploy`; settings in trusttrail.deploy.json, or `-c settings=FILE`. */
import { dirname } from 'node:path';
import { App } from 'aws-cdk-lib';
import { addStacks, settingsFile, settingsFrom, settingsNotice } from './deployment.ts';
import { SettingsError } from './settings.ts';

const app = new App({ analyticsReporting: false });
try {
  const { file, asked } = settingsFile(app.node.getAllContext());
  const settings = settingsFrom(file, asked);
  process.stderr.write(`${settingsNotice(file, settings)}\n`);
  addStacks(app, settings, dirname(file));
  app.synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
