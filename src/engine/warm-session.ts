import { messageOf } from '../lib/errors.ts';
import { NEUTRAL_DEFAULTS } from '../lib/settings.ts';
import type { AdapterStack } from './adapter-stack.ts';
import { createDecoderSession, type DecoderSession } from './decoder-session.ts';
import type { ExecutionProvider } from './engine.ts';
import { createKvCache } from './kv-cache.ts';
import type { ModelWeights } from './quantized-file.ts';
import { createDecodeSession, type SessionOptions } from './session.ts';

/**
 * A decoder that has already decoded one token. The first run of a session allocates and compiles, which no request
 * should wait for, and a provider may accept a model but fail to run it. In that case, it falls back to the CPU and
 * logs a warning.
 */
export async function warmSession(
  folder: ModelWeights,
  options: SessionOptions,
  adapters?: AdapterStack,
): Promise<{ session: DecoderSession; provider: ExecutionProvider }> {
  const { session: runtime, provider } = await createDecodeSession(folder, {
    ...options,
    adapters: adapters?.targets,
  });
  // Only the CPU provider supports empty tensors.
  const session = createDecoderSession(runtime, folder.config, {
    neverEmpty: provider !== 'cpu',
    adapters: adapters?.feeds,
  });
  try {
    const { start } = folder.config;
    const cache = createKvCache(folder.config, 1);
    cache.add();
    await session.read(cache, [start]);
    await session.step(cache, [
      { request: { settings: NEUTRAL_DEFAULTS, seed: 0 }, prompt: [start, start], tokens: [] },
    ]);
    return { session, provider };
  } catch (error) {
    await session.release();
    if (provider === 'cpu') throw error;
    const why = messageOf(error).split('\n', 1)[0];
    options.log.warn(`EXECUTION_PROVIDER=${provider} cannot run ${folder.name}, using the CPU (${why})`);
    return warmSession(folder, { ...options, provider: 'cpu' }, adapters);
  }
}
