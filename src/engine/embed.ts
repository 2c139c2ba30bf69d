import { NEUTRAL_DEFAULTS } from '../lib/settings.ts';
import type { ModelFolder } from '../models/folder.ts';
import type { DecoderSession, RowAdapter } from './decoder-session.ts';
import type { TextRequest } from './engine.ts';
import { promptTokens } from './prompt.ts';
import type { SchedulerLimits } from './scheduler.ts';
import { createStateMean } from './state-mean.ts';

type Limits = Pick<SchedulerLimits, 'bucket' | 'chunk'>;

/** Same as `Engine.embed`. */
export async function embedText(
  folder: Pick<ModelFolder, 'config' | 'tokenizer' | 'manifest'>,
  session: DecoderSession,
  { text, adapter }: TextRequest,
  limits: Limits,
): Promise<Float32Array> {
  const { positions, eos } = folder.config;
  const { tokens: prompt, opening } = promptTokens(folder, {
    ...{ prompt: { kind: 'joke' }, settings: NEUTRAL_DEFAULTS, seed: 0 },
    ...(adapter !== undefined && { adapter }),
  });
  const told = text.startsWith(opening) ? text.slice(opening.length) : text;
  const tokens = [...prompt, ...folder.tokenizer.encode(told), eos].slice(0, positions);
  return embedTokens(folder, session, { tokens, from: prompt.length, adapter }, limits);
}

/** Reads all but the last of `tokens` once: the mean of the states that those from `from` ≥ 1 on were predicted from. */
export async function embedTokens(
  { config }: Pick<ModelFolder, 'config'>,
  session: DecoderSession,
  { tokens, from, adapter }: { tokens: readonly number[]; from: number; adapter?: RowAdapter },
  { bucket, chunk }: Limits,
): Promise<Float32Array> {
  const { width } = config;
  const read = tokens.slice(0, -1);
  const cache = session.newCache(bucket);
  cache.add();
  const mean = createStateMean(width);
  try {
    for (let start = 0; start < read.length; start += chunk) {
      const ids = read.slice(start, start + chunk);
      const states = await session.states(cache, ids, adapter);
      for (let i = Math.max(0, from - 1 - start); i < ids.length; i++)
        mean.add(states.subarray(i * width, (i + 1) * width));
    }
  } finally {
    cache.dispose();
  }
  return mean.mean();
}
