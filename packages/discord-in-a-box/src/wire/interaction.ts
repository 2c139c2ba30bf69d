import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { type Channel, INTERACTION, type Interaction } from '../state/model.ts';
import { channelPermissions, GUEST_PERMISSIONS } from '../state/permissions.ts';
import { entitlementObject } from './application.ts';
import { interactionChannel } from './channel.ts';
import { messageObject } from './message.ts';
import { memberFields, userObject } from './user.ts';

/** Where a command is used: in a guild, with the bot, or between people. */
export const CONTEXT = { guild: 0, dm: 1, private: 2 } as const;
export const contextOf = ({ kind }: Channel): number =>
  kind === 'dm' || kind === 'private' ? CONTEXT[kind] : CONTEXT.guild;

/** The payload of INTERACTION_CREATE. https://discord.com/developers/docs/interactions/receiving-and-responding */
export function interactionObject(core: Core, interaction: Interaction): JsonObject {
  const { channel, guild, user, source, type } = interaction;
  const now = core.clock.now();
  const member = guild?.members.get(user.id);
  const permissionsOf = (id: string) => channelPermissions(channel, id, now).toString();
  const isGuest = channel.kind === 'private' || guild?.joined === false;
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
    app_permissions: isGuest ? GUEST_PERMISSIONS.toString() : permissionsOf(core.world.bot.id),
    locale: interaction.locale,
    entitlements: entitlements.map((one) => entitlementObject(core, one)),
    authorizing_integration_owners: interaction.owners,
    context: contextOf(channel),
    attachment_size_limit: LIMITS.message.fileBytes,
  };
}
