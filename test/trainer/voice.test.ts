import { appendFile, cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Database, Store } from '../../src/db/connect.ts';
import { claimLearningEvents } from '../../src/db/learning.ts';
import {
  activateModel,
  activeModel,
  ensureModelVersion,
  type ModelVersion,
  pinModel,
  ratedModels,
} from '../../src/db/models.ts';
import { jokes, trainingRuns } from '../../src/db/schema.ts';
import { changeSettings } from '../../src/db/settings.ts';
import { trainableJokes, versionRatings } from '../../src/db/trainable.ts';
import { epochsOf, listRuns, type OpenRun, takeOverRun } from '../../src/db/training-runs.ts';
import { dueVoice, findVoice, voiceFor } from '../../src/db/voices.ts';
import { startEngine } from '../../src/engine/client.ts';
import type { TrainingEvent } from '../../src/finetuning/run/events.ts';
import { createActiveModel, type Serving } from '../../src/generator/active-model.ts';
import { type Draft, writeJoke } from '../../src/generator/write-joke.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';
import { voicesFolder } from '../../src/models/registry.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { learn } from '../../src/trainer/learn.ts';
import type { LearnOptions } from '../../src/trainer/options.ts';
import { pruneVoices } from '../../src/trainer/prune.ts';
import { startTrainer, type TrainerOptions } from '../../src/trainer/role.ts';
import { beginVoice } from '../../src/trainer/voice.ts';
import { silent } from '../databases.ts';
import { onOneBackend } from '../db/backends.ts';
import { writeTinyModel } from '../finetuning/tiny-model.ts';
import { aWorkplace, LENIENT, quickLearning } from './learning-options.ts';
import { aCommunity, serving, tell } from './rated.ts';

const SLOW = { timeout: 180_000 };
const POLL = { timeout: 90_000, interval: 100 };
const [HERE, ELSEWHERE] = ['500', '600'];

const work = aWorkplace();

const draft: Draft = {
  ...{ kind: 'joke', safeMode: false, seed: 0, settings: { ...BOT_DEFAULTS, maxTokens: 40 } },
  deadline: new Date(Date.now() + 3600_000),
};

/** A small adapter on random weights does not learn what is liked: that is tested with full models. */
const ANY_TASTE = { ...LENIENT, significance: 1 };

/** 480 votes. */
const laughsAt = (guildId: string) => aCommunity(160).map((joke) => ({ ...joke, guildId }));
const wantsVoice = (db: Database, guildId: string) => changeSettings(db, guildId, 'mod', { voice: true });

const optionsFor = (db: Database, changes: Partial<LearnOptions> = {}): LearnOptions => ({
  ...quickLearning(work.modelsDir, { gate: ANY_TASTE, ...changes }),
  db,
});

async function begun(options: LearnOptions): Promise<OpenRun> {
  const due = await dueVoice(options.db, 1);
  if (!due) throw new Error('no voice is due');
  return beginVoice(options, due, 'test');
}
const train = async (options: LearnOptions) => learn(options, await begun(options));

/** A guild that wants a voice and has enough votes, and the version that answers it. */
async function aGuild(db: Database): Promise<ModelVersion> {
  const version = await serving(db, work.base);
  await tell(db, version, laughsAt(HERE));
  await wantsVoice(db, HERE);
  return version;
}

