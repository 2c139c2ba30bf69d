import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { capacityFor } from '../../src/engine/scheduler.ts';
import { elementCount } from '../../src/graph/value.ts';
import { forkSibling, withHugePages } from '../../src/lib/fork.ts';
import { parseConfig } from '../../src/models/config.ts';
import { expectedShapes } from '../../src/models/shapes.ts';
import { createBandwidth } from './bandwidth.ts';
import {
  type BenchDecoder,
  type BenchPrecision,
  CONTEXT,
  DECODERS,
  PROMPT_TOKENS,
} from './engines/engine.ts';
import type { EngineName, FromHost, ToHost } from './host.ts';
import { memoryOfLargest } from './memory.ts';
import { benchFolder, installPeers } from './peers.ts';
import { randomModel, SHAPES, type ShapeName } from './random-model.ts';
import { type Measurement, printMemory, printTable } from './table.ts';

const list = (text: string) => text.split(',');
const counts = (text: string) => list(text).map(Number);
const flags = new Command('bench:decode')
  .description('Decoding speed and memory of Chispa beside transformers.js and llama.cpp, on random weights')
  .addOption(
    new Option('--shape <name>', 'shape of the random model')
      .choices(Object.keys(SHAPES))
      .default('gpt2-spanish'),
  )
  .option('--json <file>', 'write the medians as JSON')
  .option(
    '--quick',
    'fewer batches, tokens and rounds: under five minutes on an idle machine, ten for qwen3-0.6b',
  )
  .addOption(
    new Option('--threads <n>', 'threads for every engine').argParser(Number).default(availableParallelism()),
  )
  .addOption(new Option('--engines <names>', 'only these, separated by commas').argParser(list))
  .addOption(new Option('--precisions <names>', 'among fp32, q8 and q4, separated by commas').argParser(list))
  .addOption(new Option('--decoders <names>', 'among greedy, sampling and bot').argParser(list))
  .addOption(new Option('--batches <sizes>', 'rows decoded together, separated by commas').argParser(counts))
  .addOption(
    new Option('--tokens <n>', `new tokens per row, ${CONTEXT - PROMPT_TOKENS} at most`).argParser(Number),
  )
  .addOption(new Option('--rounds <n>', 'rounds to take the median of').argParser(Number))
  .parse()
  .opts<{
    shape: ShapeName;
    json?: string;
    quick?: true;
    threads: number;
    engines?: string[];
    precisions?: string[];
    decoders?: string[];
    batches?: number[];
    tokens?: number;
    rounds?: number;
  }>();

const ENGINES: EngineName[] = ['chispa', 'chispa-bare', 'transformers.js', 'llama.cpp'];
const chosen = <T extends string>(all: readonly T[], names: readonly string[] | undefined) =>
  all.filter((name) => names?.includes(name) ?? true);
const small = flags.shape !== 'qwen3-0.6b';
const plan = {
  ...(flags.shape === 'gpt2-spanish'
    ? { precisions: ['fp32', 'q8'] as const, batches: [1, 4, 8, 16], tokens: 64 }
    : { precisions: ['q8', 'q4'] as const, batches: [1, 8], tokens: 32 }),
  rounds: 5,
  ...(flags.quick && (small ? { batches: [1, 8], tokens: 24, rounds: 3 } : { tokens: 12, rounds: 2 })),
  ...(flags.batches && { batches: flags.batches }),
  ...(flags.tokens && { tokens: flags.tokens }),
  ...(flags.rounds && { rounds: flags.rounds }),
};
const precisions = flags.precisions
  ? chosen(['fp32', 'q8', 'q4'] as const, flags.precisions)
  : plan.precisions;
// `Object.keys` is typed as strings, but DECODERS has exactly these keys.
const decoders = chosen(Object.keys(DECODERS) as BenchDecoder[], flags.decoders);

interface Host {
  engine: EngineName;
  precision: BenchPrecision;
  child: ChildProcess;
  /** Rejects when the process ends. */
  ended: Promise<never>;
}

