import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/findings/finding.ts';
import {
  collectExternalIds,
  externalIdPlaceholder,
  maskCommand,
  maskExplanation,
  maskExternalId,
  maskExternalIds,
  maskFinding,
  maskFix,
  maskText,
} from '../../src/findings/mask.ts';
import { runs } from '../arbitraries/runs.ts';
import { findingExamples } from './examples.ts';

const policyWith = (key: string, value: unknown): unknown => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: '*' },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { [key]: value } },
    },
  ],
});

describe('maskExternalId', () => {
  test.for([
    ['correct-horse', 'co… (13 characters)'],
    ['abc', 'ab… (3 characters)'],
    ['ab', '… (2 characters)'],
    ['x', '… (1 character)'],
    ['', '… (0 characters)'],
  ])('%j shows as %j', ([id, shown]) => {
    expect(maskExternalId(id ?? '')).toBe(shown);
  });
});

describe('maskExternalIds', () => {
  test.for(['sts:ExternalId', 'STS:externalid', 'sts:externalId'])('every value under %s, in any case', (key) => {
    const masked = JSON.stringify(maskExternalIds(policyWith(key, ['secret-one', 'secret-two'])));
    expect(masked).not.toContain('secret');
    expect(masked).toContain('se… (10 characters)');
  });

  test('the parameter of the call, numbers, and JSON that is held as text', () => {
    const record = {
      requestParameters: {
        externalId: 'secret-one',
        policyDocument: JSON.stringify(policyWith('sts:ExternalId', 'secret-two')),
      },
      encoded: encodeURIComponent(JSON.stringify(policyWith('sts:ExternalId', 'secret-three'))),
      other: { 'sts:ExternalId': 123456 },
    };
    const masked = JSON.stringify(maskExternalIds(record));
    expect(masked).not.toMatch(/secret-|123456/);
    expect([...collectExternalIds(record)].sort()).toEqual(['123456', 'secret-one', 'secret-three', 'secret-two']);
  });

  test('a pattern that every ID matches stays, for hiding it would hide that', () => {
    const policy = policyWith('sts:ExternalId', ['*', '?*']);
    expect(maskExternalIds(policy)).toEqual(policy);
  });

  test('a `__proto__` key is a key like any other', () => {
    const value = JSON.parse('{"__proto__": {"externalId": "secret-one"}}') as unknown;
    expect(JSON.stringify(maskExternalIds(value))).toBe('{"__proto__":{"externalId":"se… (10 characters)"}}');
    expect(Object.hasOwn({}, 'externalId')).toBe(false);
  });

  test('law: an ID of eight or more characters is nowhere in what comes out, whatever quotes it', () => {
    const ids = fc
      .string({ unit: fc.constantFrom(...'abcXYZ019-+=,.@:/_'), minLength: 8, maxLength: 30 })
      .filter((id) => /[a-z0-9]$/i.test(id) && /^[a-z0-9]/i.test(id) && !/^\d{12}$/.test(id));
    fc.assert(
      fc.property(ids, (id) => {
        const value = {
          policy: policyWith('sts:ExternalId', id),
          summary: `any principal of account 1, with the external ID \`${id}\``,
          detail: `expected ${id}, received nothing`,
        };
        expect(JSON.stringify(maskExternalIds(value))).not.toContain(id);
      }),
      { numRuns: runs(300) },
    );
  });
});

describe('maskText', () => {
  test('an ID that looks like an account id is masked where it is quoted, and the account id is not', () => {
    const text = 'account 111122223333 passed the external ID `111122223333`';
    expect(maskText(text, ['111122223333'])).toBe('account 111122223333 passed the external ID `11… (12 characters)`');
    expect(maskText('arn:aws:iam::111122223333:root', ['111122223333'])).toBe('arn:aws:iam::111122223333:root');
  });

  test('what a sentence quotes behind the words external ID is masked even where nobody told of it', () => {
    expect(maskText('sts:ExternalId has to equal `hidden-value`, not `other`', [])).toBe(
      'sts:ExternalId has to equal `hi… (12 characters)`, not `ot… (5 characters)`',
    );
  });

  test('names in such a sentence stay', () => {
    const text = 'without an external ID `arn:aws:iam::111122223333:root` of `sts:ExternalId` under `StringEquals`';
    expect(maskText(text, [])).toBe(text);
  });
});

