import { isDeepStrictEqual } from 'node:util';
import { desc, eq, sql } from 'drizzle-orm';
import { ChispaError } from '../lib/errors.ts';
import type { Database } from './connect.ts';
import {
  GUILD_DEFAULTS,
  type GuildSettings,
  guildSettings as guildSettingsSchema,
} from './guild-settings.ts';
import { notify } from './notify.ts';
import { guildSettings, settingsChanges } from './schema.ts';

/** One entry of a guild's audit trail: only the fields that changed, with their old and new values. */
export interface SettingsChange {
  /** Discord user id; null once that person asked to be forgotten. */
  changedBy: string | null;
  changedAt: Date;
  before: Partial<GuildSettings>;
  after: Partial<GuildSettings>;
}

/** New values for some settings. Decoder settings are merged field by field. */
export type SettingsPatch = Partial<Omit<GuildSettings, 'decoder'>> & {
  decoder?: Partial<GuildSettings['decoder']>;
};

/** A guild's settings. Defaults apply where it changed nothing, and in direct messages (no guild). */
export async function settingsOf(db: Database, guildId: string | null): Promise<GuildSettings> {
  if (guildId === null) return GUILD_DEFAULTS;
  const [row] = await db.select(settingColumns).from(guildSettings).where(eq(guildSettings.guildId, guildId));
  return row ?? GUILD_DEFAULTS;
}

/** The settings of every guild that has ever changed any. All other guilds have the defaults. */
export async function allGuildSettings(db: Database): Promise<Map<string, GuildSettings>> {
  const rows = await db.select({ guildId: guildSettings.guildId, ...settingColumns }).from(guildSettings);
  return new Map(rows.map(({ guildId, ...settings }) => [guildId, settings]));
}

/**
 * Changes some settings of a guild and writes the audit trail. Values equal to the current ones change nothing.
 * A patch may be a function of the settings before the change.
 * @returns the settings after the change.
 * @throws ChispaError `invalid-setting` naming the setting; nothing changes then.
 */
export async function changeSettings(
  db: Database,
  guildId: string,
  changedBy: string,
  patch: SettingsPatch | ((now: GuildSettings) => SettingsPatch),
): Promise<GuildSettings> {
  return replaceSettings(db, guildId, changedBy, (now) => {
    const changes = typeof patch === 'function' ? patch(now) : patch;
    return { ...now, ...changes, decoder: { ...now.decoder, ...changes.decoder } };
  });
}

/** Resets a guild to the defaults: everything, or only its decoder settings. */
export async function resetSettings(
  db: Database,
  guildId: string,
  changedBy: string,
  what: 'everything' | 'decoder' = 'everything',
): Promise<GuildSettings> {
  return replaceSettings(db, guildId, changedBy, (now) =>
    what === 'everything' ? GUILD_DEFAULTS : { ...now, decoder: GUILD_DEFAULTS.decoder },
  );
}

/** A guild's changes, newest first. */
export async function settingsHistory(
  db: Database,
  guildId: string,
  { limit = 20 }: { limit?: number } = {},
): Promise<SettingsChange[]> {
  const { changedBy, changedAt, before, after } = settingsChanges;
  return db
    .select({ changedBy, changedAt, before, after })
    .from(settingsChanges)
    .where(eq(settingsChanges.guildId, guildId))
    .orderBy(desc(settingsChanges.id))
    .limit(limit);
}

const settingColumns = {
  decoder: guildSettings.decoder,
  modelVersionId: guildSettings.modelVersionId,
  newShare: guildSettings.newShare,
  safeMode: guildSettings.safeMode,
  cooldownSeconds: guildSettings.cooldownSeconds,
  daily: guildSettings.daily,
  duel: guildSettings.duel,
  logChannelId: guildSettings.logChannelId,
  moderatorRoleId: guildSettings.moderatorRoleId,
  learns: guildSettings.learns,
  voice: guildSettings.voice,
  adventure: guildSettings.adventure,
};

async function replaceSettings(
  db: Database,
  guildId: string,
  changedBy: string,
  change: (now: GuildSettings) => GuildSettings,
): Promise<GuildSettings> {
  return db.transaction(async (tx) => {
    // Lock the row, which must exist for that: otherwise one of two simultaneous changes would be lost.
    await tx
      .insert(guildSettings)
      .values({ guildId, ...GUILD_DEFAULTS })
      .onConflictDoNothing();
    const [now] = await tx
      .select(settingColumns)
      .from(guildSettings)
      .where(eq(guildSettings.guildId, guildId))
      .for('update');
    if (!now)
      throw new ChispaError(
        'settings-missing',
        `The settings of guild ${guildId} disappeared while they were being changed: try again.`,
      );
    const next = checked(change(now));
    const difference = differenceOf(now, next);
    if (!difference) return now;
    await tx
      .update(guildSettings)
      .set({ ...next, changedBy, changedAt: sql`now()` })
      .where(eq(guildSettings.guildId, guildId));
    await tx.insert(settingsChanges).values({ guildId, changedBy, ...difference });
    await notify(tx, 'chispa_settings', guildId);
    return next;
  });
}

function checked(settings: GuildSettings): GuildSettings {
  const result = guildSettingsSchema.safeParse(settings);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new ChispaError('invalid-setting', `${issue?.path.join('.')}: ${issue?.message}`, {
    cause: result.error,
  });
}

function differenceOf(now: GuildSettings, next: GuildSettings) {
  const keys = (Object.keys(settingColumns) as (keyof GuildSettings)[]).filter(
    (key) => !isDeepStrictEqual(now[key], next[key]),
  );
  const only = (settings: GuildSettings): Partial<GuildSettings> =>
    Object.fromEntries(keys.map((key) => [key, settings[key]]));
  return keys.length === 0 ? undefined : { before: only(now), after: only(next) };
}
