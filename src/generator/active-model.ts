import { join, resolve } from 'node:path';
import type { Store } from '../db/connect.ts';
import type { GuildSettings } from '../db/guild-settings.ts';
import {
  activateModel,
  answeringId,
  ensureModelVersion,
  activeModel as findActive,
  findModelVersion,
  isRemote,
  type ModelVersion,
  rememberContext,
  trialModel,
  usableModels,
} from '../db/models.ts';
import { settingsOf } from '../db/settings.ts';
import { findVoice, type Voice, voiceFor } from '../db/voices.ts';
import type { Engine, LoadedModel } from '../engine/engine.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { WEIGHTS_FILE } from '../models/folder.ts';
import { sha256File } from '../models/hash.ts';
import { bundledModelPath } from '../models/registry.ts';
import { createAdapterCheck } from './adapter-check.ts';

/** A model, as both the database and the engine describe it. */
export interface Serving {
  version: ModelVersion;
  loaded: LoadedModel;
  /** The guild's own adapter for that version, if it has one. */
  voice?: Voice;
}

export interface ActiveModel {
  /**
   * The model that answers a guild: the version it pinned, or else the active one. If a request is given, its joke
   * may come from the version on trial instead, in guilds that teach; the same request always gets the same version.
   * Includes the guild's voice, if it wants one and has one for that version.
   */
  get(guildId: string | null, requestId?: string): Promise<Serving>;
  /** A specific version with a specific voice. Throws `ChispaError` when a row or its files are gone. */
  version(id: number, voiceId?: string | null): Promise<Serving>;
  close(): Promise<void>;
}

export interface ActiveModelOptions {
  store: Store;
  engine: Engine;
  /** Folder of the model that a new database starts with; or the address of one on a server, which becomes the active one. */
  initialFolder: string;
  log: Logger;
}

/** The versions that the database currently names: the active one, and the one on trial. */
interface Versions {
  active: ModelVersion;
  trial: ModelVersion | undefined;
}

/**
 * Keeps the engine on the version that the database marks as active. If a version cannot be loaded, or its weights do
 * not match its row, the former one keeps serving.
 */
