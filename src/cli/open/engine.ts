import { loadConfig } from '../../config.ts';
import { type EngineClient, startEngine } from '../../engine/client.ts';
import type { LoadedModel, Precision } from '../../engine/engine.ts';
import { createLog } from '../../lib/log.ts';
import { resolveModel } from '../../models/registry.ts';

export interface OpenEngine {
  engine: EngineClient;
  loaded: LoadedModel;
}

/**
 * Starts an engine with `slots` rows and loads the model that a command names, or else MODEL. Close the engine at the
 * end.
 */
export async function openEngine(options: {
  model?: string | undefined;
  precision: Precision;
  slots: number;
}): Promise<OpenEngine> {
  const config = loadConfig();
  const log = createLog(config.logLevel === 'info' ? 'warn' : config.logLevel);
  const folder = await resolveModel(options.model ?? config.model, config);
  const { provider, threads } = config;
  const engine = await startEngine({
    provider,
    threads,
    slots: options.slots,
    precision: options.precision,
    log,
  });
  try {
    return { engine, loaded: await engine.load(folder) };
  } catch (error) {
    await engine.close();
    throw error;
  }
}
