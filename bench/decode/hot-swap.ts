import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { startEngine } from '../../src/engine/client.ts';
import { NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import { benchFolder } from './peers.ts';
import { randomModel } from './random-model.ts';

// npm run bench:hot-swap: how long decoding pauses while the engine loads another 8-bit model of gpt2-spanish's shape
// beside the active one, how much memory remains in use once the old one is released, and the throughput of two models
// that decode at once, each in its own process.

/** Longest acceptable time between two words of a running row, in ms. */
const GOAL_MS = 200;
const ROUNDS = 10;
const MEASURED_MS = 4000;
/** People who each ask for one joke after another. */
const ROWS = 4;
const settings = { ...NEUTRAL_DEFAULTS, maxTokens: 60 };

const first = await randomModel(join(benchFolder, 'gpt2-spanish'));
const folder = await mkdtemp(join(tmpdir(), 'chispa-swap-'));
const second = join(folder, 'gpt2-spanish-2');
const log = pino({ level: 'warn' }, pino.destination(2));
const options = { provider: 'cpu', threads: 2, precision: 'q8', slots: ROWS, log } as const;
const engine = await startEngine({ ...options, modelsLoaded: 1 });
const pair = await startEngine({ ...options, modelsLoaded: 2 });
try {
  await engine.load(first); // quantizes the model if necessary
  await cp(first, second, { recursive: true });
  const pauses: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [old, next] = round % 2 === 0 ? [first, second] : [second, first];
    pauses.push(await longestPause(old, next));
    memory.push(await residentBytes(next));
  }
  const longest = Math.max(...pauses);
  console.log(
    `${cpus()[0]?.model.trim()}, 2 threads, ${ROWS} rows, ${ROUNDS} swaps, load average ${loadavg()[0]?.toFixed(1)}`,
  );
  console.log(`longest pause of each: ${pauses.map((ms) => ms.toFixed(0)).join(', ')} ms (goal ${GOAL_MS})`);
  console.log(`resident after each: ${memory.map((bytes) => (bytes / 1e9).toFixed(2)).join(', ')} GB`);
  const alone: number[] = [];
  const together: number[] = [];
  for (const model of [first, second]) await pair.load(model);
  for (let round = 0; round < 5; round++) {
    alone.push(await tokensPerSecond([first]));
    together.push(await tokensPerSecond([first, second]));
  }
  const ratios = together.map((rate, i) => rate / (alone[i] ?? Number.NaN)).sort((a, b) => a - b);
  console.log(
    `one model: ${alone.map((rate) => rate.toFixed(0)).join(', ')} tokens/s; two at once: ${together.map((rate) => rate.toFixed(0)).join(', ')}; median ratio ${ratios[2]?.toFixed(2)}`,
  );
  process.exitCode = longest <= GOAL_MS ? 0 : 1;
} finally {
  await engine.close();
  await pair.close();
  await rm(folder, { recursive: true });
}

/** The longest time, in ms, without a word from the rows on `old` while `next` is loaded and starts to answer. */
async function longestPause(old: string, next: string): Promise<number> {
  const stop = new AbortController();
  const pauses: number[] = [];
  let last = Number.NaN; // no pause before the first word
  const onText = () => {
    const now = performance.now();
    if (!Number.isNaN(last)) pauses.push(now - last);
    last = now;
  };
  const ask = async (row: number): Promise<void> => {
    for (let seed = row; !stop.signal.aborted; seed += ROWS)
      await engine.generate({ ...joke(old), seed }, { onText, signal: stop.signal });
  };
  const rows = Array.from({ length: ROWS }, (_, row) => ask(row));
  while (Number.isNaN(last)) await setTimeout(10);
  await engine.load(next);
  await engine.generate({ ...joke(next), settings: { ...settings, maxTokens: 8 } });
  stop.abort();
  await Promise.all(rows);
  await engine.generate(joke(next)); // afterwards the old model has been released
  if (engine.pid(old) !== undefined) throw new Error(`${old} is still in memory`);
  return Math.max(...pauses);
}

/** The total for `ROWS` people per model, who each ask for one joke after another. */
async function tokensPerSecond(models: string[]): Promise<number> {
  const start = performance.now();
  const ask = async (model: string, row: number): Promise<number> => {
    let tokens = 0;
    for (let seed = row; performance.now() - start < MEASURED_MS; seed += ROWS)
      tokens += (await pair.generate({ ...joke(model), seed })).tokens.length;
    return tokens;
  };
  const rows = models.flatMap((model) => Array.from({ length: ROWS }, (_, row) => ask(model, row)));
  const tokens = (await Promise.all(rows)).reduce((a, b) => a + b);
  return (1000 * tokens) / (performance.now() - start);
}

function joke(model: string) {
  return { model, prompt: { kind: 'joke' as const }, seed: 0, settings };
}

/** Resident memory of the model's process; Linux only. */
async function residentBytes(model: string): Promise<number> {
  const status = await readFile(`/proc/${engine.pid(model)}/status`, 'utf8');
  return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
}
