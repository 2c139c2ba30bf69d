import type { Engine, GenerationResult, LoadedModel, RowRequest } from '../../engine/engine.ts';
import { BOT_DEFAULTS } from '../../lib/settings.ts';

export interface ToldJoke extends GenerationResult {
  seed: number;
}

/**
 * The jokes used to measure a model: `count` of them at the bot's default settings, neither trimmed nor filtered, from
 * consecutive seeds starting at `seed`.
 */
export const tellJokes = (
  engine: Pick<Engine, 'generate'>,
  { model, context }: Pick<LoadedModel, 'model' | 'context'>,
  {
    count,
    seed: first = 0,
    prompt = { kind: 'joke' },
    ...more
  }: { count: number; seed?: number } & Partial<Pick<RowRequest, 'prompt' | 'adapter' | 'embed'>>,
): Promise<ToldJoke[]> => {
  const settings = { ...BOT_DEFAULTS, maxTokens: Math.min(BOT_DEFAULTS.maxTokens, context - 1) };
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const seed = (first + i) >>> 0;
      return { ...(await engine.generate({ model, prompt, settings, seed, ...more })), seed };
    }),
  );
};
