import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';
import { CHANNEL, type Channel, type GuildChannel, MESSAGE, type Thread } from '../state/model.ts';
import { channelPermissions } from '../state/permissions.ts';
import { userObject } from './user.ts';

/** Discord's channel object: a guild's channel or thread, or direct messages. */
export function channelObject(core: Core, channel: Channel): JsonObject {
  switch (channel.kind) {
    case 'guild':
      return guildChannelObject(core, channel);
    case 'thread':
      return threadObject(core, channel);
    default: {
      const people = channel.kind === 'dm' ? [channel.recipient] : channel.people;
      return { ...sharedFields(core, channel), type: CHANNEL.dm, recipients: people.map(userObject) };
    }
  }
}

function sharedFields(core: Core, channel: Channel): JsonObject {
  const last = core.messages.in(channel).findLast(({ visibleTo }) => visibleTo === null);
  return { id: channel.id, last_message_id: last?.id ?? null, last_pin_timestamp: null, flags: 0 };
}

function guildChannelObject(core: Core, channel: GuildChannel): JsonObject {
  return {
    ...sharedFields(core, channel),
    type: channel.type,
    guild_id: channel.guild.id,
    name: channel.name,
    topic: channel.topic,
    nsfw: channel.nsfw,
    position: channel.position,
    parent_id: null,
    rate_limit_per_user: 0,
    permission_overwrites: channel.overwrites.map(({ id, type, allow, deny }) => ({
      id,
      type,
      allow: allow.toString(),
      deny: deny.toString(),
    })),
    ...(channel.type === CHANNEL.forum
      ? {
          available_tags: channel.tags.map((tag) => ({
            ...tag,
            moderated: false,
            emoji_id: null,
            emoji_name: null,
          })),
          default_reaction_emoji: null,
          default_sort_order: null,
          default_forum_layout: 0,
        }
      : {}),
  };
}

/** Discord's thread object: without `nsfw`, which only its parent has, and with the bot's own membership. */
export function threadObject(core: Core, thread: Thread): JsonObject {
  const sent = core.messages
    .in(thread)
    .filter(({ id, type }) => id !== thread.id && type !== MESSAGE.threadStarter);
  return {
    ...sharedFields(core, thread),
    type: thread.type,
    guild_id: thread.guild.id,
    parent_id: thread.parent.id,
    owner_id: thread.owner.id,
    name: thread.name,
    rate_limit_per_user: 0,
    message_count: sent.length,
    member_count: thread.members.size,
    total_message_sent: sent.length,
    thread_metadata: {
      archived: thread.archived,
      locked: thread.locked,
      archive_timestamp: new Date(thread.archiveChangedAt).toISOString(),
      auto_archive_duration: thread.archiveAfter,
      create_timestamp: new Date(thread.createdAt).toISOString(),
      ...(thread.type === CHANNEL.privateThread ? { invitable: thread.invitable } : {}),
    },
    ...(thread.parent.type === CHANNEL.forum ? { applied_tags: thread.tags } : {}),
    ...(thread.members.has(core.world.bot.id)
      ? { member: threadMemberObject(thread, core.world.bot.id) }
      : {}),
  };
}

/** Discord's thread member object. */
export const threadMemberObject = (thread: Thread, userId: string): JsonObject => ({
  id: thread.id,
  user_id: userId,
  join_timestamp: new Date(thread.members.get(userId) ?? thread.createdAt).toISOString(),
  flags: 0,
});

/** The partial channel in an interaction, with the user's permissions. */
export const interactionChannel = (core: Core, channel: Channel, userId: string): JsonObject => ({
  ...channelObject(core, channel),
  permissions: channelPermissions(channel, userId, core.clock.now()).toString(),
});
