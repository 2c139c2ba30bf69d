import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChispaError } from '../../lib/errors.ts';
import { float32Tensor, openSafetensors, readTensor, writeSafetensors } from '../../models/safetensors.ts';
import { KEPT } from '../step/backend.ts';
import type { Region, TrainingMemory } from '../step/memory.ts';
import type { Stepper } from '../step/stepper.ts';
import { type Progress, progressSchema } from './progress.ts';

/** Where a run's tensors are read and written. */
type Tensors = Pick<Stepper, 'memory' | 'upload' | 'download'>;

const checkpointPath = (run: string) => join(run, 'checkpoint.safetensors');
const bestPath = (run: string) => join(run, 'best.safetensors');

/** Writes weights, moments and progress to one file, atomically, so that they can never disagree. */
export async function saveCheckpoint(run: string, tensorsOfRun: Tensors, progress: Progress): Promise<void> {
  await tensorsOfRun.download(KEPT);
  const tensors = KEPT.flatMap((region) => tensorsOf(tensorsOfRun.memory, region, `${region}:`));
  await writeSafetensors(checkpointPath(run), tensors, { progress: JSON.stringify(progress) });
}

/** The progress in the run's checkpoint; undefined if there is none yet. */
export async function savedProgress(run: string): Promise<Progress | undefined> {
  const path = checkpointPath(run);
  if (!existsSync(path)) return undefined;
  const file = await openSafetensors(path);
  const progress = progressSchema.safeParse(JSON.parse(file.metadata.progress ?? 'null'));
  if (!progress.success)
    throw new ChispaError('checkpoint-damaged', `${path} is not a checkpoint of this version. Train again.`);
  return progress.data;
}

/** Puts the weights and moments of the run's checkpoint in place. */
export async function loadCheckpoint(run: string, { memory, upload }: Tensors): Promise<void> {
  const file = await openSafetensors(checkpointPath(run));
  for (const region of KEPT)
    for (const [name, view] of memory.views(region)) view.set(await readTensor(file, `${region}:${name}`));
  await upload();
}

/** Saves the trained tensors as the best so far. */
export async function saveBest(run: string, { memory, download }: Tensors): Promise<void> {
  await download(['parameters']);
  await writeSafetensors(bestPath(run), tensorsOf(memory, 'parameters', ''));
}

/** Loads the best tensors back into the memory, for the host to read. */
export async function loadBest(run: string, { memory }: Tensors): Promise<void> {
  const file = await openSafetensors(bestPath(run));
  for (const [name, view] of memory.views('parameters')) view.set(await readTensor(file, name));
}

/** Removes the run's folder with its weights and its copy of the corpus. */
export const removeRun = (run: string): Promise<void> => rm(run, { recursive: true, force: true });

const tensorsOf = (memory: TrainingMemory, region: Region, prefix: string) =>
  [...memory.views(region)].map(([name, view]) =>
    float32Tensor(`${prefix}${name}`, memory.shapes.get(name) ?? [], view),
  );
