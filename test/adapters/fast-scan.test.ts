/** Does the fast scanner find what parsing everything finds, however the file is written and wherever the buffers end? */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileScanner, type Scanned } from '../../src/adapters/fast-scan.ts';
import { readEvents } from '../../src/cloudtrail/read-record.ts';
import { allRecognised } from '../../src/cloudtrail/recognise.ts';
import { runs } from '../arbitraries/runs.ts';

function scan(text: string | Uint8Array, pieces: readonly number[] = []): Scanned {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const scanner = fileScanner('log.json');
  let from = 0;
  for (const piece of pieces) {
    if (from >= bytes.length) break;
    // The scanner is told that the bytes may be used again: a copy that is overwritten shows that it minds.
    const part = bytes.slice(from, from + piece);
    scanner.push(part);
    part.fill(0x22);
    from += piece;
  }
  if (from < bytes.length) scanner.push(bytes.subarray(from));
  return scanner.end();
}

/** What the scan must come to: every record is parsed, and those that mean something are kept. */
function parsed(text: string) {
  const { records } = readEvents(text, 'log.json');
  return { looked: records.length, records: records.filter((record) => allRecognised(record).length > 0) };
}

const calls = [
  'UpdateAssumeRolePolicy',
  'CreateRole',
  'DeleteRole',
  'UpdateRole',
  'AssumeRole',
  'AssumeRoleWithSAML',
  'DeleteUser',
  'AttachPolicy',
  'TagRole',
  'GetRole',
  'DescribeInstances',
  'PutObject',
];
const sources = ['iam.amazonaws.com', 'sts.amazonaws.com', 'organizations.amazonaws.com', 's3.amazonaws.com'];
/** Text that would lead a scanner astray that looks for words. */
const traps = [
  '"eventName":"UpdateAssumeRolePolicy"',
  '},{"eventVersion":"1.08","eventName":"DeleteRole"',
  ']}',
  '{"Records":[',
  '\\',
  '\\"',
  '"',
  '\u0000\n\t',
  'Ünïcödé 🜁 ',
  '\\u0041',
];
const word = fc.oneof(fc.constantFrom(...traps, ...calls), fc.string({ unit: 'binary', maxLength: 12 }));
const anything: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    word,
    fc.constantFrom(null, true, false, 0, -1.5e-7, 123456789),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(fc.constantFrom('eventName', 'errorCode', 'errorMessage', 'Records', 'eventVersion'), word),
      tie('value'),
      { maxKeys: 3 },
    ),
  ),
})).value;

const record = fc
  .record(
    {
      eventVersion: fc.constant('1.08'),
      userIdentity: fc.oneof(anything, fc.constant({ type: 'Root', accountId: '111122223333' })),
      eventTime: fc.constant('2026-03-01T01:02:03Z'),
      eventSource: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...sources) }, { weight: 1, arbitrary: anything }),
      eventName: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...calls) }, { weight: 1, arbitrary: word }),
      errorCode: fc.oneof(fc.constantFrom('AccessDenied', null, ''), word),
      errorMessage: fc.oneof(fc.constantFrom('no', null, ''), word),
      requestParameters: anything,
      responseElements: fc.oneof(fc.constant(null), anything),
      eventID: fc.uuid(),
    },
    { requiredKeys: ['eventName'] },
  )
  .chain((fields) => fc.shuffledSubarray(Object.entries(fields), { minLength: Object.keys(fields).length }))
  .map((entries) => Object.fromEntries(entries));

