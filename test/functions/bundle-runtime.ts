/** Lambda's part, in a process of its own: loads a bundle and hands it the events that its parent sends. */
const started = performance.now();
const [, , file = ''] = process.argv;
const { handler } = (await import(file)) as {
  readonly handler: (event: unknown, context: unknown) => Promise<unknown>;
};
process.send?.({ loaded: performance.now() - started, node: process.version });

process.on('message', async ({ id, event }: { readonly id: number; readonly event: unknown }) => {
  const end = Date.now() + 15 * 60_000;
  const context = {
    awsRequestId: `request-${id}`,
    functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
    getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
  };
  try {
    process.send?.({ id, answer: (await handler(event, context)) ?? null });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  }
});
