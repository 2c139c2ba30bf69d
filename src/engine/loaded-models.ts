import { ChispaError } from '../lib/errors.ts';

/** The models in memory: a bounded number, the least recently used one that nobody works with goes first. */
export interface LoadedModels<T> {
  /** The model of this folder, loaded if it is not in memory. Two who ask at once share one load. */
  load(path: string): Promise<T>;
  /**
   * Works with a model that was loaded before, and is loaded again if it has been released since; it stays in memory
   * until the work is done. Throws `model-not-loaded` for any other.
   */
  use<R>(path: string, work: (model: T) => Promise<R>): Promise<R>;
  /** The model, if it is in memory now. */
  peek(path: string): T | undefined;
  /** Takes a model that came to its end by itself for released. */
  forget(path: string): void;
}

interface Entry<T> {
  model: T;
  /** Works going on. */
  users: number;
}

/** `open` makes a model of a folder; `limit` counts models in memory, which those in use may exceed for a while. */
export function createLoadedModels<T extends { release(): Promise<void> }>(
  open: (path: string) => Promise<T>,
  limit: number,
): LoadedModels<T> {
  const loading = new Map<string, Promise<void>>();
  const loaded = new Map<string, Entry<T>>(); // least recently used first
  const accepted = new Set<string>(); // also those released since

  /** The model, in use by one more from the moment that it is there. */
  const claim = (path: string): Entry<T> | undefined => {
    const entry = loaded.get(path);
    if (!entry) return undefined;
    entry.users += 1;
    loaded.delete(path);
    loaded.set(path, entry);
    return entry;
  };

  const bring = async (path: string): Promise<Entry<T>> => {
    for (;;) {
      const entry = claim(path);
      if (entry) return entry;
      let opening = loading.get(path);
      if (!opening) {
        opening = open(path)
          .then((model) => {
            loaded.set(path, { model, users: 0 });
            accepted.add(path);
          })
          .finally(() => loading.delete(path));
        loading.set(path, opening);
      }
      await opening;
    }
  };

  const leave = async (entry: Entry<T>): Promise<void> => {
    entry.users -= 1;
    while (loaded.size > limit) {
      const [oldest] = [...loaded].slice(0, -1).filter(([, { users }]) => users === 0);
      if (!oldest) return;
      loaded.delete(oldest[0]);
      await oldest[1].model.release();
    }
  };

  return {
    async load(path) {
      const entry = await bring(path);
      await leave(entry);
      return entry.model;
    },
    async use(path, work) {
      if (!accepted.has(path))
        throw new ChispaError('model-not-loaded', `The model ${path} has not been loaded.`);
      const entry = claim(path) ?? (await bring(path));
      try {
        return await work(entry.model);
      } finally {
        void leave(entry);
      }
    },
    peek: (path) => loaded.get(path)?.model,
    forget: (path) => void loaded.delete(path),
  };
}
