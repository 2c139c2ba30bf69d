import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/db/connect.ts';
import { activateModel, ensureModelVersion, type ModelVersion } from '../../src/db/models.ts';
import { jokes, ratings } from '../../src/db/schema.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { openModelFolder } from '../../src/models/folder.ts';
import { someJokes } from '../finetuning/tiny-model.ts';

/** The active version of a model folder. */
export async function serving(db: Database, folder: string): Promise<ModelVersion> {
  const { name, sha256, manifest } = await openModelFolder(folder);
  const version = await ensureModelVersion(db, {
    ...{ name, folder, sha256, files: manifest.files, kind: 'bundled' },
  });
  return activateModel(db, version.id);
}

/** A told joke's guild and its votes. */
export interface Told {
  text: string;
  guildId?: string;
  scores: readonly number[];
  /** How much better than the mean of its candidates the judge expected it to be; absent: there was no choice. */
  gain?: number;
}

/** Writes jokes of a version with their votes, as if they had been told and voted on. */
export async function tell(db: Database, version: ModelVersion, told: readonly Told[]): Promise<void> {
  if (told.length === 0) return;
  const rows = told.map((joke) => ({ ...joke, id: randomUUID().slice(0, 12) }));
  await db.insert(jokes).values(
    rows.map(({ id, text, guildId, gain }) => ({
      ...{ id, text, guildId: guildId ?? '100', promptKind: 'joke' as const, userText: false, tokens: [1] },
      ...{ seed: 7, settings: BOT_DEFAULTS, ending: { trim: true, cutLoops: true, stop: [] } },
      ...{ modelVersionId: version.id, precision: 'fp32', provider: 'cpu', runtimeVersion: '1' },
      ...{ finish: 'end' as const, trimmed: false, promptCut: false },
      ...(gain !== undefined && {
        predicted: 3 + gain,
        considered: [3 + gain, 3 - gain].map((predicted, i) => ({
          text: `${text} ${i}`,
          seed: i,
          predicted,
        })),
      }),
    })),
  );
  await db
    .insert(ratings)
    .values(
      rows.flatMap(({ id, scores }) =>
        scores.map((score, i) => ({ jokeId: id, voter: `voter ${i}`, score })),
      ),
    );
}

/** Half of the jokes are liked; the other half shouts and is not. */
export const aCommunity = (count: number): Told[] =>
  someJokes(count).map(({ text }, i) => ({
    text: i % 2 === 0 ? text : text.toUpperCase(),
    guildId: String(100 + (i % 6)),
    scores: i % 2 === 0 ? [5, 5, 4] : [1, 2, 1],
  }));
