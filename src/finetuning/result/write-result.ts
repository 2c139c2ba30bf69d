import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderLoss } from '../../lib/loss-chart.ts';
import type { ModelFolder } from '../../models/folder.ts';
import { layoutOf } from '../../models/layouts.ts';
import { writeSafetensors } from '../../models/safetensors.ts';
import { trainedRecipe } from '../../prompt/recipe.ts';
import type { StopReason } from '../run/events.ts';
import type { Progress } from '../run/progress.ts';
import type { Run } from '../run/run-folder.ts';
import type { Views } from '../step/memory.ts';
import type { Stepper } from '../step/stepper.ts';
import { mergeAdapters, peftConfig, peftTensors } from './adapter.ts';
import { writeModel } from './write-model.ts';

/**
 * Writes the model of a finished run from the tensors in its memory, with metrics.json and the loss chart next to the
 * weights. If the run trained an adapter, it is merged, and also stored separately in PEFT's layout.
 */
export async function writeResult(
  run: Run,
  base: ModelFolder,
  { stepper, frozen }: { stepper: Stepper; frozen: Views },
  progress: Progress,
  stopped: StopReason,
): Promise<void> {
  const { settings } = run;
  const layout = layoutOf(base.config);
  const trained = stepper.memory.views('parameters');
  if (settings.mode === 'lora') mergeAdapters(frozen, trained, settings, layout);
  const summary = {
    base: base.name,
    baseSha256: base.sha256,
    corpus: run.corpus,
    corpusSha256: run.corpusSha256,
    settings,
    stopped,
    best: progress.best?.epoch,
    steps: progress.step,
    seconds: progress.seconds,
    initialLoss: progress.initialLoss,
  };
  const metrics = { ...summary, epochs: progress.epochs };
  await writeModel(run.output, {
    base,
    name: run.name,
    weights: settings.mode === 'lora' ? frozen : trained,
    // The notebook does not mark where jokes begin and end: its models are prompted like their base.
    prompt: settings.recipe === 'chispa' ? trainedRecipe(base.manifest.prompt) : base.manifest.prompt,
    training: summary,
    async write(folder) {
      await writeFile(join(folder, 'metrics.json'), `${JSON.stringify(metrics, null, 2)}\n`);
      await writeFile(join(folder, 'loss.png'), lossChart(run.name, progress));
      if (settings.mode !== 'lora') return;
      await mkdir(join(folder, 'adapter'));
      const config = JSON.stringify(peftConfig(settings, base.name, layout), null, 2);
      await writeFile(join(folder, 'adapter', 'adapter_config.json'), config);
      await writeSafetensors(
        join(folder, 'adapter', 'adapter_model.safetensors'),
        peftTensors(trained, stepper.memory.shapes, layout),
      );
    },
  });
}

/** Training and validation loss by epoch, as a PNG. Epoch 0 is the model before the run. */
const lossChart = (title: string, { initialLoss, epochs }: Progress): Buffer =>
  renderLoss({
    epochs: [{ epoch: 0, trainLoss: null, validationLoss: initialLoss }, ...epochs],
    locale: 'en-US',
    texts: { title, epoch: 'epoch', training: 'training loss', validation: 'validation loss' },
  });
