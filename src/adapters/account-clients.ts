/** With whose credentials is AWS asked about an account: our own, or those of the reader role that waits there? */
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { IAMClient, type IAMClientConfig } from '@aws-sdk/client-iam';
import { SQSClient } from '@aws-sdk/client-sqs';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';

export interface AccountClientsOptions {
  /** The account whose credentials we have. */
  readonly account: string;
  readonly partition: string;
  /** Name of the reader role in every other account; empty or left out: no other account can be asked. */
  readonly readerRole?: string;
  /** Where IAM's events are, and where STS is asked. */
  readonly region: string;
  /** Timeouts, tries, and an endpoint in tests. */
  readonly settings: Pick<IAMClientConfig, 'maxAttempts' | 'retryMode' | 'requestHandler' | 'endpoint' | 'credentials'>;
}

export interface AccountClients {
  /** @returns `undefined` where the account is out of reach. */
  iam(account: string): IAMClient | undefined;
  trail(account: string): CloudTrailClient | undefined;
  /** A client of its own each time, for whoever asks to destroy. */
  queues(account: string, region: string): SQSClient | undefined;
}

/** Of the accounts asked last so many keep their clients. */
const mostAccounts = 200;
/** Seconds: the least that STS gives. */
const sessionDuration = 900;

interface Clients {
  readonly iam: IAMClient;
  readonly trail: CloudTrailClient;
}

export function accountClients(options: AccountClientsOptions): AccountClients {
  const { account: own, partition, readerRole = '', region, settings } = options;
  const known = new Map<string, Clients>();
  function configOf(account: string) {
    if (!/^\d{12}$/.test(account) || (account !== own && readerRole === '')) return undefined;
    const credentials = fromTemporaryCredentials({
      params: {
        RoleArn: `arn:${partition}:iam::${account}:role/${readerRole}`,
        RoleSessionName: 'trusttrail',
        DurationSeconds: sessionDuration,
      },
      clientConfig: { region, ...settings },
      ...(typeof settings.credentials === 'object' ? { masterCredentials: settings.credentials } : {}),
    });
    return { region, ...settings, ...(account === own ? {} : { credentials }) };
  }
  function clientsOf(account: string): Clients | undefined {
    const found = known.get(account);
    if (found !== undefined) return found;
    const config = configOf(account);
    if (config === undefined) return undefined;
    const made = { iam: new IAMClient(config), trail: new CloudTrailClient(config) };
    const [oldest] = known.keys();
    if (known.size >= mostAccounts && oldest !== undefined) known.delete(oldest);
    known.set(account, made);
    return made;
  }
  return {
    iam: (account) => clientsOf(account)?.iam,
    trail: (account) => clientsOf(account)?.trail,
    queues(account, where) {
      const config = configOf(account);
      return config === undefined
        ? undefined
        : new SQSClient({ ...config, region: where, useQueueUrlAsEndpoint: false });
    },
  };
}
