import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chunks, packRows } from '../../src/finetuning/data/pack.ts';
import { createRandom, shuffled } from '../../src/lib/random.ts';
import { table } from '../../src/lib/table.ts';
import { randomModel } from '../decode/random-model.ts';
import { type Outcome, ourWorker, torchWorker, type Worker } from './workers.ts';

// Step time and memory of full training and LoRA compared with PyTorch, and what packing saves, on GPT-2 small (124M)
// with random weights, all interleaved in one run. Usage: npm run bench:train [-- --rounds 5 --threads 1,2 --epoch-steps 20]
// PYTHON: an interpreter with torch and transformers; default: python3.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '1,2' },
    'epoch-steps': { type: 'string', default: '20' },
    'whole-epoch': { type: 'boolean', default: false },
  },
});
const ROWS = Array.from({ length: 8 }, () => [64]);
const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;

console.log(`${cpus()[0]?.model}, ${cpus().length} cores, node ${process.version}`);
const model = await randomModel(mkdtempSync(join(tmpdir(), 'chispa-train-')));
try {
  for (const threads of values.threads.split(',').map(Number)) await steps(threads);
  if (Number(values['epoch-steps']) > 0) await epoch();
} finally {
  rmSync(model, { recursive: true });
}

/** 8 × 64 tokens, one step per trainer and round; the first round is for warm-up. */
async function steps(threads: number): Promise<void> {
  const workers: Worker[] = [
    await torchWorker(model, threads, 'fp32'),
    await ourWorker(model, threads, 'full'),
    await ourWorker(model, threads, 'lora'),
    await torchWorker(model, threads, 'bf16'),
  ];
  const outcomes = workers.map(() => [] as Outcome[]);
  for (let round = 0; round <= Number(values.rounds); round++)
    for (const [i, worker] of workers.entries()) {
      const outcome = await worker.step(ROWS);
      if (round > 0) outcomes[i]?.push(outcome);
    }
  for (const worker of workers) worker.close();
  const seconds = outcomes.map((list) => median(list.map((outcome) => outcome.seconds)));
  // The median of the ratios of adjacent steps: other load on the machine hits both.
  const ratio = (i: number, to: number) =>
    median(
      outcomes[i]?.map(({ seconds }, round) => seconds / (outcomes[to]?.[round]?.seconds ?? Number.NaN)) ??
        [],
    );
  console.log(`\n8 × 64 tokens, ${threads} thread(s), median of ${values.rounds} interleaved steps`);
  console.log(
    table(
      ['', 's/step', '× torch float32', '× Chispa full', 'peak memory'],
      workers.map(({ name }, i) => [
        name,
        seconds[i]?.toFixed(2) ?? '',
        ratio(i, 0).toFixed(2),
        ratio(i, 1).toFixed(2),
        gigabytes(outcomes[i]?.at(-1)?.peak ?? 0),
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
  const measured = Number(values['epoch-steps']);
  const packedSteps = values['whole-epoch'] ? rows.length : measured;
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
