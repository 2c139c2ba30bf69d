import { and, eq, isNotNull, isNull, notExists, type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { Database, Transaction } from './connect.ts';
import { notify } from './notify.ts';
import {
  blockedPeople,
  dailyJokes,
  duels,
  guildSettings,
  guilds,
  guildVoices,
  jokes,
  requests,
  settingsChanges,
  trainingRuns,
} from './schema.ts';

/** How long the data of a guild that Chispa has left is kept, in case it comes back (docs/privacy.md). */
const KEEP_DAYS = 30;
const DAY_MS = 24 * 3600_000;
const AT_ONCE = 1000;

/** Everything that is stored by guild and has an end. */
const BY_GUILD = [guildSettings, settingsChanges, dailyJokes, blockedPeople, duels, jokes, requests] as const;

/** Records that a bot is a member of a guild. What was stored for it is kept. */
export const guildJoined = (db: Database, applicationId: string, guildId: string): Promise<void> =>
  present(db, applicationId, [guildId]);

/** Records that a bot is no longer a member of a guild. */
export const guildLeft = (db: Database, applicationId: string, guildId: string): Promise<void> =>
  absent(db, applicationId, [guildId]);

/**
 * Records where a bot is a member when it has just started, and which guilds it was removed from meanwhile: those it was in,
 * and those that something is stored for and no bot is known to be in.
 * @param owns Whether this process would know of a guild if the bot were in it: it is in one of its shards.
 */
export async function recordGuilds(
  db: Database,
  applicationId: string,
  members: readonly string[],
  owns: (guildId: string) => boolean,
): Promise<void> {
  await present(db, applicationId, members);
  const here = new Set(members);
  const known = await db
    .select({ guildId: guilds.guildId })
    .from(guilds)
    .where(and(eq(guilds.applicationId, applicationId), isNull(guilds.leftAt)));
  const gone = [...known.map(({ guildId }) => guildId), ...(await unknownGuilds(db))];
  await absent(
    db,
    applicationId,
    gone.filter((guildId) => !here.has(guildId) && owns(guildId)),
  );
}

/** Whether every bot that was in a guild has left it. False where none is known. */
export const isLeft = (guildId: AnyPgColumn): SQL =>
  sql`(select bool_and(${guilds.leftAt} is not null) from ${guilds} where ${guilds.guildId} = ${guildId}) is true`;

/**
 * Deletes what is stored for the guilds that every bot left 30 days ago: settings and their history, the daily schedules, whom
 * moderators shut out, jokes with their votes and reports, duels, requests, and voices once the trainer has removed their
 * files. Trained versions and their runs' figures stay. Safe to run again, and in several processes at once.
 * @returns the guilds of which nothing is left.
 */
export async function deleteLeftGuilds(db: Database, now = new Date()): Promise<string[]> {
  const limit = new Date(now.getTime() - KEEP_DAYS * DAY_MS);
  const due = await db
    .select({ guildId: guilds.guildId })
    .from(guilds)
    .groupBy(guilds.guildId)
    .having(sql`bool_and(coalesce(${guilds.leftAt} < ${limit.toISOString()}::timestamptz, false))`);
  const deleted: string[] = [];
  for (const { guildId } of due) {
    if (await db.transaction((tx) => deleteGuild(tx, guildId, limit))) deleted.push(guildId);
  }
  return deleted;
}

/** False while the files of a voice remain, or if a bot has come back. */
async function deleteGuild(tx: Transaction, guildId: string, limit: Date): Promise<boolean> {
  const here = eq(guilds.guildId, guildId);
  const members = await tx.select({ leftAt: guilds.leftAt }).from(guilds).where(here).for('update');
  if (members.some(({ leftAt }) => leftAt === null || leftAt >= limit)) return false;
  for (const table of BY_GUILD) await tx.delete(table).where(eq(table.guildId, guildId));
  await tx.delete(guildVoices).where(and(eq(guildVoices.guildId, guildId), isNotNull(guildVoices.retiredAt)));
  const voices = tx.select({ one: sql`1` }).from(guildVoices).where(eq(guildVoices.id, trainingRuns.id));
  await tx
    .delete(trainingRuns)
    .where(
      and(eq(trainingRuns.guildId, guildId), sql`${trainingRuns.status} <> 'running'`, notExists(voices)),
    );
  await notify(tx, 'chispa_settings', guildId);
  await notify(tx, 'chispa_blocks', '');
  if ((await tx.$count(trainingRuns, eq(trainingRuns.guildId, guildId))) > 0) return false;
  await tx.delete(guilds).where(here);
  return true;
}

async function present(db: Database, applicationId: string, guildIds: readonly string[]): Promise<void> {
  for (let at = 0; at < guildIds.length; at += AT_ONCE) {
    const rows = guildIds.slice(at, at + AT_ONCE).map((guildId) => ({ applicationId, guildId }));
    await db
      .insert(guilds)
      .values(rows)
      .onConflictDoUpdate({
        target: [guilds.applicationId, guilds.guildId],
        set: { leftAt: null },
        setWhere: isNotNull(guilds.leftAt),
      });
  }
}

async function absent(db: Database, applicationId: string, guildIds: readonly string[]): Promise<void> {
  for (let at = 0; at < guildIds.length; at += AT_ONCE) {
    const rows = guildIds
      .slice(at, at + AT_ONCE)
      .map((guildId) => ({ applicationId, guildId, leftAt: sql`now()` }));
    await db
      .insert(guilds)
      .values(rows)
      .onConflictDoUpdate({
        target: [guilds.applicationId, guilds.guildId],
        set: { leftAt: sql`now()` },
        setWhere: isNull(guilds.leftAt), // the first time counts
      });
  }
}

/** The guilds that something is stored for and no bot has recorded: from before there were such records. */
async function unknownGuilds(db: Database): Promise<string[]> {
  const found = new Set<string>();
  for (const table of BY_GUILD) {
    const recorded = db.select({ one: sql`1` }).from(guilds).where(eq(guilds.guildId, table.guildId));
    const rows = await db
      .selectDistinct({ guildId: table.guildId })
      .from(table)
      .where(and(isNotNull(table.guildId), notExists(recorded)));
    for (const { guildId } of rows) if (guildId !== null) found.add(guildId);
  }
  return [...found];
}
