import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Store } from '../../src/db/connect.ts';
import { connect } from '../../src/db/connect.ts';
import { pauseLearning, votesSinceLastRun } from '../../src/db/learning.ts';
import { activeModel } from '../../src/db/models.ts';
import { trainingRuns } from '../../src/db/schema.ts';
import { epochsOf, listRuns } from '../../src/db/training-runs.ts';
import type { TrainingEvent } from '../../src/finetuning/run/events.ts';
import { createQueue } from '../../src/queue/queue.ts';
import { startTrainer, type TrainerOptions } from '../../src/trainer/role.ts';
import { freshDataDir, silent } from '../databases.ts';
import { onOneBackend, onPostgres } from '../db/backends.ts';
import { ended, startProgram } from '../db/programs.ts';
import { aProxy } from '../proxy.ts';
import { compiledPath } from '../setup/compiled.ts';
import { aWorkplace, quickLearning } from './learning-options.ts';
import { aCommunity, serving, tell } from './rated.ts';

const SLOW = { timeout: 180_000 };
const POLL = { timeout: 90_000, interval: 100 };
const program = new URL('./children/train.ts', import.meta.url);

const work = aWorkplace();

async function aTrainer(store: Store, changes: Partial<TrainerOptions> = {}) {
  const queue = await createQueue({ store, log: silent, schedules: true });
  const events: TrainingEvent[] = [];
  const trainer = await startTrainer({
    ...quickLearning(work.modelsDir),
    ...{ store, queue, schedule: undefined, afterVotes: 0, voiceVotes: 0, modelsKeep: 5, pollMs: 100 },
    onEvent: (event) => events.push(event),
    ...changes,
  });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= trainer.close().then(() => queue.close());
    return closing;
  };
  onTestFinished(close);
  return { queue, events, close };
}

/** Jobs that wait for a trainer. */
async function jobsOf({ db }: Store): Promise<number> {
  const waiting = sql`select 1 from pgboss.job where name = 'learn' and state < 'completed'`;
  const rows: unknown = await db.execute(waiting);
  return Array.isArray(rows) ? rows.length : (rows as { rows: unknown[] }).rows.length; // the shape depends on the driver
}

const statuses = async ({ db }: Store) => (await listRuns(db)).map(({ status }) => status);
const anEnd = (store: Store) =>
  expect.poll(() => statuses(store), POLL).toEqual([expect.stringMatching(/promoted|rejected/)]);

