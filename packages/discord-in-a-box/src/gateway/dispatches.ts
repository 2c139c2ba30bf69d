import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';
import { canSee } from '../state/messages.ts';
import type { Change, Channel, Guild, Interaction, Member, Message } from '../state/model.ts';
import { entitlementObject } from '../wire/application.ts';
import { channelObject, gatewayGuild } from '../wire/guild.ts';
import { interactionObject } from '../wire/interaction.ts';
import { gatewayMessage } from '../wire/message.ts';
import { memberFields, memberObject, roleObject, userObject } from '../wire/user.ts';
import { type Dispatch, INTENT } from './protocol.ts';

const guildOf = (channel: Channel): string | null => (channel.kind === 'guild' ? channel.guild.id : null);
const messageIntent = (channel: Channel) =>
  channel.kind === 'guild' ? INTENT.guildMessages : INTENT.directMessages;

/** What the gateway tells the bot of a change; nothing for changes that concern only people. */
export function dispatchesOf(core: Core, change: Change): Dispatch[] {
  const hidden = (channel: Channel) =>
    channel.kind === 'guild' && !canSee(channel, core.world.bot.id, core.clock.now());
  switch (change.kind) {
    case 'message-created':
    case 'message-updated': {
      const { message } = change;
      if (message.visibleTo !== null || hidden(message.channel)) return [];
      const t = change.kind === 'message-created' ? 'MESSAGE_CREATE' : 'MESSAGE_UPDATE';
      return [messageDispatch(core, t, message)];
    }
    case 'message-deleted': {
      const { channel, id, visibleTo } = change.message;
      if (visibleTo !== null || hidden(channel)) return [];
      return [
        {
          t: 'MESSAGE_DELETE',
          d: withGuild(channel, { id }),
          guild: guildOf(channel),
          intents: messageIntent(channel),
        },
      ];
    }
    case 'messages-deleted': {
      const { channel, ids } = change;
      return [
        {
          t: 'MESSAGE_DELETE_BULK',
          d: withGuild(channel, { ids }),
          guild: guildOf(channel),
          intents: messageIntent(channel),
        },
      ];
    }
    case 'interaction-created':
      return [interactionDispatch(core, change.interaction)];
    case 'typing': {
      const { channel, user } = change;
      const intents = channel.kind === 'guild' ? INTENT.guildTyping : INTENT.directTyping;
      const timestamp = Math.floor(core.clock.now() / 1000);
      return [
        {
          t: 'TYPING_START',
          d: withGuild(channel, { user_id: user.id, timestamp }),
          guild: guildOf(channel),
          intents,
        },
      ];
    }
    case 'guild-removed':
      return [
        { t: 'GUILD_DELETE', d: { id: change.guild.id }, guild: change.guild.id, intents: INTENT.guilds },
      ];
    case 'channel-updated':
    case 'channel-deleted': {
      const t = change.kind === 'channel-updated' ? 'CHANNEL_UPDATE' : 'CHANNEL_DELETE';
      const { channel } = change;
      return [{ t, d: channelObject(core, channel), guild: channel.guild.id, intents: INTENT.guilds }];
    }
    case 'member-added':
    case 'member-updated':
    case 'member-removed': {
      const { guild, member } = change;
      // a bot always hears of its own member
      const intents = member.user === core.world.bot ? 0 : INTENT.guildMembers;
      const shared = { guild: guild.id, intents };
      if (change.kind === 'member-removed') {
        return [
          { ...shared, t: 'GUILD_MEMBER_REMOVE', d: { guild_id: guild.id, user: userObject(member.user) } },
        ];
      }
      const t = change.kind === 'member-added' ? 'GUILD_MEMBER_ADD' : 'GUILD_MEMBER_UPDATE';
      return [{ ...shared, t, d: { guild_id: guild.id, ...memberObject(member) } }];
    }
    case 'ban-added':
    case 'ban-removed': {
      const t = change.kind === 'ban-added' ? 'GUILD_BAN_ADD' : 'GUILD_BAN_REMOVE';
      const d = { guild_id: change.guild.id, user: userObject(change.user) };
      return [{ t, d, guild: change.guild.id, intents: INTENT.guildModeration }];
    }
    case 'role-updated': {
      const d = { guild_id: change.guild.id, role: roleObject(change.role) };
      return [{ t: 'GUILD_ROLE_UPDATE', d, guild: change.guild.id, intents: INTENT.guilds }];
    }
    case 'entitlement-created':
    case 'entitlement-deleted': {
      const t = change.kind === 'entitlement-created' ? 'ENTITLEMENT_CREATE' : 'ENTITLEMENT_DELETE';
      return [{ t, d: entitlementObject(core, change.entitlement), guild: null, intents: 0 }];
    }
    default:
      return [];
  }
}

/** GUILD_CREATE as a session with these intents gets it. */
export const guildCreate = (core: Core, guild: Guild, intents: number): Dispatch => ({
  t: 'GUILD_CREATE',
  d: gatewayGuild(core, guild, (intents & INTENT.guildMembers) !== 0),
  guild: guild.id,
  intents: INTENT.guilds,
});

const withGuild = (channel: Channel, fields: JsonObject): JsonObject => ({
  ...fields,
  channel_id: channel.id,
  ...(channel.kind === 'guild' ? { guild_id: channel.guild.id } : {}),
});

/** Without the message content intent a bot reads only its own messages, mentions of it, and direct ones. */
function messageDispatch(core: Core, t: string, message: Message): Dispatch {
  const { channel, author } = message;
  const member: Member | undefined =
    channel.kind === 'guild' ? channel.guild.members.get(author.id) : undefined;
  const d = gatewayMessage(core, message, member && memberFields(member));
  const open =
    author === core.world.bot || channel.kind === 'dm' || message.mentions.includes(core.world.bot);
  return {
    t,
    d,
    guild: guildOf(channel),
    intents: messageIntent(channel),
    ...(open ? {} : { withoutContent: { ...d, content: '', embeds: [], attachments: [], components: [] } }),
  };
}

const interactionDispatch = (core: Core, interaction: Interaction): Dispatch => ({
  t: 'INTERACTION_CREATE',
  d: interactionObject(core, interaction),
  guild: interaction.guild?.id ?? null,
  intents: 0,
});
