import { z } from 'zod';
import { ChispaError } from '../lib/errors.ts';
import type { Placement } from '../lib/placement.ts';
import { decoderSettings, seedSchema } from '../lib/settings.ts';
import { type ModelFolder, openModelFolder } from '../models/folder.ts';
import { takesTheme } from '../prompt/recipe.ts';
import { adaptableSession } from './adaptable-session.ts';
import { createBatch } from './batch.ts';
import { embedText } from './embed.ts';
import type {
  EngineOptions,
  GenerateOptions,
  GenerationResult,
  InspectedStep,
  LoadedModel,
  RowRequest,
  TextRequest,
  TokensRequest,
} from './engine.ts';
import { inspectTokens } from './inspect.ts';
import { createRow, type RowResult } from './row.ts';
import { capacityFor, type SchedulerLimits } from './scheduler.ts';
import { type EngineLog, runtimeVersion } from './session.ts';
import type { EngineLoad, EngineStats } from './stats.ts';

/**
 * Prompt tokens read in one run: enough to use the matrices efficiently, few enough that running rows do not wait
 * long.
 */
const CHUNK = 32;
/**
 * Cache capacities are multiples of this. Larger means more multiplication of masked entries; smaller means more
 * copying.
 */
const BUCKET = 32;

/** One model, decoding in this process. */
export interface LocalEngine {
  readonly loaded: LoadedModel;
  readonly stats: Readonly<EngineStats>;
  /** What the engine is doing now. */
  load(): EngineLoad & { placement: Placement };
  /** Same as `Engine.generate`, for this model. */
  generate(request: RowRequest, options?: GenerateOptions): Promise<GenerationResult>;
  /** Same as `Engine.inspect`, for this model. */
  inspect(request: TokensRequest): Promise<InspectedStep[]>;
  /** Same as `Engine.embed`, for this model. */
  embed(request: TextRequest): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Reads, checks and warms up a model folder and decodes in this process. `generate`, `inspect` and `embed` block the
 * event loop during each run, so programs that must stay responsive use `startEngine`, which has a process for each model.
 */
export async function openLocalEngine(
  model: string,
  options: EngineOptions & { log: EngineLog },
): Promise<LocalEngine> {
  const stats: EngineStats = { decodeRuns: 0, prefillRuns: 0, decodedTokens: 0 };
  const folder = await openModelFolder(model);
  const session = await adaptableSession(folder, options);
  const limits = limitsFor(folder, options);
  const batch = createBatch(session, limits, stats);
  let closed = false;
  let nextId = 0;
  let looping: Promise<void> | undefined;

  async function loop(): Promise<void> {
    while (batch.busy && !closed) {
      try {
        await batch.step();
      } catch (error) {
        await recover(error);
      }
    }
    looping = undefined; // in the same tick as the check: a request that arrives now starts a new loop
  }

  /** After a failed step: the rows go on on the CPU if they were elsewhere, or end with the error. */
  async function recover(error: unknown): Promise<void> {
    try {
      if (!(await session.fallBack(error, batch.restart))) batch.fail(error);
    } catch (failure) {
      batch.fail(failure);
    }
  }

  function submit(request: RowRequest, { onText, signal }: GenerateOptions): Promise<GenerationResult> {
    refuseIfClosed();
    return new Promise((resolve, reject) => {
      const finish = (result: RowResult) => resolve({ ...result, provider: session.placement.provider });
      batch.submit(createRow(nextId++, request, { folder, onText, signal, resolve: finish, reject }));
      looping ??= loop();
    });
  }

  /** Runs `work` while the adapter, if any, is loaded. */
  async function withAdapter<T>(adapter: string | undefined, work: () => Promise<T>): Promise<T> {
    if (adapter === undefined) return work();
    await session.hold(adapter);
    try {
      return await work();
    } finally {
      session.drop(adapter);
    }
  }

  const refuseIfClosed = (): void => {
    if (closed) throw new ChispaError('engine-closed', 'The engine has been closed.');
  };

  return {
    stats,
    load: () => ({
      ...stats,
      model,
      ...batch.size,
      cacheCapacity: limits.cacheTokens,
      placement: session.placement,
    }),
    loaded: {
      model,
      name: folder.name,
      sha256: folder.sha256,
      context: folder.config.positions,
      takesTheme: takesTheme(folder.manifest.prompt),
      files: folder.manifest.files,
      precision: options.precision,
      get provider() {
        return session.placement.provider;
      },
      runtimeVersion,
    },

    async generate(request, options = {}) {
      refuseIfClosed();
      check(request);
      return withAdapter(request.adapter, () => submit(request, options));
    },

    async inspect(request) {
      refuseIfClosed();
      return withAdapter(request.adapter, () => inspectTokens(folder, session, request, limits));
    },

    async embed(request) {
      refuseIfClosed();
      return withAdapter(request.adapter, () => embedText(folder, session, request, limits));
    },

    async close() {
      if (closed) return;
      closed = true;
      await looping;
      batch.fail(new ChispaError('engine-closed', 'The engine was closed before the text was finished.'));
      await session.release();
    },
  };
}

function limitsFor({ config }: ModelFolder, options: EngineOptions): SchedulerLimits {
  const longest = capacityFor(config.positions, BUCKET);
  return {
    slots: options.slots,
    // Whatever the limit, one row always fits: otherwise it would wait forever.
    cacheTokens: Math.max(longest, options.cacheTokens ?? options.slots * longest),
    prefillTokens: CHUNK,
    chunk: CHUNK,
    bucket: BUCKET,
  };
}

const requestSchema = z.object({
  adapter: z.string().min(1).optional(),
  settings: decoderSettings,
  seed: seedSchema,
  embed: z.boolean().optional(),
  minTokens: z.number().int().min(0).optional(),
  stop: z.array(z.string()).optional(),
  timeLimit: z.number().optional(),
});

function check(request: RowRequest): void {
  const parsed = requestSchema.safeParse(request);
  if (parsed.success) return;
  const issue = parsed.error.issues[0];
  throw new ChispaError('bad-request', `The request's ${issue?.path.join('.')} is wrong: ${issue?.message}.`);
}
