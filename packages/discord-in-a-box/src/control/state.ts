import type { Core } from '../core.ts';
import type { Gateway } from '../gateway/server.ts';
import type { JsonObject } from '../json.ts';
import type { Guild, Member } from '../state/model.ts';
import { guildPermissions, has, isTimedOut, PERMISSION } from '../state/permissions.ts';
import { channelsOf, peopleOf } from '../state/world.ts';

/** The body of `GET /box/state`. */
export function stateView(core: Core, gateway: Gateway): JsonObject {
  const { world, clock } = core;
  const guilds = [...world.guilds.values()].filter(({ joined }) => joined);
  const direct = [...world.channels.values()].filter((channel) => channel.kind === 'dm');
  const { status, activity } = gateway.presence();
  return {
    bot: { id: world.bot.id, name: world.bot.name, online: gateway.online(), status, activity },
    application: { id: core.applicationId, name: core.botName },
    guilds: guilds.map((guild) => guildView(core, guild)),
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
  channels: channelsOf(core.world, guild).map(({ id, name, topic, nsfw }) => ({ id, name, topic, nsfw })),
  roles: [...guild.roles.values()]
    .filter(({ id }) => id !== guild.id)
    .map(({ id, name, color, permissions }) => ({ id, name, color, permissions: permissions.toString() })),
  members: peopleOf(core.world, guild).map((member) => memberView(guild, member, core.clock.now())),
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
