import { z } from 'zod';
import { BOT_DEFAULTS, decoderSettings } from '../lib/settings.ts';

const isTimeZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false; // Intl throws RangeError for a zone it does not know
  }
};

const snowflake = z.string().regex(/^\d{1,20}$/);

/** When and where the joke of the day is told: a local time "HH:MM" in an IANA time zone. */
export const dailyJoke = z.strictObject({
  channelId: snowflake,
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  timeZone: z.string().refine(isTimeZone, 'not an IANA time zone such as Europe/Madrid'),
});
export type DailyJoke = z.infer<typeof dailyJoke>;

/** Longest cooldown a moderator may set, in seconds: a longer one is better served by Discord's own slow mode. */
export const MAX_COOLDOWN_SECONDS = 3600;

/** Everything a guild's moderators decide. The database columns and `/ajustar` are derived from here. */
export const guildSettings = z.strictObject({
  decoder: decoderSettings,
  /** A kept `model_versions` row this guild stays with; null follows the active one. */
  modelVersionId: z.number().int().positive().nullable(),
  safeMode: z.boolean(),
  /** Seconds one person waits between two jokes. */
  cooldownSeconds: z.number().int().min(0).max(MAX_COOLDOWN_SECONDS),
  daily: dailyJoke.nullable(),
  /** Where reports go. */
  logChannelId: snowflake.nullable(),
  /** A role that may use `/ajustar` beside those who manage the server. */
  moderatorRoleId: snowflake.nullable(),
  /** Whether this guild's jokes and votes teach the model. */
  learns: z.boolean(),
  /** Whether this guild gets an adapter of its own, trained on its jokes alone. Only where it learns. */
  voice: z.boolean(),
});
export type GuildSettings = z.infer<typeof guildSettings>;

/** What a guild starts with, and what direct messages use. */
export const GUILD_DEFAULTS: GuildSettings = {
  decoder: BOT_DEFAULTS,
  modelVersionId: null,
  safeMode: true,
  cooldownSeconds: 0,
  daily: null,
  logChannelId: null,
  moderatorRoleId: null,
  learns: true,
  voice: false,
};
