/** Where findings go: one adapter a channel (terminal, SNS, Slack, findings bus, Security Hub). */
import type { Finding } from '../findings/finding.ts';

export interface Publisher {
  /** Names the channel in the store's record of what was published, so that a failure repeats only there. */
  readonly channel: string;
  /** True for a channel of programs, which gets every finding; to people only what concerns them is sent. */
  readonly everything?: boolean;
  /** True for a channel that is told all anew in each run: nothing of what it had is remembered. */
  readonly forgetful?: boolean;
  /**
   * Delivers one finding. Publishing the same id and revision twice must do no harm.
   * @throws where it was not delivered and is worth another try.
   */
  publish(finding: Finding): Promise<void>;
}
