import { resolve } from 'node:path';
import type { Store } from '../db/connect.ts';
import {
  activateModel,
  ensureModelVersion,
  activeModel as findActive,
  findModelVersion,
  type ModelVersion,
  rememberContext,
} from '../db/models.ts';
import { settingsOf } from '../db/settings.ts';
import type { Engine, LoadedModel } from '../engine/engine.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { bundledModelPath } from '../models/registry.ts';

/** A model in the database's words and in the engine's. */
export interface Serving {
  version: ModelVersion;
  loaded: LoadedModel;
}

export interface ActiveModel {
  /** The model that answers a guild: the version it pinned, else the active one. */
  get(guildId: string | null): Promise<Serving>;
  /** A certain version. Throws `ChispaError` when its row or its weights are gone. */
  version(id: number): Promise<Serving>;
  close(): Promise<void>;
}

export interface ActiveModelOptions {
  store: Store;
  engine: Engine;
  /** The folder of the model that a new database starts with. */
  initialFolder: string;
  log: Logger;
}

/**
 * Keeps the engine on the version that the database marks as active. A version that cannot be loaded leaves the
 * one before it serving.
 */
export async function createActiveModel(options: ActiveModelOptions): Promise<ActiveModel> {
  const { store, engine, initialFolder, log } = options;
  let active: Promise<ModelVersion> = start();
  const unlisten = await store.listen('chispa_models', () => {
    active = active.then(follow);
  });
  await active;
  return {
    async get(guildId) {
      const [version, { modelVersionId }] = await Promise.all([active, settingsOf(store.db, guildId)]);
      if (modelVersionId === null || modelVersionId === version.id) return serve(version);
      return versionOf(modelVersionId).catch((error) => {
        log.warn(
          { error: messageOf(error), guild: guildId },
          'the pinned model cannot be loaded: the active one answers',
        );
        return serve(version);
      });
    },
    version: versionOf,
    close: unlisten,
  };

  /** The engine drops models that nobody uses, so each use asks for its model; one that is there costs nothing. */
  async function serve(version: ModelVersion): Promise<Serving> {
    return { version, loaded: await engine.load(version.folder) };
  }

  async function versionOf(id: number): Promise<Serving> {
    const version = await findModelVersion(store.db, id);
    if (!version) throw new ChispaError('model-version-not-found', `There is no model version ${id}.`);
    return serve(version);
  }

  async function start(): Promise<ModelVersion> {
    const version = await findActive(store.db);
    if (version) {
      try {
        const { loaded } = await serve(version);
        await rememberContext(store.db, version.id, loaded.context); // of rows that are older than the column
        return version;
      } catch (error) {
        // The bundled model moves with the package; any other is where its row says or is gone.
        if (version.kind !== 'bundled') throw error;
      }
    }
    const { model, name, sha256, files, context } = await engine.load(initialFolder);
    const kind = resolve(model) === bundledModelPath ? 'bundled' : 'imported';
    const row = await ensureModelVersion(store.db, { name, folder: model, sha256, files, kind, context });
    return activateModel(store.db, row.id);
  }

  async function follow(before: ModelVersion): Promise<ModelVersion> {
    const version = await findActive(store.db);
    if (!version || version.id === before.id) return before;
    try {
      await serve(version);
      log.info({ model: version.name }, 'another model serves now');
      return version;
    } catch (error) {
      log.error(
        { error: messageOf(error) },
        `model ${version.name} cannot be loaded: ${before.name} goes on`,
      );
      return before;
    }
  }
}
