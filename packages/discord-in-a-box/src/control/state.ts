import type { Core } from '../core.ts';
import type { Gateway } from '../gateway/server.ts';
import type { JsonObject } from '../json.ts';
import { CHANNEL, type Guild, type GuildChannel, type Member, type Thread } from '../state/model.ts';
import { guildPermissions, has, isTimedOut, PERMISSION } from '../state/permissions.ts';
import { channelsOf, peopleOf, threadsOf } from '../state/world.ts';

/** The body of `GET /box/state`. */
export function stateView(core: Core, gateway: Gateway): JsonObject {
  const { world, clock } = core;
  const guilds = [...world.guilds.values()].filter(({ joined }) => joined);
  const direct = [...world.channels.values()].filter((channel) => channel.kind === 'dm');
  const privates = [...world.channels.values()].filter((channel) => channel.kind === 'private');
  const { status, activity } = gateway.presence();
  return {
    bot: { id: world.bot.id, name: world.bot.name, online: gateway.online(), status, activity },
    application: { id: core.applicationId, name: core.botName },
    guilds: guilds.map((guild) => guildView(core, guild)),
    installedBy: [...world.installedBy],
    privates: privates.map(({ id, people }) => ({ id, users: people.map((one) => one.id) })),
    dms: direct.map(({ id, recipient }) => ({ id, user: recipient.id, name: recipient.name })),
    commands: commandsView(core),
    clock: { now: clock.iso(), offsetMs: clock.offset() },
  };
}

export const commandsView = (core: Core): JsonObject[] =>
  core.commands.all().map(({ definition }) => definition);

const guildView = (core: Core, guild: Guild): JsonObject => ({
  id: guild.id,
  name: guild.name,
  locale: guild.locale,
  emojis: guild.emojis,
  channels: channelsOf(core.world, guild).map((channel) => channelView(core, channel)),
  roles: [...guild.roles.values()]
    .filter(({ id }) => id !== guild.id)
    .map(({ id, name, color, permissions }) => ({ id, name, color, permissions: permissions.toString() })),
  members: peopleOf(core.world, guild).map((member) => memberView(guild, member, core.clock.now())),
});

const channelView = (core: Core, channel: GuildChannel): JsonObject => ({
  id: channel.id,
  type: channel.type,
  name: channel.name,
  topic: channel.topic,
  nsfw: channel.nsfw,
  ...(channel.type === CHANNEL.forum ? { tags: channel.tags } : {}),
  threads: threadsOf(core.world, channel.guild)
    .filter(({ parent }) => parent === channel)
    .map(threadView),
});

export const threadView = ({
  id,
  name,
  type,
  owner,
  members,
  tags,
  archived,
  locked,
}: Thread): JsonObject => ({
  id,
  name,
  private: type === CHANNEL.privateThread,
  owner: owner.id,
  members: [...members.keys()],
  tags,
  archived,
  locked,
});

function memberView(guild: Guild, member: Member, now: number): JsonObject {
  const { user, roles, timedOutUntil } = member;
  const permissions = guildPermissions(guild, member);
  const until =
    isTimedOut(member, now) && timedOutUntil !== null ? new Date(timedOutUntil).toISOString() : null;
  return {
    id: user.id,
    name: user.name,
    username: user.username,
    moderator: has(permissions, PERMISSION.manageGuild),
    roles,
    permissions: permissions.toString(),
    timedOutUntil: until,
  };
}
