/** A finding to a Slack channel: by an incoming webhook, or as an app that keeps a burst and its end in one thread. */
import { type ChatPostMessageArguments, WebClient } from '@slack/web-api';
import { IncomingWebhook } from '@slack/webhook';
import { clip, plainText } from '../findings/escape.ts';
import type { Finding } from '../findings/finding.ts';
import { type SlackMessage, type SlackOptions, slackMessage } from '../findings/forms/slack.ts';
import type { Clock } from '../ports/clock.ts';
import type { Publisher } from '../ports/publisher.ts';
import type { TrustStore } from '../ports/trust-store.ts';

/** Slack did not take a message. Its address, which is a secret, is not part of the error. */
export class SlackRefused extends Error {
  override readonly name = 'SlackRefused';
  /** What Slack answered, `no_service` or `channel_not_found` for instance. */
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super(`Slack did not take the message: ${reason}`, options);
    this.reason = reason;
  }
}

/** Posts one message and says where it stands. */
interface SlackDoor {
  /** @returns the message's `ts`, where the door knows of one. @throws {SlackRefused} */
  post(message: SlackMessage | Pick<SlackMessage, 'text'>, thread: string | undefined): Promise<string | undefined>;
}

/** Which message began the thread of a finding? */
export interface SlackThreads {
  find(findingId: string): Promise<string | undefined>;
  remember(findingId: string, ts: string, at: number): Promise<void>;
}

