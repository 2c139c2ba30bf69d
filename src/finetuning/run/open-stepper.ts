import type { ModelFolder } from '../../models/folder.ts';
import type { Views } from '../step/memory.ts';
import { tokensOf } from '../step/memory-need.ts';
import { ADAMW_DEFAULTS } from '../step/optimizer.ts';
import { createStepper, type Stepper } from '../step/stepper.ts';
import { emptyWeights, initializeAdapters, loadWeights } from '../step/weights.ts';
import type { Progress } from './progress.ts';
import type { Run } from './run-folder.ts';

/** A stepper at the beginning of a run, and the weights that it leaves as they are. */
export async function openStepper(
  run: Run,
  base: ModelFolder,
  provider: Progress['provider'],
): Promise<{ stepper: Stepper; frozen: Views }> {
  const { settings, threads } = run;
  const lora = settings.mode === 'lora' ? settings : undefined;
  const frozen: Views = lora ? emptyWeights(base.config) : new Map();
  const stepper = await createStepper({
    config: base.config,
    frozen,
    ...(lora && { lora }),
    dropout: settings.dropout,
    temperature: settings.temperature,
    seed: settings.seed,
    adamw: { ...ADAMW_DEFAULTS, weightDecay: settings.weightDecay },
    tokens: tokensOf(base.config, settings),
    accumulate: settings.accumulate > 1,
    threads,
    provider,
  });
  const parameters = stepper.memory.views('parameters');
  await loadWeights(base, lora ? frozen : parameters);
  if (lora) initializeAdapters(parameters, stepper.memory.shapes, settings.seed);
  await stepper.upload();
  return { stepper, frozen };
}
