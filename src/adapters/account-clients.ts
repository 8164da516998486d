/** With whose credentials is IAM asked about an account: our own, or those of the reader role that waits there? */
import { IAMClient, type IAMClientConfig } from '@aws-sdk/client-iam';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';

export interface AccountClientsOptions {
  /** The account whose credentials we have. */
  readonly account: string;
  readonly partition: string;
  /** Name of the reader role in every other account; empty or left out: no other account can be asked. */
  readonly readerRole?: string;
  /** Region for STS and for IAM's signature. */
  readonly region: string;
  /** Timeouts, tries, and an endpoint in tests. */
  readonly settings: Pick<IAMClientConfig, 'maxAttempts' | 'retryMode' | 'requestHandler' | 'endpoint' | 'credentials'>;
}

export interface AccountClients {
  /** @returns `undefined` where the account is out of reach. */
  iam(account: string): IAMClient | undefined;
}

/** Of the accounts asked last so many keep their client. */
const mostClients = 200;
/** Seconds: the least that STS gives. */
const sessionDuration = 900;

export function accountClients(options: AccountClientsOptions): AccountClients {
  const { account: own, partition, readerRole = '', region, settings } = options;
  const clients = new Map<string, IAMClient>();
  return {
    iam(account) {
      if (!/^\d{12}$/.test(account)) return undefined;
      const known = clients.get(account);
      if (known !== undefined) return known;
      if (account !== own && readerRole === '') return undefined;
      const client = new IAMClient({
        region,
        ...settings,
        ...(account === own
          ? {}
          : {
              credentials: fromTemporaryCredentials({
                params: {
                  RoleArn: `arn:${partition}:iam::${account}:role/${readerRole}`,
                  RoleSessionName: 'trusttrail',
                  DurationSeconds: sessionDuration,
                },
                clientConfig: { region, ...settings },
              }),
            }),
      });
      const [oldest] = clients.keys();
      if (clients.size >= mostClients && oldest !== undefined) clients.delete(oldest);
      clients.set(account, client);
      return client;
    },
  };
}
