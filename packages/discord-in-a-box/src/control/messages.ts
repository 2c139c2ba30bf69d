import { z } from 'zod';
import type { Core } from '../core.ts';
import { ControlError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { forwardOf } from '../rest/compose.ts';
import { mentionsIn } from '../rest/mentions.ts';
import { FLAG, isVisibleTo, type MessageDraft } from '../state/messages.ts';
import { CHANNEL, type Channel, MESSAGE, type Message, type User } from '../state/model.ts';
import { channelPermissions, has, PERMISSION, writePermission } from '../state/permissions.ts';
import { lengthOf } from '../validate/form.ts';
import { messageObject } from '../wire/message.ts';
import { asUpload, fileSchema, id, read, refuseOutsider, theChannel, theMessage, theUser } from './read.ts';

const schema = z.strictObject({
  channel: id,
  user: id,
  content: z.string().default(''),
  /** The id of a message to forward. */
  forward: id.optional(),
  attachments: z.array(fileSchema).max(LIMITS.message.attachments).default([]),
});

/** A message as a person sees it: Discord's object plus how often it was edited and what caused it. */
export const messageView = (core: Core, message: Message): JsonObject => ({
  ...messageObject(core, message),
  edits: message.edits,
  interaction: message.interaction?.id ?? null,
});

/** What a person sees in a channel, oldest first. */
export function messagesOf(core: Core, query: URLSearchParams): JsonObject[] {
  const { channel: channelId, user: userId } = read(
    z.object({ channel: id, user: id }),
    Object.fromEntries(query),
  );
  const user = theUser(core, userId);
  return core.messages
    .in(theChannel(core, channelId))
    .filter((message) => isVisibleTo(message, user.id, core.clock.now()))
    .map((message) => messageView(core, message));
}

/** A person writes in a channel, or forwards a message to it. */
export function writeMessage(core: Core, body: unknown): JsonObject {
  const { forward, ...input } = read(schema, body);
  const user = theUser(core, input.user);
  const channel = theChannel(core, input.channel);
  refuseOutsider(core, user, channel);
  if (channel.kind === 'guild' && channel.type === CHANNEL.forum) {
    throw new ControlError(`${channel.name} is a forum: start a post with POST /box/threads.`);
  }
  refuseSilent(core, user, channel);
  const forwarded = forward === undefined ? undefined : theMessage(core, forward, user);
  if (forwarded?.visibleTo)
    throw new ControlError('A message that only one person sees cannot be forwarded.');
  if (forwarded && (input.content || input.attachments.length > 0)) {
    throw new ControlError('A forward has no content of its own: write that as a message after it.');
  }
  const draft = personsMessage(core, user, channel, input, forwarded);
  if (channel.kind === 'thread') {
    core.threads.archive(channel, false);
    core.threads.join(channel, user);
  }
  return messageView(core, core.messages.create(draft));
}

/** @throws ControlError if the person may not write in the channel */
export function refuseSilent(core: Core, user: User, channel: Channel): void {
  const permissions = channelPermissions(channel, user.id, core.clock.now());
  const isLocked = channel.kind === 'thread' && channel.locked && !has(permissions, PERMISSION.manageThreads);
  if (isLocked || !has(permissions, writePermission(channel))) {
    throw new ControlError(`${user.name} may not write in the channel ${channel.id}.`);
  }
}

/** What a person writes, in the store's format. @throws ControlError if it is empty or too long */
export function personsMessage(
  core: Core,
  author: User,
  channel: Channel,
  said: { content: string; attachments: z.infer<typeof fileSchema>[] },
  forwarded?: Message,
): MessageDraft {
  const content = said.content.trim();
  if (content === '' && said.attachments.length === 0 && !forwarded) {
    throw new ControlError('A message needs content or attachments.');
  }
  if (lengthOf(content) > LIMITS.message.content) {
    throw new ControlError(`content must have ${LIMITS.message.content} characters or fewer.`);
  }
  return {
    channel,
    author,
    type: MESSAGE.plain,
    content,
    embeds: [],
    components: [],
    attachments: said.attachments.map((file) => core.files.keep(asUpload(file), channel.id)),
    flags: forwarded ? FLAG.hasSnapshot : 0,
    tts: false,
    nonce: null,
    ...mentionsIn(core.world, channel, content, { parse: ['users'] }),
    replyTo: null,
    ...(forwarded ? { forward: forwardOf(core, forwarded) } : {}),
    interaction: null,
    visibleTo: null,
  };
}
