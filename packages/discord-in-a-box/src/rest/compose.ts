import type { Core } from '../core.ts';
import { discordError } from '../errors.ts';
import type { Upload } from '../files.ts';
import { LIMITS } from '../limits.ts';
import { FLAG, type MessageDraft, type MessageEdit } from '../state/messages.ts';
import {
  type Attachment,
  type Channel,
  type Forward,
  guildOf,
  type Interaction,
  MESSAGE,
  type Message,
  type User,
} from '../state/model.ts';
import { wrongField } from '../validate/form.ts';
import { type MessageBody, plain } from '../validate/message.ts';
import { snapshotOf } from '../wire/message.ts';
import { mentionsIn } from './mentions.ts';
import { mediaResolver, normalizeComponents, normalizeEmbeds } from './normalize.ts';

const CREATE_FLAGS = FLAG.suppressEmbeds | FLAG.suppressNotifications | FLAG.componentsV2;

/** Who posts a message, where, and in response to what. */
export interface Origin {
  channel: Channel;
  author: User;
  /** Discord's message type, if it is neither plain nor a reply. */
  type?: number;
  interaction?: Interaction;
  /** The message it replies to. */
  replyTo?: string | null;
  /** What it forwards. */
  forward?: Forward;
  /** Only this person sees it. */
  ephemeralFor?: string | null;
}

/**
 * Turns a bot's request body into a message for the store.
 * @throws DiscordError 10003 if the channel no longer exists
 */
export function composeMessage(
  core: Core,
  body: MessageBody,
  uploads: readonly Upload[],
  origin: Origin,
): MessageDraft {
  const { channel, author, interaction = null, ephemeralFor = null } = origin;
  if (!core.world.channels.has(channel.id)) throw discordError(10003);
  const attachments = keepUploads(core, body, uploads, channel);
  const content = (body.content ?? '').trim();
  const { forward } = origin;
  const replyTo = forward ? null : (body.message_reference?.message_id ?? origin.replyTo ?? null);
  return {
    channel,
    author,
    type: origin.type ?? (replyTo === null ? MESSAGE.plain : MESSAGE.reply),
    content,
    ...show(body, attachments),
    attachments,
    flags:
      ((body.flags ?? 0) & CREATE_FLAGS) |
      (ephemeralFor === null ? 0 : FLAG.ephemeral) |
      (forward ? FLAG.hasSnapshot : 0),
    tts: body.tts ?? false,
    nonce: body.nonce ?? null,
    ...mentionsIn(core.world, channel, content, body.allowed_mentions),
    replyTo,
    ...(forward ? { forward } : {}),
    interaction,
    visibleTo: ephemeralFor,
  };
}

/** How long Discord remembers a nonce: "the past few minutes". */
const NONCE_MS = 5 * 60_000;

/** With `enforce_nonce`: the message that the author has already sent with the same nonce, to be returned instead. */
export function sentBefore(core: Core, body: MessageBody, { channel, author }: Origin): Message | undefined {
  const { nonce, enforce_nonce: enforced } = body;
  if (!enforced || nonce === undefined || nonce === null) return undefined;
  const since = core.clock.now() - NONCE_MS;
  return core.messages
    .in(channel)
    .find((one) => one.author === author && one.nonce === nonce && one.createdAt >= since);
}

/** The forwarded form of a message. */
export const forwardOf = (core: Core, message: Message): Forward => ({
  channelId: message.channel.id,
  guildId: guildOf(message.channel)?.id ?? null,
  messageId: message.id,
  snapshot: snapshotOf(core, message),
});

/**
 * What an edit changes: the fields in the body, and attachments added or no longer listed.
 * @throws DiscordError 50006 if nothing would be left to show
 */
export function composeEdit(
  core: Core,
  message: Message,
  body: MessageBody,
  uploads: readonly Upload[],
): MessageEdit {
  const kept = body.attachments
    ? message.attachments.filter(({ id }) => body.attachments?.some((one) => one.id === id))
    : message.attachments;
  const attachments = [...kept, ...keepUploads(core, body, uploads, message.channel)];
  const settable = FLAG.suppressEmbeds | FLAG.componentsV2;
  const flags = body.flags ?? message.flags & settable;
  const content = body.content === undefined ? undefined : (body.content ?? '').trim();
  const shown = show(body, attachments);
  const embeds = body.embeds === undefined ? message.embeds : shown.embeds;
  const components = body.components === undefined ? message.components : shown.components;
  const isEmpty =
    (content ?? message.content) === '' && [embeds, components, attachments].every((all) => all.length === 0);
  if (isEmpty) throw discordError(50006);
  return {
    flags:
      (message.flags & ~settable & ~FLAG.loading) | (flags & settable) | (message.flags & FLAG.componentsV2),
    attachments,
    ...(content === undefined
      ? {}
      : { content, ...mentionsIn(core.world, message.channel, content, body.allowed_mentions) }),
    embeds,
    components,
  };
}

function show(body: MessageBody, attachments: readonly Attachment[]) {
  const resolve = mediaResolver(attachments);
  return {
    embeds: normalizeEmbeds(plain(body.embeds), resolve),
    components: normalizeComponents(plain(body.components), resolve),
  };
}

/** Stores uploaded files. Their names and descriptions may be given in `attachments`, by index. */
function keepUploads(
  core: Core,
  body: MessageBody,
  uploads: readonly Upload[],
  channel: Channel,
): Attachment[] {
  if (uploads.length > LIMITS.message.attachments) {
    throw wrongField(
      ['attachments'],
      'BASE_TYPE_MAX_LENGTH',
      `Must be ${LIMITS.message.attachments} or fewer in length.`,
    );
  }
  if (uploads.some(({ data }) => data.length > LIMITS.message.fileBytes)) throw discordError(40005);
  return uploads.map((upload, index) => {
    const described = body.attachments?.find(({ id }) => id === String(index));
    const filename = described?.filename ?? upload.filename;
    return core.files.keep(
      { ...upload, filename, description: described?.description ?? undefined },
      channel.id,
    );
  });
}
