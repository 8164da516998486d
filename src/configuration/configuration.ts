/** What does the owner trust, watch, accept, and want to be told of? The content of `trusttrail.config.json`. */
import type { Severity } from '../findings/finding.ts';
import type { TrustedWorld } from '../risks/risk-rule.ts';
// The types alone: what checks a value takes long to load, and most have no configuration.
import type { CheckedConfiguration } from './read-configuration.ts';

export type Configuration = CheckedConfiguration;
export type Acceptance = Configuration['accept'][number];

/** When denials are a burst, for somebody who does not say. */
export const defaultBursts = {
  denials: 5,
  windowMinutes: 5,
  growthMinutes: 15,
  lookBackHours: 24,
  enumerationRoles: 10,
  enumerationMinutes: 10,
} as const;

/** The configuration of somebody who has none. */
export const defaultConfiguration: Configuration = {
  accounts: [],
  organizations: [],
  partners: [],
  automation: [],
  watch: [],
  accept: [],
  severity: {},
  bursts: defaultBursts,
  routes: [],
};

/** @returns what the rules need to know of the configuration. `vendors`: account id → name, from the public list. */
export function trustedWorld(configuration: Configuration, vendors: ReadonlyMap<string, string>): TrustedWorld {
  const { accounts, organizations, partners, automation } = configuration;
  return { accounts, organizations, partners, vendors, automation };
}

/** @returns the severity of a rule as the owner wants it. */
export function severityOf(configuration: Configuration, rule: string, severity: Severity): Severity {
  return Object.hasOwn(configuration.severity, rule) ? (configuration.severity[rule] ?? severity) : severity;
}
