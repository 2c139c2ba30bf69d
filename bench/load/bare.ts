import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { startEngine } from '../../src/engine/client.ts';
import { ENDING } from '../../src/generator/write-joke.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';

/** What is written in a second. */
export interface Throughput {
  jokes: number;
  tokens: number;
}

export interface BareOptions {
  /** A model folder. */
  model: string;
  slots: number;
  threads: number;
  seconds: number;
}

/**
 * How much the engine alone writes, when as many jokes as it has slots are always being written: over `seconds`, or until as
 * many jokes are whole, from which their length is known.
 */
export async function measureBare({ model, slots, threads, seconds }: BareOptions): Promise<Throughput> {
  const log = pino({ level: 'warn' }, pino.destination(2));
  const engine = await startEngine({ provider: 'cpu', threads, slots, precision: 'q8', log });
  const stop = new AbortController();
  const lengths: number[] = []; // in tokens
  const write = async (row: number): Promise<void> => {
    for (let seed = row; !stop.signal.aborted; seed += slots) {
      const request = { model, prompt: { kind: 'joke' as const }, settings: BOT_DEFAULTS, seed, ...ENDING };
      const { tokens } = await engine.generate(request, { onText() {}, signal: stop.signal });
      lengths.push(tokens.length);
    }
  };
  const decoded = async () =>
    (await engine.measure()).reduce((sum, { decodedTokens }) => sum + decodedTokens, 0);
  try {
    await engine.load(model);
    const rows = Array.from({ length: slots }, (_, row) => write(row));
    await delay(2000); // warm
    const [since, before] = [performance.now(), await decoded()];
    await delay(seconds * 1000);
    while (lengths.length < slots) await delay(100);
    const tokens = (1000 * ((await decoded()) - before)) / (performance.now() - since);
    const jokes = (tokens * lengths.length) / lengths.reduce((a, b) => a + b, 0);
    stop.abort();
    await Promise.all(rows);
    return { jokes, tokens };
  } finally {
    await engine.close();
  }
}
