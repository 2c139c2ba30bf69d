import { type AdapterStack, createAdapterStack } from './adapter-stack.ts';
import type { DecoderSession } from './decoder-session.ts';
import type { ExecutionProvider } from './engine.ts';
import type { ModelWeights } from './quantized-file.ts';
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
 * them. The first adapter brings in the graph that takes them for the layers it changes, and one that changes others the
 * graph for those too. Each gives rows the same bits as the one before, and is made beside the old session, which goes
 * when its last run has ended.
 */
export async function adaptableSession(
  folder: ModelWeights,
  options: SessionOptions,
): Promise<AdaptableSession> {
  const { session, provider } = await warmSession(folder, options);
  const stack: AdapterStack = createAdapterStack(folder.config);
  let current = session;
  let covered = 0; // kinds of layers that the present graph takes adapters for
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
      adapting = adapting.catch(() => {}).then(adapt); // whoever asked before hears of what failed then
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
    async release() {
      await adapting.catch(() => {}); // whoever asked for it hears of it
      await current.release();
    },
  };
}
