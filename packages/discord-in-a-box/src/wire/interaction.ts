import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { INTERACTION, type Interaction } from '../state/model.ts';
import { channelPermissions } from '../state/permissions.ts';
import { entitlementObject } from './application.ts';
import { interactionChannel } from './guild.ts';
import { messageObject } from './message.ts';
import { memberFields, userObject } from './user.ts';

const CONTEXT = { guild: 0, botDm: 1 } as const;

/** What INTERACTION_CREATE brings. https://discord.com/developers/docs/interactions/receiving-and-responding */
export function interactionObject(core: Core, interaction: Interaction): JsonObject {
  const { channel, guild, user, source, type } = interaction;
  const now = core.clock.now();
  const member = guild?.members.get(user.id);
  const permissionsOf = (id: string) => channelPermissions(channel, id, now).toString();
  const entitlements = [...core.entitlements.values()].filter(
    (one) => one.user === user || (guild !== null && one.guild === guild),
  );
  return {
    id: interaction.id,
    application_id: core.applicationId,
    type,
    token: interaction.token,
    version: 1,
    data: interaction.data,
    channel_id: channel.id,
    channel: interactionChannel(core, channel, user.id),
    ...(guild
      ? {
          guild_id: guild.id,
          guild: { id: guild.id, locale: guild.locale, features: [] },
          guild_locale: guild.locale,
        }
      : {}),
    ...(member
      ? { member: { ...memberFields(member), user: userObject(user), permissions: permissionsOf(user.id) } }
      : { user: userObject(user) }),
    ...(source && (type === INTERACTION.component || type === INTERACTION.modal)
      ? { message: messageObject(core, source) }
      : {}),
    app_permissions: permissionsOf(core.world.bot.id),
    locale: interaction.locale,
    entitlements: entitlements.map((one) => entitlementObject(core, one)),
    authorizing_integration_owners: interaction.owners,
    context: guild ? CONTEXT.guild : CONTEXT.botDm,
    attachment_size_limit: LIMITS.message.fileBytes,
  };
}
