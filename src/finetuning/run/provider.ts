import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missingGpu } from '../../engine/gpu.ts';
import { messageOf } from '../../lib/errors.ts';
import type { ModelFolder } from '../../models/folder.ts';
import { type Batch, toBatch } from '../data/batch.ts';
import { chunks } from '../data/pack.ts';
import type { Source } from '../data/source.ts';
import { savedProgress } from './checkpoint.ts';
import { openStepper } from './open-stepper.ts';
import type { Progress } from './progress.ts';
import type { Run } from './run-folder.ts';

/** Where a run computes, and why, if there was a choice. */
export interface ProviderChoice {
  provider: Progress['provider'];
  reason?: string;
}

/**
 * A run goes on where it began, so that it ends in the same weights; a new one takes what was asked for, or what is
 * faster. `endTrial` follows once a step has been taken, or the process goes on without.
 */
export async function chooseProvider(
  folder: string,
  run: Run,
  base: ModelFolder,
  source: Source,
): Promise<ProviderChoice> {
  if (existsSync(trialMark(folder))) {
    endTrial(folder);
    return { provider: 'cpu', reason: 'the GPU ended the process that used it' };
  }
  const wanted = (await savedProgress(folder))?.provider ?? run.provider;
  if (wanted === 'cpu') return { provider: 'cpu' };
  const missing = wanted === 'auto' && missingGpu();
  if (missing) return { provider: 'cpu', reason: missing };
  writeFileSync(trialMark(folder), '');
  const choice = wanted === 'auto' ? await fasterProvider(run, base, source) : { provider: wanted };
  if (choice.provider === 'cpu') endTrial(folder);
  return choice;
}

/**
 * A driver may end the process that uses it. This file is there while a GPU is being tried, until it has taken a step: a
 * process that finds it knows how the one before it ended.
 */
const trialMark = (folder: string): string => join(folder, 'gpu-trial');

export const endTrial = (folder: string): void => rmSync(trialMark(folder), { force: true });

/** Measures both on the first batch, one after the other, for the sake of memory. */
async function fasterProvider(run: Run, base: ModelFolder, source: Source): Promise<ProviderChoice> {
  const rows = source.epoch(1)[0] ?? [];
  const [part = rows] = chunks(rows, Math.ceil(rows.length / run.settings.accumulate));
  const batch = toBatch(part, source);
  const cpu = await gradientTime(run, base, batch, 'cpu');
  try {
    const gpu = await gradientTime(run, base, batch, 'webgpu');
    const reason = `the gradient of ${batch.rows} rows takes ${gpu.toFixed(0)} ms on the GPU and ${cpu.toFixed(0)} ms on the CPU`;
    return { provider: gpu < cpu ? 'webgpu' : 'cpu', reason };
  } catch (error) {
    return { provider: 'cpu', reason: `the GPU cannot train it (${messageOf(error).split('\n', 1)[0]})` };
  }
}

/** Milliseconds that loss and gradient of a batch take, once everything is compiled. */
async function gradientTime(
  run: Run,
  base: ModelFolder,
  batch: Batch,
  provider: Progress['provider'],
): Promise<number> {
  const { stepper } = await openStepper(run, base, provider);
  try {
    await stepper.differentiate([batch], 1);
    const began = performance.now();
    await stepper.differentiate([batch], 2);
    return performance.now() - began;
  } finally {
    await stepper.release();
  }
}
