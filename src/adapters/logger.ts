/** What does a function say of its work, one JSON line at a time, as Lambda's level filter reads it? */
import pino, { type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Standard output, written at once, since a frozen function writes nothing later. */
export function standardOutput(): DestinationStream {
  return pino.destination({ sync: true });
}

/**
 * Lambda filters by a *textual* level and takes an RFC 3339 `timestamp` (AWS Lambda Developer Guide, "Log-level filtering").
 * @param level of pino; the log settings of a function give theirs in `AWS_LAMBDA_LOG_LEVEL`.
 */
export function lambdaLogger(
  destination: DestinationStream,
  level = process.env['AWS_LAMBDA_LOG_LEVEL'] ?? 'info',
): Logger {
  const wanted = level.toLowerCase();
  return pino(
    {
      level: Object.hasOwn(pino.levels.values, wanted) ? wanted : 'info',
      base: null,
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: plainError },
      // The second net; the first is findings/mask.ts, and that no secret is given to a log at all.
      redact: {
        paths: ['externalId', '*.externalId', 'webhookUrl', '*.webhookUrl', 'token', '*.token', 'secret', '*.secret'],
        censor: '[masked]',
      },
    },
    destination,
  );
}

const mostText = 1_000;
const deepestCause = 4;

/** Name, message, code and causes; an SDK's error carries the whole request and response, which may hold secrets. */
export function plainError(error: unknown, depth = 0): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { message: masked(String(error)) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return {
    name: error.name,
    message: masked(error.message),
    ...code,
    ...(error.cause === undefined || depth >= deepestCause ? {} : { cause: plainError(error.cause, depth + 1) }),
    ...(error.stack === undefined || depth > 0
      ? {}
      : { stack: masked(error.stack.split('\n').slice(1, 6).join('\n')) }),
  };
}

/** What is secret in an address of Slack's, wherever a message quotes it, and Slack's tokens. */
function masked(text: string): string {
  return text
    .slice(0, mostText)
    .replace(/(https:\/\/hooks\.slack(?:-gov)?\.com\/)[\w/-]+/g, '$1[masked]')
    .replace(/\bxox[a-z]-[\w-]+/g, '[masked]');
}
