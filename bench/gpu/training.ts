import type { ModelWeights } from '../../src/engine/quantized-file.ts';
import { toBatch } from '../../src/finetuning/data/batch.ts';
import { RECIPE_DEFAULTS } from '../../src/finetuning/settings.ts';
import { ADAMW_DEFAULTS } from '../../src/finetuning/step/optimizer.ts';
import { createStepper, type Step } from '../../src/finetuning/step/stepper.ts';
import { emptyWeights, initializeAdapters, loadWeights } from '../../src/finetuning/step/weights.ts';
import type { Case, Measurement } from './shapes.ts';

/** Steps before the clock starts: shaders are compiled, buffers allocated. */
export const WARM_STEPS = 3;

/** Trains in this process, and reports a line for every number of rows. */
export async function measureTraining(
  folder: ModelWeights,
  { batches, profile: _, ...about }: Case,
  report: (line: Measurement) => void,
): Promise<void> {
  const { steps } = about;
  const lora = about.lora && { ...RECIPE_DEFAULTS.chispa, ...about.lora };
  const frozen = lora ? emptyWeights(folder.config) : new Map();
  const length = Math.min(about.length ?? 256, folder.config.positions);
  const most = Math.max(...batches) * length;
  const stepper = await createStepper({
    ...{ config: folder.config, frozen, ...(lora && { lora }), dropout: 0, seed: 0 },
    ...{ adamw: ADAMW_DEFAULTS, accumulate: false, threads: 8 },
    tokens: { training: most, losses: most },
    provider: 'webgpu',
  });
  const parameters = stepper.memory.views('parameters');
  await loadWeights(folder, lora ? frozen : parameters);
  if (lora) initializeAdapters(parameters, stepper.memory.shapes, 0);
  await stepper.upload();
  let taken = 0;
  for (const batch of batches) {
    const rows = Array.from({ length: batch }, (_, row) => [
      {
        tokens: Array.from({ length }, (_, i) => ((row * length + i) * 7919) % folder.config.vocabSize),
        from: 1,
        weight: 1,
      },
    ]);
    const next = (): Step => ({ step: ++taken, batches: [toBatch(rows)], learningRate: 2e-5, clip: 1 });
    const take = (count: number) => stepper.steps(Array.from({ length: count }, next));
    try {
      await take(WARM_STEPS);
      const start = performance.now();
      const outcomes = await take(steps);
      const step = (performance.now() - start) / steps;
      const note = `loss ${outcomes.at(-1)?.loss.toFixed(3)}`;
      report({ ...about, batch, step, tokensPerSecond: (1000 * batch * length) / step, note });
    } catch (error) {
      report({ ...about, batch, note: String(error).slice(0, 300) });
    }
  }
  await stepper.release();
}
