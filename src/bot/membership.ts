import {
  type Client,
  Events,
  GatewayDispatchEvents,
  type GatewayReadyDispatchData,
  ShardClientUtil,
} from 'discord.js';
import type { Database } from '../db/connect.ts';
import { guildJoined, guildLeft, recordGuilds } from '../db/guilds.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

/**
 * Records in which guilds the bot is, from its start on, so that what is stored for those it has left can be deleted
 * (docs/privacy.md). A guild that Discord cannot reach for a while is not left. Call the result to wait for what is under way.
 */
export function followMembership(client: Client<true>, db: Database, log: Logger): () => Promise<void> {
  const { application, guilds, ws, options } = client;
  const owns = (guildId: string): boolean =>
    ws.shards.has(ShardClientUtil.shardIdForGuildId(guildId, options.shardCount ?? 1));
  /** One after another, so that the last one holds. */
  let recording: Promise<void> = Promise.resolve();
  const record = (work: () => Promise<void>) => {
    recording = recording
      .then(work)
      .catch((error) => log.warn({ error: messageOf(error) }, 'could not record where the bot is a member'));
  };
  record(() => recordGuilds(db, application.id, [...guilds.cache.keys()], owns));
  for (const event of [Events.GuildCreate, Events.GuildAvailable] as const)
    client.on(event, ({ id }) => record(() => guildJoined(db, application.id, id)));
  client.on(Events.GuildDelete, ({ id }) => record(() => guildLeft(db, application.id, id)));
  // A new session names the guilds of its shard. What happened between two sessions is told in no other way, and discord.js
  // keeps the guilds that it knew.
  client.ws.on(GatewayDispatchEvents.Ready, ({ guilds: named }: GatewayReadyDispatchData, shardId) => {
    const still = new Set(named.map(({ id }) => id));
    for (const guild of [...guilds.cache.values()]) {
      if (guild.shardId !== shardId || still.has(guild.id)) continue;
      guilds.cache.delete(guild.id);
      record(() => guildLeft(db, application.id, guild.id));
    }
  });
  return () => recording;
}
