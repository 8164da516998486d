import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutOffMessage, readEvents, readEventValue } from '../../src/cloudtrail/read-record.ts';
import { allRecognised } from '../../src/cloudtrail/recognise.ts';
import { runs } from '../arbitraries/runs.ts';
import { deniedCall, iamCall } from './records.ts';

const one = deniedCall();
const two = iamCall('UpdateAssumeRolePolicy', { roleName: 'deploy', policyDocument: '{}' }, { eventID: 'second' });
const ids = ['7bd5c2f0-2f9e-4f7f-9c54-6a8f0b7e4a11', 'second'];
const json = (value: unknown): string => JSON.stringify(value);

function eventBridge(detail: object): object {
  return {
    version: '0',
    id: 'x',
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.sts',
    account: '444455556666',
    time: '2026-03-09T14:06:12Z',
    region: 'eu-west-1',
    resources: [],
    detail,
  };
}

function lookedUp(record: object): object {
  return {
    EventId: 'x',
    EventTime: '2026-03-09T14:06:12+00:00',
    EventName: 'AssumeRole',
    CloudTrailEvent: json(record),
  };
}

const forms: readonly (readonly [string, string])[] = [
  ['{"Records": […]}', json({ Records: [one, two] })],
  ['the same over many lines', JSON.stringify({ Records: [one, two] }, null, 2)],
  ['an array of records', json([one, two])],
  ['JSON lines', `${json(one)}\n${json(two)}\n`],
  [
    'JSON lines with Windows line ends, a byte order mark and empty lines',
    `\ufeff${json(one)}\r\n\r\n${json(two)}\r\n`,
  ],
  ['files put into one', `${json({ Records: [one] })}${json({ Records: [two] })}`],
  ['files over many lines put into one', [one, two].map((record) => JSON.stringify([record], null, 2)).join('\n')],
  ['what CloudWatch Logs exports', `2026-03-09T14:06:12.000Z ${json(one)}\n2026-03-09T14:06:13.123Z ${json(two)}\n`],
  ['JSON lines of EventBridge events', `${json(eventBridge(one))}\n${json(eventBridge(two))}`],
  ['an array of EventBridge events', json([eventBridge(one), eventBridge(two)])],
  ['a LookupEvents response', json({ Events: [lookedUp(one), lookedUp(two)], NextToken: 'x' })],
  ['JSON lines of LookupEvents events', `${json(lookedUp(one))}\n${json(lookedUp(two))}`],
  ['JSON lines of whole files', `${json({ Records: [one] })}\n${json({ Records: [two] })}`],
  [
    'SQS messages to a function',
    json({ Records: [one, two].map((record) => ({ eventSource: 'aws:sqs', body: json(eventBridge(record)) })) }),
  ],
  [
    'SNS messages to a function',
    json({ Records: [one, two].map((record) => ({ EventSource: 'aws:sns', Sns: { Message: json(record) } })) }),
  ],
  [
    'SNS messages by way of SQS',
    json({ Messages: [one, two].map((record) => ({ Body: json({ Type: 'Notification', Message: json(record) }) })) }),
  ],
  [
    'events of CloudWatch Logs',
    json({ events: [one, two].map((record) => ({ message: json(record), timestamp: 1 })) }),
  ],
];

