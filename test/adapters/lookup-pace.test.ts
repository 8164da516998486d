/** Does LookupEvents hear from us no more often than it may, whatever it answers? The SDK's own client, over a socket. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lookupEventsSource } from '../../src/adapters/lookup-events.ts';

let server: Server;
/** What happened, in order. */
let happened: string[] = [];
let answers: ((response: ServerResponse) => void)[] = [];

function failing(status: number, name: string) {
  return (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': name });
    response.end(JSON.stringify({ __type: name, message: name }));
  };
}

beforeEach(async () => {
  happened = [];
  answers = [];
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      happened.push('call');
      const answer = answers.shift();
      if (answer === undefined) response.end('{"Events":[]}');
      else answer(response);
    });
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  const address = server.address();
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'testing');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'testing');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

async function read(): Promise<readonly string[]> {
  const problems: string[] = [];
  const source = lookupEventsSource(['eu-west-1'], {
    // The clock stands still: between two calls there has to be a pause.
    now: () => Date.UTC(2026, 2, 10),
    sleep: async () => void happened.push('pause'),
  });
  for await (const batch of source.read()) problems.push(...batch.problems.map(({ message }) => message));
  return problems;
}

test('there is a pause before each call that is tried again', async () => {
  answers = [
    failing(400, 'ThrottlingException'),
    failing(500, 'InternalFailure'),
    (response) => response.destroy(),
    failing(400, 'ThrottlingException'),
  ];
  expect(await read()).toEqual([]);
  expect(happened.filter((what) => what === 'call')).toHaveLength(3 + 4);
  expect(happened.join(' ')).not.toContain('call call');
});

test('a service that stays at fault is given up', async () => {
  answers = Array.from({ length: 20 }, () => failing(503, 'ServiceUnavailable'));
  expect(await read()).toHaveLength(1);
  expect(happened.filter((what) => what === 'call')).toHaveLength(3);
});
