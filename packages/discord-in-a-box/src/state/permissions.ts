import { CHANNEL, type Channel, type Guild, type Member } from './model.ts';

/** Discord's permission bits. https://discord.com/developers/docs/topics/permissions */
export const PERMISSION = {
  administrator: 1n << 3n,
  manageChannels: 1n << 4n,
  manageGuild: 1n << 5n,
  addReactions: 1n << 6n,
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  manageMessages: 1n << 13n,
  embedLinks: 1n << 14n,
  attachFiles: 1n << 15n,
  readHistory: 1n << 16n,
  useExternalEmojis: 1n << 18n,
  changeNickname: 1n << 26n,
  useCommands: 1n << 31n,
  manageThreads: 1n << 34n,
  createPublicThreads: 1n << 35n,
  createPrivateThreads: 1n << 36n,
  sendInThreads: 1n << 38n,
  moderateMembers: 1n << 40n,
  useExternalApps: 1n << 50n,
} as const;

export const ALL_PERMISSIONS = (1n << 53n) - 1n;

/** What an application may do if it was installed by a person, not in the guild. */
export const GUEST_PERMISSIONS = PERMISSION.attachFiles | PERMISSION.embedLinks | (1n << 17n); // mention everyone

/** What everybody may do in direct messages. */
export const DM_PERMISSIONS =
  PERMISSION.viewChannel |
  PERMISSION.sendMessages |
  PERMISSION.embedLinks |
  PERMISSION.attachFiles |
  PERMISSION.readHistory |
  PERMISSION.addReactions |
  PERMISSION.useExternalEmojis |
  PERMISSION.useCommands;

export const has = (permissions: bigint, wanted: bigint): boolean => (permissions & wanted) === wanted;

/** Whether `member` is timed out at `now`. */
export const isTimedOut = (member: Member, now: number): boolean =>
  member.timedOutUntil !== null && member.timedOutUntil > now;

/** A member's permissions in the guild, before channel overwrites. */
export function guildPermissions(guild: Guild, member: Member): bigint {
  if (guild.ownerId === member.user.id) return ALL_PERMISSIONS;
  const granted = [guild.id, ...member.roles].reduce(
    (bits, role) => bits | (guild.roles.get(role)?.permissions ?? 0n),
    0n,
  );
  return has(granted, PERMISSION.administrator) ? ALL_PERMISSIONS : granted;
}

/**
 * A member's permissions in a channel, computed as Discord documents: the overwrite for everyone first, then those for
 * all roles together, then the member's own. Someone who is timed out may only read. A thread has its parent's
 * permissions; a private one is visible to its members and to people who manage threads.
 */
export function channelPermissions(channel: Channel, userId: string, now: number): bigint {
  if (channel.kind === 'dm') return DM_PERMISSIONS;
  if (channel.kind === 'private') {
    return channel.people.some(({ id }) => id === userId) ? DM_PERMISSIONS : 0n;
  }
  if (channel.kind === 'thread') {
    const bits = channelPermissions(channel.parent, userId, now);
    const isOpen = channel.type === CHANNEL.publicThread || channel.members.has(userId);
    return isOpen || has(bits, PERMISSION.manageThreads) ? bits : bits & ~PERMISSION.viewChannel;
  }
  const { guild } = channel;
  const member = guild.members.get(userId);
  if (!member) return 0n;
  let bits = guildPermissions(guild, member);
  if (bits === ALL_PERMISSIONS) return bits;
  const overwritesOf = (ids: readonly string[]) => channel.overwrites.filter(({ id }) => ids.includes(id));
  for (const ids of [[guild.id], member.roles, [userId]]) {
    const layer = overwritesOf(ids);
    bits &= ~layer.reduce((deny, overwrite) => deny | overwrite.deny, 0n);
    bits |= layer.reduce((allow, overwrite) => allow | overwrite.allow, 0n);
  }
  return isTimedOut(member, now) ? bits & (PERMISSION.viewChannel | PERMISSION.readHistory) : bits;
}

/** The permissions needed to write in a channel. */
export const writePermission = (channel: Channel): bigint =>
  channel.kind === 'thread' ? PERMISSION.sendInThreads : PERMISSION.sendMessages;
