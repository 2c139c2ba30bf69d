import type { Core } from '../core.ts';
import type { JsonObject } from '../json.ts';
import { FLAG } from '../state/messages.ts';
import { type Attachment, INTERACTION, type Interaction, type Message } from '../state/model.ts';
import { userObject } from './user.ts';

const REPLY = 19;

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
export function metadataObject(interaction: Interaction): JsonObject {
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

/** The user a context-menu command was used on, out of the command's own resolved data. */
function targetUser(data: JsonObject): unknown {
  const { users } = data.resolved as { users: Record<string, unknown> }; // every user command is built with it
  return users[String(data.target_id)];
}

/**
 * Discord's message object. Attachments that an embed or a component shows are left out of `attachments`.
 */
export function messageObject(core: Core, message: Message): JsonObject {
  const { interaction, channel } = message;
  const ephemeral = (message.flags & FLAG.ephemeral) !== 0;
  const shown = JSON.stringify([message.embeds, message.components]);
  const replied = message.replyTo === null ? undefined : core.messages.get(message.replyTo);
  const fromInteraction = interaction !== null && message.author.bot;
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
    flags: message.flags,
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
    ...(message.replyTo === null
      ? {}
      : {
          message_reference: {
            type: 0,
            channel_id: channel.id,
            message_id: message.replyTo,
            ...(channel.kind === 'guild' ? { guild_id: channel.guild.id } : {}),
          },
        }),
    ...(message.type === REPLY && message.replyTo !== null
      ? { referenced_message: replied ? withoutReference(messageObject(core, replied)) : null }
      : {}),
  };
}

/** A quoted message does not quote in turn. */
function withoutReference(message: JsonObject): JsonObject {
  const { referenced_message: _, ...rest } = message;
  return rest;
}

/** The message as the gateway brings it: with guild and member beside REST's fields. */
export function gatewayMessage(core: Core, message: Message, member?: JsonObject): JsonObject {
  const { channel } = message;
  return {
    ...messageObject(core, message),
    ...(channel.kind === 'guild' ? { guild_id: channel.guild.id } : {}),
    ...(member ? { member } : {}),
    channel_type: channel.kind === 'guild' ? 0 : 1,
  };
}
