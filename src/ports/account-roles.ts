/** Which roles does an account have now, each with its trust policy? */
import type { ReadRole } from './role-reader.ts';

export type AccountAnswer =
  | {
      readonly answer: 'roles';
      readonly roles: readonly ReadRole[];
      /** Milliseconds of the clock, when the last of them had been read. */
      readonly readAt: number;
    }
  /** Not permitted, no way into the account, or no answer in time. */
  | { readonly answer: 'unknown'; readonly because: string };

export interface AccountRoles {
  /** All roles or none. Never throws: what cannot be read is `unknown`. */
  rolesOf(account: string): Promise<AccountAnswer>;
}
