import { z } from 'zod';
import type { Core } from '../core.ts';
import { discordError } from '../errors.ts';
import { directChannelOf } from '../state/world.ts';
import { readForm, snowflake } from '../validate/form.ts';
import { applicationObject, entitlementObject } from '../wire/application.ts';
import { channelObject } from '../wire/channel.ts';
import { guildObject } from '../wire/guild.ts';
import { ownUserObject, permissionString, userObject } from '../wire/user.ts';
import { ok, type Route, route } from './route.ts';

/** The bot's own account and application, users, and direct message channels. */
export function applicationRoutes(core: Core): Route[] {
  const { world } = core;
  const lookUp = { bucket: 'lookUp' } as const;
  const application = () => ok(applicationObject(core));
  return [
    route('GET', '/applications/@me', application, lookUp),
    route('GET', '/oauth2/applications/@me', application, lookUp),
    route(
      'GET',
      '/applications/:application',
      ({ application: id }) => {
        if (id !== core.applicationId) throw discordError(10002);
        return application();
      },
      lookUp,
    ),

    route(
      'GET',
      '/applications/:application/entitlements',
      (_params, { query }) => {
        const wanted = (name: string, value: string | undefined) =>
          query.get(name) === null || query.get(name) === value;
        const found = [...core.entitlements.values()].filter(
          ({ user, guild }) => wanted('user_id', user.id) && wanted('guild_id', guild?.id),
        );
        return ok(found.map((one) => entitlementObject(core, one)));
      },
      lookUp,
    ),

    route('GET', '/applications/:application/emojis', () => ok({ items: [] }), lookUp),

    route('GET', '/users/@me', () => ok(ownUserObject(world.bot)), lookUp),
    route(
      'GET',
      '/users/@me/guilds',
      () => {
        const guilds = [...world.guilds.values()].filter(({ joined }) => joined);
        return ok(
          guilds.map((guild) => {
            const { id, name, icon, banner, features } = guildObject(guild);
            const own = guild.members.get(world.bot.id);
            const permissions = own ? permissionString(guild, own) : '0';
            return { id, name, icon, banner, features, owner: guild.ownerId === world.bot.id, permissions };
          }),
        );
      },
      lookUp,
    ),

    route(
      'POST',
      '/users/@me/channels',
      (_params, { body }) => {
        const { recipient_id: id } = readForm(z.object({ recipient_id: snowflake }), body);
        const user = world.users.get(id);
        if (!user) throw discordError(10013);
        const channel = directChannelOf(world, user);
        if (!channel) throw discordError(50007);
        return ok(channelObject(core, channel));
      },
      lookUp,
    ),

    route(
      'GET',
      '/users/:user',
      ({ user: id }) => {
        const user = world.users.get(id);
        if (!user) throw discordError(10013);
        return ok(userObject(user));
      },
      lookUp,
    ),
  ];
}