describe('every form of an EVENT', () => {
  test.for(forms)('%s', ([, text]) => {
    const { records, problems } = readEvents(text, 'events');
    expect(problems).toEqual([]);
    expect(records).toEqual(readEventValue([JSON.parse(json(one)), JSON.parse(json(two))], 'events').records);
    expect(records.map(({ eventId }) => eventId)).toEqual(ids);
  });

  test.for([
    ['a record', one],
    ['an EventBridge event', eventBridge(one)],
    ['a LookupEvents event', lookedUp(one)],
    ['a text of a record', json(one)],
  ] as const)('%s as a value', ([, value]) => {
    expect(readEventValue(value, 'line 1').records.map(({ eventId }) => eventId)).toEqual(ids.slice(0, 1));
  });

  test('a bad record among good ones is one problem with its place', () => {
    for (const [text, place] of [
      [`${json(one)}\n{"eventName": oops}\n${json(two)}`, 'f, line 2'],
      [`${json(one)}\n${json(one).slice(0, 300)}\n${json(two)}`, 'f, line 2'],
      [json({ Records: [one, 7, two] }), 'f, Records[1]'],
      [json({ Records: [one, { eventName: 5 }, two] }), 'f, Records[1]'],
      [json({ Records: [one, null, two] }), 'f, Records[1]'],
      [json({ Events: [lookedUp(one), { EventId: 'x' }, lookedUp(two)] }), 'f, Events[1]'],
      [json({ Events: [lookedUp(one), { CloudTrailEvent: '{"eventName' }, lookedUp(two)] }), 'f, Events[1]'],
      [json([one, 'x', two]), 'f, element 1'],
    ] as const) {
      const { records, problems } = readEvents(text, 'f');
      expect(records.map(({ eventId }) => eventId)).toEqual(ids);
      expect(problems).toHaveLength(1);
      expect(problems[0]?.place).toBe(place);
      expect(problems[0]?.message).toMatch(/^[^\n]{5,120}$/);
    }
  });

  test('a list that is damaged in one record gives the others', () => {
    const bad = json(one).replace('"eu-west-1"', '"eu-west-1');
    const unclosed = json(one).replace(/\}$/, '');
    for (const broken of [bad, unclosed, json(one).replace(':', ' ')])
      for (const text of [
        `{"Records":[${json(one)},${broken},${json(two)}]}`,
        `{"Records": [\n  ${json(one)},\n  ${broken},\n  ${json(two)}\n]}`,
        `[\n${json(one)},\n${broken},\n${json(two)}\n]`,
      ]) {
        const { records, problems } = readEvents(text, 'f');
        expect(records.map(({ eventId }) => eventId)).toEqual(ids);
        expect(problems).toHaveLength(1);
        expect(problems[0]?.place).toMatch(/^f, (Records\[1\]|element 1|line 3)$/);
      }
  });

  test('a list that is cut off gives what came before', () => {
    const whole = json({ Records: [one, two] });
    const { records, problems } = readEvents(whole.slice(0, -40), 'f');
    expect(records.map(({ eventId }) => eventId)).toEqual(ids.slice(0, 1));
    expect(problems).toEqual([{ place: 'f, Records[1]', message: cutOffMessage, kind: 'damaged' }]);
  });

  test('reading a long list that is cut off takes time linear in its length', () => {
    const text = json({ Records: Array(30_000).fill(one) });
    const start = performance.now();
    expect(readEvents(text.slice(0, -40), 'f').records).toHaveLength(29_999);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  test.for([
    ['', /empty/],
    ['   \n ', /empty/],
    ['hello', /not JSON: unexpected text at line 1, column 1/],
    ['{"a": \n x}', /line 2, column 2/],
    ['{"Records": [', /not JSON: it ends too early/],
    ['42', /a number/],
    ['null', /null/],
    ['{}', /no `eventName`/],
    ['{"Version":"2012-10-17","Statement":[]}', /a policy/],
    ['{"Records":{}}', /not a list/],
    [
      '{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{}}]}',
      /S3 notification/,
    ],
    ['{"detail-type":"Scheduled Event","detail":{}}', /`detail` is no CloudTrail record/],
  ] as const)('%j is no EVENT, in one line', ([text, message]) => {
    const { records, problems } = readEvents(text, 'f');
    expect(records).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(message);
  });

  test('an empty list is no problem', () => {
    expect(readEvents('{"Records":[]}', 'f')).toEqual({ records: [], problems: [] });
  });

  test('problems past a thousand are counted, not told', () => {
    const { problems } = readEvents(`${json(one)}\n${'x\n'.repeat(2500)}`, 'f');
    expect(problems).toHaveLength(1001);
    expect(problems.at(-1)?.message).toBe('and 1500 more of the kind');
  });
});

describe('strict in what is believed, tolerant in what is survived', () => {
  const read = (changes: object) => readEventValue(JSON.parse(json(deniedCall({ ...changes }))), 'f').records[0];

  test.for([
    ['2026-03-09T14:06:12Z', '2026-03-09T14:06:12Z'],
    ['2026-03-09T14:06:12', '2026-03-09T14:06:12Z'],
    ['2026-03-09 14:06:12', '2026-03-09T14:06:12Z'],
    ['2026-03-09T14:06:12.999Z', '2026-03-09T14:06:12Z'],
    ['2026-03-09T15:06:12+01:00', '2026-03-09T14:06:12Z'],
    ['2026-03-09T09:36:12-0430', '2026-03-09T14:06:12Z'],
    ['2026-03-09', '2026-03-09T00:00:00Z'],
    [1773065172, '2026-03-09T14:06:12Z'],
    [1773065172000, '2026-03-09T14:06:12Z'],
    ['1773065172', '2026-03-09T14:06:12Z'],
    [1773065172.5, '2026-03-09T14:06:12Z'],
  ] as const)('the time %j', ([eventTime, expected]) => {
    const record = read({ eventTime });
    expect(record).toMatchObject({ eventTime: expected, at: Date.parse(expected) });
    expect(record?.derived).toBeUndefined();
  });

  test.for([
    '...',
    'eventTime',
    '2026-02-30T00:00:00Z',
    '2026-03-09T25:00:00Z',
    -1,
    true,
    {},
    null,
    '9'.repeat(99),
    1e300,
  ])('the time %j is none: the record is read, and says so', (eventTime) => {
    expect(read({ eventTime })).toMatchObject({ at: 0, derived: ['eventTime'] });
  });

  test('a time that the record lacks comes from its envelope', () => {
    const bare = deniedCall({ eventTime: undefined });
    expect(readEventValue(eventBridge(bare), 'f').records[0]?.eventTime).toBe('2026-03-09T14:06:12Z');
    expect(readEventValue(lookedUp(bare), 'f').records[0]?.eventTime).toBe('2026-03-09T14:06:12Z');
    expect(
      readEventValue({ ...bare, '@timestamp': '2026-03-09T14:06:12.000Z' }, 'f').records[0]?.derived,
    ).toBeUndefined();
  });

  test('without an eventID the same content has the same id, in whatever order and wrapping', () => {
    const bare = JSON.parse(json(deniedCall({ eventID: undefined }))) as object;
    const turned = Object.fromEntries(Object.entries(bare).reverse());
    const id = readEventValue(bare, 'f').records[0]?.eventId;
    expect(id).toMatch(/^derived-[\da-f]{32}$/);
    expect(readEventValue([eventBridge(turned)], 'g').records[0]?.eventId).toBe(id);
    expect(readEventValue({ ...bare, sourceIPAddress: 'x' }, 'f').records[0]?.eventId).not.toBe(id);
    expect(readEventValue(lookedUp(bare), 'f').records[0]?.eventId).toBe('x');
  });

  test('parameters that are empty, null or of another type are not known', () => {
    for (const requestParameters of [{}, null, [], 'x', 5, true, '{broken'])
      expect(read({ requestParameters })?.requestParameters).toBeNull();
    expect(read({ requestParameters: '{"roleArn":"x"}' })?.requestParameters).toEqual({ roleArn: 'x' });
  });

  test('members of the wrong type are left out', () => {
    const record = read({
      errorMessage: 7,
      awsRegion: null,
      userAgent: ['x'],
      sourceIPAddress: {},
      resources: 'x',
      userIdentity: [],
    });
    expect(record).toMatchObject({ userIdentity: {}, resources: [], errorCode: 'AccessDenied' });
    for (const name of ['errorMessage', 'region', 'userAgent', 'sourceIp']) expect(record).not.toHaveProperty(name);
  });

  test('who called', () => {
    const userIdentity = {
      type: 'AssumedRole',
      accountId: 44455556666,
      sessionContext: {
        sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::044455556666:role/a/x', extra: 1 },
        attributes: { mfaAuthenticated: 'true' },
        sourceIdentity: 'ann',
        webIdFederationData: { federatedProvider: 'p' },
      },
    };
    expect(read({ userIdentity })?.userIdentity).toEqual({
      type: 'AssumedRole',
      accountId: '044455556666',
      sessionIssuer: { type: 'Role', arn: 'arn:aws:iam::044455556666:role/a/x' },
      mfaAuthenticated: true,
      sourceIdentity: 'ann',
      webIdFederation: { federatedProvider: 'p' },
    });
    const mfa = (mfaAuthenticated: unknown) =>
      read({ userIdentity: { sessionContext: { attributes: { mfaAuthenticated } } } })?.userIdentity.mfaAuthenticated;
    expect([mfa('false'), mfa(false), mfa(true), mfa('yes'), mfa(1)]).toEqual([
      false,
      false,
      true,
      undefined,
      undefined,
    ]);
  });

  test('`__proto__` and `constructor` are members like any other, and nothing is inherited', () => {
    const text =
      '{"__proto__":{"errorCode":"X","eventID":"y"},"constructor":{"prototype":{}},"eventName":"AssumeRole","userIdentity":{"__proto__":{"arn":"z"}}}';
    const [record] = readEvents(text, 'f').records;
    expect(record?.errorCode).toBeUndefined();
    expect(record?.userIdentity).toEqual({});
    expect(record?.derived).toEqual(['eventTime', 'eventID', 'eventSource']);
    expect(({} as Record<string, unknown>)['errorCode']).toBeUndefined();
  });

  test('deep nesting is refused, in a record and around it, and never exhausts the stack', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    expect(readEvents(`{"eventName":"x","requestParameters":${deep}}`, 'f').problems[0]?.message).toMatch(/nests/);
    expect(readEvents(deep, 'f').problems[0]?.message).toMatch(/envelopes/);
    expect(readEvents('['.repeat(100_000), 'f').problems).toHaveLength(1);
    let wrapped = json(one);
    for (let level = 0; level < 12; level += 1) wrapped = json({ Message: wrapped });
    expect(readEvents(wrapped, 'f').problems[0]?.message).toMatch(/envelopes/);
  });
});

