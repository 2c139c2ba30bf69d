import { hostname } from 'node:os';
import { isRemote } from '../db/models.ts';
import type { GeneratorReport } from '../db/schema.ts';
import type { EngineClient } from '../engine/client.ts';
import { packageVersion } from '../lib/version.ts';
import type { ActiveModel } from './active-model.ts';

/** What a generator reports about itself with each sign of life, for `chispa status`. Rates are since the call before. */
export function createReport({
  engine,
  activeModel,
  slots,
  running,
}: {
  engine: EngineClient;
  activeModel: ActiveModel;
  slots: number;
  /** How many requests it works on now. */
  running: () => number;
}): () => Promise<GeneratorReport> {
  const fixed = { host: hostname(), pid: process.pid, version: packageVersion(), slots };
  /** Of each model: a counter begins anew when a model is loaded again. */
  let counted = new Map<string, number>();
  let countedAt = performance.now();
  return async () => {
    const { version, loaded } = await activeModel.get(null);
    const loads = await engine.measure();
    const now = new Map(loads.map((load) => [load.model, load.decodedTokens]));
    const seconds = (performance.now() - countedAt) / 1000;
    const fresh = [...now].map(([model, tokens]) => {
      const before = counted.get(model) ?? 0;
      return tokens >= before ? tokens - before : tokens;
    });
    const tokensPerSecond = Math.round(fresh.reduce((sum, tokens) => sum + tokens, 0) / seconds);
    counted = now;
    countedAt = performance.now();
    // It may have moved since it was loaded.
    const placement = loads.find((load) => load.model === loaded.model)?.placement;
    const { provider, reason } = placement ?? { provider: loaded.provider };
    return {
      ...fixed,
      provider,
      ...(reason && { reason }),
      ...(isRemote(version.folder) && { address: version.folder }),
      model: version.name,
      running: running(),
      tokensPerSecond,
    };
  };
}
