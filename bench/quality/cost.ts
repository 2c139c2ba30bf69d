import { join } from 'node:path';
import { createDecoderSession, type DecoderSession } from '../../src/engine/decoder-session.ts';
import type { Precision } from '../../src/engine/engine.ts';
import { createKvCache } from '../../src/engine/kv-cache.ts';
import { createDecodeSession } from '../../src/engine/session.ts';
import { NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import type { ModelConfig } from '../../src/models/config.ts';
import { type ModelFolder, openModelFolder } from '../../src/models/folder.ts';
import { benchFolder } from '../decode/peers.ts';
import { GPT2_SPANISH, randomModel } from '../decode/random-model.ts';

/** Duration of one decode step for all rows, in ms. */
export interface StepCost {
  series: 'batch' | 'context' | 'width';
  precision: Precision;
  x: number;
  ms: number;
}

const WIDTHS = [128, 256, 384, 512, 768];

/** How the cost of a step grows with the number of rows, their context, and the model's width. */
export async function stepCosts(
  bundled: ModelFolder,
  options: { threads: number; rounds: number },
): Promise<StepCost[]> {
  const cases: {
    series: StepCost['series'];
    x: number;
    precision: Precision;
    step: () => Promise<number>;
  }[] = [];
  for (const precision of ['fp32', 'q8', 'q4'] as const) {
    const decoder = await open(bundled, precision, options.threads);
    const { config } = bundled;
    for (const batch of [1, 2, 4, 8, 16, 32])
      cases.push({ series: 'batch', x: batch, precision, step: stepper(decoder, config, batch, 32) });
    for (const share of [1 / 8, 1 / 4, 1 / 2, 3 / 4, 1]) {
      const context = Math.floor(config.positions * share) - 8;
      cases.push({ series: 'context', x: context, precision, step: stepper(decoder, config, 8, context) });
    }
    for (const width of WIDTHS) {
      const shape = { ...GPT2_SPANISH, vocab_size: 8192, n_layer: 6, n_embd: width, n_head: width / 64 };
      shape.eos_token_id = shape.bos_token_id = shape.vocab_size - 1;
      const folder = await openModelFolder(await randomModel(join(benchFolder, `width-${width}`), shape));
      const own = await open(folder, precision, options.threads);
      cases.push({ series: 'width', x: width, precision, step: stepper(own, folder.config, 1, 32) });
    }
  }
  const times = cases.map((): number[] => []);
  // Interleaved, so that a slow phase of the machine affects every case of that round.
  for (let round = 0; round < options.rounds; round++)
    for (const [i, { step }] of cases.entries()) times[i]?.push(await step());
  return cases.map(({ series, x, precision }, i) => ({ series, x, precision, ms: median(times[i] ?? []) }));
}

async function open(folder: ModelFolder, precision: Precision, threads: number): Promise<DecoderSession> {
  const log = { info: console.error, warn: console.error };
  const session = await createDecodeSession(folder, { provider: 'cpu', threads, precision, log });
  return createDecoderSession(session, folder.config);
}

/** Times a step of `batch` sampling rows with `context` tokens in the cache: the best of four consecutive steps. */
function stepper(decoder: DecoderSession, config: ModelConfig, batch: number, context: number) {
  return async (): Promise<number> => {
    const cache = createKvCache(config, 32);
    for (let row = 0; row < batch; row++) cache.add();
    cache.reserve(context + 4);
    cache.append(new Float32Array(2 * config.layers * batch * config.width * context), context); // zeros take as long
    const rows = Array.from({ length: batch }, (_, seed) => ({
      request: { seed, settings: NEUTRAL_DEFAULTS },
      prompt: [seed],
      tokens: [] as number[],
    }));
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 4; i++) {
      const start = performance.now();
      await decoder.step(cache, rows);
      best = Math.min(best, performance.now() - start);
    }
    return best;
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
