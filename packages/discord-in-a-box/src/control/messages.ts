import { z } from 'zod';
import type { Core } from '../core.ts';
import { ControlError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { LIMITS } from '../limits.ts';
import { mentionsIn } from '../rest/mentions.ts';
import { isVisibleTo } from '../state/messages.ts';
import type { Message } from '../state/model.ts';
import { channelPermissions, has, PERMISSION } from '../state/permissions.ts';
import { lengthOf } from '../validate/form.ts';
import { messageObject } from '../wire/message.ts';
import { asUpload, fileSchema, id, read, refuseOutsider, theChannel, theUser } from './read.ts';

const schema = z.strictObject({
  channel: id,
  user: id,
  content: z.string().default(''),
  attachments: z.array(fileSchema).max(LIMITS.message.attachments).default([]),
});

/** A message as a person sees it: Discord's object, how often it was edited, and what caused it. */
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

/** A person writes in a channel. */
export function writeMessage(core: Core, body: unknown): JsonObject {
  const input = read(schema, body);
  const user = theUser(core, input.user);
  const channel = theChannel(core, input.channel);
  refuseOutsider(core, user, channel);
  const content = input.content.trim();
  if (content === '' && input.attachments.length === 0)
    throw new ControlError('A message needs content or attachments.');
  if (lengthOf(content) > LIMITS.message.content) {
    throw new ControlError(`content must have ${LIMITS.message.content} characters or fewer.`);
  }
  if (!has(channelPermissions(channel, user.id, core.clock.now()), PERMISSION.sendMessages)) {
    throw new ControlError(`${user.name} may not write in the channel ${channel.id}.`);
  }
  const message = core.messages.create({
    channel,
    author: user,
    type: 0,
    content,
    embeds: [],
    components: [],
    attachments: input.attachments.map((file) => core.files.keep(asUpload(file), channel.id)),
    flags: 0,
    tts: false,
    nonce: null,
    ...mentionsIn(core.world, channel, content, { parse: ['users'] }),
    replyTo: null,
    interaction: null,
    visibleTo: null,
  });
  return messageView(core, message);
}
