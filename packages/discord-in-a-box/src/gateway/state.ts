import type { Core } from '../core.ts';
import type { IdentifyLimit } from './identify-limit.ts';
import type { Session } from './session.ts';

export interface GatewayOptions {
  /** How often clients send a heartbeat, in ms. Discord uses 41250. */
  heartbeatInterval: number;
  /** Shards that `GET /gateway/bot` recommends. */
  shards: number;
  identify: IdentifyLimit;
}

/** The bot's status and activity. */
export interface Presence {
  status: string;
  activity: string | null;
}

/** Everything the gateway's connections share. */
export interface GatewayState {
  core: Core;
  options: GatewayOptions;
  sessions: Map<string, Session>;
  mayIdentify: (shard: number) => boolean;
  /** How many identifies are left today. */
  startsLeft: number;
  ignoredHeartbeats: number;
  presence: Presence;
  url: () => string;
}