/** A writer of JSON that uses every freedom that JSON gives: white space anywhere, characters as escapes. */
function written(value: unknown, freedom: () => number): string {
  const space = (): string => ['', '', '', ' ', '\n', '\r\n\t', '  '][freedom() % 7] ?? '';
  const text = (content: string): string => {
    const plain = JSON.stringify(content);
    if (freedom() % 4 !== 0) return plain;
    let out = '"';
    for (let at = 0; at < content.length; at += 1) {
      const unit = content.charCodeAt(at);
      const isEscaped =
        freedom() % 3 === 0 || unit < 0x20 || unit === 0x22 || unit === 0x5c || (unit >= 0xd800 && unit < 0xe000);
      const hex = unit.toString(16).padStart(4, '0');
      if (unit === 0x2f && isEscaped) out += '\\/';
      else out += isEscaped ? `\\u${freedom() % 2 === 0 ? hex : hex.toUpperCase()}` : content.charAt(at);
    }
    return `${out}"`;
  };
  const number = (one: number): string => {
    const plain = JSON.stringify(one);
    if (plain.includes('e')) return freedom() % 2 === 0 ? plain.replace('e', 'E') : plain;
    return `${plain}${['', '', '', 'E0', 'e+0', 'E-0', '.0E00'][freedom() % (plain.includes('.') ? 6 : 7)] ?? ''}`;
  };
  const write = (one: unknown): string => {
    if (typeof one === 'string') return text(one);
    if (typeof one === 'number') return number(one);
    if (typeof one !== 'object' || one === null) return JSON.stringify(one);
    const items = Array.isArray(one)
      ? one.map((item) => `${space()}${write(item)}${space()}`)
      : Object.entries(one).map(
          ([key, member]) => `${space()}${text(key)}${space()}:${space()}${write(member)}${space()}`,
        );
    const inner = items.length === 0 ? space() : items.join(',');
    return Array.isArray(one) ? `[${inner}]` : `{${inner}}`;
  };
  return `${space()}${write(value)}${space()}`;
}

const freedom = fc.array(fc.nat({ max: 1000 }), { minLength: 50, maxLength: 200 }).map((numbers) => {
  let at = 0;
  return () => numbers[at++ % numbers.length] ?? 0;
});
const pieces = fc.array(fc.integer({ min: 1, max: 700 }), { maxLength: 20 });

function agrees(text: string, cuts: readonly number[]): void {
  const found = scan(text, cuts);
  expect(found.stopped, text).toBeUndefined();
  const { looked, records } = parsed(text);
  expect(found.looked, text).toBe(looked);
  expect(
    found.records.map(({ raw }) => raw),
    text,
  ).toEqual(records.map(({ raw }) => raw));
  expect(found.records.map(({ eventId }) => eventId)).toEqual(records.map(({ eventId }) => eventId));
}

