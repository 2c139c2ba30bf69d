import { existsSync } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { claimLearningEvents, votesSinceLastRun } from '../../src/db/learning.ts';
import { activeModel, findModelVersion, trialModel } from '../../src/db/models.ts';
import { trainingRuns } from '../../src/db/schema.ts';
import { trainableJokes } from '../../src/db/trainable.ts';
import { epochsOf, leaveRun, type OpenRun, refusedToday, takeOverRun } from '../../src/db/training-runs.ts';
import { memoryNeed } from '../../src/finetuning/step/memory-need.ts';
import { openModelFolder } from '../../src/models/folder.ts';
import { learn } from '../../src/trainer/learn.ts';
import type { LearnOptions } from '../../src/trainer/options.ts';
import { GATE_DEFAULTS } from '../../src/trainer/policy/gate.ts';
import { beginVersion } from '../../src/trainer/version.ts';
import { onOneBackend, onPostgres } from '../db/backends.ts';
import { aWorkplace, LENIENT, quickLearning } from './learning-options.ts';
import { aCommunity, serving, tell } from './rated.ts';

/** The engine and the trainer are separate processes, slow to start on a busy machine. */
const SLOW = { timeout: 120_000 };
const work = aWorkplace();

const optionsFor = (db: LearnOptions['db'], changes: Partial<LearnOptions> = {}): LearnOptions => ({
  ...quickLearning(work.modelsDir, changes),
  db,
});

async function run(options: LearnOptions) {
  return learn(options, await beginVersion(options, 'host', 'test'));
}

