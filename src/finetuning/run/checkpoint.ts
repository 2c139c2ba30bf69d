import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChispaError } from '../../lib/errors.ts';
import { float32Tensor, openSafetensors, readTensor, writeSafetensors } from '../../models/safetensors.ts';
import type { Region, TrainingMemory } from '../step/memory.ts';
import { type Progress, progressSchema } from './progress.ts';

/** The regions that a checkpoint stores; gradients only live within a step. */
const KEPT = ['parameters', 'first', 'second'] as const satisfies readonly Region[];

const checkpointPath = (run: string) => join(run, 'checkpoint.safetensors');
const bestPath = (run: string) => join(run, 'best.safetensors');

/** Writes weights, moments and progress to one file, atomically, so that they can never disagree. */
export async function saveCheckpoint(run: string, memory: TrainingMemory, progress: Progress): Promise<void> {
  const tensors = KEPT.flatMap((region) => tensorsOf(memory, region, `${region}:`));
  await writeSafetensors(checkpointPath(run), tensors, { progress: JSON.stringify(progress) });
}

/** Fills the memory from the run's checkpoint and returns its progress; undefined if there is none yet. */
export async function loadCheckpoint(run: string, memory: TrainingMemory): Promise<Progress | undefined> {
  const path = checkpointPath(run);
  if (!existsSync(path)) return undefined;
  const file = await openSafetensors(path);
  const progress = progressSchema.safeParse(JSON.parse(file.metadata.progress ?? 'null'));
  if (!progress.success)
    throw new ChispaError('checkpoint-damaged', `${path} is not a checkpoint of this version. Train again.`);
  for (const region of KEPT)
    for (const [name, view] of memory.views(region)) view.set(await readTensor(file, `${region}:${name}`));
  return progress.data;
}

/** Saves the trained tensors as the best so far. */
export async function saveBest(run: string, memory: TrainingMemory): Promise<void> {
  await writeSafetensors(bestPath(run), tensorsOf(memory, 'parameters', ''));
}

/** Loads the best tensors back into the memory. */
export async function loadBest(run: string, memory: TrainingMemory): Promise<void> {
  const file = await openSafetensors(bestPath(run));
  for (const [name, view] of memory.views('parameters')) view.set(await readTensor(file, name));
}

/** Removes the run's folder with its weights and its copy of the corpus. */
export const removeRun = (run: string): Promise<void> => rm(run, { recursive: true, force: true });

const tensorsOf = (memory: TrainingMemory, region: Region, prefix: string) =>
  [...memory.views(region)].map(([name, view]) =>
    float32Tensor(`${prefix}${name}`, memory.shapes.get(name) ?? [], view),
  );
