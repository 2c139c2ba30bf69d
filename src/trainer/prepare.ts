import type { RunCorpus } from '../db/run-record.ts';
import { duelOutcomes, trainableJokes } from '../db/trainable.ts';
import { type OpenRun, recordRun } from '../db/training-runs.ts';
import { removeRun } from '../finetuning/run/checkpoint.ts';
import { prepareRun } from '../finetuning/run/prepare.ts';
import { readRun } from '../finetuning/run/run-folder.ts';
import { placeOf } from '../finetuning/step/memory-need.ts';
import { ChispaError } from '../lib/errors.ts';
import { openModelFolder } from '../models/folder.ts';
import type { LearnOptions } from './options.ts';
import { learningCorpus } from './policy/corpus.ts';
import type { RunKind } from './run-kind.ts';
import { settingsFor } from './settings.ts';

/** Whether a folder holds a run; the remains of one killed while being set up are removed. */
export async function canGoOn(folder: string): Promise<boolean> {
  try {
    await readRun(folder);
    return true;
  } catch (error) {
    if (!(error instanceof ChispaError && error.code === 'run-missing')) throw error;
    await removeRun(folder);
    return false;
  }
}

/** Takes the snapshot that the run is trained on, and records its contents, without the texts. */
export async function prepare(
  options: LearnOptions,
  run: OpenRun,
  { training, parent, name, learnsFrom }: RunKind,
  { base, folder }: { base: string; folder: string },
): Promise<void> {
  const { db, log, seedJokes, threads, provider, minutes, gate, halfLifeDays } = options;
  const here = <T extends { guildId: string }>(all: readonly T[]): T[] =>
    all.filter(({ guildId }) => learnsFrom(guildId));
  const told = here(await trainableJokes(db, { halfLifeDays, alsoDuelled: true }));
  const duels = here(await duelOutcomes(db, { halfLifeDays }));
  const learning = learningCorpus(told, seedJokes, options.corpus, duels);
  const rated = told.filter(({ votes }) => votes > 0);
  const { training: jokes, snapshot, sha256, seedJokes: seed } = learning;
  const learned = snapshot.training.filter(({ weight }) => weight > 0).length;
  const heldOut = snapshot.heldOut.filter(({ weight }) => weight !== 0).length;
  const votes = rated.reduce((sum, joke) => sum + joke.votes, 0);
  const corpus: RunCorpus = { sha256, rated: rated.length, learned, heldOut, seed, votes };
  await recordRun(db, run, { corpus, snapshot, folder });
  Object.assign(run, { snapshot, folder });
  if (learned === 0 || (heldOut < gate.heldOut && !options.skipGate))
    throw new ChispaError(
      'too-few-rated',
      `There are too few rated jokes yet: ${heldOut} of the ${gate.heldOut} that the comparison needs are held out, of ${rated.length} rated ones. More votes help.`,
    );
  const settings = settingsFor((await openModelFolder(base)).config, training, { place: placeOf(provider) });
  if (settings.mode !== training.mode)
    log.info({ model: name }, 'an adapter learns, because the whole model would not fit into memory');
  await prepareRun({
    ...{ base, modelsDir: parent, name, jokes, settings, threads },
    corpus: `${learned} rated jokes and ${seed} seed jokes`,
    ...(provider && { provider }),
    ...(minutes !== undefined && { minutes }),
  });
}
