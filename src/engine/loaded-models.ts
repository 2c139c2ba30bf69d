import { ChispaError } from '../lib/errors.ts';

/** The models in memory, limited in number. The least recently used one that is not in use is released first. */
export interface LoadedModels<T> {
  /** The model of this folder, loaded if it is not in memory. Simultaneous calls share one load. */
  load(path: string): Promise<T>;
  /**
   * Runs `work` on a model that was loaded before, reloading it if it has since been released. The model stays in
   * memory until the work is done. Throws `model-not-loaded` for any other model.
   */
  use<R>(path: string, work: (model: T) => Promise<R>): Promise<R>;
  /** The model, if it is in memory now. */
  peek(path: string): T | undefined;
  /** Marks a model that ended by itself as released. */
  forget(path: string): void;
}

interface Entry<T> {
  model: T;
  /** Number of running uses. */
  users: number;
}

/**
 * `open` loads a model from a folder. `limit` is the number of models in memory; models in use may exceed it for a
 * while.
 */
export function createLoadedModels<T extends { release(): Promise<void> }>(
  open: (path: string) => Promise<T>,
  limit: number,
): LoadedModels<T> {
  const loading = new Map<string, Promise<void>>();
  const loaded = new Map<string, Entry<T>>(); // least recently used first
  const accepted = new Set<string>(); // including those released since

  /** The model, counted as in use by one more caller as soon as it is loaded. */
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
