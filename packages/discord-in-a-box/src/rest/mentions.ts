import { type Channel, guildOf, type Message, type User } from '../state/model.ts';
import type { World } from '../state/world.ts';
import type { AllowedMentions } from '../validate/message.ts';

/**
 * The mentions in a text that `allowed_mentions` permits: without it all are parsed, with it only the kinds in `parse`
 * and the ids in `users` and `roles`.
 */
export function mentionsIn(
  world: World,
  channel: Channel,
  content: string,
  allowed: AllowedMentions | null | undefined,
): Pick<Message, 'mentions' | 'mentionRoles' | 'mentionEveryone'> {
  const parses = (what: 'users' | 'roles' | 'everyone') => !allowed || (allowed.parse ?? []).includes(what);
  const ids = (pattern: RegExp) => [...new Set([...content.matchAll(pattern)].map(([, id]) => String(id)))];
  const users = ids(/<@!?(\d+)>/g)
    .filter((id) => parses('users') || allowed?.users?.includes(id))
    .map((id) => world.users.get(id))
    .filter((user): user is User => user !== undefined);
  const roles = ids(/<@&(\d+)>/g).filter(
    (id) => (parses('roles') || allowed?.roles?.includes(id)) && guildOf(channel)?.roles.has(id),
  );
  return {
    mentions: users,
    mentionRoles: roles,
    mentionEveryone: parses('everyone') && /@(everyone|here)\b/.test(content),
  };
}
