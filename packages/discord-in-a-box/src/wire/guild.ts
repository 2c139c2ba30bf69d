import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';
import type { Channel, Guild } from '../state/model.ts';
import { channelPermissions } from '../state/permissions.ts';
import { channelsOf } from '../state/world.ts';
import { memberObject, roleObject, userObject } from './user.ts';

/** Discord's channel object: a guild's text channel, or a direct one. */
export function channelObject(core: Core, channel: Channel): JsonObject {
  const last = core.messages.in(channel).findLast(({ visibleTo }) => visibleTo === null);
  const shared = { id: channel.id, last_message_id: last?.id ?? null, last_pin_timestamp: null, flags: 0 };
  if (channel.kind === 'dm') return { ...shared, type: 1, recipients: [userObject(channel.recipient)] };
  return {
    ...shared,
    type: 0,
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
  };
}

/** The part of a channel that comes with an interaction, with the user's permissions in it. */
export const interactionChannel = (core: Core, channel: Channel, userId: string): JsonObject => ({
  ...channelObject(core, channel),
  permissions: channelPermissions(channel, userId, core.clock.now()).toString(),
});

/** Discord's guild object as REST answers it. */
export function guildObject(guild: Guild, withCounts = false): JsonObject {
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    description: null,
    home_header: null,
    splash: null,
    discovery_splash: null,
    features: [],
    banner: null,
    owner_id: guild.ownerId,
    application_id: null,
    region: 'deprecated',
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: null,
    system_channel_flags: 0,
    widget_enabled: false,
    widget_channel_id: null,
    verification_level: 0,
    roles: [...guild.roles.values()].map(roleObject),
    default_message_notifications: 0,
    mfa_level: 0,
    explicit_content_filter: 0,
    max_presences: null,
    max_members: 250_000,
    max_stage_video_channel_users: 50,
    max_video_channel_users: 25,
    vanity_url_code: null,
    premium_tier: 0,
    premium_subscription_count: 0,
    preferred_locale: guild.locale,
    rules_channel_id: null,
    safety_alerts_channel_id: null,
    public_updates_channel_id: null,
    premium_progress_bar_enabled: false,
    nsfw: false,
    nsfw_level: 0,
    emojis: [],
    stickers: [],
    incidents_data: null,
    ...(withCounts
      ? { approximate_member_count: guild.members.size, approximate_presence_count: guild.members.size }
      : {}),
  };
}

/**
 * The guild as GUILD_CREATE brings it. Without the privileged members intent only the bot's own member comes.
 */
export function gatewayGuild(core: Core, guild: Guild, withMembers: boolean): JsonObject {
  const members = [...guild.members.values()].filter(
    ({ user }) => withMembers || user.id === core.world.bot.id,
  );
  const own = guild.members.get(core.world.bot.id);
  return {
    ...guildObject(guild),
    joined_at: new Date(own?.joinedAt ?? guild.createdAt).toISOString(),
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    members: members.map(memberObject),
    channels: channelsOf(core.world, guild).map((channel) => channelObject(core, channel)),
    threads: [],
    voice_states: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}
