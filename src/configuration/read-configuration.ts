/** Is this value a configuration, and if not, what is wrong with it and where? */
import * as z from 'zod';
import { severities } from '../findings/finding.ts';
import { editDistanceAtMost } from '../policy/keys/edit-distance.ts';
import { type Configuration, defaultBursts } from './configuration.ts';

const accountId = z.string().regex(/^\d{12}$/, 'an account id of 12 digits');
const organizationId = z.string().regex(/^o-[a-z0-9]{10,32}$/, 'an organization id such as `o-a1b2c3d4e5`');
const rolePattern = z.string().min(1).describe('A role ARN; `*` and `?` are wildcards');
const severity = z.enum(severities);

const partner = z
  .strictObject({
    name: z.string().min(1),
    accounts: z.array(accountId).min(1),
    roles: z.array(rolePattern).default(['*']).describe('The roles that may trust these accounts'),
  })
  .describe('An outside account that is trusted on purpose, and by which roles');

const acceptance = z
  .strictObject({
    rule: z.string().min(1).describe('The id of a rule; with `[discriminator]` behind it, just that one finding'),
    role: rolePattern,
    reason: z.string().min(1),
    until: z.iso.date().describe('The last day it holds; after it the acceptance is itself a finding'),
  })
  .describe('A finding that somebody accepted');

const bursts = z.strictObject({
  denials: z.int().min(2).default(defaultBursts.denials).describe('Denials of one role that make a burst'),
  windowMinutes: z.int().min(1).max(1440).default(defaultBursts.windowMinutes),
  growthMinutes: z
    .int()
    .min(1)
    .max(1440)
    .default(defaultBursts.growthMinutes)
    .describe('A growing burst is told again at most this often'),
  lookBackHours: z
    .int()
    .min(1)
    .max(720)
    .default(defaultBursts.lookBackHours)
    .describe('How far back a change may explain a denial'),
  enumerationRoles: z
    .int()
    .min(2)
    .default(defaultBursts.enumerationRoles)
    .describe('Roles denied to one caller that make an enumeration'),
  enumerationMinutes: z.int().min(1).max(1440).default(defaultBursts.enumerationMinutes),
});

const route = z.strictObject({
  channel: z.string().min(1).describe('A name of the deployment settings: where it goes'),
  severity: severity.default('info').describe('From this severity on'),
  accounts: z.array(accountId).optional().describe('Only findings of these accounts'),
  kinds: z.array(z.string()).optional(),
});

const schema = z
  .strictObject({
    $schema: z.string().optional(),
    accounts: z.array(accountId).default([]).describe('Own account ids'),
    organizations: z.array(organizationId).default([]).describe('Own organization ids'),
    partners: z.array(partner).default([]),
    automation: z
      .array(z.string().min(1))
      .default([])
      .describe('ARN patterns of the automation that is meant to change trust policies'),
    watch: z.array(rolePattern).default([]).describe('Roles whose every change is sent, whoever made it'),
    accept: z.array(acceptance).default([]),
    severity: z.record(z.string(), severity).default({}).describe('Severities by rule id'),
    bursts: bursts.prefault({}),
    routes: z.array(route).default([]),
    sizeQuota: z.int().min(2048).max(8192).optional().describe("The account's quota for the length of a trust policy"),
    baseline: z
      .string()
      .optional()
      .describe(
        'A folder, relative to this file, of trust policies called after their roles (`deploy.json`): what they may allow at most. `check` finds whatever goes beyond, as `baseline-exceeded`; a role without a file there is not bounded',
      ),
  })
  .describe('The configuration of trusttrail');

export type CheckedConfiguration = z.output<typeof schema>;

export interface ConfigurationProblem {
  /** RFC 6901 pointer into the document. */
  readonly pointer: string;
  /** One line: what was expected. */
  readonly message: string;
}

/** @returns the configuration with its defaults filled in, or every problem of it. */
export function readConfiguration(
  value: unknown,
):
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly problems: readonly [ConfigurationProblem, ...ConfigurationProblem[]] } {
  let read: ReturnType<typeof schema.safeParse>;
  try {
    read = schema.safeParse(value);
  } catch {
    // A `length` that is an object without a text, where a text was expected, is more than zod survives.
    return { ok: false, problems: [{ pointer: '', message: 'not a configuration' }] };
  }
  if (read.success) return { ok: true, configuration: read.data };
  const [first, ...rest] = read.error.issues.flatMap((issue): readonly ConfigurationProblem[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        pointer: pointerOf([...issue.path, key]),
        message: unknownKey(issue.path, key),
      }));
    return [{ pointer: pointerOf(issue.path), message: issue.message }];
  });
  return { ok: false, problems: [first ?? { pointer: '', message: 'not a configuration' }, ...rest] };
}

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

const parts: Readonly<Record<string, readonly string[]>> = {
  partners: Object.keys(partner.shape),
  accept: Object.keys(acceptance.shape),
  bursts: Object.keys(bursts.shape),
  routes: Object.keys(route.shape),
};

function unknownKey([part]: readonly PropertyKey[], key: string): string {
  const known = part === undefined ? Object.keys(schema.shape) : (parts[String(part)] ?? []);
  const near = known.find((name) => editDistanceAtMost(name.toLowerCase(), key.toLowerCase(), 2) !== undefined);
  return `no setting has this name; ${near === undefined ? `expected one of ${known.join(', ')}` : `did you mean \`${near}\`?`}`;
}

/** @returns the JSON Schema that editors use; published as `trusttrail.config.schema.json`. */
export function configurationSchema(): object {
  return {
    $id: 'https://github.com/trusttrail/trusttrail/blob/main/trusttrail.config.schema.json',
    title: 'The configuration of trusttrail',
    ...z.toJSONSchema(schema, { io: 'input' }),
  };
}
