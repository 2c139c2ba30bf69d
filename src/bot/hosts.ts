import { type ClientApplication, Team, TeamMemberMembershipState } from 'discord.js';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

/**
 * User ids of this Chispa's hosts: `OWNER_IDS`, otherwise the Discord application's owner or its team members. Empty if
 * Discord does not say.
 */
export async function findHosts(
  ownerIds: readonly string[],
  application: ClientApplication,
  log: Logger,
): Promise<ReadonlySet<string>> {
  if (ownerIds.length > 0) return new Set(ownerIds);
  try {
    const { owner } = await application.fetch();
    if (!owner) return new Set();
    if (!(owner instanceof Team)) return new Set([owner.id]);
    const members = owner.members.filter(
      ({ membershipState }) => membershipState === TeamMemberMembershipState.Accepted,
    );
    return new Set(members.keys());
  } catch (error) {
    log.warn(
      { error: messageOf(error) },
      'Discord does not say who owns this application: nobody can use /modelo until OWNER_IDS is set',
    );
    return new Set();
  }
}