export async function createActiveModel(options: ActiveModelOptions): Promise<ActiveModel> {
  const { store, engine, initialFolder, log } = options;
  /** Versions whose weights have been verified against their rows. */
  const intact = new Set<number>();
  const checkAdapter = createAdapterCheck();
  let versions = await start();
  // The former version answers while a new one is being loaded.
  let following = Promise.resolve();
  const refollow = () => {
    following = following.then(async () => {
      versions = await follow(versions);
    });
  };
  const unlisten = await store.listen('chispa_models', refollow, refollow);
  refollow(); // it may have changed before we were listening
  return {
    async get(guildId, requestId) {
      const settings = await settingsOf(store.db, guildId);
      const serving = await plain(guildId, requestId, settings);
      const wanted = guildId !== null && settings.voice && settings.learns;
      const voice = wanted ? await voiceFor(store.db, guildId, serving.version.id) : undefined;
      if (!voice) return serving;
      return withVoice(serving, voice).catch((error) => {
        log.warn(
          { error: messageOf(error), guild: guildId },
          'cannot use the voice of a guild: answering without it',
        );
        return serving;
      });
    },
    async version(id, voiceId) {
      const serving = await versionOf(id);
      if (!voiceId) return serving;
      const voice = await findVoice(store.db, voiceId);
      if (!voice) throw new ChispaError('voice-gone', `There is no voice ${voiceId}.`);
      return withVoice(serving, voice);
    },
    async close() {
      await unlisten();
      await following;
    },
  };

  async function plain(
    guildId: string | null,
    requestId: string | undefined,
    { modelVersionId: pinned, learns }: GuildSettings,
  ): Promise<Serving> {
    const { active, trial } = versions;
    const instead = (id: number, what: string) =>
      versionOf(id).catch((error) => {
        log.warn(
          { error: messageOf(error), guild: guildId },
          `${what} cannot be loaded: answering with the active one`,
        );
        return serve(active);
      });
    const answering = answeringId(pinned, active.id);
    if (answering !== active.id) return instead(answering, 'the pinned model');
    const tries = trial && pinned === null && guildId !== null && learns && requestId !== undefined;
    if (tries && placeOf(requestId) < (trial.share ?? 0)) return instead(trial.id, 'the model on trial');
    return serve(active);
  }

  async function withVoice(serving: Serving, voice: Voice): Promise<Serving> {
    await checkAdapter(voice);
    return { ...serving, voice };
  }

  /**
   * The engine releases models that nobody uses, so each use requests its model again. This is free when the model is
   * loaded.
   */
  async function serve(version: ModelVersion): Promise<Serving> {
    if (!intact.has(version.id)) await check(version);
    return { version, loaded: await engine.load(version.folder) };
  }

  /** Damaged weights of the right size would load and produce nonsense. */
  async function check({ id, name, folder, sha256, status }: ModelVersion): Promise<void> {
    if (status === 'retired')
      throw new ChispaError('model-version-unusable', `The weights of ${name} are no longer kept.`);
    if (isRemote(folder)) return; // its weights are the server's affair
    const found = await sha256File(join(folder, WEIGHTS_FILE)).catch((cause: unknown) => {
      throw new ChispaError('model-missing', `The weights of ${name} cannot be read: ${messageOf(cause)}`, {
        cause,
      });
    });
    if (found !== sha256)
      throw new ChispaError('model-damaged', `The weights in ${folder} are not those of ${name}.`);
    intact.add(id);
  }

  async function versionOf(id: number): Promise<Serving> {
    const version = await findModelVersion(store.db, id);
    if (!version) throw new ChispaError('model-version-not-found', `There is no model version ${id}.`);
    return serve(version);
  }

  async function start(): Promise<Versions> {
    const trial = await trialModel(store.db);
    const version = await findActive(store.db);
    // A server's model answers as long as ENGINE names it, and no longer.
    const fits = isRemote(initialFolder)
      ? version?.folder === initialFolder
      : version && !isRemote(version.folder);
    if (version && fits) {
      try {
        const { loaded } = await serve(version);
        await rememberContext(store.db, version.id, loaded.context); // for rows older than the column
        return { active: version, trial };
      } catch (error) {
        // The bundled model's folder moves with the package.
        if (version.kind !== 'bundled') return { active: await anotherThan(version, error), trial };
      }
    }
    const { model, name, sha256, files, context } = await engine.load(initialFolder);
    const kind = resolve(model) === bundledModelPath ? 'bundled' : 'imported';
    const row = await ensureModelVersion(store.db, { name, folder: model, sha256, files, kind, context });
    return { active: await activateModel(store.db, row.id), trial };
  }

  /**
   * The newest kept version that can be loaded. The active version in the database does not change: it may only be
   * missing on this machine.
   */
  async function anotherThan(active: ModelVersion, error: unknown): Promise<ModelVersion> {
    for (const version of await usableModels(store.db)) {
      const loads = await serve(version).then(
        () => true,
        () => false,
      );
      if (!loads) continue;
      log.error(
        { error: messageOf(error) },
        `model ${active.name} cannot be loaded: ${version.name} is used instead`,
      );
      return version;
    }
    throw error;
  }

  async function follow(before: Versions): Promise<Versions> {
    let after = before;
    try {
      after = { ...before, trial: await trialModel(store.db) };
      const version = await findActive(store.db);
      if (!version || version.id === before.active.id) return after;
      await serve(version);
      log.info({ model: version.name }, 'switched to another model');
      return { ...after, active: version };
    } catch (error) {
      log.error(
        { error: messageOf(error) },
        `cannot switch to the new model: ${before.active.name} stays in use`,
      );
      return after;
    }
  }
}

/** Maps a request to a number in [0, 1), using its random id. */
const placeOf = (requestId: string): number => Number.parseInt(requestId.slice(0, 8), 16) / 2 ** 32;
