import type { Store } from '../db/connect.ts';
import { GUILD_DEFAULTS, type GuildSettings } from '../db/guild-settings.ts';
import { allGuildSettings, settingsOf } from '../db/settings.ts';
import type { Logger } from '../lib/log.ts';

/** Every guild's settings in memory: what must be refused is known before the acknowledgement. */
export interface SettingsCache {
  /** Without a guild, in direct messages, the defaults. */
  of(guildId: string | null): GuildSettings;
  /** The guilds that ever changed any. */
  guildIds(): string[];
  close(): Promise<void>;
}

export async function createSettingsCache({
  store,
  log,
}: {
  store: Store;
  log: Logger;
}): Promise<SettingsCache> {
  const changed = new Set<string>();
  let settings: Map<string, GuildSettings> | undefined;
  // Listening first: a change while the rows are read is read again after them.
  const close = await store.listen('chispa_settings', (guildId) => {
    changed.add(guildId);
    if (settings) refresh().catch((err) => log.error({ err }, 'changed settings could not be read'));
  });
  settings = await allGuildSettings(store.db);
  await refresh();

  async function refresh(): Promise<void> {
    for (const guildId of changed) {
      changed.delete(guildId);
      settings?.set(guildId, await settingsOf(store.db, guildId));
    }
  }

  return {
    of: (guildId) => (guildId ? settings.get(guildId) : undefined) ?? GUILD_DEFAULTS,
    guildIds: () => [...settings.keys()],
    close,
  };
}
