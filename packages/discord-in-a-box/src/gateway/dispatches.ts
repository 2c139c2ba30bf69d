import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';
import { canSee } from '../state/messages.ts';
import {
  type Change,
  type Channel,
  type Guild,
  guildOf,
  type Interaction,
  type Message,
  type Thread,
  type User,
} from '../state/model.ts';
import { entitlementObject } from '../wire/application.ts';
import { channelObject, threadMemberObject, threadObject } from '../wire/channel.ts';
import { gatewayGuild } from '../wire/guild.ts';
import { interactionObject } from '../wire/interaction.ts';
import { gatewayMessage } from '../wire/message.ts';
import { memberFields, memberObject, roleObject, userObject } from '../wire/user.ts';
import { type Dispatch, INTENT } from './protocol.ts';

const guildIdOf = (channel: Channel): string | null => guildOf(channel)?.id ?? null;
const messageIntent = (channel: Channel) => (guildOf(channel) ? INTENT.guildMessages : INTENT.directMessages);

/** The gateway events a change causes; none for changes that concern only people. */
export function dispatchesOf(core: Core, change: Change): Dispatch[] {
  const hidden = (channel: Channel) =>
    channel.kind !== 'dm' && !canSee(channel, core.world.bot.id, core.clock.now());
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
          guild: guildIdOf(channel),
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
          guild: guildIdOf(channel),
          intents: messageIntent(channel),
        },
      ];
    }
    case 'interaction-created':
      return [interactionDispatch(core, change.interaction)];
    case 'typing': {
      const { channel, user } = change;
      const intents = guildOf(channel) ? INTENT.guildTyping : INTENT.directTyping;
      const timestamp = Math.floor(core.clock.now() / 1000);
      return [
        {
          t: 'TYPING_START',
          d: withGuild(channel, { user_id: user.id, timestamp }),
          guild: guildIdOf(channel),
          intents,
        },
      ];
    }
    case 'guild-removed':
      return [
        { t: 'GUILD_DELETE', d: { id: change.guild.id }, guild: change.guild.id, intents: INTENT.guilds },
      ];
    case 'channel-created':
    case 'channel-updated':
    case 'channel-deleted': {
      const t = CHANNEL_EVENT[change.kind];
      const { channel } = change;
      return [{ t, d: channelObject(core, channel), guild: channel.guild.id, intents: INTENT.guilds }];
    }
    case 'thread-created':
    case 'thread-updated':
    case 'thread-deleted':
      return hidden(change.thread) ? [] : [threadDispatch(core, change.kind, change.thread)];
    case 'thread-joined':
    case 'thread-left':
      return membershipDispatches(core, change);
    case 'member-added':
    case 'member-updated':
    case 'member-removed': {
      const { guild, member } = change;
      // a bot always receives events about its own member
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

const CHANNEL_EVENT = {
  'channel-created': 'CHANNEL_CREATE',
  'channel-updated': 'CHANNEL_UPDATE',
  'channel-deleted': 'CHANNEL_DELETE',
} as const;

function threadDispatch(
  core: Core,
  kind: 'thread-created' | 'thread-updated' | 'thread-deleted',
  thread: Thread,
): Dispatch {
  const shared = { guild: thread.guild.id, intents: INTENT.guilds };
  const { id, type, guild, parent } = thread;
  switch (kind) {
    case 'thread-created':
      return { ...shared, t: 'THREAD_CREATE', d: { ...threadObject(core, thread), newly_created: true } };
    case 'thread-updated':
      return { ...shared, t: 'THREAD_UPDATE', d: threadObject(core, thread) };
    case 'thread-deleted':
      return { ...shared, t: 'THREAD_DELETE', d: { id, type, guild_id: guild.id, parent_id: parent.id } };
  }
}

/** A change in who follows a thread. The bot is always told about itself, about others only with the members intent. */
function membershipDispatches(
  core: Core,
  { kind, thread, user }: Extract<Change, { thread: Thread; user: User }>,
): Dispatch[] {
  const { bot } = core.world;
  const joined = kind === 'thread-joined';
  const changed = joined
    ? { added_members: [threadMemberObject(thread, user.id)] }
    : { removed_member_ids: [user.id] };
  const d = { id: thread.id, guild_id: thread.guild.id, member_count: thread.members.size, ...changed };
  const intents = user === bot ? INTENT.guilds : INTENT.guildMembers;
  const update: Dispatch = { t: 'THREAD_MEMBERS_UPDATE', d, guild: thread.guild.id, intents };
  // a thread the bot is added to may be new to it: a private one
  const appears: Dispatch = {
    t: 'THREAD_CREATE',
    d: threadObject(core, thread),
    guild: thread.guild.id,
    intents,
  };
  return user === bot && joined ? [appears, update] : [update];
}

/** GUILD_CREATE for a session with these intents. */
export const guildCreate = (core: Core, guild: Guild, intents: number): Dispatch => ({
  t: 'GUILD_CREATE',
  d: gatewayGuild(core, guild, (intents & INTENT.guildMembers) !== 0),
  guild: guild.id,
  intents: INTENT.guilds,
});

const withGuild = (channel: Channel, fields: JsonObject): JsonObject => ({
  ...fields,
  channel_id: channel.id,
  ...(guildOf(channel) ? { guild_id: guildIdOf(channel) } : {}),
});

/**
 * Without the message content intent a bot can read only its own messages, those that mention it, and direct messages.
 */
function messageDispatch(core: Core, t: string, message: Message): Dispatch {
  const { channel, author } = message;
  const member = guildOf(channel)?.members.get(author.id);
  const d = gatewayMessage(core, message, member && memberFields(member));
  const open =
    author === core.world.bot || channel.kind === 'dm' || message.mentions.includes(core.world.bot);
  return {
    t,
    d,
    guild: guildIdOf(channel),
    intents: messageIntent(channel),
    ...(open
      ? {}
      : {
          withoutContent: {
            ...d,
            content: '',
            embeds: [],
            attachments: [],
            components: [],
            ...(message.forward ? { message_snapshots: [] } : {}),
          },
        }),
  };
}

const interactionDispatch = (core: Core, interaction: Interaction): Dispatch => ({
  t: 'INTERACTION_CREATE',
  d: interactionObject(core, interaction),
  guild: interaction.guild?.id ?? null,
  intents: 0,
});
