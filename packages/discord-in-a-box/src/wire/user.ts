import type { JsonObject } from '../json.ts';
import type { Guild, Member, Role, User } from '../state/model.ts';
import { guildPermissions } from '../state/permissions.ts';

/** Discord's user object. */
export const userObject = (user: User): JsonObject => ({
  id: user.id,
  username: user.username,
  global_name: user.bot ? null : user.name,
  discriminator: user.bot ? '0001' : '0',
  avatar: null,
  banner: null,
  accent_color: null,
  avatar_decoration_data: null,
  collectibles: null,
  primary_guild: null,
  bot: user.bot,
  flags: 0,
  public_flags: 0,
});

/** The bot's own user, with the fields only it may see. */
export const ownUserObject = (bot: User): JsonObject => ({
  ...userObject(bot),
  email: null,
  verified: true,
  mfa_enabled: false,
  locale: 'en-US',
});

/** Discord's member object, without the user. */
export const memberFields = (member: Member): JsonObject => ({
  nick: null,
  avatar: null,
  banner: null,
  avatar_decoration_data: null,
  collectibles: null,
  roles: member.roles,
  joined_at: new Date(member.joinedAt).toISOString(),
  premium_since: null,
  communication_disabled_until:
    member.timedOutUntil === null ? null : new Date(member.timedOutUntil).toISOString(),
  pending: false,
  mute: false,
  deaf: false,
  flags: 0,
});

export const memberObject = (member: Member): JsonObject => ({
  ...memberFields(member),
  user: userObject(member.user),
});

export const roleObject = (role: Role): JsonObject => ({
  id: role.id,
  name: role.name,
  description: null,
  color: role.color,
  colors: { primary_color: role.color, secondary_color: null, tertiary_color: null },
  hoist: false,
  icon: null,
  unicode_emoji: null,
  position: role.position,
  permissions: role.permissions.toString(),
  managed: role.managed,
  mentionable: false,
  flags: 0,
});

/** A member's permissions in the guild as Discord's decimal string. */
export const permissionString = (guild: Guild, member: Member): string =>
  guildPermissions(guild, member).toString();
