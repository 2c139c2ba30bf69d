import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Epoch } from '../db/training-runs.ts';
import { type EpochRecord, epochRecord } from '../finetuning/run/progress.ts';
import { ChispaError } from '../lib/errors.ts';
import { type ModelFolder, openModelFolder } from '../models/folder.ts';
import { verifyModel } from '../models/verify.ts';

/** Opens the trained model if its files are intact; otherwise it is removed and does not serve. */
export async function openWhole(folder: string, sha256?: string): Promise<ModelFolder> {
  const { ok, files, faults } = await verifyModel(folder);
  if (ok) {
    const model = await openModelFolder(folder);
    if (model.sha256 === (sha256 ?? model.sha256)) return model;
  }
  await rm(folder, { recursive: true, force: true });
  const wrong = files.filter(({ state }) => state !== 'ok').map(({ name, state }) => `${name} is ${state}`);
  const why = [...wrong, ...faults].join('; ') || 'the weights there are others';
  throw new ChispaError('model-damaged', `The trained model ${folder} was damaged on disk: ${why}.`);
}

/** The epochs of the run that wrote a model folder, in order. */
export async function trainedEpochs(folder: string): Promise<Epoch[]> {
  const { epochs } = metrics.parse(JSON.parse(await readFile(join(folder, 'metrics.json'), 'utf8')));
  return epochs.map(epochOf);
}

/** The part of a trained folder's metrics.json that the database keeps. */
const metrics = z.object({ epochs: z.array(epochRecord) });

/** An epoch as the database keeps it. */
export const epochOf = ({ epoch, trainTokenLoss, validationTokenLoss, seconds }: EpochRecord): Epoch => ({
  ...{ epoch, seconds, trainLoss: trainTokenLoss, validationLoss: validationTokenLoss },
});
