/** What a role is like now, where the service may read it: GetRole, in the account it lives in. */

export interface ReadRole {
  readonly arn: string;
  readonly roleId?: string;
  /** Text of the trust policy, URL-encoding undone. */
  readonly policyText: string;
  /** Seconds. */
  readonly maxSessionDuration?: number;
  /** ISO 8601. */
  readonly createDate?: string;
}

export type RoleAnswer =
  | { readonly answer: 'role'; readonly role: ReadRole }
  /** IAM says that there is none of that name. */
  | { readonly answer: 'no-such-role' }
  /** Not permitted, no way into the account, or no answer in time. */
  | { readonly answer: 'unknown'; readonly because: string };

export interface RoleReader {
  /** Never throws: what cannot be read is `unknown`. */
  read(roleArn: string): Promise<RoleAnswer>;
  /** Names of the roles of an account for near misses; `undefined`: not to be had. */
  roleNames?(account: string): Promise<readonly string[] | undefined>;
  /** ARNs of the identity providers of an account; `undefined`: not to be had. */
  providers?(account: string): Promise<readonly string[] | undefined>;
}
