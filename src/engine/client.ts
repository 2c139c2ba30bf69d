import { ChispaError } from '../lib/errors.ts';
import type { Engine, LoadedModel } from './engine.ts';
import { type EngineProcess, type EngineProcessOptions, startEngineProcess } from './engine-process.ts';
import { createLoadedModels } from './loaded-models.ts';

export interface StartEngineOptions extends EngineProcessOptions {
  /** Models in memory at most (`MODELS_LOADED`); the least recently used one without rows is released. Default 2. */
  modelsLoaded?: number;
}

export interface EngineClient extends Engine {
  /** Id of a model's process, while it has one. */
  pid(model: string): number | undefined;
}

/**
 * The engine: a process for each model, so that one decodes while another is loaded, what it computes or how it ends
 * touches no other, and its memory goes with it. The first process starts at once and waits for its model. Rejects with
 * `engine-died` when that cannot be started.
 */
export async function startEngine({
  modelsLoaded = 2,
  ...processOptions
}: StartEngineOptions): Promise<EngineClient> {
  /** Alive, with a model or not yet. */
  const processes = new Set<EngineProcess>();
  let closed = false;

  const refuseIfClosed = (): void => {
    if (closed) throw new ChispaError('engine-closed', 'The engine has been closed.');
  };

  async function start(): Promise<EngineProcess> {
    const process = await startEngineProcess(processOptions);
    processes.add(process);
    if (closed) await end(process);
    refuseIfClosed();
    return process;
  }

  async function end(process: EngineProcess): Promise<void> {
    await process.close();
    processes.delete(process);
  }

  let idle: Promise<EngineProcess> | undefined = start();
  await idle;

  const models = createLoadedModels(async (model) => {
    const starting = idle ?? start();
    idle = undefined;
    const process = await starting;
    try {
      const loaded = await process.load(model, () => {
        models.forget(model);
        void end(process);
      });
      return { loaded, process, release: () => end(process) };
    } catch (error) {
      await end(process);
      throw error;
    }
  }, modelsLoaded);

  return {
    async load(model): Promise<LoadedModel> {
      refuseIfClosed();
      return (await models.load(model)).loaded;
    },
    async generate(request, options) {
      refuseIfClosed();
      return models.use(request.model, ({ process }) => process.generate(request, options));
    },
    async inspect(request) {
      refuseIfClosed();
      return models.use(request.model, ({ process }) => process.inspect(request));
    },
    pid: (model) => models.peek(model)?.process.pid(),
    async close() {
      closed = true;
      await Promise.all([...processes].map(end));
    },
  };
}
