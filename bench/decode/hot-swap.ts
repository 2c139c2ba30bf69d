import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { startEngine } from '../../src/engine/client.ts';
import { NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import { benchFolder } from './peers.ts';
import { randomModel } from './random-model.ts';

// npm run bench:hot-swap: how long decoding stands still while the engine loads another 8-bit model of gpt2-spanish's
// shape beside the one that serves, and what memory comes back when the old one is released.

/** ms between two words of a row that goes on. */
const GOAL_MS = 200;
const ROUNDS = 5;
const ROWS = 4;
const settings = { ...NEUTRAL_DEFAULTS, maxTokens: 600 };

const first = await randomModel(join(benchFolder, 'gpt2-spanish'));
const folder = await mkdtemp(join(tmpdir(), 'chispa-swap-'));
const second = join(folder, 'gpt2-spanish-2');
const log = pino({ level: 'warn' }, pino.destination(2));
const engine = await startEngine({
  ...{ provider: 'cpu', threads: 2, precision: 'q8', slots: 2 * ROWS, modelsLoaded: 1, log },
});
try {
  await engine.load(first); // quantised now, if it was not
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
  process.exitCode = longest <= GOAL_MS ? 0 : 1;
} finally {
  await engine.close();
  await rm(folder, { recursive: true });
}

/** Milliseconds that rows on `old` waited for their next word at most, while `next` was loaded and began to answer. */
async function longestPause(old: string, next: string): Promise<number> {
  const stop = new AbortController();
  let longest = 0;
  let last = Number.NaN; // nothing is waited for before the first word
  const onText = () => {
    const now = performance.now();
    if (now - last > longest) longest = now - last;
    last = now;
  };
  const rows = Array.from({ length: ROWS }, (_, seed) =>
    engine.generate(
      { model: old, prompt: { kind: 'joke' }, seed, settings },
      { onText, signal: stop.signal },
    ),
  );
  while (Number.isNaN(last)) await new Promise((resolve) => setTimeout(resolve, 10));
  longest = 0;
  await engine.load(next);
  const request = {
    model: next,
    prompt: { kind: 'joke' as const },
    seed: 0,
    settings: { ...settings, maxTokens: 8 },
  };
  await engine.generate(request);
  stop.abort();
  await Promise.allSettled(rows);
  await engine.generate(request); // the old model is released by now
  return longest;
}

/** Of the model's process, by Linux. */
async function residentBytes(model: string): Promise<number> {
  const status = await readFile(`/proc/${engine.pid(model)}/status`, 'utf8');
  return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
}
