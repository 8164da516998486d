/** The configuration: what is read, what is refused with its place, and the schema that is published for editors. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { acceptanceOf } from '../../src/configuration/acceptance.ts';
import { defaultConfiguration, severityOf } from '../../src/configuration/configuration.ts';
import { configurationSchema, readConfiguration } from '../../src/configuration/read-configuration.ts';

const root = join(import.meta.dirname, '../..');
const published = JSON.parse(readFileSync(join(root, 'trusttrail.config.schema.json'), 'utf8')) as object;
const ajv = new Ajv2020({ strict: false, validateFormats: false });

describe('the published schema', () => {
  test('is that of the code', () => {
    expect(
      published,
      "write it anew: node -e \"import('./src/configuration/read-configuration.ts').then(c => fs.writeFileSync('trusttrail.config.schema.json', JSON.stringify(c.configurationSchema())))\" && npx biome format --write trusttrail.config.schema.json",
    ).toEqual(JSON.parse(JSON.stringify(configurationSchema())));
  });

  test.each([
    ['nothing', {}],
    ['the samples', JSON.parse(readFileSync(join(root, 'samples/trusttrail.config.json'), 'utf8')) as object],
    [
      'the schema named',
      { $schema: './node_modules/trusttrail/trusttrail.config.schema.json', accounts: ['111122223333'] },
    ],
    [
      'all of it',
      {
        organizations: ['o-a1b2c3d4e5'],
        partners: [{ name: 'Acme', accounts: ['222233334444'] }],
        watch: ['arn:aws:iam::*:role/admin'],
        accept: [{ rule: 'public-principal-org-wide', role: '*', reason: 'on purpose', until: '2030-01-01' }],
        severity: { 'version-missing': 'info' },
        bursts: { denials: 3 },
        routes: [{ channel: 'security', severity: 'high' }],
        baseline: 'trust-policies',
        sizeQuota: 4096,
      },
    ],
  ])('takes %s, as the program does', (_, value) => {
    expect(ajv.validate(published, value), ajv.errorsText()).toBe(true);
    expect(readConfiguration(value).ok).toBe(true);
  });

  test.each([
    ['an unknown member', { acounts: [] }, '/acounts'],
    [
      'an unknown member of a partner',
      { partners: [{ name: 'x', accounts: ['111122223333'], role: [] }] },
      '/partners/0/role',
    ],
    ['an account of 11 digits', { accounts: ['11112222333'] }, '/accounts/0'],
    ['an organization without `o-`', { organizations: ['a1b2c3d4e5'] }, '/organizations/0'],
    ['a partner without accounts', { partners: [{ name: 'x', accounts: [] }] }, '/partners/0/accounts'],
    ['an acceptance without an end', { accept: [{ rule: 'x', role: '*', reason: 'y' }] }, '/accept/0/until'],
    ['a severity of another name', { severity: { x: 'severe' } }, '/severity/x'],
    ['a list', [], ''],
  ])('refuses %s, as the program does', (_, value, pointer) => {
    expect(ajv.validate(published, value)).toBe(false);
    const read = readConfiguration(value);
    expect(read.ok ? undefined : read.problems[0].pointer).toBe(pointer);
  });
});

test.each([
  [{ acounts: [] }, 'no setting has this name; did you mean `accounts`?'],
  [
    { partners: [{ name: 'x', accounts: ['111122223333'], rols: [] }] },
    'no setting has this name; did you mean `roles`?',
  ],
  [{ bursts: { speed: 1 } }, 'no setting has this name; expected one of denials, windowMinutes,'],
])('an unknown setting is told with the one that was meant', (value, message) => {
  const read = readConfiguration(value);
  expect(read.ok ? '' : read.problems[0].message).toContain(message);
});

test('severities by rule; a name of Object.prototype is none', () => {
  const configuration = { ...defaultConfiguration, severity: { a: 'low' as const } };
  expect(severityOf(configuration, 'a', 'critical')).toBe('low');
  expect(severityOf(configuration, 'constructor', 'critical')).toBe('critical');
});

describe('acceptances', () => {
  const accept = (rule: string, role: string, until: string) => ({ rule, role, until, reason: 'agreed' });
  const ask = (entries: readonly ReturnType<typeof accept>[], role: string | undefined) =>
    acceptanceOf(
      { ...defaultConfiguration, accept: [...entries] },
      { rule: 'r', discriminator: '/S/0' },
      role,
      '2026-06-15T12:00:00Z',
    );
  const arn = 'arn:aws:iam::111122223333:role/a';

  test.each([
    ['the last day counts', accept('r', '*', '2026-06-15'), arn, false],
    ['the day after does not', accept('r', '*', '2026-06-14'), arn, true],
    ['one finding of a rule', accept('r[/S/0]', '*', '2030-01-01'), arn, false],
    ['another finding of it', accept('r[/S/1]', '*', '2030-01-01'), arn, undefined],
    ['another rule', accept('q', '*', '2030-01-01'), arn, undefined],
    ['a pattern', accept('r', 'arn:aws:iam::*:role/?', '2030-01-01'), arn, false],
    ['a pattern that does not fit', accept('r', 'arn:aws:iam::*:role/b', '2030-01-01'), arn, undefined],
    ['no role known, all accepted', accept('r', '*', '2030-01-01'), undefined, false],
    ['no role known, some accepted', accept('r', 'arn:*', '2030-01-01'), undefined, undefined],
  ])('%s', (_, entry, role, expired) => {
    expect(ask([entry], role)?.expired).toBe(expired);
  });

  test('one in force goes before one that has ended', () => {
    expect(ask([accept('r', '*', '2020-01-01'), accept('r', '*', '2030-01-01')], arn)?.expired).toBe(false);
  });
});
