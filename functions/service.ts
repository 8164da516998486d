/** The watch as a function runs it: the store in DynamoDB, IAM to ask, and the channels of this deployment. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { dynamodbTrustStore } from '../src/adapters/dynamodb-trust-store.ts';
import { knownVendors } from '../src/configuration/known-vendors.ts';
import { type Watch, watch } from '../src/watch/watch.ts';
import { readers } from './accounts.ts';
import { clients } from './clients.ts';
import { bundledConfiguration } from './configuration-file.ts';
import { environment as env } from './environment.ts';
import { ownRoleNames } from './own-roles.ts';
import { publishersOf } from './publishers.ts';
import { counted } from './telemetry.ts';

const clock = { now: Date.now };
let made: Watch | undefined;

/** Made when it is first needed, and kept between the batches of one copy of the function. */
export function service(): Watch {
  if (made !== undefined) return made;
  const store = dynamodbTrustStore(clients.dynamodb(), env.TABLE, clock);
  made = watch({
    store,
    publishers: publishersOf(store).map(counted),
    clock,
    configuration: bundledConfiguration(env.LAMBDA_TASK_ROOT),
    vendors: knownVendors,
    holder: randomUUID(),
    pause,
    ...readers,
    settings: {
      readerRole: env.READER_ROLE,
      ownAccount: env.ACCOUNT,
      ownRoles: ownRoleNames.map((name) => `arn:${env.PARTITION}:iam::${env.ACCOUNT}:role/${name}`),
    },
  });
  return made;
}
