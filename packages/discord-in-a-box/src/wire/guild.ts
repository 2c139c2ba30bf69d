import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';
import { canSee } from '../state/messages.ts';
import type { Guild } from '../state/model.ts';
import { channelsOf, threadsOf } from '../state/world.ts';
import { channelObject, threadObject } from './channel.ts';
import { memberObject, roleObject } from './user.ts';

/** Discord's custom emoji object. */
export const emojiObject = ({ id, name, animated }: Guild['emojis'][number]): JsonObject => ({
  id,
  name,
  animated,
  roles: [],
  require_colons: true,
  managed: false,
  available: true,
});

/** Discord's guild object, as returned by REST. */
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
    emojis: guild.emojis.map(emojiObject),
    stickers: [],
    incidents_data: null,
    ...(withCounts
      ? { approximate_member_count: guild.members.size, approximate_presence_count: guild.members.size }
      : {}),
  };
}

/** The guild in GUILD_CREATE. Without the privileged members intent it includes only the bot's own member. */
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
    threads: threadsOf(core.world, guild)
      .filter((one) => !one.archived && canSee(one, core.world.bot.id, core.clock.now()))
      .map((one) => threadObject(core, one)),
    voice_states: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}
