import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { claimLearningEvents } from '../../src/db/learning.ts';
import {
  activateModel,
  activeModel,
  ensureModelVersion,
  findModelVersion,
  type ModelVersion,
  pinModel,
  ratedModels,
  rollBackModel,
} from '../../src/db/models.ts';
import { endRun, promoteCandidate, rejectCandidate, tryCandidate } from '../../src/db/promotion.ts';
import { modelVersions, trainingRuns } from '../../src/db/schema.ts';
import { beginRun, findRun, takeOverRun } from '../../src/db/training-runs.ts';
import { actOnLiveRatings } from '../../src/trainer/live-ratings.ts';
import { pruneModels } from '../../src/trainer/prune.ts';
import { silent } from '../databases.ts';
import { onEachBackend } from '../db/backends.ts';
import { GUILD, seeded } from '../db/samples.ts';
import { type Told, tell } from './rated.ts';

const DAY_MS = 24 * 3600_000;

describe("versions, watched by people's votes", () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;
    const look = (now = new Date()) => actOnLiveRatings({ db: db(), log: silent, now });
    const statusOf = async ({ id }: ModelVersion) => (await findModelVersion(db(), id))?.status;

    const version = (name: string, folder = `/models/${name}`, status: 'kept' | 'rejected' = 'rejected') =>
      ensureModelVersion(db(), { ...{ name, folder, sha256: name, files: {}, status }, kind: 'trained' });

    async function begun(base: ModelVersion) {
      return beginRun(db(), {
        ...{ baseVersionId: base.id, trigger: 'host', settings: {}, owner: 'test', votesSeen: 0 },
      });
    }
    /** A first version that served, and a second one that its run has promoted or put on trial. */
    async function two(how: 'promoted' | 'trial', name = 'v') {
      const first = await version(`${name}1`, '/models/v1', 'kept');
      await activateModel(db(), first.id);
      const run = await begun(first);
      const second = await version(`${name}2`);
      const candidate = { versionId: second.id, formerId: first.id };
      if (how === 'promoted') await promoteCandidate(db(), run, candidate);
      else await tryCandidate(db(), run, candidate, 0.5);
      await claimLearningEvents(db());
      return { first, second, run: () => findRun(db(), run.id) };
    }
    /** Jokes with one vote each, spread around a mean. */
    function votes(count: number, mean: number): Told[] {
      const random = seeded(count * 100 + mean);
      const score = () => Math.min(5, Math.max(1, Math.round(mean + (random() - 0.5) * 3)));
      return Array.from({ length: count }, (_, i) => ({ text: `chiste ${i}`, scores: [score()] }));
    }

    it('rolls back a version that people like less than the former one, and announces it once', async () => {
      const { first, second, run } = await two('promoted');
      await tell(db(), first, votes(150, 4));
      await tell(db(), second, votes(5, 1));
      await look();
      expect(await activeModel(db())).toMatchObject({ id: second.id }); // too few to tell
      await tell(db(), second, votes(150, 2));
      await look();
      await look();
      expect(await activeModel(db())).toMatchObject({ id: first.id });
      expect(await statusOf(second)).toBe('rejected');
      expect(await run()).toMatchObject({ status: 'promoted', watch: 'worse' });
      const events = await claimLearningEvents(db());
      expect(events).toMatchObject([
        { kind: 'rolled-back', details: { former: { jokes: 150 }, present: { jokes: 155 } } },
      ]);
    });

    it('does not take for worse what is told without a choice', async () => {
      const { first, second } = await two('promoted');
      const chosen = votes(300, 4).map((joke) => ({ ...joke, gain: 1 }));
      await tell(db(), first, chosen);
      await tell(db(), second, votes(300, 3));
      await look();
      expect(await activeModel(db())).toMatchObject({ id: second.id });
      expect(await claimLearningEvents(db())).toEqual([]);
    });

    it('keeps a version that people like as much, and stops comparing', async () => {
      const { first, second, run } = await two('promoted');
      await tell(db(), first, votes(2000, 3.5));
      await tell(db(), second, votes(2000, 3.6));
      await look();
      expect(await activeModel(db())).toMatchObject({ id: second.id });
      expect(await run()).toMatchObject({ watch: 'held' });
      expect(await claimLearningEvents(db())).toEqual([]);
    });

    it('does not override what the host has chosen in the meantime', async () => {
      const { first, second, run } = await two('promoted');
      await tell(db(), first, votes(150, 4));
      await tell(db(), second, votes(150, 2));
      const third = await version('v3', '/models/v3', 'kept');
      await activateModel(db(), third.id);
      await look();
      expect(await activeModel(db())).toMatchObject({ id: third.id });
      expect(await run()).toMatchObject({ watch: 'ended' });
    });

    it('promotes a version on trial that is better, and rejects one that is as good or worse', async () => {
      for (const [mean, status] of [
        [4.5, 'active'],
        [3, 'rejected'],
        [1.5, 'rejected'],
      ] as const) {
        const name = `${status} ${mean}`;
        const active =
          (await activeModel(db())) ?? (await activateModel(db(), (await version('v0', '', 'kept')).id));
        const run = await begun(active);
        const trial = await version(name);
        await tryCandidate(db(), run, { versionId: trial.id, formerId: active.id }, 0.5);
        await claimLearningEvents(db());
        await tell(db(), active, votes(200, 3));
        await look();
        expect(await statusOf(trial)).toBe('trial');
        await tell(db(), trial, votes(200, mean));
        await look();
        expect(await statusOf(trial)).toBe(status);
        const [event] = await claimLearningEvents(db());
        expect(event).toMatchObject({ kind: status === 'active' ? 'trial-won' : 'trial-lost' });
        expect(event?.run.status).toBe(status === 'active' ? 'promoted' : 'rejected');
      }
    });

    it('decides a trial after four weeks by the votes there are', async () => {
      for (const [mean, status] of [
        [4, 'promoted'],
        [3.1, 'rejected'],
      ] as const) {
        const { first, second, run } = await two('trial', String(mean));
        await tell(db(), first, votes(40, 3));
        await tell(db(), second, votes(40, mean));
        await look();
        expect(await run()).toMatchObject({ status: 'trial' });
        await look(new Date(Date.now() + 29 * DAY_MS));
        expect(await run()).toMatchObject({ status });
      }
    });

    it('ends a trial when the host activates another version, or the one on trial', async () => {
      const { second, run } = await two('trial');
      await activateModel(db(), (await version('v3', '/models/v3', 'kept')).id);
      await look();
      expect(await run()).toMatchObject({ status: 'cancelled' });
      expect(await statusOf(second)).toBe('kept');
      const again = await begun(second);
      const fourth = await version('v4');
      await tryCandidate(db(), again, { versionId: fourth.id, formerId: second.id }, 0.5);
      await activateModel(db(), fourth.id);
      await look();
      expect(await findRun(db(), again.id)).toMatchObject({ status: 'promoted' });
    });

    it('goes back one version per step', async () => {
      const versions = await Promise.all(
        ['a', 'b', 'c'].map((name) => version(name, `/models/${name}`, 'kept')),
      );
      for (const { id } of versions) await activateModel(db(), id);
      expect(await rollBackModel(db())).toMatchObject({ from: { name: 'c' }, to: { name: 'b' } });
      expect(await rollBackModel(db())).toMatchObject({ from: { name: 'b' }, to: { name: 'a' } });
      await expect(rollBackModel(db())).rejects.toMatchObject({ code: 'nothing-to-roll-back' });
    });

    it('keeps the weights of the newest, active, former and pinned versions, and the rows of all', async () => {
      const modelsDir = mkdtempSync(join(tmpdir(), 'chispa-'));
      onTestFinished(() => rmSync(modelsDir, { recursive: true }));
      const make = async (name: string, place = modelsDir) => {
        const folder = join(place, name);
        mkdirSync(folder);
        writeFileSync(join(folder, 'config.json'), '{}');
        return version(name, folder, 'kept');
      };
      const versions: ModelVersion[] = [];
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) versions.push(await make(name));
      const [a, b, c] = versions as [ModelVersion, ModelVersion, ModelVersion];
      await activateModel(db(), c.id);
      await activateModel(db(), b.id);
      await pinModel(db(), GUILD, 'mod', a.id);
      await tell(db(), b, [{ text: 'uno', scores: [5, 4] }]);
      await pruneModels({ db: db(), modelsDir, keep: 2, log: silent });

      const rows = await ratedModels(db());
      expect(rows.map(({ name, status }) => [name, status])).toEqual([
        ['g', 'kept'],
        ['f', 'kept'],
        ['e', 'retired'],
        ['d', 'retired'],
        ['c', 'kept'],
        ['b', 'active'],
        ['a', 'kept'],
      ]);
      expect(rows.find(({ name }) => name === 'b')).toMatchObject({ jokes: 1, votes: 2, mean: 4.5, pins: 0 });
      expect(rows.find(({ name }) => name === 'a')).toMatchObject({ jokes: 0, mean: null, pins: 1 });
      const there = versions.map(({ folder }) => existsSync(folder));
      expect(there).toEqual([true, true, true, false, false, true, true]);
      await expect(pinModel(db(), GUILD, 'mod', (versions[3] as ModelVersion).id)).rejects.toMatchObject({
        code: 'model-version-unusable',
      });
    });

    it('never removes a folder outside the models folder', async () => {
      const outside = mkdtempSync(join(tmpdir(), 'chispa-'));
      onTestFinished(() => rmSync(outside, { recursive: true, force: true }));
      await version('ajeno', outside, 'kept');
      await pruneModels({ db: db(), modelsDir: join(tmpdir(), 'otro'), keep: 0, log: silent });
      expect(existsSync(outside)).toBe(true);
      expect(await db().select().from(modelVersions).where(eq(modelVersions.status, 'retired'))).toHaveLength(
        1,
      );
    });

    it('hands a run to another process when its lease has expired or lies impossibly far in the future', async () => {
      const base = await version('v1', '/models/v1', 'kept');
      await activateModel(db(), base.id);
      const { id } = await begun(base);
      for (const [lease, taken] of [
        [sql`now() + interval '20 seconds'`, false],
        [sql`now() - interval '1 second'`, true],
        [sql`now() + interval '1 year'`, true], // the database's clock has been set back since
      ] as const) {
        await db().update(trainingRuns).set({ leaseUntil: lease });
        expect((await takeOverRun(db(), 'another'))?.id).toBe(taken ? id : undefined);
      }
    });

    it('has one run at a time, which ends only once', async () => {
      const base = await version('v1', '/models/v1', 'kept');
      await activateModel(db(), base.id);
      const run = await begun(base);
      await expect(begun(base)).rejects.toMatchObject({ code: 'learning-busy' });
      expect(await takeOverRun(db(), 'another')).toBeUndefined();
      await endRun(db(), run, 'failed', 'test');
      const next = await begun(base);
      await rejectCandidate(db(), next, { versionId: (await version('v2')).id, formerId: base.id });
      await expect(endRun(db(), next, 'failed', 'late')).rejects.toMatchObject({ code: 'run-lost' });
      expect((await claimLearningEvents(db())).map(({ run }) => run.status)).toEqual(['failed', 'rejected']);
    });
  });
});
