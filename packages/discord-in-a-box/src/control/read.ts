import { z } from 'zod';
import type { Core } from '../core.ts';
import { ControlError } from '../errors.ts';
import { canSee, isVisibleTo } from '../state/messages.ts';
import { type Channel, type Guild, guildOf, type Member, type Message, type User } from '../state/model.ts';
import { isTimedOut } from '../state/permissions.ts';

/**
 * Reads a control request's body. Unknown fields are refused, since a misspelled one would be silently ignored.
 * @throws ControlError with one sentence that names the field
 */
export function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.');
  throw new ControlError(field ? `${field}: ${issue?.message}` : (issue?.message ?? 'Wrong input'));
}

export const id = z.string().regex(/^\d{1,20}$/, 'must be an id: a string of digits');

/** A file in a control request: its content in base64. */
export const fileSchema = z.strictObject({
  filename: z.string().min(1),
  contentType: z.string().default('application/octet-stream'),
  data: z.base64(),
});
export const asUpload = ({ filename, contentType, data }: z.infer<typeof fileSchema>) => ({
  filename,
  contentType,
  data: Buffer.from(data, 'base64'),
});

export function theUser(core: Core, userId: string): User {
  const user = core.world.users.get(userId);
  if (!user || user === core.world.bot)
    throw new ControlError(`There is no person ${userId}; see GET /box/state.`);
  return user;
}

export function theGuild(core: Core, guildId: string): Guild {
  const guild = core.world.guilds.get(guildId);
  if (!guild) throw new ControlError(`There is no guild ${guildId}; see GET /box/state.`);
  return guild;
}

export function theMember(guild: Guild, userId: string): Member {
  const member = guild.members.get(userId);
  if (!member) throw new ControlError(`${userId} is not a member of ${guild.name}.`);
  return member;
}

export function theChannel(core: Core, channelId: string): Channel {
  const channel = core.world.channels.get(channelId);
  if (!channel) throw new ControlError(`There is no channel ${channelId}; see GET /box/state.`);
  return channel;
}

/** A message the person can see. */
export function theMessage(core: Core, messageId: string, user: User): Message {
  const message = core.messages.get(messageId);
  if (!message || !isVisibleTo(message, user.id, core.clock.now())) {
    throw new ControlError(`${user.name} sees no message ${messageId}.`);
  }
  return message;
}

/** Refuses someone who cannot act in a channel: not a member, timed out, or unable to see it. */
export function refuseOutsider(core: Core, user: User, channel: Channel): void {
  const now = core.clock.now();
  const guild = guildOf(channel);
  if (guild && isTimedOut(theMember(guild, user.id), now))
    throw new ControlError(`${user.name} is timed out.`);
  if (!canSee(channel, user.id, now))
    throw new ControlError(`${user.name} cannot see the channel ${channel.id}.`);
}
