import { type Row, toBatch } from '../../src/finetuning/data/batch.ts';
import { RECIPE_DEFAULTS } from '../../src/finetuning/settings.ts';
import { ADAMW_DEFAULTS } from '../../src/finetuning/step/optimizer.ts';
import { createStepper } from '../../src/finetuning/step/stepper.ts';
import { emptyWeights, initializeAdapters, loadWeights } from '../../src/finetuning/step/weights.ts';
import { openModelFolder } from '../../src/models/folder.ts';

// One trainer in a separate process. A message with rows runs one step; the answer has seconds, loss, and peak memory.
// Arguments: model folder, threads, full | lora.

const [path = '', threads = '1', mode = 'full'] = process.argv.slice(2);
const folder = await openModelFolder(path);
const lora = mode === 'lora' ? RECIPE_DEFAULTS.chispa : undefined;
const frozen = lora ? emptyWeights(folder.config) : new Map();
const stepper = await createStepper({
  config: folder.config,
  frozen,
  ...(lora && { lora }),
  dropout: 0,
  seed: 0,
  adamw: ADAMW_DEFAULTS,
  accumulate: false,
  threads: Number(threads),
});
await loadWeights(folder, lora ? frozen : stepper.memory.views('parameters'));
if (lora) initializeAdapters(stepper.memory.views('parameters'), stepper.memory.shapes, 0);

let step = 0;
/** Builds rows from the lengths of their texts; the tokens themselves do not affect the time. */
process.on('message', async ({ rows, pad }: { rows: number[][]; pad?: number }) => {
  const texts: Row[] = rows.map((lengths) =>
    lengths.map((length) => ({
      tokens: Array.from({ length }, (_, i) => (i * 7919 + step * 104_729) % folder.config.vocabSize),
      from: 1,
      weight: 1,
    })),
  );
  // Padding: tokens that cost as much as any other but do not count in the loss.
  const padded = texts.map((row) =>
    pad
      ? [
          ...row,
          { tokens: new Array<number>(pad - (row[0]?.tokens.length ?? 0)).fill(0), from: pad, weight: 0 },
        ]
      : row,
  );
  const batch = toBatch(padded);
  const began = performance.now();
  const { loss } = await stepper.step([batch], { step: ++step, learningRate: 2e-5, clip: 1 });
  const seconds = (performance.now() - began) / 1000;
  process.send?.({ seconds, loss, peak: process.resourceUsage().maxRSS * 1024 });
});
process.send?.('ready');
