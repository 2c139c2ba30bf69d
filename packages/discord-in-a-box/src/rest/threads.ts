import { z } from 'zod';
import type { Core } from '../core.ts';
import { discordError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { CHANNEL, type GuildChannel, type Thread, type User } from '../state/model.ts';
import { PERMISSION } from '../state/permissions.ts';
import { threadsOf } from '../state/world.ts';
import { list, readForm, snowflake, text, wrongField } from '../validate/form.ts';
import { readMessage, refuseEmpty } from '../validate/message.ts';
import { threadMemberObject, threadObject } from '../wire/channel.ts';
import { messageObject } from '../wire/message.ts';
import { composeMessage } from './compose.ts';
import {
  botPermissions,
  findChannel,
  findGuild,
  findMessage,
  findThread,
  requirePermission,
  requireWriting,
} from './find.ts';
import { created, noContent, ok, type Route, route } from './route.ts';

const settings = {
  name: text(1, LIMITS.thread.name),
  auto_archive_duration: z.literal(LIMITS.thread.archiveAfter).nullish(),
};
const fromMessage = z.object(settings);
const alone = z.object({
  ...settings,
  type: z.literal([CHANNEL.publicThread, CHANNEL.privateThread]).nullish(),
  invitable: z.boolean().nullish(),
});
const tags = list(snowflake, 0, LIMITS.thread.tags).nullish();
const post = z.object({ ...settings, message: z.unknown(), applied_tags: tags });
const changes = z.object({
  name: settings.name.optional(),
  archived: z.boolean().optional(),
  locked: z.boolean().optional(),
  auto_archive_duration: settings.auto_archive_duration,
  invitable: z.boolean().optional(),
  applied_tags: tags,
});

/** Routes for threads in text channels and posts in forums, for a bot with a token. */
export function threadRoutes(core: Core): Route[] {
  const { bot } = core.world;
  const lookUp = { bucket: 'lookUp' } as const;
  const change = { bucket: 'messageCreate' } as const;

  function findParent(id: string): GuildChannel {
    const channel = findChannel(core, id);
    if (channel.kind !== 'guild') throw discordError(50024);
    return channel;
  }

  /** A member of the thread: `@me` is the bot. @throws DiscordError 10013 */
  function findUser(id: string): User {
    const user = id === '@me' ? bot : core.world.users.get(id);
    if (!user) throw discordError(10013);
    return user;
  }

  const archived = (id: string, type: Thread['type']) => {
    const parent = findParent(id);
    const threads = threadsOf(core.world, parent.guild).filter(
      (one) => one.parent === parent && one.archived && one.type === type,
    );
    return ok(threadList(threads));
  };

  const threadList = (threads: readonly Thread[]) => ({
    threads: threads.map((one) => threadObject(core, one)),
    members: threads.filter((one) => one.members.has(bot.id)).map((one) => threadMemberObject(one, bot.id)),
    has_more: false,
  });

  return [
    route(
      'POST',
      '/channels/:channel/threads',
      ({ channel: id }, { body, uploads }) => {
        const parent = findParent(id);
        if (parent.type === CHANNEL.forum) {
          requirePermission(core, parent, PERMISSION.sendMessages);
          const { name, auto_archive_duration: archiveAfter, message, applied_tags } = readForm(post, body);
          const read = readMessage(message, { at: ['message'] });
          refuseEmpty(read, uploads.length);
          const thread = core.threads.start({
            parent,
            name,
            owner: bot,
            tags: knownTags(parent, applied_tags ?? []),
            ...(archiveAfter ? { archiveAfter } : {}),
            first: (channel) => composeMessage(core, read, uploads, { channel, author: bot }),
          });
          const first = findMessage(core, thread, thread.id);
          return created({ ...threadObject(core, thread), message: messageObject(core, first) });
        }
        const { name, type, invitable, auto_archive_duration: archiveAfter } = readForm(alone, body);
        const isPrivate = type !== CHANNEL.publicThread; // private is Discord's default here
        requirePermission(
          core,
          parent,
          isPrivate ? PERMISSION.createPrivateThreads : PERMISSION.createPublicThreads,
        );
        const thread = core.threads.start({
          parent,
          name,
          owner: bot,
          isPrivate,
          invitable: invitable ?? true,
          ...(archiveAfter ? { archiveAfter } : {}),
        });
        return created(threadObject(core, thread));
      },
      change,
    ),

    route(
      'POST',
      '/channels/:channel/messages/:message/threads',
      ({ channel: id, message }, { body }) => {
        const parent = findParent(id);
        requirePermission(core, parent, PERMISSION.createPublicThreads);
        const from = findMessage(core, parent, message);
        if (core.world.channels.has(from.id)) throw discordError(160004);
        const { name, auto_archive_duration: archiveAfter } = readForm(fromMessage, body);
        const thread = core.threads.start({
          parent,
          name,
          owner: bot,
          from,
          ...(archiveAfter ? { archiveAfter } : {}),
        });
        return created(threadObject(core, thread));
      },
      change,
    ),

    route(
      'PATCH',
      '/channels/:channel',
      ({ channel: id }, { body }) => {
        const thread = findThread(core, id);
        const read = readForm(changes, body);
        const isOwn = thread.owner === bot && read.locked === undefined;
        const bringsBack = read.archived === false && Object.keys(read).length === 1 && !thread.locked;
        if (bringsBack) requireWriting(core, thread);
        else if (!isOwn) requirePermission(core, thread, PERMISSION.manageThreads);
        if (thread.archived && read.archived !== false) throw discordError(50083);
        const { archived, auto_archive_duration: archiveAfter, applied_tags, name, locked, invitable } = read;
        if (archived !== undefined) core.threads.archive(thread, archived);
        const rest = {
          ...(name === undefined ? {} : { name }),
          ...(locked === undefined ? {} : { locked }),
          ...(invitable === undefined ? {} : { invitable }),
          ...(archiveAfter ? { archiveAfter } : {}),
          ...(applied_tags ? { tags: knownTags(thread.parent, applied_tags) } : {}),
        };
        if (Object.keys(rest).length > 0) core.threads.update(thread, rest);
        return ok(threadObject(core, thread));
      },
      change,
    ),

    route(
      'DELETE',
      '/channels/:channel',
      ({ channel: id }) => {
        const thread = findThread(core, id);
        requirePermission(core, thread, PERMISSION.manageThreads);
        const body = threadObject(core, thread);
        core.threads.delete(thread);
        return ok(body);
      },
      change,
    ),

    route(
      'GET',
      '/channels/:channel/thread-members',
      ({ channel }) => {
        const thread = findThread(core, channel);
        return ok([...thread.members.keys()].map((id) => threadMemberObject(thread, id)));
      },
      lookUp,
    ),

    route(
      'GET',
      '/channels/:channel/thread-members/:user',
      ({ channel, user }) => {
        const thread = findThread(core, channel);
        const { id } = findUser(user);
        if (!thread.members.has(id)) throw discordError(10007);
        return ok(threadMemberObject(thread, id));
      },
      lookUp,
    ),

    route(
      'PUT',
      '/channels/:channel/thread-members/:user',
      ({ channel, user: id }) => {
        const thread = findThread(core, channel);
        const user = findUser(id);
        if (thread.archived) throw discordError(50083);
        if (user !== bot) {
          requirePermission(core, thread, PERMISSION.sendInThreads);
          if (!thread.guild.members.has(user.id)) throw discordError(10007);
        }
        core.threads.join(thread, user);
        return noContent;
      },
      change,
    ),

    route(
      'DELETE',
      '/channels/:channel/thread-members/:user',
      ({ channel, user: id }) => {
        const thread = findThread(core, channel);
        const user = findUser(id);
        const isOwn = thread.type === CHANNEL.privateThread && thread.owner === bot;
        if (user !== bot && !isOwn) requirePermission(core, thread, PERMISSION.manageThreads);
        if (thread.archived) throw discordError(50083);
        core.threads.leave(thread, user);
        return noContent;
      },
      change,
    ),

    route(
      'GET',
      '/guilds/:guild/threads/active',
      ({ guild }) => {
        const visible = threadsOf(core.world, findGuild(core, guild)).filter(
          (one) => !one.archived && (botPermissions(core, one) & PERMISSION.viewChannel) !== 0n,
        );
        return ok(threadList(visible));
      },
      lookUp,
    ),

    route(
      'GET',
      '/channels/:channel/threads/archived/public',
      ({ channel }) => archived(channel, CHANNEL.publicThread),
      lookUp,
    ),
    route(
      'GET',
      '/channels/:channel/threads/archived/private',
      ({ channel: id }) => {
        requirePermission(core, findParent(id), PERMISSION.manageThreads);
        return archived(id, CHANNEL.privateThread);
      },
      lookUp,
    ),
  ];
}

/** @throws DiscordError 50035 for a tag that the forum does not have */
function knownTags(parent: GuildChannel, wanted: readonly string[]): string[] {
  const known = new Set(parent.tags.map(({ id }) => id));
  const strange = wanted.findIndex((id) => !known.has(id));
  if (strange >= 0) throw wrongField(['applied_tags', strange], 'INVALID_FORUM_TAG', 'Unknown tag');
  return [...wanted];
}
