import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { forkSibling, withHugePages } from '../../src/lib/fork.ts';
import { createBandwidth } from './bandwidth.ts';
import {
  type BenchDecoder,
  type BenchPrecision,
  CONTEXT,
  DECODERS,
  PROMPT_TOKENS,
} from './engines/engine.ts';
import type { EngineName, FromHost, ToHost } from './host.ts';
import { benchFolder, installPeers } from './peers.ts';
import { GPT2_SPANISH, randomModel } from './random-model.ts';
import { type Measurement, printTable } from './table.ts';

const program = new Command('bench:decode')
  .description(
    "Decoding speed of Chispa beside transformers.js and llama.cpp, on a random model of gpt2-spanish's shape",
  )
  .option('--json <file>', 'write the medians as JSON')
  .option('--quick', 'fewer batches, tokens and rounds: under five minutes on an idle machine')
  .addOption(
    new Option('--threads <n>', 'threads for every engine').argParser(Number).default(availableParallelism()),
  )
  .addOption(
    new Option('--engines <names>', 'only these, separated by commas').argParser((list: string) =>
      list.split(','),
    ),
  )
  .addOption(
    new Option('--batches <sizes>', 'rows decoded together, separated by commas').argParser((list: string) =>
      list.split(',').map(Number),
    ),
  )
  .addOption(
    new Option('--tokens <n>', `new tokens per row, ${CONTEXT - PROMPT_TOKENS} at most`).argParser(Number),
  )
  .addOption(new Option('--rounds <n>', 'rounds to take the median of').argParser(Number))
  .parse();
const flags = program.opts<{
  json?: string;
  quick?: true;
  threads: number;
  engines?: string[];
  batches?: number[];
  tokens?: number;
  rounds?: number;
}>();

const ENGINES: EngineName[] = ['chispa', 'chispa-bare', 'transformers.js', 'llama.cpp'];
// `Object.keys` is typed as strings, but DECODERS has exactly these keys.
const BENCH_DECODERS = Object.keys(DECODERS) as BenchDecoder[];
const PRECISIONS: BenchPrecision[] = ['fp32', 'q8'];
const plan = {
  batches: flags.batches ?? (flags.quick ? [1, 8] : [1, 4, 8, 16]),
  tokens: flags.tokens ?? (flags.quick ? 24 : 64),
  rounds: flags.rounds ?? (flags.quick ? 3 : 5),
};

interface Host {
  engine: EngineName;
  precision: BenchPrecision;
  child: ChildProcess;
  /** Rejects when the process ends. */
  ended: Promise<never>;
}

installPeers();
const model = await randomModel(join(benchFolder, 'gpt2-spanish-peaked'));
const hosts: Host[] = [];
for (const precision of PRECISIONS)
  for (const engine of ENGINES.filter((name) => flags.engines?.includes(name) ?? true)) {
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
    for (const decoder of BENCH_DECODERS)
      for (const host of hosts) {
        const { engine, precision } = host;
        const key = [engine, precision, batch, decoder].join();
        const known = measurements.get(key) ?? { engine, precision, batch, decoder, rates: [] };
        known.rates.push(await run(host, batch, decoder, plan.tokens));
        measurements.set(key, known);
      }
}
await bandwidth.close();
for (const { child } of hosts) child.kill();

const results = [...measurements.values()];
const parameters =
  GPT2_SPANISH.vocab_size * GPT2_SPANISH.n_embd + 12 * GPT2_SPANISH.n_layer * GPT2_SPANISH.n_embd ** 2;
console.log(`node bench/decode/main.ts ${process.argv.slice(2).join(' ')}`);
console.log(
  `${cpus()[0]?.model.trim()}, ${flags.threads} threads, ${plan.tokens} tokens after ${PROMPT_TOKENS}, median of ${plan.rounds} rounds`,
);
printTable(results, { bytesPerSecond, parameters });
if (flags.json) {
  const rows = results.map(({ rates, ...it }) => ({
    ...it,
    tokensPerSecond: Number(median(rates).toFixed(2)),
  }));
  await writeFile(flags.json, `${JSON.stringify(rows, null, 2)}\n`);
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
  await ask(host, { type: 'start', engine, options: { precision, threads: flags.threads, model } });
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