describe('the scan agrees with parsing everything', () => {
  test('files in the form of CloudTrail, written in every legal way', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 8 }), freedom, pieces, (list, choose, cuts) => {
        agrees(written({ Records: list }, choose), cuts);
      }),
      { numRuns: runs(300) },
    );
  });

  test('compact, pretty-printed, as a list, as JSON lines', () => {
    const forms = [
      (list: readonly object[]) => JSON.stringify({ Records: list }),
      (list: readonly object[]) => JSON.stringify({ Records: list }, null, 2),
      (list: readonly object[]) => JSON.stringify({ Events: list, NextToken: 'x' }, null, '\t'),
      (list: readonly object[]) => JSON.stringify(list, null, 1),
      (list: readonly object[]) => list.map((one) => `${JSON.stringify(one)}\n`).join(''),
      (list: readonly object[]) => list.map((one) => JSON.stringify({ Records: [one] })).join('\n'),
      (list: readonly object[]) => `\ufeff${JSON.stringify({ Records: list })}\n`,
    ];
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(...forms),
        pieces,
        (list, form, cuts) => {
          agrees(form(list), cuts);
        },
      ),
      { numRuns: runs(300) },
    );
  });

  test('envelopes: EventBridge events, responses of LookupEvents', () => {
    const forms = [
      (list: readonly object[]) =>
        list
          .map((detail) => JSON.stringify({ version: '0', 'detail-type': 'x', account: '111122223333', detail }))
          .join('\n'),
      (list: readonly object[]) =>
        JSON.stringify(
          { Events: list.map((one) => ({ EventId: 'x', CloudTrailEvent: JSON.stringify(one) })) },
          null,
          4,
        ),
      (list: readonly object[]) =>
        JSON.stringify({ NextToken: 'x', Events: list.map((one) => ({ CloudTrailEvent: JSON.stringify(one) })) }),
    ];
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(...forms),
        pieces,
        (list, form, cuts) => {
          agrees(form(list), cuts);
        },
      ),
      { numRuns: runs(150) },
    );
  });

  test('records as long as real ones, of which most are passed over, wherever the pieces end', () => {
    const names = fc.constantFrom(...calls, 'AssumeRoleLater', 'CreateRolePolicies', 'TagRol', '', 'x');
    const long = fc
      .record(
        {
          userAgent: fc.string({ maxLength: 90 }),
          eventName: names,
          errorCode: fc.constantFrom('AccessDenied', 'NoSuchKey'),
          eventSource: fc.constantFrom(...sources),
          requestParameters: fc.oneof(anything, fc.constant({ eventName: 'DeleteRole' })),
          eventTime: fc.constant('2026-03-01T01:02:03Z'),
          eventID: fc.uuid(),
          note: fc.constantFrom('eventName', '\u0001', 'errorCode'),
        },
        { requiredKeys: ['eventName', 'eventTime', 'eventID', 'eventSource'] },
      )
      .chain((fields) => fc.shuffledSubarray(Object.entries(fields), { minLength: 4 }))
      .map((entries) => Object.fromEntries(entries));
    fc.assert(
      fc.property(
        fc.array(long, { minLength: 1, maxLength: 40 }),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 2000 }), { maxLength: 30 }),
        (list, lines, cuts) => {
          const text = lines
            ? list.map((one) => `${JSON.stringify(one)}\n`).join('')
            : JSON.stringify({ Records: list });
          agrees(text, cuts);
        },
      ),
      { numRuns: runs(200) },
    );
  });

  test('a name that ends behind the piece it begins in', () => {
    // What an earlier file has left behind in the window must not be taken for the end of a name.
    const before = `{"Records":[{"eventName":"${'Describe'.repeat(400)}"}]}`;
    const record = (eventName: string, width: number) => ({
      userAgent: 'x'.repeat(width),
      eventName,
      eventSource: 'iam.amazonaws.com',
      requestParameters: { roleName: 'y'.repeat(90) },
    });
    for (let width = 60; width < 124; width += 1) {
      const text = JSON.stringify({
        Records: [record('GetRole', 700), record('DeleteRole', width), record('GetRole', 100)],
      });
      const name = text.indexOf('DeleteRole');
      for (let cut = name - 14; cut < name + 12; cut += 1) {
        scan(before);
        expect(scan(text, [cut])).toMatchObject({ looked: 3, records: [{ eventName: 'DeleteRole' }] });
      }
    }
  });

  test('records across the borders of the window', () => {
    const filler = { eventName: 'PutObject', requestParameters: { text: 'x'.repeat(1000) } };
    const wanted = { eventName: 'DeleteRole', eventSource: 'iam.amazonaws.com', requestParameters: { roleName: 'a' } };
    for (const shift of [0, 1, 5, 11, 63]) {
      const list = Array.from({ length: 3000 }, (_, index) =>
        index % 7 === 0 ? { ...wanted, eventID: `${index}` } : { ...filler, shift: 'y'.repeat(shift) },
      );
      const text = JSON.stringify({ Records: list });
      const found = scan(text);
      expect(found).toMatchObject({ looked: 3000, problems: [] });
      expect(found.records.map(({ eventId }) => eventId)).toEqual(
        list.flatMap((one, index) => (one.eventName === 'DeleteRole' ? [`${index}`] : [])),
      );
    }
  });
});

