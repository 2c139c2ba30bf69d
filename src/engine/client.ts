import { ChispaError } from '../lib/errors.ts';
import type { Engine, LoadedModel } from './engine.ts';
import { type EngineProcess, type EngineProcessOptions, startEngineProcess } from './engine-process.ts';
import { createLoadedModels } from './loaded-models.ts';
import type { EngineLoad } from './stats.ts';

export interface StartEngineOptions extends EngineProcessOptions {
  /**
   * Maximum number of models in memory (`MODELS_LOADED`). The least recently used one without rows is released.
   * Default 2.
   */
  modelsLoaded?: number;
}

export interface EngineClient extends Engine {
  /** What each model in memory is doing now. */
  measure(): Promise<EngineLoad[]>;
  /** Whether it can tell a joke now: a model is loaded, and a server answers. */
  isReady(): Promise<boolean>;
  /** Process id of a model, while it has a process. */
  pid(model: string): number | undefined;
}

/**
 * The engine: one process per model, so that one can decode while another is loaded, a crash affects no other model,
 * and its memory is freed with the process. The first process starts right away and waits for its model. Rejects with
 * `engine-died` when it cannot be started.
 */
export async function startEngine({
  modelsLoaded = 2,
  ...processOptions
}: StartEngineOptions): Promise<EngineClient> {
  /** Running processes, with or without a model. */
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

  async function measure(): Promise<EngineLoad[]> {
    const loads = await Promise.all([...processes].map((process) => process.measure()));
    return loads.filter((load) => load !== undefined);
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
    async embed(request) {
      refuseIfClosed();
      return models.use(request.model, ({ process }) => process.embed(request));
    },
    measure,
    isReady: async () => (await measure()).length > 0,
    pid: (model) => models.peek(model)?.process.pid(),
    async close() {
      closed = true;
      await Promise.all([...processes].map(end));
    },
  };
}
