import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { houseJokes } from '../src/corpus/house.ts';
import { jokeSource } from '../src/finetuning/data/joke-source.ts';
import { performRun } from '../src/finetuning/run/perform.ts';
import { prepareRun } from '../src/finetuning/run/prepare.ts';
import type { EpochRecord } from '../src/finetuning/run/progress.ts';
import { RECIPE_DEFAULTS } from '../src/finetuning/settings.ts';
import { table } from '../src/lib/table.ts';
import { openModelFolder } from '../src/models/folder.ts';
import { bundledModelPath } from '../src/models/registry.ts';

// The notebook's recipe compared with the Hugging Face Trainer: same model, batches, and settings, dropout 0.
// Usage: npm run bench:parity      (PYTHON: an interpreter with torch and transformers; default python3)

const settings = {
  ...RECIPE_DEFAULTS.notebook,
  epochs: 3,
  learningRate: 1e-3, // high enough that the best epoch is not the last
  dropout: 0,
  checkpoint: 0,
};
const TOLERANCE = 1e-3;

const folder = mkdtempSync(join(tmpdir(), 'chispa-parity-'));
try {
  const jokes = houseJokes()
    .filter(({ id }) => id.startsWith('chispa-'))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ text }) => ({ text, themes: [], weight: 1 }));
  const base = await openModelFolder(bundledModelPath);
  const source = jokeSource(base, jokes, settings);
  const idsOf = (steps: ReturnType<typeof source.epoch>) =>
    steps.flatMap((rows) => rows.flatMap((row) => row.map(({ tokens }) => Array.from(tokens))));
  const job = {
    model: base.path,
    batch: settings.batch,
    epochs: Array.from({ length: settings.epochs }, (_, i) => idsOf(source.epoch(i + 1))),
    validation: idsOf(source.validation),
    arguments: {
      learning_rate: settings.learningRate,
      weight_decay: settings.weightDecay,
      max_grad_norm: settings.clip,
      lr_scheduler_type: settings.schedule,
    },
  };

  const losses: number[] = [];
  let epochs: EpochRecord[] = [];
  let best = 0;
  const run = await prepareRun({
    base: base.path,
    modelsDir: folder,
    name: 'parity',
    jokes,
    corpus: 'the first house jokes',
    settings,
    threads: 1,
  });
  await performRun(run, {
    interrupted: () => false,
    emit(event) {
      if (event.event === 'step') losses.push(event.loss);
      if (event.event === 'done') ({ epochs, best } = event);
    },
  });

  const [input, output] = [join(folder, 'job.json'), join(folder, 'result.json')];
  writeFileSync(input, JSON.stringify(job));
  const script = new URL('./parity.py', import.meta.url).pathname;
  execFileSync(process.env.PYTHON ?? 'python3', [script, input, output], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const theirs: { losses: number[]; training: number[]; validation: number[] } = JSON.parse(
    readFileSync(output, 'utf8'),
  );

  const differences = losses.map((loss, i) => Math.abs(loss - (theirs.losses[i] ?? Number.NaN)));
  const worst = Math.max(...differences);
  const theirBest = theirs.validation.indexOf(Math.min(...theirs.validation)) + 1;
  const lines = epochs.map(({ epoch, trainLoss, validationLoss }, i) => [
    `${epoch}${epoch === best ? ' *' : ''}${epoch === theirBest ? ' †' : ''}`,
    trainLoss.toFixed(4),
    theirs.training[i]?.toFixed(4) ?? '',
    validationLoss.toFixed(6),
    theirs.validation[i]?.toFixed(6) ?? '',
  ]);
  console.log(table(['Epoch', 'Training', 'Trainer', 'Validation', 'Trainer'], lines));
  console.log(
    `${losses.length} steps; largest difference in a step's loss ${worst.toExponential(1)}, ` +
      `in a validation loss ${Math.max(...epochs.map((e, i) => Math.abs(e.validationLoss - (theirs.validation[i] ?? Number.NaN)))).toExponential(1)}; ` +
      `best epoch ${best} (Trainer: ${theirBest})`,
  );
  const equal = losses.length === theirs.losses.length && worst <= TOLERANCE && best === theirBest;
  if (!equal) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