installPeers();
const model = await randomModel(join(benchFolder, flags.shape), SHAPES[flags.shape]);
const config = parseConfig(await readFile(join(model, 'config.json'), 'utf8'), flags.shape);
const hosts: Host[] = [];
for (const precision of precisions)
  for (const engine of chosen(ENGINES, flags.engines)) {
    if (engine === 'transformers.js' && precision === 'q4') continue; // its 4-bit format is ours
    console.error(`Starting ${engine} ${precision} …`);
    hosts.push(await start(engine, precision));
  }
const bandwidth = await createBandwidth(flags.threads);

const measurements = new Map<string, Measurement>();
const bytesPerSecond: number[] = [];
// One short run of everything first, so that one-time work such as compilation is not measured.
for (const host of hosts) await run(host, Math.min(...plan.batches), 'sampling', 4);
for (let round = 1; round <= plan.rounds; round++) {
  console.error(`Round ${round} of ${plan.rounds} (load average ${loadavg()[0]?.toFixed(1)})`);
  bytesPerSecond.push(await bandwidth.measure());
  for (const batch of plan.batches)
    for (const decoder of decoders)
      for (const host of hosts) {
        const { engine, precision } = host;
        const key = [engine, precision, batch, decoder].join();
        const known = measurements.get(key) ?? { engine, precision, batch, decoder, rates: [] };
        known.rates.push(await run(host, batch, decoder, plan.tokens));
        measurements.set(key, known);
      }
}
await bandwidth.close();
const memories = hosts.map(({ engine, precision, child }) => ({
  engine,
  precision,
  ...memoryOfLargest(child.pid ?? 0),
}));
for (const { child } of hosts) child.kill();

const results = [...measurements.values()];
console.log(`node bench/decode/main.ts ${process.argv.slice(2).join(' ')}`);
console.log(
  `${flags.shape}, ${cpus()[0]?.model.trim()}, ${flags.threads} threads, ${plan.tokens} tokens after ${PROMPT_TOKENS}, median of ${plan.rounds} rounds, load average ${loadavg()[0]?.toFixed(1)}`,
);
const parameters = [...expectedShapes(config).values()].reduce((sum, shape) => sum + elementCount(shape), 0);
printTable(results, { bytesPerSecond, parameters });
printMemory(memories, { parameters, cache: cacheBytes(Math.max(...plan.batches)) });
if (flags.json) {
  const rows = results.map(({ rates, ...it }) => ({
    ...it,
    tokensPerSecond: Number(median(rates).toFixed(2)),
  }));
  await writeFile(flags.json, `${JSON.stringify({ rows, memories }, null, 2)}\n`);
}

/** What keys and values of this many rows take at the end of a run, in float32. */
function cacheBytes(rows: number): number {
  const tokens = capacityFor(PROMPT_TOKENS + plan.tokens, 32);
  return rows * tokens * config.layers * 2 * config.keyValueHeads * config.headWidth * 4;
}

async function start(engine: EngineName, precision: BenchPrecision): Promise<Host> {
  // Chispa's engine child uses huge pages, and the other engines benefit just as much.
  const child = forkSibling(import.meta.url, 'host', {
    stdio: ['ignore', 2, 2, 'ipc'],
    env: withHugePages(),
  });
  // The same cores for every engine, grandchildren included; without `taskset` the system decides.
  if (child.pid !== undefined)
    spawnSync('taskset', ['-a', '-p', '-c', `0-${flags.threads - 1}`, String(child.pid)]);
  const ended = once(child, 'exit').then((): never => {
    throw new Error(`${engine} ${precision} ended in the middle of the benchmark`);
  });
  ended.catch(() => {}); // every process is killed at the end
  const host = { engine, precision, child, ended };
  const options = { precision, threads: flags.threads, model, rows: Math.max(...plan.batches) };
  await ask(host, { type: 'start', engine, options });
  return host;
}

/** Tokens per second of one run. */
async function run(host: Host, batch: number, decoder: BenchDecoder, tokens: number): Promise<number> {
  const answer = await ask(host, { type: 'run', batch, decoder, tokens });
  return answer.type === 'done' ? answer.tokens / answer.seconds : 0;
}

async function ask({ child, ended }: Host, message: ToHost): Promise<FromHost> {
  child.send(message);
  const [answer] = await Promise.race([once(child, 'message'), ended]);
  return answer as FromHost; // sent by host.ts
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
