import { messageOf } from '../lib/errors.ts';
import type { Placement } from '../lib/placement.ts';
import { type AdapterStack, createAdapterStack } from './adapter-stack.ts';
import type { DecoderSession } from './decoder-session.ts';
import type { ModelWeights } from './quantized-file.ts';
import { type WarmOptions, warmSession } from './warm-session.ts';

/** A decoder that supports adapters as soon as one is requested, and falls back to the CPU. */
export interface AdaptableSession extends DecoderSession {
  readonly placement: Placement;
  /** Prepares an adapter for the rows that use it, until it is dropped. Throws as `openAdapter` does. */
  hold(adapter: string): Promise<void>;
  drop(adapter: string): void;
  /**
   * After a run has failed: if it ran elsewhere than on the CPU (the device may be lost, or its memory full), continues
   * there and returns true. All caches made before are lost then: `restart` disposes of them and makes others.
   */
  fallBack(error: unknown, restart: () => void): Promise<boolean>;
}

/**
 * Multiplying by adapters makes each step a little slower even when no row has one, so a model starts with a graph
 * that has none. The first adapter switches to a graph that supports adapters on the layers it changes; an adapter
 * that changes other layers switches to a graph that supports those too. Every graph computes the same bits for a row
 * as the one before. A new session is created while the old one still runs, and the old one is released after its
 * last run.
 */
export async function adaptableSession(
  folder: ModelWeights,
  options: WarmOptions,
): Promise<AdaptableSession> {
  let { session: current, placement } = await warmSession(folder, options);
  const stack: AdapterStack = createAdapterStack(folder.config);
  let covered = 0; // kinds of layers on which the current graph supports adapters
  let changing: Promise<unknown> = Promise.resolve();

  /** Changes to the session happen one after the other. */
  const change = <T>(work: () => Promise<T>): Promise<T> => {
    const done = changing.catch(() => {}).then(work); // an earlier failure was reported to its own caller
    changing = done;
    return done;
  };

  const adapt = async (): Promise<void> => {
    const wanted = stack.targets.length;
    if (wanted === covered) return;
    const { provider } = placement;
    const adapted = await warmSession(folder, { ...options, provider }, stack);
    if (adapted.placement.provider !== provider) {
      // Its caches are of another kind, and only `fallBack` may change that.
      await adapted.session.release();
      throw new Error(`${provider} cannot run ${folder.name} with adapters`);
    }
    const former = current;
    current = adapted.session;
    covered = wanted;
    await former.release();
  };

  return {
    get placement() {
      return placement;
    },
    async hold(adapter) {
      await stack.hold(adapter);
      try {
        await change(adapt);
      } catch (error) {
        stack.drop(adapter);
        throw error;
      }
    },
    drop: stack.drop,
    fallBack: (error, restart) =>
      change(async () => {
        const { provider } = placement;
        if (provider === 'cpu') return false;
        const why = messageOf(error).split('\n', 1)[0];
        options.log.warn(`${folder.name} failed on ${provider} and goes on on the CPU (${why})`);
        const former = current;
        const wanted = stack.targets.length;
        const adapters = wanted > 0 ? stack : undefined;
        ({ session: current } = await warmSession(folder, { ...options, provider: 'cpu' }, adapters));
        placement = { provider: 'cpu', reason: { why: 'failed' } };
        covered = wanted;
        restart();
        await former.release().catch(() => {}); // of a device that is lost, nothing is left to release
        return true;
      }),
    newCache: (...cache) => current.newCache(...cache),
    read: (...run) => current.read(...run),
    step: (...run) => current.step(...run),
    logits: (...run) => current.logits(...run),
    states: (...run) => current.states(...run),
    async release() {
      await changing.catch(() => {}); // reported to its own caller
      await current.release();
    },
  };
}
