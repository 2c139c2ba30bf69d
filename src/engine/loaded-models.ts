import { ChispaError } from '../lib/errors.ts';

/** What is kept of a model in memory. */
export interface Resident {
  /** Whether rows are running or waiting on it. */
  readonly busy: boolean;
  release(): Promise<void>;
}

/** The models in memory: a bounded number, the least recently used one without rows goes first. */
export interface LoadedModels<T extends Resident> {
  /** The model of this folder, loaded if it is not in memory. Two who ask at once share one load. */
  load(path: string): Promise<T>;
  /** The same for a model that was loaded before; throws `model-not-loaded` for any other. */
  use(path: string): T | Promise<T>;
  /** In memory now. */
  resident(): T[];
  /** Releases what is over the limit and has no rows; to be called when rows have gone. */
  trim(): Promise<void>;
  releaseAll(): Promise<void>;
}

/** `open` reads a model folder; `limit` counts models in memory, which rows that still run may exceed for a while. */
export function createLoadedModels<T extends Resident>(
  open: (path: string) => Promise<T>,
  limit: number,
): LoadedModels<T> {
  const loading = new Map<string, Promise<T>>();
  const loaded = new Map<string, T>(); // least recently used first
  const accepted = new Set<string>(); // also those released since

  const touch = (path: string, model: T): T => {
    loaded.delete(path);
    loaded.set(path, model);
    return model;
  };

  const models: LoadedModels<T> = {
    async load(path) {
      const present = loaded.get(path);
      if (present) return touch(path, present);
      let opening = loading.get(path);
      if (!opening) {
        opening = open(path).finally(() => loading.delete(path));
        loading.set(path, opening);
      }
      const model = await opening;
      accepted.add(path);
      touch(path, model);
      await models.trim();
      return model;
    },
    use(path) {
      const present = loaded.get(path);
      if (present) return touch(path, present);
      if (!accepted.has(path))
        throw new ChispaError('model-not-loaded', `The model ${path} has not been loaded.`);
      return models.load(path);
    },
    resident: () => [...loaded.values()],
    async trim() {
      for (const [path, model] of [...loaded].slice(0, -1)) {
        if (loaded.size <= limit) return;
        if (model.busy) continue;
        loaded.delete(path);
        await model.release();
      }
    },
    async releaseAll() {
      const all = [...loaded.values()];
      loaded.clear();
      for (const model of all) await model.release();
    },
  };
  return models;
}