describe('the trainer', () => {
  onOneBackend((backend) => {
    it('trains when the host asks, and the new version serves', SLOW, async () => {
      const { store } = backend();
      await tell(store.db, await serving(store.db, work.base), aCommunity(160));
      const { queue } = await aTrainer(store);
      expect(await queue.requestLearning('host')).toBe(true);
      await expect.poll(() => statuses(store), POLL).toEqual(['promoted']);
      const [run] = await listRuns(store.db);
      expect(run).toMatchObject({ trigger: 'host' });
      expect(await activeModel(store.db)).toMatchObject({ id: run?.version?.id });
    });

    it('trains automatically after enough new votes, and not again without more', SLOW, async () => {
      const { store } = backend();
      const version = await serving(store.db, work.base);
      await tell(store.db, version, aCommunity(160));
      await pauseLearning(store.db, true);
      const paused = await aTrainer(store, { afterVotes: 400 });
      await paused.queue.requestLearning('schedule');
      await expect.poll(() => jobsOf(store), POLL).toBe(0);
      await paused.close();
      expect(await statuses(store)).toEqual([]);

      await pauseLearning(store.db, false);
      const first = await aTrainer(store, { afterVotes: 400 });
      await anEnd(store);
      await first.close();
      expect(await votesSinceLastRun(store.db)).toBe(0);
      expect((await listRuns(store.db))[0]).toMatchObject({ trigger: 'votes' });
    });

    it('refuses an invalid schedule', async () => {
      const { store } = backend();
      await expect(aTrainer(store, { schedule: '99 99 * * *' })).rejects.toMatchObject({
        code: 'bad-schedule',
      });
    });

    it('resumes at its next start after it was told to stop', SLOW, async () => {
      const { store } = backend();
      await tell(store.db, await serving(store.db, work.base), aCommunity(160));
      const first = await aTrainer(store);
      await first.queue.requestLearning('host');
      await expect
        .poll(() => first.events.some((event) => event.event === 'step' && event.step >= 3), POLL)
        .toBe(true);
      await first.close();
      const [stopped] = await statuses(store);
      const second = await aTrainer(store);
      await anEnd(store);
      if (stopped !== 'running') return; // it was faster than the stop
      const start = second.events.find(({ event }) => event === 'start');
      expect(start?.event === 'start' && start.resumedAt).toBeGreaterThanOrEqual(3);
    });
  });

  it('resumes from its checkpoint on PGlite after it was killed', SLOW, async () => {
    const dataDir = freshDataDir();
    const before = await connect({ dataDir, log: silent });
    await tell(before.db, await serving(before.db, work.base), aCommunity(160));
    await before.close();
    await killAtStep(10, [dataDir, work.modelsDir, '8']);

    const store = await connect({ dataDir, log: silent });
    onTestFinished(async () => {
      await store.close();
      await rm(dataDir, { recursive: true });
    });
    await goesOn(store);
  });

  onPostgres((backend) => {
    it('is succeeded by another, from the checkpoint, when it is killed', SLOW, async () => {
      const { store, where } = backend();
      await tell(store.db, await serving(store.db, work.base), aCommunity(160));
      await killAtStep(10, [where.dataDir, work.modelsDir, '8', where.databaseUrl ?? '']);
      await goesOn(store);
    });

    it(
      'leaves a run at its checkpoint when the disk is full, and goes on once there is room',
      SLOW,
      async () => {
        const { store, where } = backend();
        await tell(store.db, await serving(store.db, work.base), aCommunity(160));
        // 100 blocks of 1 KiB: the snapshot fits, a checkpoint of 130 kB does not.
        const args = [
          compiledPath(fileURLToPath(program)),
          where.dataDir,
          work.modelsDir,
          '3',
          where.databaseUrl ?? '',
        ];
        const command = [process.execPath, ...args].map((word) => `'${word}'`).join(' ');
        const child = spawn('bash', ['-c', `ulimit -f 100; exec ${command}`], { stdio: 'ignore' });
        onTestFinished(() => void child.kill('SIGKILL'));
        await expect
          .poll(async () => (await listRuns(store.db)).map(({ status, note }) => [status, note]), POLL)
          .toEqual([['running', expect.stringContaining('The disk has no room')]]);
        child.kill('SIGKILL');
        await ended(child);
        await store.db.update(trainingRuns).set({ leaseUntil: sql`now() - interval '1 second'` });
        await aTrainer(store);
        await anEnd(store);
      },
    );

    it('trains alone even if several are asked at once', SLOW, async () => {
      const { store, where } = backend();
      await tell(store.db, await serving(store.db, work.base), aCommunity(160));
      const children = Array.from({ length: 2 }, () =>
        startProgram(program, [where.dataDir, work.modelsDir, '3', where.databaseUrl ?? '']),
      );
      const starts: TrainingEvent[] = [];
      for (const child of children)
        child.on('message', (event: TrainingEvent) => {
          if (event.event === 'start') starts.push(event);
        });
      await anEnd(store);
      expect(starts).toHaveLength(1);
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(children.map(ended));
    });

    it('survives a database outage that lasts until after the training', SLOW, async () => {
      const { store, where } = backend();
      await tell(store.db, await serving(store.db, work.base), aCommunity(160));
      const proxy = await aProxy(new URL(where.databaseUrl ?? ''));
      const away = await connect({ databaseUrl: proxy.url, dataDir: where.dataDir, log: silent });
      onTestFinished(() => away.close());
      let cut: Promise<void> | undefined;
      const { queue, events } = await aTrainer(away, {
        onEvent: (event) => {
          events.push(event);
          if (event.event === 'start') cut = proxy.cut();
        },
      });
      await queue.requestLearning('host');
      await expect.poll(() => events.some(({ event }) => event === 'done'), POLL).toBe(true);
      await cut;
      expect(await statuses(store)).toEqual(['running']);
      await proxy.restore();
      await expect.poll(() => statuses(store), POLL).toEqual(['promoted']);
      const [run] = await listRuns(store.db);
      expect(await epochsOf(store.db, run?.id ?? '')).toHaveLength(3);
    });

    it('survives a database that cuts every connection midway', SLOW, async () => {
      const { store } = backend();
      await tell(store.db, await serving(store.db, work.base), aCommunity(160));
      const { queue, events } = await aTrainer(store);
      await queue.requestLearning('host');
      for (const moment of ['start', 'epoch', 'done'] as const) {
        await expect.poll(() => events.some(({ event }) => event === moment), POLL).toBe(true);
        await store.db
          .execute(
            sql`select pg_terminate_backend(pid) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()`,
          )
          .catch(() => {}); // its own pool is cut too
      }
      await expect.poll(() => statuses(store).catch(() => []), POLL).toEqual(['promoted']);
    });
  });
});

async function killAtStep(step: number, args: string[]): Promise<void> {
  const child = startProgram(program, args);
  await new Promise<void>((resolve, reject) => {
    child.on('message', (event: TrainingEvent) => {
      if (event.event === 'step' && event.step >= step) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the trainer ended with ${code}`)));
  });
  child.kill('SIGKILL');
  await ended(child);
}

/** Another trainer finishes the run that a killed one left. */
async function goesOn(store: Store): Promise<void> {
  expect(await statuses(store)).toEqual(['running']);
  // The lease of the dead trainer expires at once; noticing it is the real thing.
  await store.db.update(trainingRuns).set({ leaseUntil: sql`now() - interval '1 second'` });
  const { events } = await aTrainer(store);
  await anEnd(store);
  const start = events.find(({ event }) => event === 'start');
  expect(start?.event === 'start' && start.resumedAt).toBeGreaterThanOrEqual(4);
  const [run] = await listRuns(store.db);
  expect(existsSync(join(work.modelsDir, run?.version?.name ?? '', 'model.safetensors'))).toBe(true);
}
