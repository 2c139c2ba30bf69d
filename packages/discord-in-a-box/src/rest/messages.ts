import { z } from 'zod';
import type { Core } from '../core.ts';
import { discordError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { snowflakeTime } from '../snowflake.ts';
import type { MessageDraft } from '../state/messages.ts';
import type { Message } from '../state/model.ts';
import { PERMISSION, writePermission } from '../state/permissions.ts';
import { readForm, snowflake, wrongField } from '../validate/form.ts';
import { isEmpty, REFERENCE, readMessage, refuseEmpty } from '../validate/message.ts';
import { messageObject } from '../wire/message.ts';
import { composeEdit, composeMessage, forwardOf, sentBefore } from './compose.ts';
import { findChannel, findMessage, requirePermission, requireWriting } from './find.ts';
import { createOldEdits } from './old-edits.ts';
import { noContent, ok, type Route, route } from './route.ts';

/** Message routes of a channel, for a bot with a token. */
export function messageRoutes(core: Core): Route[] {
  const countOldEdit = createOldEdits(core.clock);
  const send = (draft: MessageDraft) => {
    const { channel } = draft;
    if (channel.kind === 'thread') {
      core.threads.archive(channel, false);
      core.threads.join(channel, core.world.bot);
    }
    return ok(messageObject(core, core.messages.create(draft)));
  };
  return [
    route(
      'GET',
      '/channels/:channel/messages',
      ({ channel: id }, { query }) => {
        const channel = findChannel(core, id);
        requirePermission(core, channel, PERMISSION.readHistory);
        const visible = core.messages.in(channel).filter(({ visibleTo }) => visibleTo === null);
        return ok(page(visible, query).map((message) => messageObject(core, message)));
      },
      { bucket: 'lookUp' },
    ),

    route(
      'POST',
      '/channels/:channel/messages',
      ({ channel: id }, { body, uploads }) => {
        const channel = findChannel(core, id);
        requireWriting(core, channel);
        if (uploads.length > 0) requirePermission(core, channel, PERMISSION.attachFiles);
        const read = readMessage(body);
        const before = sentBefore(core, read, { channel, author: core.world.bot });
        if (before) return ok(messageObject(core, before));
        const reference = read.message_reference;
        if (reference?.type === REFERENCE.forward) {
          const forward = forwardOf(core, forwarded(core, reference, !isEmpty(read, uploads.length)));
          return send(composeMessage(core, read, uploads, { channel, author: core.world.bot, forward }));
        }
        refuseEmpty(read, uploads.length);
        if (reference && core.messages.get(reference.message_id)?.channel !== channel) {
          if (reference.fail_if_not_exists !== false) {
            throw wrongField(['message_reference'], 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message');
          }
          read.message_reference = null;
        }
        return send(composeMessage(core, read, uploads, { channel, author: core.world.bot }));
      },
      { bucket: 'messageCreate' },
    ),

    route(
      'GET',
      '/channels/:channel/messages/:message',
      ({ channel: id, message }) => {
        const channel = findChannel(core, id);
        requirePermission(core, channel, PERMISSION.readHistory);
        return ok(messageObject(core, findMessage(core, channel, message)));
      },
      { bucket: 'lookUp' },
    ),

    route(
      'PATCH',
      '/channels/:channel/messages/:message',
      ({ channel: id, message: messageId }, { body, uploads }) => {
        const channel = findChannel(core, id);
        const message = findMessage(core, channel, messageId);
        if (message.author !== core.world.bot) throw discordError(50005);
        if (channel.kind === 'thread' && channel.archived) throw discordError(50083);
        const read = readMessage(body, { before: message.flags });
        countOldEdit(message);
        return ok(
          messageObject(core, core.messages.edit(message, composeEdit(core, message, read, uploads))),
        );
      },
      { bucket: 'messageEdit' },
    ),

    route(
      'DELETE',
      '/channels/:channel/messages/:message',
      ({ channel: id, message: messageId }) => {
        const channel = findChannel(core, id);
        const message = findMessage(core, channel, messageId);
        if (message.author !== core.world.bot) requirePermission(core, channel, PERMISSION.manageMessages);
        core.messages.delete(message);
        return noContent;
      },
      { bucket: 'messageDelete' },
    ),

    route(
      'POST',
      '/channels/:channel/messages/bulk-delete',
      ({ channel: id }, { body }) => {
        const channel = findChannel(core, id);
        requirePermission(core, channel, PERMISSION.manageMessages);
        const { messages: ids } = readForm(z.object({ messages: z.array(snowflake) }), body);
        const { min, max, age } = LIMITS.message.bulkDelete;
        if (ids.length < min || ids.length > max) throw discordError(50016);
        if (ids.some((one) => core.clock.now() - snowflakeTime(one) > age)) throw discordError(50034);
        const found = ids.map((one) => core.messages.get(one));
        core.messages.deleteMany(
          channel,
          found.filter((one): one is Message => one?.channel === channel),
        );
        return noContent;
      },
      { bucket: 'messageDelete' },
    ),

    route(
      'POST',
      '/channels/:channel/typing',
      ({ channel: id }) => {
        const channel = findChannel(core, id);
        requirePermission(core, channel, writePermission(channel));
        core.publish({ kind: 'typing', channel, user: core.world.bot });
        return noContent;
      },
      { bucket: 'typing' },
    ),
  ];
}

/** The message to forward. @throws DiscordError 50035 if its channel is missing, or content is added to it */
function forwarded(
  core: Core,
  { channel_id: channelId, message_id: id }: { channel_id?: string | null | undefined; message_id: string },
  saysMore: boolean,
): Message {
  if (!channelId)
    throw wrongField(['message_reference', 'channel_id'], 'BASE_TYPE_REQUIRED', 'This field is required');
  if (saysMore) {
    throw wrongField(
      ['message_reference'],
      'MESSAGE_FORWARD_CONTENT',
      'A forward cannot have content of its own',
    );
  }
  const channel = findChannel(core, channelId);
  requirePermission(core, channel, PERMISSION.readHistory);
  return findMessage(core, channel, id);
}

/** Newest first, limited by `limit`, `before`, `after` or `around`. */
function page(messages: readonly Message[], query: URLSearchParams): Message[] {
  const limit = Number(query.get('limit') ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw wrongField(['limit'], 'NUMBER_TYPE_MAX', 'int value should be between 1 and 100.');
  }
  const bound = (name: string) => {
    const value = query.get(name);
    return value === null ? null : BigInt(readForm(snowflake, value, [name]));
  };
  const [before, after, around] = ['before', 'after', 'around'].map(bound);
  if (around) {
    const half = Math.floor(limit / 2);
    const older = messages.filter(({ id }) => BigInt(id) < around).slice(-half);
    const newer = messages.filter(({ id }) => BigInt(id) >= around).slice(0, limit - older.length);
    return [...older, ...newer].reverse();
  }
  if (after)
    return messages
      .filter(({ id }) => BigInt(id) > after)
      .slice(0, limit)
      .reverse();
  const older = before ? messages.filter(({ id }) => BigInt(id) < before) : messages;
  return older.slice(-limit).reverse();
}