describe('what is meant for use', () => {
  test('an ARN that is an external ID as well stays whole in a command and as the caller', () => {
    const arn = 'arn:aws:iam::444455556666:user/ana';
    const how = `aws iam simulate-principal-policy --policy-source-arn ${arn} --action-names sts:AssumeRole`;
    const explanation = {
      event: { id: null, time: null, action: null, caller: arn, role: null },
      causes: [],
      ruledOut: [{ cause: 'external-id-mismatch', because: `it wants \`${arn}\`` }],
      unknown: [{ need: 'the policies of the caller', how }],
    };
    const told = maskExplanation(explanation, new Set([arn]));
    expect(told.event.caller).toBe(arn);
    expect(told.unknown[0]?.how).toBe(how);
    expect(told.ruledOut[0]?.because).not.toContain(arn);
  });

  test('a command that tells how to find out holds no masked value', () => {
    const how = "aws iam get-role --role-name 'secret-one'";
    const explanation = {
      event: { id: null, time: null, action: null, caller: null, role: null },
      causes: [],
      ruledOut: [],
      unknown: [{ need: 'the trust policy', how }],
    };
    const told = maskExplanation(explanation, new Set(['secret-one']));
    expect(told.unknown[0]?.how).not.toContain('characters)');
  });

  test('an external ID to pass is the placeholder, however it was quoted', () => {
    for (const passed of [
      'secret-one',
      "'secret one'",
      '"secret one"',
      "$'secret\\x0aone'",
      '"$(printf \'secret\\007one\')"',
    ])
      expect(
        maskCommand(`aws sts assume-role --external-id ${passed} --role-arn r`, ['secret-one', 'secret one']),
      ).toBe(`aws sts assume-role --external-id ${externalIdPlaceholder} --role-arn r`);
  });

  test('a command that holds the document with its ID is not printed, masked or whole', () => {
    const command = `aws iam update-assume-role-policy --policy-document '${JSON.stringify(policyWith('sts:ExternalId', 'secret-one'))}'`;
    const masked = maskCommand(command, ['secret-one']);
    expect(masked).toMatch(/^# .*--show-external-ids/);
  });

  test('a fix whose policy holds an ID has none, and says how to have it', () => {
    const fix = {
      who: 'owner' as const,
      summary: 'Ask for the ID again',
      commands: [],
      policy: policyWith('sts:ExternalId', 'secret-one'),
      verified: true,
    };
    expect(maskFix(fix, new Set())).toEqual({
      ...fix,
      policy: null,
      summary: 'Ask for the ID again (the policy holds an external ID: --show-external-ids prints it)',
    });
  });

  test('a fix without one stays as it is', () => {
    const fix = {
      who: 'owner' as const,
      summary: 'x',
      commands: ['aws iam get-role'],
      policy: { Version: '2012-10-17' },
      verified: true,
    };
    expect(maskFix(fix, new Set(['unrelated-secret']))).toEqual(fix);
  });
});

describe.for(Object.values(findingExamples))('a finding: $kind', (finding: Finding) => {
  test('its external ID is nowhere in what is told, and all else is', () => {
    const masked = maskFinding(finding);
    expect(JSON.stringify(masked)).not.toContain('correct-horse-battery');
    expect(masked.id).toBe(finding.id);
    expect(Object.keys(masked).sort()).toEqual(Object.keys(finding).sort());
  });
});

test('what mentions no external ID is told as it is, whatever its texts are', () => {
  const piece = fc.constantFrom(
    'external',
    'EXTERNAL',
    'Id',
    'id',
    'ıd',
    'İd',
    '-',
    ' ',
    'sts:',
    '"',
    '`',
    'x7',
    '{',
    ':',
    '%7b',
  );
  const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  const walked = new Set(['an ID that nothing holds']);
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(findingExamples)),
      text,
      text,
      fc.jsonValue(),
      (example, title, name, value) => {
        const finding = { ...example, title, request: { [name]: value, [title]: name } } as Finding;
        expect(JSON.stringify(maskFinding(finding))).toBe(JSON.stringify(maskFinding(finding, walked)));
      },
    ),
    { numRuns: runs(300) },
  );
});

test.each([
  ['Asks for no external ID any more. Newly let in: role `deploy-1` of account 444455556666', []],
  ['without an external ID, and no longer by users `ann`, `bob` or `eve`', []],
  ['with external ID `s3cr3t-value`, by role `deploy-1`', ['s3cr3t-value']],
  ['the external ID is `s3cr3t-value` or `other-s3cr3t`', ['s3cr3t-value', 'other-s3cr3t']],
  ['an external ID; the call passed `s3cr3t-value` for role `deploy-1`', ['s3cr3t-value']],
])('%s: what is quoted for an external ID is masked, the name of a role is not', (text, secrets) => {
  const shown = maskText(text, []);
  for (const secret of secrets) expect(shown).not.toContain(secret);
  for (const name of ['deploy-1', 'ann', 'bob', 'eve']) expect(shown.includes(name)).toBe(text.includes(name));
});