describe('damage', () => {
  test('a text that is cut off anywhere is never taken for whole', () => {
    const list = Array.from({ length: 4 }, (_, index) => ({
      eventName: 'DeleteRole',
      eventID: `${index}`,
      resources: [{ a: [{}] }],
    }));
    for (const text of [JSON.stringify({ Records: list }), JSON.stringify(list, null, 1)])
      for (let length = 1; length < text.length; length += 1) {
        const found = scan(text.slice(0, length));
        expect(found.stopped, text.slice(0, length)).toBeDefined();
        expect(found.looked).toBeLessThanOrEqual(4);
      }
  });

  test('a quote or a bracket too few never goes unnoticed', () => {
    const list = Array.from({ length: 5 }, (_, index) => ({
      eventVersion: '1.08',
      eventName: 'DeleteRole',
      eventID: `${index}`,
      requestParameters: { roleName: 'a' },
    }));
    const text = JSON.stringify({ Records: list });
    for (let at = 0; at < text.length; at += 1) {
      if (!'"{}[],:'.includes(text.charAt(at))) continue;
      const damaged = text.slice(0, at) + text.slice(at + 1);
      const found = scan(damaged);
      expect(found.stopped, damaged).toBeDefined();
    }
  });

  test('nor does it among records that are passed over, whatever step of the loop they end in', () => {
    for (const width of [0, 1, 20, 47, 64, 90]) {
      const list = Array.from({ length: 9 }, (_, index) => ({
        eventVersion: '1.08',
        userIdentity: { type: 'AssumedRole', sessionContext: { attributes: {} } },
        eventName: ['GetRole', 'DescribeInstances', 'PutObject'][index % 3],
        requestParameters: { Key: 'X'.repeat(width) },
      }));
      const text = JSON.stringify({ Records: list });
      const between = [...text.matchAll(/\},\{"eventVersion/g)].map(({ index }) => index + 1);
      expect(scan(text)).toMatchObject({ looked: 9, records: [], problems: [] });
      for (let at = 0; at < text.length; at += 1) {
        if (!'"{}[]'.includes(text.charAt(at)) && !between.includes(at)) continue;
        const damaged = text.slice(0, at) + text.slice(at + 1);
        expect(scan(damaged, [at, 1, 1]).stopped, damaged).toBeDefined();
      }
      for (const at of between)
        for (const wrong of [',,', ', 1,', ';', ':', '\n', ',"x",', ',[],', ',null,']) {
          const damaged = text.slice(0, at) + wrong + text.slice(at + 1);
          const { stopped, looked } = scan(damaged, [at, 1, 1]);
          // A list that holds a list is legal JSON: it is asked, and is no record.
          if (wrong === ',[],') expect({ stopped, looked }).toEqual({ stopped: undefined, looked: 9 });
          else expect(stopped, damaged).toBeDefined();
        }
    }
  });

  test.for([
    ['nothing', '', 'empty'],
    ['white space', ' \n ', 'empty'],
    ['a text', 'hello', 'no-json'],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), 'other-encoding'],
    ['a missing comma', '{"Records":[{"eventName":"a"} {"eventName":"b"}]}', 'damaged'],
    [
      'a comma before the first',
      `{"Records":[,{"userAgent":"${'x'.repeat(80)}","eventName":"GetRole","x":"${'x'.repeat(80)}"}]}`,
      'damaged',
    ],
    ['a comma too many', '{"Records":[{"eventName":"a"},]}', 'damaged'],
    ['a number among the records', '{"Records":[{"eventName":"a"},1]}', 'damaged'],
    ['a second list', '{"Records":[{"eventName":"a"}],"Events":[]}', 'other-form'],
    ['an object that is a record itself', '{"Records":[{"eventName":"a"}],"eventName":"b"}', 'other-form'],
    ['something after the end', '{"Records":[]} x', 'damaged'],
    ['a bracket too many', '{"eventName":"a"}}', 'damaged'],
  ] as const)('%s stops the scan', ([, text, because]) => {
    expect(scan(text).stopped?.because).toBe(because);
  });

  test.for(['DeleteRole', 'GetRole'])(
    'a record of %s that is too large is passed over, and the next one is read',
    (name) => {
      const wanted = { eventName: 'DeleteRole', eventSource: 'iam.amazonaws.com' };
      const text = JSON.stringify({
        Records: [
          { ...wanted, eventID: 'a' },
          { eventName: 'GetRole', padding: 'x'.repeat(100) },
          { padding: 'x'.repeat(100), eventName: name, huge: '"eventName":'.repeat(900_000) },
          { before: 'x'.repeat(100), eventName: 'PutObject', padding: 'x'.repeat(100) },
          { before: 'x'.repeat(100), ...wanted, eventID: 'b' },
        ],
      });
      const found = scan(text);
      expect(found.records.map(({ eventId }) => eventId)).toEqual(['a', 'b']);
      expect(found.problems).toMatchObject([{ message: 'a record larger than 8 MB, passed over' }]);
      expect(found.stopped).toBeUndefined();
    },
  );

  test('a second text behind a list with further members, and much white space between them, is read', () => {
    const wanted = '{"eventName":"DeleteRole","eventSource":"iam.amazonaws.com"}';
    for (const space of ['', ' ', ' '.repeat(100_000)]) {
      const found = scan(`{"Records":[${wanted}],"NextToken":"]}{"}${space}{"Records":[${wanted},${wanted}]}`, [
        64 * 1024,
      ]);
      expect(found).toMatchObject({ looked: 3, problems: [] });
      expect(found.stopped).toBeUndefined();
    }
  });

  test('what stands behind a list: white space of any length, and members that cannot be looked at whole are no damage', () => {
    const wanted = '{"eventName":"DeleteRole","eventSource":"iam.amazonaws.com"}';
    const list = `{"Records":[${wanted}]`;
    for (const rest of ['', ',"NextToken":"x"']) {
      const found = scan(`${list}${' '.repeat(9_000_000)}${rest}}${wanted}`);
      expect(found).toMatchObject({ looked: 2, problems: [] });
      expect(found.stopped).toBeUndefined();
    }
    for (const rest of [`"NextToken":"${'x'.repeat(100_000)}"`, '"QueryResultRows":[]', '"Events":[]'])
      expect(scan(`${list},${rest}}`)).toMatchObject({ looked: 1, stopped: { because: 'other-form' } });
    expect(scan(`${list},"NextToken":"x"`).stopped?.because).toBe('cut-off');
    expect(scan(`${list},"NextToken":x}`).stopped?.because).toBe('damaged');
  });

  test.for(['ObjectCreated:Put', 'ObjectRemoved:DeleteMarkerCreated', 'ObjectAcl:Put', 'LifecycleTransition'])(
    'a notification of S3, %s, is not taken for a record that means nothing',
    (eventName) => {
      const one = { eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'us-east-1', eventName, s3: {} };
      for (const list of [
        [one],
        [
          { eventName: 'GetRole', x: 'x'.repeat(100) },
          { ...one, x: 'x'.repeat(100) },
        ],
      ]) {
        const found = scan(JSON.stringify({ Records: list }));
        expect(found.looked).toBe(list.length - 1);
        expect(found.problems).toMatchObject([{ message: expect.stringMatching(/^an S3 notification/) }]);
      }
    },
  );

  test('a capital letter outside of a text is damage, unless it is the E of a number', () => {
    const text = (value: string): string =>
      `{"Records":[{"eventName":"GetRole","n":${value},"x":"${'x'.repeat(90)}"}]}`;
    for (const number of ['1E5', '1.0E7', '-0E-1', '12E+3']) expect(scan(text(number)).stopped).toBeUndefined();
    for (const wrong of ['E', 'aE5', 'NaN', '-Infinity', '1F5'])
      expect(scan(text(wrong)).stopped?.because).toBe('damaged');
  });

  test('much white space between records is passed over', () => {
    const one = `{"padding":"${'x'.repeat(100)}","eventName":"GetRole"}`;
    const space = ' '.repeat(9_000_000);
    const wanted = '{"eventName":"DeleteRole","eventSource":"iam.amazonaws.com"}';
    const found = scan(`{"Records":[${one},${one}${space},${space}${one},${wanted}]}`);
    expect(found).toMatchObject({ looked: 4, problems: [], records: [{ eventName: 'DeleteRole' }] });
    expect(found.stopped).toBeUndefined();
  });

  test('a record full of escapes and names is parsed all the same', () => {
    const names = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`eventN${index}`, 0]));
    const wanted = { eventSource: 'iam.amazonaws.com', ...names, eventName: 'DeleteRole' };
    const escapes = `{"eventName":"PutObject","x":"${'\\u003c'.repeat(20_000)}"}`;
    const found = scan(`{"Records":[${JSON.stringify(wanted)},${escapes},${JSON.stringify(wanted)}]}`);
    expect(found).toMatchObject({ looked: 3, problems: [] });
    expect(found.records).toHaveLength(2);
  });
});
