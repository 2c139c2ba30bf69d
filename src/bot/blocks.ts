import type { BaseInteraction } from 'discord.js';
import { allBlocks } from '../db/blocks.ts';
import type { Store } from '../db/connect.ts';
import type { Voter } from '../db/voter.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { homeGuild } from './place.ts';
import { Refusal } from './refusal.ts';

export interface Blocks {
  /** Throws a `Refusal` for somebody whom the host, or this guild's moderators, have shut out. Decided from memory. */
  demandWelcome(interaction: BaseInteraction): void;
  close(): Promise<void>;
}

export interface BlocksOptions {
  store: Store;
  voter: Voter;
  /** Discord ids of those whom the host has shut out everywhere. */
  everywhere: readonly string[];
  log: Logger;
}

/** Who is shut out, in memory; it follows the database. */
export async function createBlocks({ store, voter, everywhere, log }: BlocksOptions): Promise<Blocks> {
  let blocked: ReadonlySet<string> = new Set();
  const key = (guildId: string, person: string) => `${guildId} ${person}`;
  /** Reads run one after another, so that an older one never overwrites a newer one. */
  let reading: Promise<void> = Promise.resolve();
  const read = async () => {
    blocked = new Set((await allBlocks(store.db)).map(({ guildId, person }) => key(guildId, person)));
  };
  const follow = () => {
    reading = reading
      .then(read)
      .catch((error) => log.error({ error: messageOf(error) }, 'changed blocks could not be read'));
  };
  const close = await store.listen('chispa_blocks', follow, follow);
  await read();
  return {
    demandWelcome(interaction) {
      if (everywhere.includes(interaction.user.id)) throw new Refusal((m) => m.refusal.blockedEverywhere);
      const guildId = homeGuild(interaction);
      if (guildId !== null && blocked.size > 0 && blocked.has(key(guildId, voter(interaction.user.id))))
        throw new Refusal((m) => m.refusal.blockedHere);
    },
    close,
  };
}
