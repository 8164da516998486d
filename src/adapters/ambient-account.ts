/** Whose credentials are those at hand? Asked of STS, which answers to everybody. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { AccountClientsOptions } from './account-clients.ts';

export type AmbientAccount =
  | { readonly answer: 'account'; readonly account: string; readonly partition: string }
  | { readonly answer: 'unknown'; readonly because: string };

/** Never throws: without credentials, or without an answer, it is `unknown`. */
export async function ambientAccount({
  region,
  settings,
}: Pick<AccountClientsOptions, 'region' | 'settings'>): Promise<AmbientAccount> {
  try {
    const { Account: account, Arn: arn } = await new STSClient({ region, ...settings }).send(
      new GetCallerIdentityCommand({}),
    );
    if (account === undefined) return { answer: 'unknown', because: 'GetCallerIdentity answered without an account' };
    return { answer: 'account', account, partition: arn?.split(':')[1] ?? 'aws' };
  } catch (error) {
    const code = error instanceof Error ? error.name : 'error';
    return { answer: 'unknown', because: `GetCallerIdentity was not answered (${code})` };
  }
}
