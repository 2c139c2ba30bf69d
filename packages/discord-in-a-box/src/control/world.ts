import { z } from 'zod';
import type { Core } from '../core.ts';
import { ControlError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { CHANNEL, type Guild, type GuildChannel, type Role, type Thread } from '../state/model.ts';
import { channelsOf, createChannel, threadsOf } from '../state/world.ts';
import { id, read, theChannel, theGuild, theMember, theUser } from './read.ts';

const action = <const A extends string, F extends z.ZodRawShape>(name: A, fields: F) =>
  z.strictObject({ action: z.literal(name), ...fields });
const bits = z.string().regex(/^\d+$/, 'must be permission bits as a decimal string').transform(BigInt);
const person = { guild: id, user: id };

const schema = z.discriminatedUnion('action', [
  action('delete-message', { message: id }),
  action('create-channel', {
    guild: id,
    name: z.string().min(1).max(100),
    topic: z.string().max(1024).default(''),
    type: z.enum(['text', 'forum']).default('text'),
    tags: z.array(z.string().min(1).max(20)).max(20).default([]),
    nsfw: z.boolean().default(false),
  }),
  action('delete-channel', { channel: id }),
  action('archive-thread', {
    thread: id,
    archived: z.boolean().default(true),
    locked: z.boolean().optional(),
  }),
  action('join-thread', { thread: id, user: id }),
  action('leave-thread', { thread: id, user: id }),
  action('install-app', { user: id }),
  action('uninstall-app', { user: id }),
  action('remove-guild', { guild: id }),
  action('add-guild', { guild: id }),
  action('ban', person),
  action('unban', person),
  action('kick', person),
  action('join', person),
  action('timeout', {
    ...person,
    seconds: z
      .number()
      .min(0)
      .max(28 * 24 * 3600),
  }),
  action('set-roles', { ...person, roles: z.array(z.string()) }),
  action('set-role-permissions', { guild: id, role: z.string(), permissions: bits }),
  action('set-channel-permissions', {
    channel: id,
    target: id,
    allow: bits.optional(),
    deny: bits.optional(),
  }),
  action('set-nsfw', { channel: id, nsfw: z.boolean() }),
  action('grant-entitlement', { user: id, sku: id, guild: id.optional() }),
  action('revoke-entitlement', { user: id, sku: id, guild: id.optional() }),
  action('move-clock', { ms: z.number().int().min(0) }),
]);
type Action = z.infer<typeof schema>;

/** Changes the world as moderators, owners and time do; the bot is notified as on Discord. */
export function changeWorld(core: Core, body: unknown): JsonObject {
  const input = read(schema, body);
  return { ok: true, ...apply(core, input) };
}

function apply(core: Core, input: Action): JsonObject {
  const { world, publish, clock } = core;
  switch (input.action) {
    case 'delete-message': {
      const message = core.messages.get(input.message);
      if (!message) throw new ControlError(`There is no message ${input.message}.`);
      core.messages.delete(message);
      return {};
    }
    case 'create-channel': {
      const guild = theGuild(core, input.guild);
      const { name, topic, tags, nsfw } = input;
      const type = CHANNEL[input.type];
      const position = channelsOf(world, guild).length;
      const channel = { ...createChannel({ id: core.nextId(), guild, name, topic, position, type }), nsfw };
      if (type === CHANNEL.forum) channel.tags = tags.map((tag) => ({ id: core.nextId(), name: tag }));
      world.channels.set(channel.id, channel);
      publish({ kind: 'channel-created', channel });
      return { channel: channel.id };
    }
    case 'archive-thread': {
      const thread = theThread(core, input.thread);
      if (input.locked !== undefined) core.threads.update(thread, { locked: input.locked });
      core.threads.archive(thread, input.archived);
      return {};
    }
    case 'join-thread':
    case 'leave-thread': {
      const thread = theThread(core, input.thread);
      const { user } = theMember(thread.guild, input.user);
      if (input.action === 'join-thread') core.threads.join(thread, user);
      else core.threads.leave(thread, user);
      return {};
    }
    case 'install-app':
    case 'uninstall-app': {
      const { id: userId } = theUser(core, input.user);
      if (input.action === 'install-app') world.installedBy.add(userId);
      else world.installedBy.delete(userId);
      publish({ kind: 'installs-changed' });
      return {};
    }
    case 'delete-channel': {
      const known = theChannel(core, input.channel);
      if (known.kind === 'thread') {
        core.threads.delete(known);
        return {};
      }
      const channel = guildChannel(core, input.channel);
      for (const thread of threadsOf(world, channel.guild)) {
        if (thread.parent !== channel) continue;
        world.channels.delete(thread.id);
        core.messages.forget(thread);
      }
      world.channels.delete(channel.id);
      core.messages.forget(channel);
      publish({ kind: 'channel-deleted', channel });
      return {};
    }
    case 'remove-guild':
    case 'add-guild': {
      const guild = theGuild(core, input.guild);
      guild.joined = input.action === 'add-guild';
      publish({ kind: guild.joined ? 'guild-added' : 'guild-removed', guild });
      return {};
    }
    case 'ban':
    case 'kick': {
      const guild = theGuild(core, input.guild);
      const member = theMember(guild, input.user);
      guild.members.delete(input.user);
      if (input.action === 'ban') {
        guild.bans.add(input.user);
        publish({ kind: 'ban-added', guild, user: member.user });
      }
      publish({ kind: 'member-removed', guild, member });
      return {};
    }
    case 'unban': {
      const guild = theGuild(core, input.guild);
      const user = theUser(core, input.user);
      if (!guild.bans.delete(user.id))
        throw new ControlError(`${user.name} is not banned from ${guild.name}.`);
      publish({ kind: 'ban-removed', guild, user });
      return {};
    }
    case 'join': {
      const guild = theGuild(core, input.guild);
      const user = theUser(core, input.user);
      if (guild.bans.has(user.id)) throw new ControlError(`${user.name} is banned from ${guild.name}.`);
      if (guild.members.has(user.id)) throw new ControlError(`${user.name} is in ${guild.name} already.`);
      const member = { user, roles: [], joinedAt: clock.now(), timedOutUntil: null };
      guild.members.set(user.id, member);
      publish({ kind: 'member-added', guild, member });
      return {};
    }
    case 'timeout': {
      const guild = theGuild(core, input.guild);
      const member = theMember(guild, input.user);
      member.timedOutUntil = input.seconds === 0 ? null : clock.now() + input.seconds * 1000;
      publish({ kind: 'member-updated', guild, member });
      return {};
    }
    case 'set-roles': {
      const guild = theGuild(core, input.guild);
      const member = theMember(guild, input.user);
      member.roles = input.roles.map((wanted) => theRole(guild, wanted).id);
      publish({ kind: 'member-updated', guild, member });
      return {};
    }
    case 'set-role-permissions': {
      const guild = theGuild(core, input.guild);
      const role = theRole(guild, input.role);
      role.permissions = input.permissions;
      publish({ kind: 'role-updated', guild, role });
      return {};
    }
    case 'set-channel-permissions': {
      const channel = guildChannel(core, input.channel);
      const { target, allow = 0n, deny = 0n } = input;
      const type = channel.guild.roles.has(target) ? 0 : 1;
      if (type === 1) theMember(channel.guild, target);
      const others = channel.overwrites.filter((one) => one.id !== target);
      channel.overwrites = [...others, { id: target, type, allow, deny }];
      publish({ kind: 'channel-updated', channel });
      return {};
    }
    case 'set-nsfw': {
      const channel = guildChannel(core, input.channel);
      channel.nsfw = input.nsfw;
      publish({ kind: 'channel-updated', channel });
      return {};
    }
    case 'grant-entitlement': {
      const entitlement = {
        id: core.nextId(),
        sku: input.sku,
        user: theUser(core, input.user),
        guild: input.guild === undefined ? null : theGuild(core, input.guild),
        createdAt: clock.now(),
      };
      core.entitlements.set(entitlement.id, entitlement);
      publish({ kind: 'entitlement-created', entitlement });
      return { entitlement: entitlement.id };
    }
    case 'revoke-entitlement': {
      const entitlement = [...core.entitlements.values()].find(
        ({ user, sku, guild }) => user.id === input.user && sku === input.sku && guild?.id === input.guild,
      );
      if (!entitlement) throw new ControlError(`${input.user} has no entitlement to ${input.sku}.`);
      core.entitlements.delete(entitlement.id);
      publish({ kind: 'entitlement-deleted', entitlement });
      return {};
    }
    case 'move-clock':
      clock.move(input.ms);
      publish({ kind: 'clock-moved' });
      return { now: clock.iso() };
  }
}

function guildChannel(core: Core, channelId: string): GuildChannel {
  const channel = theChannel(core, channelId);
  if (channel.kind === 'thread') throw new ControlError('A thread is as its parent is: change that.');
  if (channel.kind !== 'guild') throw new ControlError('A direct channel cannot be changed.');
  return channel;
}

function theThread(core: Core, threadId: string): Thread {
  const channel = theChannel(core, threadId);
  if (channel.kind !== 'thread') throw new ControlError(`${threadId} is no thread.`);
  return channel;
}

/** A role by id or name. */
function theRole(guild: Guild, wanted: string): Role {
  const role = guild.roles.get(wanted) ?? [...guild.roles.values()].find(({ name }) => name === wanted);
  if (!role) throw new ControlError(`${guild.name} has no role ${wanted}.`);
  return role;
}
