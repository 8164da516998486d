/** Which policy does a role have that is not there? One that allows nothing: it lets nobody in. */
import type { TrustPolicy } from './trust-policy.ts';

export const nobody: TrustPolicy = {
  version: '2012-10-17',
  versionStated: true,
  statements: [],
  text: '{"Version":"2012-10-17","Statement":[]}',
  placeOf: () => undefined,
};
