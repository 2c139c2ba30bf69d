import { type AdapterStack, createAdapterStack } from './adapter-stack.ts';
import type { DecoderSession } from './decoder-session.ts';
import type { ExecutionProvider } from './engine.ts';
import type { ModelWeights } from './quantised-file.ts';
import type { SessionOptions } from './session.ts';
import { warmSession } from './warm-session.ts';

/** A decoder that takes adapters from the first time that one is asked for. */
export interface AdaptableSession extends DecoderSession {
  provider: ExecutionProvider;
  /** Has an adapter ready for the rows that name it until it is dropped. Throws as `openAdapter` does. */
  hold(adapter: string): Promise<void>;
  drop(adapter: string): void;
}

/**
 * Multiplying by adapters costs each step a little even where no row has one, so a model begins with a graph without
 * them. The first adapter brings in the graph that takes them, which gives rows without one the same bits; it is made
 * beside the old session, which goes when its last run has ended.
 */
export async function adaptableSession(
  folder: ModelWeights,
  options: SessionOptions,
): Promise<AdaptableSession> {
  const { session, provider } = await warmSession(folder, options);
  const stack: AdapterStack = createAdapterStack(folder.config);
  let current = session;
  let adapting: Promise<void> | undefined;

  const adapt = async (): Promise<void> => {
    const adapted = await warmSession(folder, { ...options, provider }, stack);
    const plain = current;
    current = adapted.session;
    await plain.release();
  };

  return {
    provider,
    async hold(adapter) {
      await stack.hold(adapter);
      adapting ??= adapt();
      try {
        await adapting;
      } catch (error) {
        adapting = undefined;
        stack.drop(adapter);
        throw error;
      }
    },
    drop: stack.drop,
    read: (...run) => current.read(...run),
    step: (...run) => current.step(...run),
    logits: (...run) => current.logits(...run),
    async release() {
      await adapting?.catch(() => {}); // whoever asked for it hears of it
      await current.release();
    },
  };
}
