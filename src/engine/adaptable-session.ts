import { type AdapterStack, createAdapterStack } from './adapter-stack.ts';
import type { DecoderSession } from './decoder-session.ts';
import type { ExecutionProvider } from './engine.ts';
import type { ModelWeights } from './quantized-file.ts';
import type { SessionOptions } from './session.ts';
import { warmSession } from './warm-session.ts';

/** A decoder that supports adapters as soon as one is requested. */
export interface AdaptableSession extends DecoderSession {
  provider: ExecutionProvider;
  /** Prepares an adapter for the rows that use it, until it is dropped. Throws as `openAdapter` does. */
  hold(adapter: string): Promise<void>;
  drop(adapter: string): void;
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
  options: SessionOptions,
): Promise<AdaptableSession> {
  const { session, provider } = await warmSession(folder, options);
  const stack: AdapterStack = createAdapterStack(folder.config);
  let current = session;
  let covered = 0; // kinds of layers on which the current graph supports adapters
  let adapting: Promise<void> = Promise.resolve();

  const adapt = async (): Promise<void> => {
    const wanted = stack.targets.length;
    if (wanted === covered) return;
    const adapted = await warmSession(folder, { ...options, provider }, stack);
    const former = current;
    current = adapted.session;
    covered = wanted;
    await former.release();
  };

  return {
    provider,
    async hold(adapter) {
      await stack.hold(adapter);
      adapting = adapting.catch(() => {}).then(adapt); // an earlier failure was reported to its own caller
      try {
        await adapting;
      } catch (error) {
        stack.drop(adapter);
        throw error;
      }
    },
    drop: stack.drop,
    read: (...run) => current.read(...run),
    step: (...run) => current.step(...run),
    logits: (...run) => current.logits(...run),
    states: (...run) => current.states(...run),
    async release() {
      await adapting.catch(() => {}); // reported to its own caller
      await current.release();
    },
  };
}
