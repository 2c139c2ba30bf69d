import { z } from 'zod';
import { ChispaError } from '../lib/errors.ts';
import { decoderSettings, seedSchema } from '../lib/settings.ts';
import { type ModelFolder, openModelFolder } from '../models/folder.ts';
import { type Batch, createBatch } from './batch.ts';
import type { DecoderSession } from './decoder-session.ts';
import type { Engine, EngineOptions, GenerationRequest, LoadedModel } from './engine.ts';
import { inspectTokens } from './inspect.ts';
import { createLoadedModels, type Resident } from './loaded-models.ts';
import { createRow } from './row.ts';
import { capacityFor, type SchedulerLimits } from './scheduler.ts';
import { type EngineLog, runtimeVersion } from './session.ts';
import type { EngineStats } from './stats.ts';
import { warmSession } from './warm-session.ts';

/** Prompt tokens read in one run: long enough to use the matrices well, short enough for running rows to wait. */
const CHUNK = 32;
/** Cache capacities are multiples of this: what is masked is still multiplied, what grows is copied. */
const BUCKET = 32;
const MODELS_LOADED = 2;

export interface LocalEngine extends Engine {
  stats(): Promise<EngineStats>;
}

interface Served extends Resident {
  loaded: LoadedModel;
  folder: ModelFolder;
  session: DecoderSession;
  batch: Batch;
  /** Going on now. */
  inspections: number;
}

/**
 * The engine in this process. `generate` and `inspect` hold the event loop for the length of each run, so programs
 * that must stay responsive use `startEngine`, which runs it in a child process.
 */
export function createEngine(options: EngineOptions & { log: EngineLog }): LocalEngine {
  const stats: EngineStats = { decodeRuns: 0, prefillRuns: 0, decodedTokens: 0 };
  const models = createLoadedModels(open, options.modelsLoaded ?? MODELS_LOADED);
  let closed = false;
  let nextId = 0;
  let looping: Promise<void> | undefined;

  async function open(path: string): Promise<Served> {
    const folder = await openModelFolder(path);
    const { session, provider } = await warmSession(folder, options);
    const batch = createBatch(folder, session, limitsFor(folder), stats);
    const loaded: LoadedModel = {
      model: path,
      name: folder.name,
      sha256: folder.sha256,
      context: folder.config.positions,
      takesTheme: folder.manifest.prompt.theme !== undefined,
      files: folder.manifest.files,
      precision: options.precision,
      provider,
      runtimeVersion,
    };
    const served: Served = {
      loaded,
      folder,
      session,
      batch,
      inspections: 0,
      get busy() {
        return batch.busy || served.inspections > 0;
      },
      release: () => session.release(),
    };
    return served;
  }

  function limitsFor({ config }: ModelFolder): SchedulerLimits {
    const longest = capacityFor(config.positions, BUCKET);
    return {
      slots: options.slots,
      // One row always fits, whatever the bound: else it would wait for ever.
      cacheTokens: Math.max(longest, options.cacheTokens ?? options.slots * longest),
      prefillTokens: CHUNK,
      chunk: CHUNK,
      bucket: BUCKET,
    };
  }

  /** Steps every model in turn until nobody has work. */
  async function loop(): Promise<void> {
    for (;;) {
      const busy = models.resident().filter(({ batch }) => batch.busy);
      if (busy.length === 0 || closed) {
        looping = undefined; // in the same tick as the look: a request that comes now starts a new loop
        return;
      }
      for (const { batch } of busy) {
        try {
          await batch.step();
        } catch (error) {
          batch.fail(error);
        }
      }
      await models.trim();
    }
  }

  const refuseIfClosed = (): void => {
    if (closed) throw new ChispaError('engine-closed', 'The engine has been closed.');
  };

  return {
    async load(model) {
      refuseIfClosed();
      return (await models.load(model)).loaded;
    },

    async generate(request, { onText, signal } = {}) {
      refuseIfClosed();
      check(request);
      const used = models.use(request.model);
      const { folder, batch } = used instanceof Promise ? await used : used;
      refuseIfClosed();
      return new Promise((resolve, reject) => {
        batch.submit(createRow(nextId++, request, { folder, onText, signal, resolve, reject }));
        looping ??= loop();
      });
    },

    async inspect(request) {
      refuseIfClosed();
      const used = await models.use(request.model);
      used.inspections += 1;
      try {
        return await inspectTokens(used.folder, used.session, request, limitsFor(used.folder));
      } finally {
        used.inspections -= 1;
      }
    },

    async stats() {
      return { ...stats };
    },

    async close() {
      if (closed) return;
      closed = true;
      await looping;
      const error = new ChispaError('engine-closed', 'The engine was closed before the text was finished.');
      for (const { batch } of models.resident()) batch.fail(error);
      await models.releaseAll();
    },
  };
}

const requestSchema = z.object({
  settings: decoderSettings,
  seed: seedSchema,
  minTokens: z.number().int().min(0).optional(),
  stop: z.array(z.string()).optional(),
  deadline: z.number().optional(),
});

function check(request: GenerationRequest): void {
  const parsed = requestSchema.safeParse(request);
  if (parsed.success) return;
  const issue = parsed.error.issues[0];
  throw new ChispaError('bad-request', `The request's ${issue?.path.join('.')} is wrong: ${issue?.message}.`);
}