describe('a learning run', () => {
  onOneBackend((backend) => {
    const db = () => backend().store.db;

    it('makes a version from what people liked, which serves if it passes the gate', SLOW, async () => {
      const former = await serving(db(), work.base);
      await tell(db(), former, aCommunity(160));
      expect(await votesSinceLastRun(db())).toBe(480);
      const done = await run(optionsFor(db()));

      expect(done).toMatchObject({
        status: 'promoted',
        note: null,
        trigger: 'host',
        watch: 'open',
        base: { id: former.id },
        former: { id: former.id },
        corpus: { rated: 160, seed: 40, votes: expect.closeTo(480, 0) },
      });
      const { evaluation, version } = done;
      if (!evaluation || !version) throw new Error('nothing was measured');
      expect(evaluation.losses.after).toBeLessThan(evaluation.losses.before);
      expect(evaluation.losses.jokes).toBe(done.corpus?.heldOut);
      expect(evaluation.reasons.every(({ passed }) => passed)).toBe(true);
      expect(await activeModel(db())).toMatchObject({ id: version.id, parentId: former.id, kind: 'trained' });
      expect(existsSync(join(work.modelsDir, version.name, 'model.safetensors'))).toBe(true);
      expect(await epochsOf(db(), done.id)).toHaveLength(3);
      expect(await claimLearningEvents(db())).toMatchObject([{ kind: 'run', run: { id: done.id } }]);
      expect(await claimLearningEvents(db())).toEqual([]);
      expect(await votesSinceLastRun(db())).toBe(0);
      expect(await readdir(join(work.modelsDir, '.runs'))).toEqual([]);
    });

    it('keeps no training text in the database', SLOW, async () => {
      const told = aCommunity(160);
      await tell(db(), await serving(db(), work.base), told);
      await run(optionsFor(db(), { skipGate: true, samples: 0 }));
      const rows = JSON.stringify(await db().select().from(trainingRuns));
      expect(told.filter(({ text }) => rows.includes(text))).toEqual([]);
      const ids = (await trainableJokes(db())).map(({ id }) => id);
      expect(ids.filter((id) => rows.includes(id)).length).toBeGreaterThan(100);
    });

    it(
      'rejects what the gate does not let through, with reasons, and the old model goes on',
      SLOW,
      async () => {
        const former = await serving(db(), work.base);
        await tell(db(), former, aCommunity(160));
        const done = await run(optionsFor(db(), { gate: { ...LENIENT, selfEnding: 1.01 } }));
        expect([done.status, done.note]).toEqual(['rejected', null]);
        const failed = done.evaluation?.reasons.filter(({ passed }) => !passed);
        expect(failed).toMatchObject([{ check: 'self-ending', limit: 1.01 }]);
        expect(await activeModel(db())).toMatchObject({ id: former.id });
        expect(await findModelVersion(db(), done.version?.id ?? 0)).toMatchObject({ status: 'rejected' });
      },
    );

    it('is refused with a reason when there are too few well-rated jokes', SLOW, async () => {
      const former = await serving(db(), work.base);
      await tell(db(), former, aCommunity(10));
      const done = await run(optionsFor(db(), { gate: GATE_DEFAULTS }));
      expect(done).toMatchObject({ status: 'refused', note: expect.stringContaining('too few') });
      expect(await votesSinceLastRun(db())).toBe(30); // nothing has been trained on them yet
      expect(await refusedToday(db(), null)).toBe(false); // a host's run postpones none that votes begin
      await learn(optionsFor(db()), await beginVersion(optionsFor(db()), 'votes', 'test'));
      expect(await refusedToday(db(), null)).toBe(true);
      expect(existsSync(join(work.modelsDir, '.runs'))).toBe(false);
    });

    it('is refused with the numbers when there is too little memory', SLOW, async () => {
      await tell(db(), await serving(db(), work.base), aCommunity(160));
      const memory = vi.spyOn(process, 'availableMemory').mockReturnValue(150e6);
      const done = await run(optionsFor(db())).finally(() => memory.mockRestore());
      expect(done).toMatchObject({
        status: 'refused',
        note: expect.stringMatching(
          /needs about [\d.]+ GB of memory, one row at a time, and [\d.]+ GB are free/,
        ),
      });
      expect(await claimLearningEvents(db())).toMatchObject([{ kind: 'run', run: { status: 'refused' } }]);
    });

    it('trains an adapter where the whole model does not fit into memory, and merges it', SLOW, async () => {
      await tell(db(), await serving(db(), work.base), aCommunity(160));
      const options = optionsFor(db(), { skipGate: true });
      const { config } = await openModelFolder(work.base);
      const need = (mode: 'full' | 'lora') =>
        memoryNeed(config, { ...options.training, mode, accumulate: options.training.batch });
      const free = (need('lora') + need('full')) / 2;
      const memory = vi.spyOn(process, 'availableMemory').mockReturnValue(free);
      const done = await run(options).finally(() => memory.mockRestore());
      expect(done.status).toBe('promoted');
      const { folder = '' } = (await activeModel(db())) ?? {};
      expect(existsSync(join(folder, 'adapter', 'adapter_model.safetensors'))).toBe(true);
    });

    it('lets a version tell a share of the jokes whose gain alone the gate doubts', SLOW, async () => {
      const former = await serving(db(), work.base);
      await tell(db(), former, aCommunity(160));
      const doubting = { trialShare: 0.25, gate: { ...LENIENT, significance: -1 } };
      const done = await run(optionsFor(db(), doubting));
      expect(done.status).toBe('trial');
      expect(await trialModel(db())).toMatchObject({ id: done.version?.id, share: 0.25 });
      expect(await activeModel(db())).toMatchObject({ id: former.id });
      await expect(beginVersion(optionsFor(db()), 'host', 'test')).rejects.toMatchObject({
        code: 'learning-busy',
      });
    });

    it('resumes from its checkpoint after it was stopped', SLOW, async () => {
      await tell(db(), await serving(db(), work.base), aCommunity(160));
      const stop = new AbortController();
      const options = optionsFor(db(), { samples: 0, skipGate: true });
      const first = await beginVersion(options, 'host', 'test');
      const stopped = await learn(
        {
          ...options,
          signal: stop.signal,
          onEvent: (event) => event.event === 'step' && event.step === 2 && stop.abort(),
        },
        first,
      );
      expect(stopped).toMatchObject({ status: 'running', note: null });
      const again = await takeOverRun(db(), 'another');
      expect(again?.attempts).toBe(1);
      let resumedAt = 0;
      const done = await learn(
        {
          ...options,
          onEvent: (event) => {
            if (event.event === 'start') resumedAt = event.resumedAt;
          },
        },
        again as OpenRun,
      );
      expect(resumedAt).toBeGreaterThanOrEqual(2);
      expect(done.status).toBe('promoted');
      expect(await epochsOf(db(), done.id)).toHaveLength(3);
    });

    it('is left only once, even if leaving is repeated because the reply was lost', async () => {
      await serving(db(), work.base);
      const begun = await beginVersion(optionsFor(db()), 'host', 'test');
      await leaveRun(db(), begun);
      await leaveRun(db(), begun);
      expect(await takeOverRun(db(), 'another')).toMatchObject({ id: begun.id, attempts: 1 });
    });

    it('does not promote a folder that was damaged in the meantime', SLOW, async () => {
      const former = await serving(db(), work.base);
      await tell(db(), former, aCommunity(160));
      let model = '';
      const damage = async () => {
        const file = await open(join(model, 'model.safetensors'), 'r+');
        await file.write(Buffer.from([1, 2, 3]), 0, 3, 20_000);
        await file.close();
      };
      const options = optionsFor(db());
      const done = await run({
        ...options,
        onEvent(event) {
          if (event.event === 'done') model = event.model;
        },
        async openEngine() {
          await damage();
          return options.openEngine();
        },
      });
      expect(done).toMatchObject({
        status: 'failed',
        note: expect.stringContaining('safetensors is changed'),
      });
      expect(await activeModel(db())).toMatchObject({ id: former.id });
      expect(existsSync(model)).toBe(false);
    });

    it('is given up after too many attempts', SLOW, async () => {
      await tell(db(), await serving(db(), work.base), aCommunity(160));
      const options = optionsFor(db());
      await beginVersion(options, 'host', 'test');
      await db().update(trainingRuns).set({ attempts: 5, leaseUntil: sql`now() - interval '1 second'` });
      const left = await takeOverRun(db(), 'another');
      expect(await learn(options, left as OpenRun)).toMatchObject({ status: 'failed' });
    });
  });

  onPostgres((backend) => {
    it('runs one at a time, whatever starts it', async () => {
      const { db } = backend().store;
      await serving(db, work.base);
      const begun = await Promise.allSettled(
        Array.from({ length: 6 }, (_, i) => beginVersion(optionsFor(db), 'host', `trainer ${i}`)),
      );
      expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const result of begun)
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'learning-busy' });
    });

    it('is left alone once another process has picked it up', SLOW, async () => {
      const { db } = backend().store;
      await tell(db, await serving(db, work.base), aCommunity(160));
      const options = optionsFor(db);
      let taken = Promise.resolve();
      const done = await run({
        ...options,
        onEvent(event) {
          if (event.event === 'done') taken = takeAway();
        },
      });
      await taken;
      expect(done).toMatchObject({ status: 'running', note: null });
      expect(await activeModel(db)).toMatchObject({ name: 'tiny' });

      async function takeAway() {
        await db.update(trainingRuns).set({ owner: 'another' });
      }
    });
  });
});
