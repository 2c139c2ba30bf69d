import type { ModelVersion } from '../db/models.ts';
import type { RunCorpus, RunSnapshot } from '../db/run-record.ts';
import { HALF_LIFE_DAYS, trainableJokes } from '../db/trainable.ts';
import { type OpenRun, recordRun } from '../db/training-runs.ts';
import { removeRun } from '../finetuning/run/checkpoint.ts';
import { prepareRun } from '../finetuning/run/prepare.ts';
import { readRun } from '../finetuning/run/run-folder.ts';
import { ChispaError } from '../lib/errors.ts';
import type { LearnOptions, Wait } from './learn.ts';
import { learningCorpus } from './policy/corpus.ts';
import { GATE_DEFAULTS } from './policy/gate.ts';
import { LEARNING_SETTINGS, VOICE_SETTINGS } from './settings.ts';

/** Whether a folder holds a run; what a kill left of one that was being made is removed. */
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

/** Takes the snapshot that the run learns from, and writes down what is in it, without its texts. */
export async function prepare(
  options: LearnOptions,
  run: OpenRun,
  { base, parent, name, folder }: { base: ModelVersion; parent: string; name: string; folder: string },
  wait: Wait,
): Promise<void> {
  const { db, seedJokes, threads, minutes, gate = GATE_DEFAULTS } = options;
  const everywhere = await wait(() =>
    trainableJokes(db, { halfLifeDays: options.halfLifeDays ?? HALF_LIFE_DAYS }),
  );
  const rated = everywhere.filter(({ guildId }) => run.guildId === null || guildId === run.guildId);
  const { training, snapshot } = learningCorpus(rated, seedJokes, options.corpus);
  const learned = snapshot.training.filter(({ weight }) => weight > 0).length;
  const heldOut = snapshot.heldOut.filter(({ weight }) => weight !== 0).length;
  const corpus: RunCorpus = {
    sha256: snapshot.hash,
    ...{ rated: rated.length, learned, heldOut, seed: snapshot.seedJokes },
    votes: rated.reduce((sum, { votes }) => sum + votes, 0),
  };
  const kept: RunSnapshot = {
    training: snapshot.training,
    heldOut: snapshot.heldOut,
    voteModel: { ...snapshot.voteModel },
  };
  run.folder = folder;
  await wait(() => recordRun(db, run, { corpus, snapshot: kept, folder }));
  run.snapshot = kept;
  if (learned === 0 || (heldOut < gate.heldOut && !options.skipGate))
    throw new ChispaError(
      'too-few-rated',
      `There are too few rated jokes yet: ${heldOut} of the ${gate.heldOut} that the comparison needs are held out, of ${rated.length} rated ones. More votes help.`,
    );
  await prepareRun({
    ...{ base: base.folder, modelsDir: parent, name, jokes: training, threads },
    corpus: `${learned} rated jokes and ${snapshot.seedJokes} seed jokes`,
    settings:
      run.guildId === null
        ? (options.training ?? LEARNING_SETTINGS)
        : (options.voiceTraining ?? VOICE_SETTINGS),
    ...(minutes !== undefined && { minutes }),
  });
}
