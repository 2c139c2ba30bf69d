import { z } from 'zod';
import { BOT_DEFAULTS, decoderSettings } from '../lib/settings.ts';

const isTimeZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false; // Intl throws a RangeError for an unknown zone
  }
};

const snowflake = z.string().regex(/^\d{1,20}$/);

/** When and where the joke or the duel of the day is told: a local time "HH:MM" in an IANA time zone. */
export const dailyJoke = z.strictObject({
  channelId: snowflake,
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  timeZone: z.string().refine(isTimeZone, 'not an IANA time zone such as Europe/Madrid'),
});
export type DailyJoke = z.infer<typeof dailyJoke>;

/**
 * Whether the generator writes several jokes and tells the one that the judge believes in, and how readily it tells one that
 * the judge is not sure of.
 */
export const ADVENTURES = ['off', 'careful', 'balanced', 'bold'] as const;
export type Adventure = (typeof ADVENTURES)[number];

/** Longest cooldown a moderator may set, in seconds. Discord's own slow mode is better for anything longer. */
export const MAX_COOLDOWN_SECONDS = 3600;

/** Everything that a guild's moderators decide. The database columns and `/ajustar` are derived from this schema. */
export const guildSettings = z.strictObject({
  decoder: decoderSettings,
  /** A kept `model_versions` row that this guild is pinned to; null follows the active one. */
  modelVersionId: z.number().int().positive().nullable(),
  /** Percent of the jokes that the model makes up; the rest are house jokes. Null: as suits the model that answers. */
  newShare: z.number().int().min(0).max(100).nullable(),
  safeMode: z.boolean(),
  /** Seconds a person must wait between two jokes. */
  cooldownSeconds: z.number().int().min(0).max(MAX_COOLDOWN_SECONDS),
  daily: dailyJoke.nullable(),
  /** The duel of the day. */
  duel: dailyJoke.nullable(),
  /** The channel that receives reports. */
  logChannelId: snowflake.nullable(),
  /** A role that may use `/ajustar`, in addition to members who manage the server. */
  moderatorRoleId: snowflake.nullable(),
  /** Whether this guild's jokes and votes teach the model. */
  learns: z.boolean(),
  /** Whether this guild gets an adapter of its own, trained only on its own jokes. Requires `learns`. */
  voice: z.boolean(),
  adventure: z.enum(ADVENTURES),
});
export type GuildSettings = z.infer<typeof guildSettings>;

/** The initial settings of a guild, also used in direct messages. */
export const GUILD_DEFAULTS: GuildSettings = {
  decoder: BOT_DEFAULTS,
  modelVersionId: null,
  newShare: null,
  safeMode: true,
  cooldownSeconds: 0,
  daily: null,
  duel: null,
  logChannelId: null,
  moderatorRoleId: null,
  learns: true,
  voice: false,
  adventure: 'balanced',
};

/** Percent of new jokes where the moderators chose none: a small model repeats itself before it learns. */
const NEW_SHARE = { bundled: 50, other: 80 } as const;

/** Percent of a guild's jokes that the model makes up, by the kind of the model that answers there. */
export const newShareOf = (
  { newShare }: Pick<GuildSettings, 'newShare'>,
  kind: 'bundled' | 'imported' | 'trained',
): number => newShare ?? (kind === 'bundled' ? NEW_SHARE.bundled : NEW_SHARE.other);
