import type { Store } from '../db/connect.ts';
import { GUILD_DEFAULTS, type GuildSettings } from '../db/guild-settings.ts';
import { allGuildSettings, settingsOf } from '../db/settings.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

/** Every guild's settings in memory, so that refusals can be decided before the acknowledgement. */
export interface SettingsCache {
  /** The defaults if there is no guild (direct messages). */
  of(guildId: string | null): GuildSettings;
  /** The guilds that have ever changed a setting. */
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
  let settings = new Map<string, GuildSettings>();
  /** Reads run one after another, so that an older one never overwrites a newer one. */
  let reading: Promise<unknown> = Promise.resolve();
  const follow = (read: () => Promise<unknown>) => {
    reading = reading
      .then(read)
      .catch((error) => log.error({ error: messageOf(error) }, 'changed settings could not be read'));
  };
  const readAll = async () => {
    settings = await allGuildSettings(store.db);
  };
  const close = await store.listen(
    'chispa_settings',
    (guildId) => follow(async () => settings.set(guildId, await settingsOf(store.db, guildId))),
    () => follow(readAll),
  );
  reading = reading.then(readAll);
  await reading;

  return {
    of: (guildId) => (guildId ? settings.get(guildId) : undefined) ?? GUILD_DEFAULTS,
    guildIds: () => [...settings.keys()],
    close,
  };
}
