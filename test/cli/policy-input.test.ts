import { describe, expect, test } from 'vitest';
import { spanOf } from '../../src/cli/json-span.ts';
import {
  policyOf,
  problemError,
  readPolicyFile,
  readPolicyText,
  readPolicyValue,
  roleDescription,
} from '../../src/cli/policy-input.ts';
import { fakeIo } from './fake-io.ts';

const document = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'sts:AssumeRole' }],
};
const role = {
  Path: '/vendor/',
  RoleName: 'VendorAccess',
  RoleId: 'AROAEXAMPLEEXAMPLE',
  Arn: 'arn:aws:iam::111122223333:role/vendor/VendorAccess',
  CreateDate: '2025-01-01T00:00:00+00:00',
  MaxSessionDuration: 7200,
};
const described = {
  arn: role.Arn,
  roleId: role.RoleId,
  roleName: role.RoleName,
  createDate: role.CreateDate,
  maxSessionDuration: 7200,
};
const text = JSON.stringify(document, null, 2);

describe('every form of a POLICY gives the same policy', () => {
  test.for([
    ['the document', text, {}],
    ['with a byte order mark', `\ufeff${text}`, {}],
    ['URL-encoded', encodeURIComponent(text), {}],
    ['JSON text of the document', JSON.stringify(text), {}],
    ['aws iam get-role', JSON.stringify({ Role: { ...role, AssumeRolePolicyDocument: document } }, null, 4), described],
    [
      'get-role, URL-encoded inside',
      JSON.stringify({ Role: { ...role, AssumeRolePolicyDocument: encodeURIComponent(text) } }),
      described,
    ],
    ['get-role, as text inside', JSON.stringify({ Role: { ...role, AssumeRolePolicyDocument: text } }), described],
    ['the role alone', JSON.stringify({ ...role, AssumeRolePolicyDocument: document }), described],
  ] as const)('%s', async ([, content, expected]) => {
    const fromFile = await readPolicyFile(fakeIo({ 'p.json': content }), 'p.json');
    expect(policyOf(fromFile).statements).toHaveLength(1);
    expect(policyOf(fromFile).statements[0]?.principal.entries[0]?.text).toBe('arn:aws:iam::111122223333:root');
    expect(fromFile.role).toEqual(expected);
    const value: unknown = content.startsWith('{') ? JSON.parse(content) : content;
    const fromValue = readPolicyValue(value, 'policy');
    expect(policyOf(fromValue).statements).toHaveLength(1);
    expect(fromValue.role).toEqual(expected);
  });
});

test('places are those of the file, also where the document stands inside get-role', () => {
  const content = JSON.stringify({ Role: { ...role, AssumeRolePolicyDocument: document } }, null, 2);
  const policy = policyOf(readPolicyText(content, 'role.json'));
  const place = policy.placeOf('/Statement/0/Principal');
  const line = content.split('\n')[(place?.line ?? 0) - 1] ?? '';
  expect(line.slice((place?.column ?? 1) - 1)).toMatch(/^\{/);
  expect(line).toContain('"Principal"');
  const whole = policyOf(readPolicyText(`{"AssumeRolePolicyDocument":${JSON.stringify(document)}}`, 'x'));
  expect(whole.placeOf('')).toEqual({ line: 1, column: 29 });
});

test('a place inside a text is the place of the text', () => {
  const policy = policyOf(readPolicyText(`{\n  "AssumeRolePolicyDocument": ${JSON.stringify(text)}}`, 'x'));
  expect(policy.placeOf('/Statement/0')).toEqual({ line: 2, column: 31 });
});

describe('withDocument', () => {
  test('puts another document in place of this one, and leaves the rest as it was', () => {
    const content = JSON.stringify({ Role: { AssumeRolePolicyDocument: document, ...role } }, null, 2);
    const other = { ...document, Statement: [] };
    const changed = readPolicyText(content, 'x').withDocument(JSON.stringify(other, null, 2)) ?? '';
    expect(JSON.parse(changed)).toEqual({ Role: { AssumeRolePolicyDocument: other, ...role } });
    expect(changed.startsWith('{\n  "Role": {\n    "AssumeRolePolicyDocument": {\n      "Version"')).toBe(true);
    expect(changed.slice(changed.indexOf('"Path"'))).toBe(content.slice(content.indexOf('"Path"')));
  });

  test('of the document alone is the new text; of URL-encoded text there is none', () => {
    expect(readPolicyText(text, 'x').withDocument('{"new": true}')).toBe('{"new": true}');
    expect(readPolicyText(encodeURIComponent(text), 'x').withDocument('{}')).toBeUndefined();
  });
});

describe('what is wrong names the file, the place and what was expected', () => {
  test.for([
    ['not JSON', '{"Version": }', /^p\.json:1:13: /],
    ['cut off', text.slice(0, 60), /^p\.json:\d+:\d+: /],
    ['empty', '', /^p\.json:1:1: /],
    ['a number', '7', /^p\.json/],
    ['no statement', '{"Version": "2012-10-17"}', /^p\.json/],
    [
      'a broken document inside get-role',
      `{\n "Role": {\n  "AssumeRolePolicyDocument": {"Statement": 5}}}`,
      /^p\.json:3:\d+: /,
    ],
  ] as const)('%s', ([, content, message]) => {
    let thrown: unknown;
    try {
      policyOf(readPolicyText(content, 'p.json'));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ name: 'UserError', message: expect.stringMatching(message) as string });
  });

  test('a deep or large document is refused, not followed', () => {
    expect(readPolicyText('['.repeat(100_000), 'x').parsed.status).toBe('unreadable');
    expect(readPolicyText(`{"Statement": "${'x'.repeat(400_000)}"}`, 'x').parsed.status).toBe('unreadable');
  });

  test('problemError names the pointer where there is no place', () => {
    const problem = {
      code: 'x',
      level: 'refused',
      message: 'is wrong',
      pointer: '/Statement',
      expected: 'a list',
    } as const;
    expect(problemError('p.json', problem).message).toBe('p.json: is wrong, expected a list at /Statement');
  });
});

test('roleDescription leaves out what has the wrong type', () => {
  expect(roleDescription({ Arn: 5, RoleId: 'AROA1', MaxSessionDuration: '3600', CreateDate: null })).toEqual({
    roleId: 'AROA1',
  });
  expect(roleDescription(undefined)).toEqual({});
  expect(roleDescription({ Role: role })).toEqual(described);
});

describe('spanOf', () => {
  test.for([
    ['{"a": {"b": [1, {"c": "]}"}]}, "z": 0}', ['a', 'b'], '[1, {"c": "]}"}]'],
    ['{ "a\\"b" : "x\\\\" , "c":true}', ['c'], 'true'],
    ['{"a": 1, "a": 2}', ['a'], '2'],
    ['{"a": {}}', ['a', 'b'], undefined],
    ['[1]', ['a'], undefined],
    [' {"x":1} ', [], '{"x":1}'],
  ] as const)('%s %j', ([json, path, found]) => {
    const span = spanOf(json, path);
    expect(span === undefined ? undefined : json.slice(span.from, span.to)).toBe(found);
  });
});
