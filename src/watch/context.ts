/** What does the watch work with: its ports, its configuration, and what it is told about itself? */
import type { Configuration } from '../configuration/configuration.ts';
import { trustedWorld } from '../configuration/configuration.ts';
import type { AccountRoles } from '../ports/account-roles.ts';
import type { CallerAccessReader } from '../ports/caller-access.ts';
import type { ChangeHistory } from '../ports/change-history.ts';
import type { Clock } from '../ports/clock.ts';
import type { Publisher } from '../ports/publisher.ts';
import type { RoleReader } from '../ports/role-reader.ts';
import type { TrustStore } from '../ports/trust-store.ts';
import type { TrustedWorld } from '../risks/risk-rule.ts';

export interface WatchPorts {
  readonly store: TrustStore;
  readonly publishers: readonly Publisher[];
  readonly clock: Clock;
  readonly configuration: Configuration;
  /** Publicly known vendors' accounts: id → name. */
  readonly vendors?: ReadonlyMap<string, string>;
  readonly roleReader?: RoleReader;
  readonly callerAccess?: CallerAccessReader;
  /** To see what no event told of; where left out, only the roles that are known are looked at, one by one. */
  readonly accountRoles?: AccountRoles;
  readonly history?: ChangeHistory;
  readonly settings?: WatchSettings;
  /** Names this process among those at work on the same store; needed where there are several. */
  readonly holder?: string;
  /** Waits so many milliseconds for another process that is telling the same; where left out, the records come again at once. */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

export interface WatchSettings {
  /** Name, without its path, of the role that reads in other accounts. */
  readonly readerRole?: string;
  /** The account that it runs in, which is looked at beside those of the configuration. */
  readonly ownAccount?: string;
  /** ARNs or names of the roles that trusttrail itself runs as: their denied calls are never analysed. */
  readonly ownRoles?: readonly string[];
  /** SOURCE of the `trusttrail who` in commands that undo a change; `lookup:` where not given. */
  readonly historySource?: string;
  /** Show external IDs whole. */
  readonly showExternalIds?: boolean;
}

export interface WatchContext extends WatchPorts {
  readonly settings: WatchSettings;
  readonly world: TrustedWorld;
  /** Milliseconds: the thresholds of the configuration. */
  readonly limits: {
    readonly burst: { readonly least: number; readonly window: number };
    readonly enumeration: { readonly least: number; readonly window: number };
    readonly growth: number;
    readonly lookBack: number;
  };
}

export function contextOf(ports: WatchPorts): WatchContext {
  const { bursts } = ports.configuration;
  return {
    ...ports,
    settings: ports.settings ?? {},
    world: trustedWorld(ports.configuration, ports.vendors ?? new Map()),
    limits: {
      burst: { least: bursts.denials, window: bursts.windowMinutes * minute },
      enumeration: { least: bursts.enumerationRoles, window: bursts.enumerationMinutes * minute },
      growth: bursts.growthMinutes * minute,
      lookBack: bursts.lookBackHours * 60 * minute,
    },
  };
}

const minute = 60_000;
