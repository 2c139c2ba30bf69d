import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { chunks, packRows } from '../../src/finetuning/data/pack.ts';
import { createRandom, shuffled } from '../../src/lib/random.ts';
import { table } from '../../src/lib/table.ts';
import { benchFolder } from '../decode/peers.ts';
import { randomModel, SHAPES } from '../decode/random-model.ts';
import { type Outcome, ourWorker, torchWorker, type Worker } from './workers.ts';

// The trainers take turns, step by step, on the same random weights. PYTHON: an interpreter with torch, transformers
// and peft; default: python3.

const list = (text: string) => text.split(',').map(Number);
const flags = new Command('bench:train')
  .description('Step time and memory of training beside PyTorch (and PEFT), and what packing saves')
  .addOption(
    new Option(
      '--shape <name>',
      'shape of the random model: gpt2-spanish (124 million parameters; all weights and LoRA), qwen3-0.6b (LoRA)',
    )
      .choices(['gpt2-spanish', 'qwen3-0.6b'])
      .default('gpt2-spanish'),
  )
  .addOption(new Option('--rounds <n>', 'rounds after a first one for warm-up').argParser(Number).default(5))
  .addOption(new Option('--threads <counts>', 'separated by commas').argParser(list))
  .addOption(
    new Option(
      '--epoch-steps <n>',
      'steps from which the time of an epoch is extrapolated, 0 for none (gpt2-spanish)',
    )
      .argParser(Number)
      .default(20),
  )
  .option('--whole-epoch', 'measure the packed epoch to its end')
  .parse()
  .opts<{
    shape: 'gpt2-spanish' | 'qwen3-0.6b';
    rounds: number;
    threads?: number[];
    epochSteps: number;
    wholeEpoch?: true;
  }>();

const ROWS = Array.from({ length: 8 }, () => [64]);
const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;

console.log(
  `${cpus()[0]?.model}, ${cpus().length} cores, node ${process.version}, load average ${loadavg()[0]?.toFixed(1)}`,
);
const model = await randomModel(join(benchFolder, flags.shape), SHAPES[flags.shape]);
const full = flags.shape === 'gpt2-spanish'; // the other is too large for training all of its weights
for (const threads of flags.threads ?? (full ? [1, 2] : [availableParallelism()]))
  await steps(
    [
      ...(full
        ? [
            await torchWorker(model, threads, 'fp32', 'full'),
            await ourWorker(model, threads, 'full'),
            await torchWorker(model, threads, 'bf16', 'full'),
          ]
        : []),
      await torchWorker(model, threads, 'fp32', 'lora'),
      await ourWorker(model, threads, 'lora'),
    ],
    threads,
  );
if (full && flags.epochSteps > 0) await epoch();

/** 8 × 64 tokens, one step per trainer and round, in which the trainers take turns. */
async function steps(workers: readonly Worker[], threads: number): Promise<void> {
  const outcomes = new Map(workers.map((worker) => [worker, [] as Outcome[]]));
  for (let round = 0; round <= flags.rounds; round++)
    for (const [worker, list] of outcomes) {
      const outcome = await worker.step(ROWS);
      if (round > 0) list.push(outcome);
    }
  for (const worker of workers) worker.close();
  const seconds = (worker: Worker | undefined) =>
    (worker && outcomes.get(worker))?.map((it) => it.seconds) ?? [];
  // The median of the ratios of adjacent steps: other load on the machine hits both.
  const ratio = (worker: Worker, to: Worker | undefined) =>
    to
      ? median(seconds(worker).map((time, round) => time / (seconds(to)[round] ?? Number.NaN))).toFixed(2)
      : '';
  const torch = (mode: Worker['mode']) =>
    workers.find((it) => it.mode === mode && it.name.startsWith('PyTorch, float32'));
  const ours = workers.find(({ name }) => name === 'Chispa');
  console.log(
    `\n${flags.shape}, 8 × 64 tokens, ${threads} thread(s), median of ${flags.rounds} interleaved steps, load average ${loadavg()[0]?.toFixed(1)}`,
  );
  console.log(
    table(
      ['', 's/step', '× PyTorch float32', '× Chispa', 'peak memory'],
      workers.map((worker) => [
        worker.name,
        median(seconds(worker)).toFixed(2),
        ratio(worker, torch(worker.mode)),
        ratio(worker, ours),
        gigabytes(outcomes.get(worker)?.at(-1)?.peak ?? 0),
      ]),
    ),
  );
}

/**
 * One epoch of the notebook's 2,177 jokes (lengths.json: CHISTES in DeepESP's tokens), once in pairs padded to 512 and
 * once packed into rows of 512.
 */
async function epoch(): Promise<void> {
  const lengths: number[] = JSON.parse(readFileSync(new URL('./lengths.json', import.meta.url), 'utf8'));
  const order = shuffled(lengths, createRandom(1)).map((length) => Math.min(length, 512));
  const pairs = chunks(order, 2);
  const rows = packRows(
    // Plus the leading and trailing end-of-text that the recipe adds.
    order.map((length) => ({ tokens: new Uint8Array(Math.min(512, length + 2)), from: 1, weight: 1 })),
    512,
  ).map((row) => row.map(({ tokens }) => tokens.length));
  const worker = await ourWorker(model, 1, 'full');
  const measured = flags.epochSteps;
  const packedSteps = flags.wholeEpoch ? rows.length : measured;
  let [padded, packed] = [0, 0];
  await worker.step([rows[0] ?? []]);
  for (let i = 0; i < Math.max(measured, packedSteps); i++) {
    const pair = pairs[i];
    if (i < measured && pair)
      padded += (
        await worker.step(
          pair.map((length) => [length]),
          512,
        )
      ).seconds;
    const row = rows[i];
    if (i < packedSteps && row) packed += (await worker.step([row])).seconds;
  }
  worker.close();
  const [paddedEpoch, packedEpoch] = [
    (padded / measured) * pairs.length,
    (packed / packedSteps) * rows.length,
  ];
  console.log(`\nOne epoch of ${lengths.length} jokes, 1 thread`);
  console.log(
    table(
      ['', 'steps', 'measured', 'minutes', 'times faster'],
      [
        [
          'padded to 512, in pairs',
          String(pairs.length),
          String(measured),
          (paddedEpoch / 60).toFixed(1),
          '1',
        ],
        [
          'rows of 512',
          String(rows.length),
          String(packedSteps),
          (packedEpoch / 60).toFixed(1),
          (paddedEpoch / packedEpoch).toFixed(1),
        ],
      ],
    ),
  );
}
