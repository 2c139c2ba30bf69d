import { Client, Events, GatewayIntentBits, Options } from 'discord.js';
import type { Shards } from '../db/token-lease.ts';
import { checkClock } from '../discord/clock-check.ts';
import { measureRest } from '../discord/measured-rest.ts';
import { restOptions } from '../discord/rest-options.ts';
import { keepLimitsSteady } from '../discord/steady-limits.ts';
import type { Logger } from '../lib/log.ts';

/** Discord allows one IDENTIFY every 5 s; in the box that would only slow down every start. */
const NO_THROTTLE = { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) };

/** People whose names are kept: those of the last interactions, which what they type may mention. */
export const KNOWN_PEOPLE = { users: 100, membersOfGuild: 20 };

const isSelf = ({ id, client }: { id: string; client: Client<true> }): boolean => id === client.user.id;

/**
 * By default discord.js keeps everybody who has ever used a command, and the last 200 messages of each channel where a button
 * was pressed. An interaction brings all that Chispa reads: names are looked up in the cache, but at once.
 */
const makeCache = Options.cacheWithLimits({
  UserManager: { maxSize: KNOWN_PEOPLE.users, keepOverLimit: isSelf },
  GuildMemberManager: { maxSize: KNOWN_PEOPLE.membersOfGuild, keepOverLimit: isSelf },
  ThreadMemberManager: 0,
  MessageManager: 0,
});

/** A client that has not logged in. `api`: another place than Discord's own; `range`: absent for all shards. */
export function createClient(api: string | undefined, range: Shards | undefined, log: Logger): Client {
  const client = new Client({
    intents: [GatewayIntentBits.Guilds],
    allowedMentions: { parse: [] },
    makeCache,
    ...(range ? { shards: shardsOf(range), shardCount: range.of } : { shards: 'auto' }),
    rest: restOptions(api),
    ...(api && { ws: NO_THROTTLE }),
  });
  measureRest(client.rest);
  checkClock(client.rest, log);
  keepLimitsSteady(client.rest);
  client.on(Events.Error, (err) => log.error({ err }, 'Discord client error'));
  client.on(Events.ShardReconnecting, (shard) => log.info({ shard }, 'disconnected from Discord for now'));
  client.on(Events.ShardResume, (shard) => log.info({ shard }, 'connected to Discord again'));
  return client;
}

const shardsOf = ({ first, last }: Shards): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);
