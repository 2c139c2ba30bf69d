import { setTimeout as delay } from 'node:timers/promises';
import { type Child, ChildDied, openChild } from '../lib/child/open.ts';
import { ChispaError } from '../lib/errors.ts';
import { withHugePages } from '../lib/fork.ts';
import type { Logger } from '../lib/log.ts';
import type { Placement } from '../lib/placement.ts';
import { within } from '../lib/within.ts';
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
import { missingGpu } from './gpu.ts';
import type { EngineLoad } from './stats.ts';

/** What a model's process can be asked. `load` comes first, and only once: each process has one model. */
export type EngineTasks = {
  load: {
    request: { model: string; options: EngineOptions };
    event: { level: 'info' | 'warn'; message: string };
    answer: { loaded: LoadedModel; placement: Placement };
  };
  /** An event is the next piece of the text. */
  generate: { request: RowRequest; event: string; answer: GenerationResult };
  inspect: { request: TokensRequest; event: never; answer: InspectedStep[] };
  embed: { request: TextRequest; event: never; answer: Float32Array };
  measure: { request: null; event: never; answer: EngineLoad };
};

export interface EngineProcessOptions extends EngineOptions {
  /** Priority of the process as in `os.setPriority`, where 19 is the lowest. Default: that of its parent. */
  niceness?: number;
  log: Logger;
}

/** A process for one model. */
export interface EngineProcess {
  /** `lost`: called when the process has died and the model cannot be reloaded. After that, all requests fail. */
  load(model: string, lost: () => void): Promise<LoadedModel>;
  generate(request: RowRequest, options?: GenerateOptions): Promise<GenerationResult>;
  inspect(request: TokensRequest): Promise<InspectedStep[]>;
  embed(request: TextRequest): Promise<Float32Array>;
  /** What it is doing now; undefined while it has no model or does not answer. */
  measure(): Promise<EngineLoad | undefined>;
  /** Process id, while there is a process. */
  pid(): number | undefined;
  /** Ends the process and rejects everything still pending. */
  close(): Promise<void>;
}

/** A request during which the process dies more often than this in a row is considered the cause. */
const DEATHS_ALLOWED = { load: 1, generate: 4, inspect: 1, embed: 1 } as const;

/** How long a process that computes may take to answer how much it does. */
const MEASURE_MS = 1000;

const FIRST_PAUSE = 50; // ms before a dead process is replaced; doubled for each death soon after
const LONGEST_PAUSE = 5_000;
const HEALTHY = 30_000; // ms after which a process's death is no longer held against its successor

/**
 * Starts a process and keeps it alive: when it dies, it is restarted, its model is reloaded, and running requests are
 * repeated with the same seed, which produces the same text. Rejects with `engine-died` when it cannot be started at
 * all.
 */
export async function startEngineProcess({
  log,
  niceness,
  ...options
}: EngineProcessOptions): Promise<EngineProcess> {
  const closing = new AbortController();
  let pause = FIRST_PAUSE;
  let born = 0;
  let loading = false;
  /** The model that every later process must load too, once the first one has loaded it. */
  let kept: { model: string; lost: () => void; placement: Placement } | undefined;
  /** Resolves when the current process has loaded its model. */
  let serving: Promise<unknown> = Promise.resolve();
  /** Where the next process runs the model. */
  let place: Pick<EngineOptions, 'provider' | 'reason'> = options;
  let child = start();
  await child.ready;

  function start(): Child<EngineTasks> {
    born = performance.now();
    return openChild<EngineTasks>(import.meta.url, 'child', {
      ...{ name: 'The engine process', code: 'engine', niceness, env: withHugePages() },
      onDeath(death) {
        log.warn(death.message);
        if (loading) place = withoutGpu(place);
        else if (kept) place = kept.placement.provider === 'cpu' ? kept.placement : LOST_GPU;
        if (kept && !loading) serve(kept);
      },
    });
  }

  async function replace(): Promise<void> {
    if (performance.now() - born > HEALTHY) pause = FIRST_PAUSE;
    await delay(pause, undefined, { signal: closing.signal }).catch(() => Promise.reject(closedError()));
    pause = Math.min(2 * pause, LONGEST_PAUSE);
    log.warn('starting the engine process again');
    child = start();
  }

  async function load(model: string): Promise<EngineTasks['load']['answer']> {
    loading = true;
    try {
      for (let deaths = 0; ; deaths++) {
        if (!child.isAlive()) await replace();
        try {
          return await child.ask(
            'load',
            { model, options: { ...options, ...place } },
            { onEvent: (line) => log[line.level](line.message) },
          );
        } catch (error) {
          if (!(error instanceof ChildDied)) throw error;
          if (deaths === DEATHS_ALLOWED.load) throw diedError();
        }
      }
    } finally {
      loading = false;
    }
  }

  /** Loads the model in the next process. Requests made in the meantime wait. */
  function serve(again: NonNullable<typeof kept>): void {
    const { model, lost } = again;
    const restore = async () => {
      try {
        again.placement = (await load(model)).placement;
      } catch (error) {
        if (closing.signal.aborted) throw error;
        log.error({ model, err: error }, 'could not load a model again');
        void close();
        lost();
        throw error;
      }
    };
    serving = restore();
    serving.catch(() => {}); // reported to those who wait for it
  }

  /** Runs a task in the process that has the model, and again in the next one if that dies. */
  async function ask<R>(deathsAllowed: number, attempt: (progressed: () => void) => Promise<R>): Promise<R> {
    for (let deaths = 0; ; ) {
      if (closing.signal.aborted) throw closedError();
      await serving;
      try {
        return await attempt(() => {
          deaths = 0;
        });
      } catch (error) {
        if (!(error instanceof ChildDied)) throw error;
        if (++deaths > deathsAllowed) throw diedError();
      }
    }
  }

  function close(): Promise<void> {
    closing.abort();
    return child.close();
  }

  return {
    async load(model, lost) {
      const { loaded, placement } = await load(model);
      kept = { model, lost, placement };
      return loaded;
    },
    async generate(request, { onText, signal } = {}) {
      let delivered = 0; // characters: a repeated request produces them again
      return ask(DEATHS_ALLOWED.generate, (progressed) => {
        let received = 0;
        const onEvent = (text: string) => {
          received += text.length;
          const fresh = received - delivered;
          if (fresh <= 0) return;
          delivered = received;
          progressed();
          onText?.(text.slice(-fresh));
        };
        return child.ask('generate', request, { signal, onEvent });
      });
    },
    inspect: (request) => ask(DEATHS_ALLOWED.inspect, () => child.ask('inspect', request)),
    embed: (request) => ask(DEATHS_ALLOWED.embed, () => child.ask('embed', request)),
    measure: () => within(MEASURE_MS, child.ask('measure', null)).catch(() => undefined),
    pid: () => (child.isAlive() ? child.pid : undefined),
    close,
  };
}

/** A driver that ended a process once would again. */
const LOST_GPU = { provider: 'cpu', reason: { why: 'failed' } } as const satisfies Placement;

/** After a process died while it loaded its model: on the CPU, for the GPU's fault unless it had no part in it. */
function withoutGpu(place: Pick<EngineOptions, 'provider' | 'reason'>): typeof place {
  if (place.provider === 'cpu') return place;
  return place.provider === 'auto' && missingGpu() !== undefined
    ? { provider: 'cpu', reason: { why: 'no-gpu' } }
    : LOST_GPU;
}

const closedError = () => new ChispaError('engine-closed', 'The engine has been closed.');
const diedError = () =>
  new ChispaError('engine-died', 'The engine process died repeatedly while working on this.');
