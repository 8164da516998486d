/** May the caller call, by the policies on its own side, as they are now? */
import type { CallerAccess } from '../causes/evidence.ts';

export interface CallerAccessReader {
  /**
   * @param caller ARN of a user or a role, not of a session.
   * @returns `undefined` where it cannot be asked. Never throws.
   */
  simulate(caller: string, action: string, roleArn: string): Promise<CallerAccess | undefined>;
}
