import { serveParent } from '../lib/child/serve.ts';
import { ChispaError } from '../lib/errors.ts';
import type { EngineTasks } from './engine-process.ts';
import { type LocalEngine, openLocalEngine } from './local-engine.ts';

/** A model's own process: onnxruntime blocks its thread while it loads or computes, and may abort the process. */
let engine: Promise<LocalEngine> | undefined;

async function loaded(): Promise<LocalEngine> {
  if (!engine) throw new ChispaError('model-not-loaded', 'The process has no model.');
  return engine;
}

serveParent<EngineTasks>({
  async load({ model, options }, { tell }) {
    const log = (level: 'info' | 'warn') => (message: string) => tell({ level, message });
    engine = openLocalEngine(model, { ...options, log: { info: log('info'), warn: log('warn') } });
    const { loaded, load } = await engine;
    return { loaded, placement: load().placement };
  },
  generate: async (request, { tell, signal }) => (await loaded()).generate(request, { onText: tell, signal }),
  measure: async () => (await loaded()).load(),
  inspect: async (request) => (await loaded()).inspect(request),
  embed: async (request) => (await loaded()).embed(request),
});
