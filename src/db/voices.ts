import { and, desc, eq, inArray, isNull, notInArray, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { answeringModel, isRemote } from './models.ts';
import { guildSettings, guildVoices, modelVersions } from './schema.ts';
import { trainableVotes } from './trainable.ts';
import { refusedToday, votesSeen } from './training-runs.ts';

/** A guild's own adapter. */
export type Voice = typeof guildVoices.$inferSelect;

/** A voice by its id. */
export async function findVoice(db: Database, id: string): Promise<Voice | undefined> {
  const [voice] = await db.select().from(guildVoices).where(eq(guildVoices.id, id));
  return voice;
}

/** A guild's voice for a version: the newest one trained on it. */
export async function voiceFor(
  db: Database,
  guildId: string,
  baseVersionId: number,
): Promise<Voice | undefined> {
  const [voice] = await db
    .select()
    .from(guildVoices)
    .where(
      and(
        eq(guildVoices.guildId, guildId),
        eq(guildVoices.baseVersionId, baseVersionId),
        isNull(guildVoices.retiredAt),
      ),
    )
    .orderBy(desc(guildVoices.createdAt), desc(guildVoices.id))
    .limit(1);
  return voice;
}

/** A guild whose voice should be trained, and what its run starts from. */
export interface DueVoice {
  guildId: string;
  baseVersionId: number;
  votesSeen: number;
}

/**
 * Of the guilds whose voice has at least `votes` new votes, the one whose voice has the most. New votes are those
 * that no voice run on the guild's current version has seen: when the version changes, all of them are new. A guild
 * whose run was refused waits a day, and the others do not wait for it.
 */
export async function dueVoice(db: Database, votes: number): Promise<DueVoice | undefined> {
  const guilds = await db
    .select({ guildId: guildSettings.guildId, pinned: guildSettings.modelVersionId })
    .from(guildSettings)
    .where(and(eq(guildSettings.voice, true), eq(guildSettings.learns, true)));
  let due: (DueVoice & { fresh: number }) | undefined;
  for (const { guildId, pinned } of guilds) {
    const version = await answeringModel(db, pinned);
    if (!version || isRemote(version.folder)) continue; // only models on this machine learn
    const voice = { guildId, baseVersionId: version.id };
    const seen = await trainableVotes(db, guildId);
    const fresh = seen - (await votesSeen(db, voice));
    if (fresh < votes || fresh <= (due?.fresh ?? 0) || (await refusedToday(db, guildId))) continue;
    due = { ...voice, votesSeen: seen, fresh };
  }
  return due && { guildId: due.guildId, baseVersionId: due.baseVersionId, votesSeen: due.votesSeen };
}

/** Voices per guild that keep their files: the one in use, and the one to return to with its version. */
const KEPT = 2;

/**
 * Retires the voices whose files nobody needs: those of guilds that no longer teach or whose data was deleted, all but
 * the newest of each guild, and those on versions whose own weights are gone. Their jokes stay.
 * @returns the voices just retired; the caller removes their folders.
 */
export async function retireVoices(db: Database): Promise<Voice[]> {
  const place = sql<number>`row_number() over (partition by ${guildVoices.guildId} order by ${guildVoices.createdAt} desc, ${guildVoices.id} desc)`;
  const ranked = db
    .select({ id: guildVoices.id, place: place.as('place') })
    .from(guildVoices)
    .as('ranked');
  const old = db.select({ id: ranked.id }).from(ranked).where(sql`${ranked.place} > ${KEPT}`);
  const teaching = db
    .select({ id: guildSettings.guildId })
    .from(guildSettings)
    .where(eq(guildSettings.learns, true));
  const gone = db
    .select({ id: modelVersions.id })
    .from(modelVersions)
    .where(eq(modelVersions.status, 'retired'));
  const needless = sql`(${inArray(guildVoices.id, old)} or ${notInArray(guildVoices.guildId, teaching)} or ${inArray(guildVoices.baseVersionId, gone)})`;
  return db
    .update(guildVoices)
    .set({ retiredAt: sql`now()` })
    .where(and(isNull(guildVoices.retiredAt), needless))
    .returning();
}

/** The voices that still have files. */
export const keptVoices = (db: Database): Promise<Voice[]> =>
  db.select().from(guildVoices).where(isNull(guildVoices.retiredAt));
