import type { Core } from '../core.ts';
import { discordError } from '../errors.ts';
import { canSee } from '../state/messages.ts';
import type { Guild } from '../state/model.ts';
import { channelsOf } from '../state/world.ts';
import { channelObject } from '../wire/channel.ts';
import { emojiObject, guildObject } from '../wire/guild.ts';
import { memberObject, roleObject, userObject } from '../wire/user.ts';
import { findChannel, findGuild, findMember } from './find.ts';
import { ok, type Route, route } from './route.ts';

/** Lookups of guilds, their channels, members, roles and bans. */
export function guildRoutes(core: Core): Route[] {
  const lookUp = { bucket: 'lookUp' } as const;
  const members = (guild: Guild) =>
    [...guild.members.values()].sort((a, b) => Number(BigInt(a.user.id) - BigInt(b.user.id)));
  return [
    route(
      'GET',
      '/guilds/:guild',
      ({ guild }, { query }) => ok(guildObject(findGuild(core, guild), query.get('with_counts') === 'true')),
      lookUp,
    ),

    route(
      'GET',
      '/guilds/:guild/channels',
      ({ guild: id }) => {
        const guild = findGuild(core, id);
        const visible = channelsOf(core.world, guild).filter((one) =>
          canSee(one, core.world.bot.id, core.clock.now()),
        );
        return ok(visible.map((one) => channelObject(core, one)));
      },
      lookUp,
    ),

    route(
      'GET',
      '/guilds/:guild/emojis',
      ({ guild }) => ok(findGuild(core, guild).emojis.map(emojiObject)),
      lookUp,
    ),

    route(
      'GET',
      '/guilds/:guild/emojis/:emoji',
      ({ guild, emoji: id }) => {
        const emoji = findGuild(core, guild).emojis.find((one) => one.id === id);
        if (!emoji) throw discordError(10014);
        return ok(emojiObject(emoji));
      },
      lookUp,
    ),

    route(
      'GET',
      '/guilds/:guild/roles',
      ({ guild }) => ok([...findGuild(core, guild).roles.values()].map(roleObject)),
      lookUp,
    ),

    route(
      'GET',
      '/guilds/:guild/roles/:role',
      ({ guild, role: id }) => {
        const role = findGuild(core, guild).roles.get(id);
        if (!role) throw discordError(10011);
        return ok(roleObject(role));
      },
      lookUp,
    ),

    route(
      'GET',
      '/guilds/:guild/members',
      ({ guild }, { query }) => {
        const after = BigInt(query.get('after') ?? 0);
        const limit = Number(query.get('limit') ?? 1);
        const found = members(findGuild(core, guild)).filter(({ user }) => BigInt(user.id) > after);
        return ok(found.slice(0, limit).map(memberObject));
      },
      lookUp,
    ),

    route(
      'GET',
      '/guilds/:guild/members/search',
      ({ guild }, { query }) => {
        const start = (query.get('query') ?? '').toLowerCase();
        const limit = Number(query.get('limit') ?? 1);
        const found = members(findGuild(core, guild)).filter(({ user }) =>
          [user.username, user.name].some((name) => name.toLowerCase().startsWith(start)),
        );
        return ok(found.slice(0, limit).map(memberObject));
      },
      lookUp,
    ),

    route(
      'GET',
      '/guilds/:guild/members/:user',
      ({ guild, user }) => ok(memberObject(findMember(findGuild(core, guild), user))),
      lookUp,
    ),

    route(
      'GET',
      '/guilds/:guild/bans/:user',
      ({ guild: id, user: userId }) => {
        const user = core.world.users.get(userId);
        if (!user || !findGuild(core, id).bans.has(userId)) throw discordError(10026);
        return ok({ user: userObject(user), reason: null });
      },
      lookUp,
    ),

    route(
      'GET',
      '/channels/:channel',
      ({ channel }) => ok(channelObject(core, findChannel(core, channel))),
      lookUp,
    ),
  ];
}
