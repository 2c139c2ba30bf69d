import { createDecoderSession } from '../../../src/engine/decoder-session.ts';
import { createKvCache } from '../../../src/engine/kv-cache.ts';
import { createDecodeSession } from '../../../src/engine/session.ts';
import { NEUTRAL_DEFAULTS } from '../../../src/lib/settings.ts';
import { openModelFolder } from '../../../src/models/folder.ts';
import { type BenchEngine, type BenchOptions, promptIds, TEMPERATURE } from './engine.ts';

/** Chispa's graph, cache and sampler without the engine around them: no process, no text, no stops. */
export async function chispaBare({ precision, threads, model }: BenchOptions): Promise<BenchEngine> {
  const folder = await openModelFolder(model);
  const log = { info: console.error, warn: console.error };
  const { session } = await createDecodeSession(folder, { provider: 'cpu', threads, precision, log });
  const decoder = createDecoderSession(session, folder.config);
  const newCache = () => createKvCache(folder.config, 32);
  return {
    async run(batch, name, tokens) {
      const cache = newCache();
      const rows = Array.from({ length: batch }, (_, row) => ({
        request: {
          seed: row,
          settings: { ...NEUTRAL_DEFAULTS, decoder: name, temperature: TEMPERATURE, maxTokens: tokens },
        },
        prompt: promptIds(row),
        tokens: [] as number[],
      }));
      for (const { prompt } of rows) {
        const own = newCache();
        own.add();
        await decoder.read(own, prompt.slice(0, -1));
        cache.add(own);
      }
      for (let step = 0; step < tokens; step++) {
        const chosen = await decoder.step(cache, rows);
        rows.forEach((row, i) => {
          row.tokens.push(chosen[i] ?? 0);
        });
      }
      return batch * tokens;
    },
  };
}