describe('laws', () => {
  test('whatever JSON it is, it is read or told, and never throws', () => {
    const names = fc.constantFrom(
      'eventName',
      'Records',
      'Events',
      'detail',
      'body',
      'Message',
      'CloudTrailEvent',
      'eventTime',
      'userIdentity',
      '__proto__',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue(),
        fc.constant(json(one)),
        fc.dictionary(names, tie('value')),
        fc.array(tie('value')),
      ),
    }));
    fc.assert(
      fc.property(value, (any) => {
        const { records, problems } = readEvents(json(any) ?? 'null', 'f');
        for (const record of records) expect(Date.parse(record.eventTime)).toBe(record.at);
        for (const problem of problems) expect(problem.message).not.toContain('\n');
        for (const record of records) for (const meaning of allRecognised(record)) expect(meaning.record).toBe(record);
      }),
      { numRuns: runs(400) },
    );
  });

  test('a text that lost or gained some characters anywhere is read or told, and never throws', () => {
    const texts = fc.constantFrom(...forms.map(([, text]) => text));
    fc.assert(
      fc.property(texts, fc.nat(), fc.nat({ max: 9 }), fc.string({ maxLength: 3 }), (text, at, length, put) => {
        const from = at % text.length;
        const { records, problems } = readEvents(text.slice(0, from) + put + text.slice(from + length), 'f');
        expect(records.length + problems.length).toBeGreaterThan(0);
      }),
      { numRuns: runs(400) },
    );
  });
});
