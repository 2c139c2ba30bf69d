import type { Core } from '../core.ts';
import { discordError } from '../errors.ts';
import { FLAG } from '../state/messages.ts';
import {
  CHANNEL,
  type Channel,
  type Guild,
  guildOf,
  type Member,
  type Message,
  type Thread,
} from '../state/model.ts';
import { channelPermissions, has, PERMISSION, writePermission } from '../state/permissions.ts';

/** The guild, if the bot is in it. @throws DiscordError 10004 */
export function findGuild(core: Core, id: string): Guild {
  const guild = core.world.guilds.get(id);
  if (!guild?.joined) throw discordError(10004);
  return guild;
}

/** @throws DiscordError 10007 */
export function findMember(guild: Guild, id: string): Member {
  const member = guild.members.get(id);
  if (!member) throw discordError(10007);
  return member;
}

/** A channel the bot can see. @throws DiscordError 10003, or 50001 if it exists but the bot cannot see it */
export function findChannel(core: Core, id: string): Channel {
  const channel = core.world.channels.get(id);
  if (!channel) throw discordError(10003);
  if (channel.kind === 'private' || guildOf(channel)?.joined === false) throw discordError(50001);
  if (!has(botPermissions(core, channel), PERMISSION.viewChannel)) throw discordError(50001);
  return channel;
}

/** @throws DiscordError 10003, 50001, or 50024 for a channel that is not a thread */
export function findThread(core: Core, id: string): Thread {
  const channel = findChannel(core, id);
  if (channel.kind !== 'thread') throw discordError(50024);
  return channel;
}

/** A message the bot can fetch: in this channel, and not ephemeral. @throws DiscordError 10008 */
export function findMessage(core: Core, channel: Channel, id: string): Message {
  const message = core.messages.get(id);
  if (!message || message.channel !== channel || message.flags & FLAG.ephemeral) throw discordError(10008);
  return message;
}

export const botPermissions = (core: Core, channel: Channel): bigint =>
  channelPermissions(channel, core.world.bot.id, core.clock.now());

/** @throws DiscordError 50013 if the bot lacks one of the permissions in the channel */
export function requirePermission(core: Core, channel: Channel, permission: bigint): void {
  if (!has(botPermissions(core, channel), permission)) throw discordError(50013);
}

/**
 * Refuses a bot's message where the bot may not write, or nobody can.
 * @throws DiscordError 40058 in a forum itself, 160005 in a locked thread, 50013 without the permission
 */
export function requireWriting(core: Core, channel: Channel): void {
  if (channel.kind === 'guild' && channel.type === CHANNEL.forum) throw discordError(40058);
  requirePermission(core, channel, writePermission(channel));
  if (channel.kind !== 'thread' || !channel.locked) return;
  if (!has(botPermissions(core, channel), PERMISSION.manageThreads)) throw discordError(160005);
}
