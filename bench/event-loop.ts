// npm run bench:event-loop: how late a role's event loop runs while its engine decodes eight rows, compared with idle.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { startEngine } from '../src/engine/client.ts';
import { NEUTRAL_DEFAULTS } from '../src/lib/settings.ts';
import { bundledModelPath as model } from '../src/models/registry.ts';

/** p99 in ms. */
const GOAL_MS = 20;
const ROWS = 8;
const ROUNDS = 10;
const RESOLUTION_MS = 5;

const log = pino({ level: 'warn' });
const engine = await startEngine({ provider: 'cpu', threads: 2, slots: ROWS, precision: 'q8', log });
try {
  await engine.load(model);
  const write = async (seed: number) => {
    const settings = { ...NEUTRAL_DEFAULTS, maxTokens: 200 };
    await engine.generate({ model, prompt: { kind: 'joke' }, seed, settings }, { onText() {} });
  };
  const idle = await delayDuring(() => delay(2000));
  const busy = await delayDuring(async () => {
    for (let round = 0; round < ROUNDS; round++)
      await Promise.all(Array.from({ length: ROWS }, (_, row) => write(round * ROWS + row)));
  });
  console.log(
    `event loop delay (p99): idle ${idle.toFixed(1)} ms, decoding ${ROWS} rows ${busy.toFixed(1)} ms`,
  );
  process.exitCode = busy <= GOAL_MS ? 0 : 1;
} finally {
  await engine.close();
}

/** 99th percentile of the delay in ms while `work` goes on. */
async function delayDuring(work: () => Promise<unknown>): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  await work();
  histogram.disable();
  return histogram.percentile(99) / 1e6 - RESOLUTION_MS;
}