describe('the voice of a guild', () => {
  onOneBackend((backend) => {
    const db = () => backend().store.db;

    async function generator() {
      const { store } = backend();
      const engine = await startEngine({
        ...{ provider: 'cpu', precision: 'fp32', slots: 8, threads: 1, log: silent },
      });
      onTestFinished(() => engine.close());
      const active = await createActiveModel({ store, engine, initialFolder: work.base, log: silent });
      onTestFinished(() => active.close());
      const signal = new AbortController().signal;
      const tokens = async (serving: Pick<Serving, 'loaded' | 'voice'>, seed: number) => {
        const written = await writeJoke(
          { engine, clock: Date, safety: { check: () => ({ allowed: true }) } },
          { ...draft, seed },
          serving,
          signal,
          () => {},
        );
        return written?.result.tokens.join(' ');
      };
      return {
        active,
        engine,
        tokens,
        /** The tokens of the joke that a guild gets for a seed. */
        joke: async (guildId: string, seed: number) => tokens(await active.get(guildId), seed),
      };
    }

    it("is not due while a server's model answers its guild", SLOW, async () => {
      await aGuild(db());
      expect(await dueVoice(db(), 1)).toMatchObject({ guildId: HERE });
      const far = await ensureModelVersion(db(), {
        ...{ name: 'grande', folder: 'https://gpu.example/v1/models/grande', files: {}, kind: 'imported' },
        sha256: 'b'.repeat(64),
      });
      await activateModel(db(), far.id);
      expect(await dueVoice(db(), 1)).toBeUndefined();
    });

    it("is trained on its guild's jokes and heard only there, alongside everybody else", SLOW, async () => {
      const version = await aGuild(db());
      await tell(db(), version, laughsAt(ELSEWHERE));
      const merged = join(work.folder, 'merged');
      const place = voicesFolder(work.modelsDir);
      const options = optionsFor(db());
      const done = await train({
        ...options,
        async openEngine() {
          const trained = (await readdir(place)).find((name) => name.startsWith('voice-'));
          await cp(join(place, trained ?? ''), merged, { recursive: true });
          return options.openEngine();
        },
      });
      expect(done).toMatchObject({
        ...{ status: 'promoted', guildId: HERE, trigger: 'votes', note: null, version: null, watch: null },
        ...{ base: { id: version.id }, former: { id: version.id } },
        corpus: { rated: 160, seed: 40 },
      });
      expect(done.evaluation?.losses.jokes).toBe(done.corpus?.heldOut);
      expect(await epochsOf(db(), done.id)).toHaveLength(3);
      expect(await activeModel(db())).toMatchObject({ id: version.id });
      const voice = await voiceFor(db(), HERE, version.id);
      expect(await readdir(voice?.folder ?? '')).toEqual([
        'adapter_config.json',
        'adapter_model.safetensors',
      ]);
      expect((await readdir(place)).sort()).toEqual(['.runs', `500-${done.id.slice(0, 8)}`]);

      const { engine, tokens, joke } = await generator();
      const seeds = Array.from({ length: 4 }, (_, i) => i);
      const loaded = await engine.load(merged);
      const asMerged = await Promise.all(seeds.map((seed) => tokens({ loaded }, seed)));
      const together = await Promise.all(
        seeds.map((seed) => Promise.all([joke(HERE, seed), joke(ELSEWHERE, seed)])),
      );
      expect(together.map(([here]) => here)).toEqual(asMerged);
      const alone = await Promise.all(seeds.map((seed) => joke(ELSEWHERE, seed)));
      expect(together.map(([, elsewhere]) => elsewhere)).toEqual(alone);
      expect(alone).not.toEqual(asMerged);
      expect(await claimLearningEvents(db())).toMatchObject([{ kind: 'run', run: { guildId: HERE } }]);
    });

    it('does not serve if it fails the gate; the run says why', SLOW, async () => {
      const version = await aGuild(db());
      const done = await train(optionsFor(db(), { gate: { ...ANY_TASTE, selfEnding: 1.01 } }));
      expect(done.status).toBe('rejected');
      const failed = done.evaluation?.reasons.filter(({ passed }) => !passed);
      expect(failed?.map(({ check }) => check)).toEqual(['self-ending']);
      expect(await voiceFor(db(), HERE, version.id)).toBeUndefined();
      expect(await readdir(voicesFolder(work.modelsDir))).toEqual(['.runs']);
      expect(await dueVoice(db(), 1)).toBeUndefined(); // it waits for new votes
    });

    it('is refused with too few rated jokes', SLOW, async () => {
      const version = await serving(db(), work.base);
      await tell(db(), version, laughsAt(ELSEWHERE));
      await tell(db(), version, laughsAt(HERE).slice(0, 6));
      await wantsVoice(db(), HERE);
      expect(await train(optionsFor(db()))).toMatchObject({ status: 'refused' });
    });

    it('that was refused waits a day, and the next guild does not wait for it', async () => {
      const version = await aGuild(db());
      await tell(db(), version, laughsAt(ELSEWHERE).slice(0, 100));
      await wantsVoice(db(), ELSEWHERE);
      const refused = await train(optionsFor(db(), { gate: { ...ANY_TASTE, heldOut: 1e6 } }));
      expect(refused).toMatchObject({ status: 'refused', guildId: HERE });
      expect(await dueVoice(db(), 1)).toMatchObject({ guildId: ELSEWHERE, votesSeen: 300 });
      await db().update(trainingRuns).set({ finishedAt: sql`now() - interval '25 hours'` });
      expect(await dueVoice(db(), 1)).toMatchObject({ guildId: HERE, votesSeen: 480 }); // they still count as new
    });

    it('is trained only where it is wanted and enough votes may teach', async () => {
      const version = await serving(db(), work.base);
      await tell(db(), version, laughsAt(HERE));
      await tell(db(), version, laughsAt(ELSEWHERE));
      expect(await dueVoice(db(), 100)).toBeUndefined();
      await wantsVoice(db(), HERE);
      expect(await dueVoice(db(), 481)).toBeUndefined();
      expect(await dueVoice(db(), 480)).toEqual({
        ...{ guildId: HERE, baseVersionId: version.id, votesSeen: 480 },
      });
      await changeSettings(db(), HERE, 'mod', { learns: false });
      expect(await dueVoice(db(), 100)).toBeUndefined();
    });

    it(
      'falls silent with another version until it is learned anew, and comes back with its own',
      SLOW,
      async () => {
        const version = await aGuild(db());
        await train(optionsFor(db()));
        expect(await dueVoice(db(), 1)).toBeUndefined();
        const other = await serving(db(), await writeTinyModel(join(work.modelsDir, 'otro'), {}, 0.3));
        const { active } = await generator();
        expect(await active.get(HERE)).toMatchObject({ version: { id: other.id } });
        expect((await active.get(HERE)).voice).toBeUndefined();
        expect(await dueVoice(db(), 480)).toMatchObject({ guildId: HERE, baseVersionId: other.id });
        await pinModel(db(), HERE, 'mod', version.id);
        expect((await active.get(HERE)).voice).toMatchObject({ guildId: HERE, baseVersionId: version.id });
        expect(await dueVoice(db(), 1)).toBeUndefined();
        await changeSettings(db(), HERE, 'mod', { voice: false });
        expect((await active.get(HERE)).voice).toBeUndefined();
        await changeSettings(db(), HERE, 'mod', { voice: true, learns: false });
        expect((await active.get(HERE)).voice).toBeUndefined();
        await activateModel(db(), version.id);
      },
    );

    it('is left out if its files are damaged or gone', SLOW, async () => {
      const version = await aGuild(db());
      await train(optionsFor(db()));
      const voice = await voiceFor(db(), HERE, version.id);
      if (!voice) throw new Error('there is no voice');
      const { active, joke } = await generator();
      expect((await active.get(HERE)).voice?.id).toBe(voice.id);
      expect(await joke(HERE, 1)).not.toBe(await joke(ELSEWHERE, 1));

      await appendFile(join(voice.folder, 'adapter_config.json'), ' ');
      expect((await active.get(HERE)).voice).toBeUndefined();
      expect(await joke(HERE, 1)).toBe(await joke(ELSEWHERE, 1));
      await expect(active.version(version.id, voice.id)).rejects.toMatchObject({ code: 'voice-damaged' });
      await rm(voice.folder, { recursive: true });
      expect(await joke(HERE, 1)).toBe(await joke(ELSEWHERE, 1));
      await expect(active.version(version.id, voice.id)).rejects.toMatchObject({ code: 'voice-gone' });
    });

    it('teaches the common model but does not count in its ratings', SLOW, async () => {
      const version = await aGuild(db());
      const done = await train(optionsFor(db()));
      const before = await versionRatings(db(), version.id);
      await db().update(jokes).set({ voiceId: done.id });
      expect(before.jokes).toBe(160);
      expect(await versionRatings(db(), version.id)).toMatchObject({ jokes: 0 });
      expect(await ratedModels(db())).toMatchObject([{ id: version.id, votes: 0 }]);
      expect(await trainableJokes(db())).toHaveLength(160);
    });

    it('resumes from its checkpoint after it was stopped', SLOW, async () => {
      const version = await aGuild(db());
      const stop = new AbortController();
      const options = optionsFor(db());
      const stopped = await learn(
        {
          ...options,
          signal: stop.signal,
          onEvent: (event) => event.event === 'step' && event.step === 3 && stop.abort(),
        },
        await begun(options),
      );
      expect(stopped).toMatchObject({ status: 'running', guildId: HERE });
      await pruneVoices({ db: db(), modelsDir: work.modelsDir, log: silent });
      const again = await takeOverRun(db(), 'another');
      let resumedAt = 0;
      const onEvent = (event: TrainingEvent) => {
        if (event.event === 'start') resumedAt = event.resumedAt;
      };
      const done = await learn({ ...options, onEvent }, again as OpenRun);
      expect(done.status).toBe('promoted');
      expect(resumedAt).toBeGreaterThanOrEqual(2);
      expect(await voiceFor(db(), HERE, version.id)).toMatchObject({ id: done.id });
    });

    it('leaves nothing on disk once its guild no longer teaches, but its jokes stay', SLOW, async () => {
      await aGuild(db());
      const { id } = await train(optionsFor(db()));
      await db().update(jokes).set({ voiceId: id });
      await mkdir(join(voicesFolder(work.modelsDir), 'voice-left'));
      await pruneVoices({ db: db(), modelsDir: work.modelsDir, log: silent });
      expect(await readdir(voicesFolder(work.modelsDir))).toHaveLength(2); // .runs, and the voice
      await changeSettings(db(), HERE, 'mod', { learns: false });
      await pruneVoices({ db: db(), modelsDir: work.modelsDir, log: silent });
      expect(await readdir(voicesFolder(work.modelsDir))).toEqual(['.runs']);
      expect((await findVoice(db(), id))?.retiredAt).not.toBeNull();
      expect(await db().$count(jokes)).toBe(160);
    });
  });

  onOneBackend((backend) => {
    async function aTrainer(store: Store, changes: Partial<TrainerOptions> = {}) {
      const queue = await createQueue({ store, log: silent, schedules: true });
      const trainer = await startTrainer({
        ...quickLearning(work.modelsDir, { gate: ANY_TASTE }),
        ...{ store, queue, schedule: undefined, afterVotes: 0, voiceVotes: 400, modelsKeep: 5, pollMs: 100 },
        ...changes,
      });
      let closing: Promise<void> | undefined;
      const close = () => {
        closing ??= trainer.close().then(() => queue.close());
        return closing;
      };
      onTestFinished(close);
      return { queue, close };
    }
    const ends = async ({ db }: Store) =>
      (await listRuns(db)).map(({ status, guildId }) => [status, guildId]).reverse();

    /** Jobs that asked for a run, including postponed ones. */
    const askings = ({ db }: Store) =>
      db.$count(sql`pgboss.job`, sql`name = 'learn' and data->>'kind' = 'run'`);

    it(
      'is trained by itself, and a run asked for meanwhile comes after it, in another trainer too',
      SLOW,
      async () => {
        const { store } = backend();
        await aGuild(store.db);
        let asked: Promise<unknown> | undefined;
        const { queue, close } = await aTrainer(store, {
          onEvent(event) {
            if (event.event === 'start') asked ??= queue.requestLearning('host');
          },
        });
        await expect.poll(() => askings(store), POLL).toBeGreaterThan(1);
        await asked;
        await close();
        await aTrainer(store);
        await expect
          .poll(() => ends(store), POLL)
          .toEqual([
            ['promoted', HERE],
            ['promoted', null],
          ]);
      },
    );
  });
});
