import { z } from 'zod';
import { ChispaError } from '../lib/errors.ts';
import { decoderSettings, seedSchema } from '../lib/settings.ts';
import { type ModelFolder, openModelFolder } from '../models/folder.ts';
import { type AdaptableSession, adaptableSession } from './adaptable-session.ts';
import { type Batch, createBatch } from './batch.ts';
import type {
  Engine,
  EngineOptions,
  GenerateOptions,
  GenerationRequest,
  GenerationResult,
  LoadedModel,
} from './engine.ts';
import { inspectTokens } from './inspect.ts';
import { createLoadedModels, type Resident } from './loaded-models.ts';
import { createRow } from './row.ts';
import { capacityFor, type SchedulerLimits } from './scheduler.ts';
import { type EngineLog, runtimeVersion } from './session.ts';
import type { EngineStats } from './stats.ts';

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
  session: AdaptableSession;
  batch: Batch;
  /** Going on now beside the batch: inspections, and requests whose adapter is being read. */
  visitors: number;
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
    const session = await adaptableSession(folder, options);
    const batch = createBatch(folder, session, limitsFor(folder), stats);
    const loaded: LoadedModel = {
      model: path,
      name: folder.name,
      sha256: folder.sha256,
      context: folder.config.positions,
      takesTheme: folder.manifest.prompt.theme !== undefined,
      files: folder.manifest.files,
      precision: options.precision,
      provider: session.provider,
      runtimeVersion,
    };
    const served: Served = {
      loaded,
      folder,
      session,
      batch,
      visitors: 0,
      get busy() {
        return batch.busy || served.visitors > 0;
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

  /** Does `work` while the model stays in memory whatever happens. */
  async function visit<T>(served: Served, work: () => Promise<T>): Promise<T> {
    served.visitors += 1;
    try {
      return await work();
    } finally {
      served.visitors -= 1;
    }
  }

  function submit(
    { folder, batch }: Served,
    request: GenerationRequest,
    { onText, signal }: GenerateOptions,
  ): Promise<GenerationResult> {
    refuseIfClosed();
    return new Promise((resolve, reject) => {
      batch.submit(createRow(nextId++, request, { folder, onText, signal, resolve, reject }));
      looping ??= loop();
    });
  }

  const refuseIfClosed = (): void => {
    if (closed) throw new ChispaError('engine-closed', 'The engine has been closed.');
  };

  return {
    async load(model) {
      refuseIfClosed();
      return (await models.load(model)).loaded;
    },

    async generate(request, options = {}) {
      refuseIfClosed();
      check(request);
      const used = models.use(request.model);
      const served = used instanceof Promise ? await used : used;
      const { adapter } = request;
      if (adapter === undefined) return submit(served, request, options);
      const { session } = served;
      const [answer] = await visit(served, async () => {
        await session.hold(adapter);
        return [submit(served, request, options)] as const; // in a list: the row itself is not waited for
      });
      return answer.finally(() => session.drop(adapter));
    },

    async inspect(request) {
      refuseIfClosed();
      const used = await models.use(request.model);
      const { session, folder } = used;
      const { adapter } = request;
      return visit(used, async () => {
        if (adapter !== undefined) await session.hold(adapter);
        const steps = inspectTokens(folder, session, request, limitsFor(folder));
        return adapter === undefined ? steps : steps.finally(() => session.drop(adapter));
      });
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
  adapter: z.string().min(1).optional(),
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
