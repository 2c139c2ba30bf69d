import { createDecoderSession } from '../../src/engine/decoder-session.ts';
import type { Precision } from '../../src/engine/engine.ts';
import { createKvCache } from '../../src/engine/kv-cache.ts';
import { createDecodeSession } from '../../src/engine/session.ts';
import type { ModelFolder } from '../../src/models/folder.ts';

export interface Quality {
  precision: Precision;
  /** exp of the mean negative log-likelihood per token. */
  perplexity: number;
  tokens: number;
  /** Share of positions where the most likely token is the same as in fp32. */
  sameChoice: number;
}

const CHUNK = 32;

/**
 * Perplexity of a text at each precision, fp32 first. The text is read in windows as long as the model's context, each
 * starting with end-of-text, so that every predicted token has context.
 */
export async function perplexities(folder: ModelFolder, text: string, threads: number): Promise<Quality[]> {
  const { config, tokenizer } = folder;
  const ids = tokenizer.encode(text);
  const windows: number[][] = [];
  for (let start = 0; start < ids.length; start += config.positions - 1)
    windows.push([config.eos, ...ids.slice(start, start + config.positions - 1)]);

  const results: Quality[] = [];
  let reference: number[] = [];
  for (const precision of ['fp32', 'q8', 'q4'] as const) {
    const log = { info: console.error, warn: console.error };
    const session = await createDecodeSession(folder, { provider: 'cpu', threads, precision, log });
    const decoder = createDecoderSession(session, config);
    const choices: number[] = [];
    let loss = 0;
    for (const window of windows) {
      const cache = createKvCache(config, CHUNK);
      cache.add();
      for (let start = 0; start + 1 < window.length; start += CHUNK) {
        const part = window.slice(start, Math.min(start + CHUNK, window.length - 1));
        const logits = await decoder.logits(cache, part, part.length, part.map((_, i) => i)); // biome-ignore format: one call
        part.forEach((_, i) => {
          const row = logits.subarray(i * config.vocabSize, (i + 1) * config.vocabSize);
          const max = row.reduce((a, b) => Math.max(a, b));
          const sum = row.reduce((total, logit) => total + Math.exp(logit - max), 0);
          loss += max + Math.log(sum) - (row[window[start + i + 1] ?? 0] ?? 0);
          choices.push(row.indexOf(max));
        });
      }
    }
    await decoder.release();
    if (precision === 'fp32') reference = choices;
    results.push({
      precision,
      perplexity: Math.exp(loss / choices.length),
      tokens: choices.length,
      sameChoice: choices.filter((id, i) => id === reference[i]).length / choices.length,
    });
  }
  return results;
}
