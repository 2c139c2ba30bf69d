import { and, isNotNull, not } from 'drizzle-orm';
import type { Database, Transaction } from './connect.ts';
import type { DailyJoke } from './guild-settings.ts';
import { isLeft } from './guilds.ts';
import { dailyJokes, guildSettings } from './schema.ts';

/** What can be told once a day. */
export type Daily = (typeof dailyJokes.$inferSelect)['kind'];

/** The guilds that want a joke of the day, or a duel, and that no bot is known to have left. */
export async function guildsWithDaily(
  db: Database,
  kind: Daily,
): Promise<{ guildId: string; daily: DailyJoke }[]> {
  const column = kind === 'joke' ? guildSettings.daily : guildSettings.duel;
  const rows = await db
    .select({ guildId: guildSettings.guildId, daily: column })
    .from(guildSettings)
    .where(and(isNotNull(column), not(isLeft(guildSettings.guildId))));
  return rows.flatMap(({ guildId, daily }) => (daily ? [{ guildId, daily }] : []));
}

/**
 * Claims a guild's joke or duel of a local day (YYYY-MM-DD) for this transaction. Returns true only once, no matter how
 * many processes try.
 */
export async function claimDaily(
  tx: Transaction,
  kind: Daily,
  guildId: string,
  day: string,
): Promise<boolean> {
  const claimed = await tx
    .insert(dailyJokes)
    .values({ guildId, day, kind })
    .onConflictDoNothing()
    .returning({ day: dailyJokes.day });
  return claimed.length > 0;
}

/** A program that was down at the set time still tells the joke if it starts within this many minutes. */
const LATE_MINUTES = 120;

/**
 * The local day whose joke is due at `now`, as YYYY-MM-DD: from the set time on, for two hours. Undefined otherwise.
 * A time skipped by a clock change counts as due right after the change.
 */
export function dueDay({ time, timeZone }: DailyJoke, now: Date): string | undefined {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  const local = localTime(now, timeZone);
  const late = local.minutes - (hours * 60 + minutes);
  if (late >= 0) return late < LATE_MINUTES ? local.day : undefined;
  // The set time was before midnight, and it is now past midnight: yesterday's joke is due.
  return late + 24 * 60 < LATE_MINUTES ? dayBefore(local.day) : undefined;
}

const dayBefore = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - 24 * 3600_000).toISOString().slice(0, 10);

/** The local date and the minutes since local midnight. */
function localTime(now: Date, timeZone: string): { day: string; minutes: number } {
  // The Swedish locale writes dates as ISO 8601 does: 2026-11-23 09:30.
  const [day = '', clock = ''] = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  })
    .format(now)
    .split(' ');
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return { day, minutes: hours * 60 + minutes };
}
