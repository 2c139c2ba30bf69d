import { SnowflakeUtil } from 'discord.js';
import { eq } from 'drizzle-orm';
import type { Database } from '../../src/db/connect.ts';
import { type GeneratedJoke, type NewJoke, storeJoke } from '../../src/db/jokes.ts';
import { activateModel, ensureModelVersion, type ModelVersion } from '../../src/db/models.ts';
import type { Ask, ChispaRequest, NewRequest } from '../../src/db/request-shape.ts';
import { finishRequest, insertRequest } from '../../src/db/requests.ts';
import { requests } from '../../src/db/schema.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';

export const GUILD = '100';
export const ASKER = '300';

export const minutes = (n: number): number => n * 60_000;

/** What a test changes in a sample request. */
export interface RequestChanges extends Partial<Omit<NewRequest, 'ask' | 'by'>> {
  ask?: Ask;
  guildId?: string | null;
  userId?: string;
}

/** A request as `/chiste` makes it, with the test's changes. */
export function newRequest(changes: RequestChanges = {}): NewRequest {
  const { ask = { kind: 'joke' }, guildId = GUILD, userId = ASKER, ...terms } = changes;
  const id = SnowflakeUtil.generate().toString();
  const interaction = { id, applicationId: '1', token: 'a token' };
  return {
    ask,
    by: { kind: 'person', guildId, userId, interaction },
    channelId: '200',
    locale: 'es-ES',
    settings: BOT_DEFAULTS,
    safeMode: true,
    seed: 7,
    exactSeed: false,
    deadline: new Date(Date.now() + minutes(14)),
    ...terms,
  };
}

export const insert = (db: Database, changes: RequestChanges = {}): Promise<ChispaRequest> =>
  db.transaction((tx) => insertRequest(tx, newRequest(changes)));

/** The row of a request, open or closed. */
export async function rowOf(db: Database, id: string): Promise<typeof requests.$inferSelect> {
  const [row] = await db.select().from(requests).where(eq(requests.id, id));
  if (!row) throw new Error(`there is no request ${id}`);
  return row;
}

/** The active model version. */
export async function aModel(db: Database): Promise<ModelVersion> {
  const version = await ensureModelVersion(db, {
    name: 'mini-es',
    folder: '/models/mini-es',
    sha256: 'a'.repeat(64),
    files: { 'model.safetensors': 'a'.repeat(64) },
    kind: 'bundled',
  });
  return activateModel(db, version.id);
}

export const newJoke = (
  requestId: string,
  modelVersionId: number,
  changes: Partial<NewJoke> = {},
): NewJoke => ({
  requestId,
  text: '- ¿Qué le dice un semáforo a otro?\n- No me mires, que me estoy cambiando.',
  promptTokens: [8191, 17],
  tokens: [5, 6, 7, 8191],
  seed: 7,
  settings: BOT_DEFAULTS,
  ending: { trim: true, cutLoops: true, stop: [] },
  modelVersionId,
  precision: 'fp32',
  provider: 'cpu',
  runtimeVersion: '1.30.0',
  finish: 'end',
  trimmed: false,
  promptCut: false,
  ...changes,
});

/** A told joke, whose request was made, run, and done. */
export async function aJoke(
  db: Database,
  { request, joke }: { request?: RequestChanges; joke?: Partial<NewJoke> } = {},
): Promise<GeneratedJoke> {
  const { id: modelVersionId } = await aModel(db);
  const { id } = await insert(db, request);
  const stored = await storeJoke(db, newJoke(id, modelVersionId, joke));
  await finishRequest(db, id, { status: 'done' });
  return stored;
}

/** mulberry32: the same stream for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
