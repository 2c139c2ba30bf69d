import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';
import { FLAG } from '../state/messages.ts';
import {
  type Attachment,
  CHANNEL,
  type Channel,
  guildOf,
  INTERACTION,
  type Interaction,
  MESSAGE,
  type Message,
} from '../state/model.ts';
import { channelObject } from './channel.ts';
import { memberFields, userObject } from './user.ts';

/** Discord's attachment object. */
export const attachmentObject = (attachment: Attachment, ephemeral: boolean): JsonObject => ({
  id: attachment.id,
  filename: attachment.filename,
  size: attachment.size,
  url: attachment.url,
  proxy_url: attachment.url,
  content_type: attachment.contentType,
  ...(attachment.description === undefined ? {} : { description: attachment.description }),
  ...(attachment.width === undefined ? {} : { width: attachment.width, height: attachment.height }),
  ...(ephemeral ? { ephemeral: true } : {}),
});

/** Where a message came from: the interaction's id, kind and user, without its secret token. */
function metadataObject(interaction: Interaction): JsonObject {
  const shared = {
    id: interaction.id,
    type: interaction.type,
    user: userObject(interaction.user),
    authorizing_integration_owners: interaction.owners,
  };
  const { data } = interaction;
  switch (interaction.type) {
    case INTERACTION.component:
      return { ...shared, interacted_message_id: interaction.source?.id };
    case INTERACTION.modal:
      return {
        ...shared,
        ...(interaction.parent
          ? { triggering_interaction_metadata: metadataObject(interaction.parent) }
          : {}),
      };
    default:
      if (data.type === 2) return { ...shared, target_user: targetUser(data) };
      if (data.type === 3) return { ...shared, target_message_id: data.target_id };
      return shared;
  }
}

/** The user a context-menu command was used on, from the command's resolved data. */
function targetUser(data: JsonObject): unknown {
  const { users } = data.resolved as { users: Record<string, unknown> }; // every user command has it
  return users[String(data.target_id)];
}

/** Discord's message object. `attachments` omits those that an embed or a component shows. */
export function messageObject(core: Core, message: Message): JsonObject {
  const { interaction, channel } = message;
  const ephemeral = (message.flags & FLAG.ephemeral) !== 0;
  const shown = JSON.stringify([message.embeds, message.components]);
  const replied = message.replyTo === null ? undefined : core.messages.get(message.replyTo);
  const fromInteraction = interaction !== null && message.author.bot;
  const thread = core.world.channels.get(message.id);
  const startedThread = thread?.kind === 'thread' && thread !== channel ? thread : undefined;
  return {
    id: message.id,
    type: message.type,
    channel_id: channel.id,
    author: userObject(message.author),
    content: message.content,
    embeds: message.embeds,
    components: message.components,
    attachments: message.attachments
      .filter(({ url }) => !shown.includes(JSON.stringify(url)))
      .map((attachment) => attachmentObject(attachment, ephemeral)),
    mentions: message.mentions.map(userObject),
    mention_roles: message.mentionRoles,
    mention_everyone: message.mentionEveryone,
    timestamp: new Date(message.createdAt).toISOString(),
    edited_timestamp: message.editedAt === null ? null : new Date(message.editedAt).toISOString(),
    flags: message.flags | (startedThread ? FLAG.hasThread : 0),
    pinned: false,
    tts: message.tts,
    ...(message.nonce === null ? {} : { nonce: message.nonce }),
    ...(fromInteraction
      ? {
          application_id: core.applicationId,
          webhook_id: core.applicationId,
          interaction_metadata: metadataObject(interaction),
        }
      : {}),
    ...(fromInteraction && interaction.type === INTERACTION.command
      ? {
          interaction: {
            id: interaction.id,
            type: interaction.type,
            name: interaction.name,
            user: userObject(interaction.user),
          },
        }
      : {}),
    ...(startedThread ? { thread: channelObject(core, startedThread) } : {}),
    ...referenceOf(message, replied?.channel ?? channel),
    ...((message.type === MESSAGE.reply || message.type === MESSAGE.threadStarter) && message.replyTo !== null
      ? { referenced_message: replied ? withoutReference(messageObject(core, replied)) : null }
      : {}),
  };
}

/** What the message replies to or forwards; a new thread's notice refers to the thread. */
function referenceOf({ type, replyTo, forward, channel }: Message, where: Channel): JsonObject {
  const inGuild = (id: string | undefined) => (id === undefined ? {} : { guild_id: id });
  if (forward) {
    const { channelId, messageId, guildId, snapshot } = forward;
    const reference = {
      type: 1,
      channel_id: channelId,
      message_id: messageId,
      ...inGuild(guildId ?? undefined),
    };
    return { message_reference: reference, message_snapshots: [{ message: snapshot }] };
  }
  if (replyTo === null) return {};
  const guild = inGuild(guildOf(channel)?.id);
  if (type === MESSAGE.threadCreated)
    return { message_reference: { type: 0, channel_id: replyTo, ...guild } };
  return { message_reference: { type: 0, channel_id: where.id, message_id: replyTo, ...guild } };
}

/** The snapshot in a forwarded message: its content without its author. */
export function snapshotOf(core: Core, message: Message): JsonObject {
  if (message.forward) return message.forward.snapshot;
  const {
    type,
    content,
    embeds,
    components,
    attachments,
    flags,
    mentions,
    mention_roles,
    timestamp,
    edited_timestamp,
  } = messageObject(core, message);
  const kept = { type, content, embeds, components, attachments, flags, mentions, mention_roles };
  return { ...kept, timestamp, edited_timestamp };
}

/** A referenced message does not include its own reference. */
function withoutReference(message: JsonObject): JsonObject {
  const { referenced_message: _, ...rest } = message;
  return rest;
}

/** The message as the gateway sends it: REST's fields plus guild and member. */
export function gatewayMessage(core: Core, message: Message, member?: JsonObject): JsonObject {
  const { channel } = message;
  const guild = guildOf(channel);
  return {
    ...messageObject(core, message),
    mentions: message.mentions.map((user) => {
      const mentioned = guild?.members.get(user.id);
      return { ...userObject(user), ...(mentioned ? { member: memberFields(mentioned) } : {}) };
    }),
    ...(guild ? { guild_id: guild.id } : {}),
    ...(member ? { member } : {}),
    channel_type: 'type' in channel ? channel.type : CHANNEL.dm,
  };
}