export interface SlackTransport {
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Waits for so many milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Milliseconds between two messages to one channel (Slack developer docs, "Rate limits": one a second). */
const spacing = 1_000;
/** Milliseconds that a `Retry-After` is waited for; beyond them the delivery is given back and comes again later. */
const patience = 10_000;
/** Times that Slack may ask for patience in one call. */
const mostWaits = 2;
/** Milliseconds for one request. */
const timeout = 5_000;

/** @param url gives the webhook's address, read when it is first needed. */
export function slackWebhookPublisher(
  channel: string,
  url: () => Promise<string>,
  transport: SlackTransport,
  options: SlackOptions = {},
): Publisher {
  const fetch = politeFetch(transport);
  return slackPublisher(channel, options, undefined, {
    async post(message) {
      const webhook = new IncomingWebhook(await url(), { fetch, timeout: 0 });
      await webhook.send({ ...message, blocks: 'blocks' in message ? [...message.blocks] : [] }).catch((error) => {
        throw refusedBy(error);
      });
      return undefined;
    },
  });
}

/**
 * @param token gives the bot's token (scope `chat:write`), read when it is first needed.
 * @param conversation id of the channel.
 */
export function slackAppPublisher(
  channel: string,
  token: () => Promise<string>,
  conversation: string,
  threads: SlackThreads,
  transport: SlackTransport,
  options: SlackOptions & { readonly apiUrl?: string } = {},
): Publisher {
  const fetch = politeFetch(transport);
  return slackPublisher(channel, options, threads, {
    async post(message, thread) {
      const client = new WebClient(await token(), {
        fetch,
        timeout: 0,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
        allowAbsoluteUrls: false,
        logger: silent,
        ...(options.apiUrl === undefined ? {} : { slackApiUrl: options.apiUrl }),
      });
      const posted = await client.chat
        .postMessage({
          channel: conversation,
          ...message,
          ...(thread === undefined ? {} : { thread_ts: thread }),
        } as ChatPostMessageArguments)
        .catch((error: unknown) => {
          throw refusedBy(error);
        });
      return posted.ts;
    },
  });
}

function slackPublisher(
  channel: string,
  options: SlackOptions,
  threads: SlackThreads | undefined,
  door: SlackDoor,
): Publisher {
  return {
    channel,
    async publish(finding) {
      // The growth of a burst, its end, and the word that it is now part of another stand below its first message.
      const root = finding.resolves ?? finding.id;
      const thread = await threads?.find(root);
      const ts = await postInSomeForm(door, finding, options, thread);
      if (threads !== undefined && thread === undefined && ts !== undefined)
        await threads.remember(root, ts, Date.parse(finding.time));
    },
  };
}

/** Refusals of the form of a message: the same words without blocks may still get through. */
const formRefused = /^(?:invalid_blocks|invalid_blocks_format|invalid_payload|msg_blocks_too_long|msg_too_long)\b/;

async function postInSomeForm(
  door: SlackDoor,
  finding: Finding,
  options: SlackOptions,
  thread: string | undefined,
): Promise<string | undefined> {
  const message = slackMessage(finding, options);
  try {
    return await door.post(message, thread);
  } catch (error) {
    if (!(error instanceof SlackRefused)) throw error;
    // The message that began the thread was deleted: the channel itself is still there.
    if (thread !== undefined && error.reason === 'thread_not_found') return door.post(message, undefined);
    if (!formRefused.test(error.reason)) throw error;
    const id = `finding \`${finding.id}\` (the findings bus has all of it)`;
    return door.post({ text: `${message.text}\n${id}` }, thread);
  }
}

/** Keeps the beginnings of threads in the store, beside the facts: the first one noted for a finding stays. */
export function storedSlackThreads(store: Pick<TrustStore, 'addEvents' | 'events'>, channel: string): SlackThreads {
  const stream = (findingId: string): string => `slack-thread:${channel}:${findingId}`;
  return {
    async find(findingId) {
      const [first] = await store.events(stream(findingId));
      return first?.body;
    },
    async remember(findingId, ts, at) {
      await store.addEvents(stream(findingId), [{ eventId: ts, at, body: ts }]);
    },
  };
}

/**
 * `fetch` for one channel of Slack: one request after the other, a second apart, each with an end, and patient with
 * `429` as long as `Retry-After` is short.
 */
function politeFetch({ fetch, clock, pause }: SlackTransport): typeof fetch {
  let last: Promise<unknown> = Promise.resolve();
  let free = 0;
  const request: typeof fetch = async (input, init) => {
    for (let waited = 0; ; waited += 1) {
      const wait = free - clock.now();
      if (wait > 0) await pause(wait);
      const response = await fetch(input, { ...init, signal: AbortSignal.timeout(timeout) });
      const asked = response.status === 429 ? retryAfter(response) : 0;
      free = clock.now() + Math.max(spacing, asked);
      if (response.status !== 429) return response;
      if (asked > patience || waited >= mostWaits)
        throw new SlackRefused(`rate limited, again in ${Math.ceil(asked / 1_000)} s`);
    }
  };
  return (input, init) => {
    const mine = last.then(() => request(input, init));
    last = mine.catch(() => undefined);
    return mine;
  };
}

/** Milliseconds; Slack gives whole seconds. */
function retryAfter(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? '1');
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : spacing;
}

function refusedBy(error: unknown): SlackRefused {
  if (error instanceof SlackRefused) return error;
  if (!(error instanceof Error)) return new SlackRefused('no answer');
  if ('original' in error && error.original instanceof Error) return refusedBy(error.original);
  if ('data' in error && typeof error.data === 'object' && error.data !== null && 'error' in error.data)
    return new SlackRefused(reasonText(String(error.data.error)));
  if ('body' in error && typeof error.body === 'string' && error.body !== '')
    return new SlackRefused(reasonText(error.body));
  if ('statusCode' in error) return new SlackRefused(`status ${String(error.statusCode)}`);
  return new SlackRefused(reasonText(error.name === 'TimeoutError' ? 'no answer in time' : 'no connection'));
}

function reasonText(text: string): string {
  return clip(plainText(text), 200);
}

/** The client would write to the console by itself, which is no JSON. */
const silent = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  setLevel: ignore,
  getLevel: () => 'error' as never,
  setName: ignore,
};

function ignore(): void {
  // What went wrong is thrown as well.
}
