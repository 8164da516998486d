/** What is told of each record, and what is counted? Logs and metrics both go to standard output, a line at a time. */
import { countingPublisher } from '../src/adapters/counting-publisher.ts';
import { lambdaLogger, standardOutput } from '../src/adapters/logger.ts';
import { embeddedMetrics } from '../src/adapters/metrics.ts';
import { environment } from './environment.ts';

const output = standardOutput();
export const log = lambdaLogger(output);
export const metrics = embeddedMetrics((line) => output.write(line), Date.now);
export const counted = countingPublisher(metrics, log);

/** @param at milliseconds: the time of the event, so that the age tells how late all of this is. */
export function recordAnalysed(at: number): void {
  metrics.measure('RecordAge', 'Milliseconds', Math.max(0, Date.now() - at), {
    function: environment.AWS_LAMBDA_FUNCTION_NAME,
  });
}

export function recordSkipped(reason: string): void {
  metrics.count('RecordsSkipped', { reason });
}
