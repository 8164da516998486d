import { describe, expect, test } from 'vitest';
import { lambdaLogger } from '../../src/adapters/logger.ts';
import {
  type SlackThreads,
  type SlackTransport,
  slackAppPublisher,
  slackWebhookPublisher,
  storedSlackThreads,
} from '../../src/adapters/slack-publisher.ts';
import { sqliteTrustStore } from '../../src/adapters/sqlite-trust-store.ts';
import { charactersOf } from '../../src/findings/forms/slack.ts';
import { findingExamples } from '../findings/examples.ts';

const secretUrl = 'https://hooks.slack.com/services/T0000/B0000/secretsecret';
const finding = findingExamples['denial-spike'];

interface Request {
  readonly at: number;
  readonly url: string;
  readonly body: Record<string, unknown>;
}

/** Slack, its clock, and what it was sent. */
function slack(answers: readonly (() => Response)[] = []): {
  transport: SlackTransport;
  requests: Request[];
  waited: number[];
} {
  let now = 1_000_000;
  const requests: Request[] = [];
  const waited: number[] = [];
  const pending = [...answers];
  const transport: SlackTransport = {
    clock: { now: () => now },
    async pause(milliseconds) {
      waited.push(milliseconds);
      now += milliseconds;
    },
    async fetch(input, init) {
      requests.push({ at: now, url: String(input), body: bodyOf(init?.body) });
      return (pending.shift() ?? (() => new Response('ok')))();
    },
  };
  return { transport, requests, waited };
}

function bodyOf(body: unknown): Record<string, unknown> {
  const text = String(body);
  if (text.startsWith('{')) return JSON.parse(text) as Record<string, unknown>;
  return Object.fromEntries(new URLSearchParams(text));
}

const refused =
  (status: number, body: string, headers: Record<string, string> = {}) =>
  () =>
    new Response(body, { status, headers });
const posted = (ts: string) => () => Response.json({ ok: true, ts, channel: 'C0123456789' });
const notPosted = (error: string) => () => Response.json({ ok: false, error });

describe('a webhook', () => {
  test('gets the message in blocks', async () => {
    const { transport, requests } = slack();
    await slackWebhookPublisher('slack', async () => secretUrl, transport).publish(finding);
    expect(requests).toMatchObject([
      { url: secretUrl, body: { unfurl_links: false, text: expect.stringContaining(finding.severity) } },
    ]);
    expect(requests[0]?.body['blocks']).toEqual(expect.arrayContaining([expect.objectContaining({ type: 'header' })]));
    expect(charactersOf(requests[0]?.body['blocks'] as never)).toBeLessThan(13_000);
  });

  test('gets one message a second, also where several are to be sent at once', async () => {
    const { transport, requests } = slack();
    const publisher = slackWebhookPublisher('slack', async () => secretUrl, transport);
    await Promise.all(Object.values(findingExamples).map((one) => publisher.publish(one)));
    const gaps = requests.slice(1).map(({ at }, index) => at - (requests[index]?.at ?? 0));
    expect(gaps).toHaveLength(Object.keys(findingExamples).length - 1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_000);
  });

  test('that asks for patience gets it', async () => {
    const { transport, requests, waited } = slack([refused(429, '', { 'retry-after': '3' })]);
    await slackWebhookPublisher('slack', async () => secretUrl, transport).publish(finding);
    expect(requests).toHaveLength(2);
    expect(waited).toContain(3_000);
  });

  test.for([
    ['asks for more than there is', [refused(429, '', { 'retry-after': '60' })], 1],
    ['asks again and again', Array.from({ length: 5 }, () => refused(429, '', { 'retry-after': '1' })), 3],
  ] as const)('that %s is left for the next delivery', async ([, answers, asked]) => {
    const { transport, requests } = slack(answers);
    await expect(slackWebhookPublisher('slack', async () => secretUrl, transport).publish(finding)).rejects.toThrow(
      'rate limited',
    );
    expect(requests).toHaveLength(asked);
  });

  test('that refuses the blocks gets the words', async () => {
    const { transport, requests } = slack([refused(400, 'invalid_blocks')]);
    await slackWebhookPublisher('slack', async () => secretUrl, transport).publish(finding);
    expect(requests[1]?.body).toMatchObject({ text: expect.stringContaining(finding.id) });
  });

  test.for([
    ['no_service', [refused(404, 'no_service')]],
    ['status 500', [refused(500, '')]],
    [
      'no connection',
      [
        () => {
          throw new TypeError('fetch failed');
        },
      ],
    ],
    [
      'no answer in time',
      [
        () => {
          throw new DOMException('timed out', 'TimeoutError');
        },
      ],
    ],
  ] as const)('that fails with `%s` says so without its address', async ([reason, answers]) => {
    const { transport } = slack(answers);
    const failure = await slackWebhookPublisher('slack', async () => secretUrl, transport)
      .publish(finding)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'SlackRefused', reason });
    const lines: string[] = [];
    lambdaLogger({ write: (line) => void lines.push(line) }, 'info').error({ error: failure }, 'not published');
    expect(lines.join('')).not.toContain('secretsecret');
  });

  test('a failure holds up nobody else', async () => {
    const { transport, requests } = slack([refused(404, 'no_service')]);
    const publisher = slackWebhookPublisher('slack', async () => secretUrl, transport);
    const [first, second] = await Promise.allSettled([
      publisher.publish(finding),
      publisher.publish(findingExamples.denial),
    ]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
    expect(requests).toHaveLength(2);
  });
});

describe('an app', () => {
  const app = (transport: SlackTransport, threads: SlackThreads) =>
    slackAppPublisher('slack', async () => 'xoxb-secret', 'C0123456789', threads, transport);

  test('keeps the growth and the end of a burst in one thread', async () => {
    const { transport, requests } = slack([posted('100.1'), posted('100.2'), posted('100.3')]);
    const store = sqliteTrustStore();
    const grown = { ...finding, revision: 2, count: 40 };
    const ended = { ...findingExamples.resolved, resolves: finding.id };
    for (const one of [finding, grown, ended]) await app(transport, storedSlackThreads(store, 'slack')).publish(one);
    expect(requests.map(({ body }) => body['thread_ts'])).toEqual([undefined, '100.1', '100.1']);
    expect(requests.map(({ body }) => body['channel'])).toEqual(['C0123456789', 'C0123456789', 'C0123456789']);
    await store.close();
  });

  test('begins anew where the first message is gone', async () => {
    const { transport, requests } = slack([notPosted('thread_not_found'), posted('200.1')]);
    const threads: SlackThreads = { find: async () => '100.1', remember: async () => undefined };
    await app(transport, threads).publish(finding);
    expect(requests.map(({ body }) => body['thread_ts'])).toEqual(['100.1', undefined]);
  });

  test.for([['not_in_channel'], ['invalid_auth'], ['channel_not_found']])(
    'that Slack refuses with %s throws it',
    async ([reason = '']) => {
      const { transport, requests } = slack([notPosted(reason)]);
      const threads: SlackThreads = { find: async () => undefined, remember: async () => undefined };
      await expect(app(transport, threads).publish(finding)).rejects.toMatchObject({ reason });
      expect(requests).toHaveLength(1);
    },
  );

  test('that asks for patience gets it', async () => {
    const { transport, requests, waited } = slack([refused(429, '', { 'retry-after': '2' }), posted('1.1')]);
    const threads: SlackThreads = { find: async () => undefined, remember: async () => undefined };
    await app(transport, threads).publish(finding);
    expect(requests).toHaveLength(2);
    expect(waited).toContain(2_000);
  });
});
