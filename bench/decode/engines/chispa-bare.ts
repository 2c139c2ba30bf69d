import { createDecoderSession, type DecoderSession } from '../../../src/engine/decoder-session.ts';
import { createKvCache } from '../../../src/engine/kv-cache.ts';
import { createDecodeSession } from '../../../src/engine/session.ts';
import type { ModelConfig } from '../../../src/models/config.ts';
import { openModelFolder } from '../../../src/models/folder.ts';
import { type BenchDecoder, type BenchEngine, type BenchOptions, DECODERS, promptIds } from './engine.ts';

/** Chispa's graph, cache, and sampler without the engine around them: no child process, text, or stop strings. */
export async function chispaBare({ precision, threads, model }: BenchOptions): Promise<BenchEngine> {
  const folder = await openModelFolder(model);
  const log = { info: console.error, warn: console.error };
  const session = await createDecodeSession(folder, { provider: 'cpu', threads, precision, log });
  const decoder = createDecoderSession(session, folder.config);
  return {
    async run(batch, name, tokens) {
      await decodeSteps(decoder, folder.config, { batch, decoder: name, tokens });
      return batch * tokens;
    },
  };
}

/** Reads a prompt for each of `batch` rows and decodes `tokens` tokens for all of them, step by step. */
export async function decodeSteps(
  session: DecoderSession,
  config: ModelConfig,
  { batch, decoder, tokens }: { batch: number; decoder: BenchDecoder; tokens: number },
  onStep: (milliseconds: number) => void = () => {},
): Promise<void> {
  const newCache = () => createKvCache(config, 32);
  const cache = newCache();
  const rows = Array.from({ length: batch }, (_, row) => ({
    request: {
      seed: row,
      settings: { ...DECODERS[decoder], maxTokens: tokens },
    },
    prompt: promptIds(row),
    tokens: [] as number[],
  }));
  for (const { prompt } of rows) {
    const own = newCache();
    own.add();
    if (prompt.length > 1) await session.read(own, prompt.slice(0, -1));
    cache.add(own);
  }
  for (let step = 0; step < tokens; step++) {
    const start = performance.now();
    const chosen = await session.step(cache, rows);
    onStep(performance.now() - start);
    rows.forEach((row, i) => {
      row.tokens.push(chosen[i] ?? 0);
    });
  }
}
