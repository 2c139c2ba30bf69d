import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { sql } from 'drizzle-orm';
import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { generatorIsAlive } from '../../src/db/generators.ts';
import { rate } from '../../src/db/ratings.ts';
import { finishRequest } from '../../src/db/requests.ts';
import { requests } from '../../src/db/schema.ts';
import { claimToken } from '../../src/db/token-lease.ts';
import { beginRun, closeRun } from '../../src/db/training-runs.ts';
import { freshDataDir, silent } from '../databases.ts';
import { onEachBackend } from '../db/backends.ts';
import { aJoke, aModel, insert, minutes } from '../db/samples.ts';
import { runCommand } from './run-command.ts';

onEachBackend((backend) => {
  const env = () => {
    const { databaseUrl = '', dataDir } = backend().where;
    return { DATABASE_URL: databaseUrl, DATA_DIR: dataDir, VOTER_SECRET: 'sixteen characters' };
  };

  it('chispa status says what an idle installation does: nothing', async () => {
    const { stdout, error } = await runCommand(['status'], env());
    expect(error).toBeUndefined();
    expect(stdout).toMatch(/running +no bot, 0 generators\nqueue +0 waiting, 0 being answered\n/);
    expect(stdout).toMatch(/model +none yet\n$/);
  });

  it('chispa status counts what is there, and names the last errors and runs', async () => {
    const { db } = backend().store;
    const { id: jokeId } = await aJoke(db);
    await rate(db, { jokeId, voter: 'a', score: 5 });
    await insert(db, { userId: '301' });
    const old = await insert(db, { userId: '302' });
    await db.update(requests).set({ createdAt: new Date(Date.now() - minutes(2)) });
    const failed = await insert(db, { userId: '303', ask: { kind: 'joke' } });
    await finishRequest(db, failed.id, { status: 'failed', note: 'no text was fit to tell' });
    const report = { host: 'casa', pid: 42, version: '0.2.0', provider: 'cpu', model: 'mini-es', slots: 8 };
    await generatorIsAlive(db, randomUUID(), { ...report, running: 3, tokensPerSecond: 512 });
    const killed = randomUUID();
    await generatorIsAlive(db, killed, { ...report, pid: 43, running: 1, tokensPerSecond: 99 });
    await db.execute(
      sql`update generators set alive_at = now() - interval '14 seconds' where id = ${killed}`,
    );
    await generatorIsAlive(db, randomUUID()); // of an older version
    await claimToken(db, { token: 't', bot: 't', owner: randomUUID() }, 30);
    const { id: baseVersionId } = await aModel(db);
    const run = await beginRun(db, {
      baseVersionId,
      trigger: 'votes',
      settings: {},
      owner: 'me',
      votesSeen: 1,
    });
    await closeRun(db, run, { status: 'refused', note: 'too few rated jokes' });

    const status = JSON.parse((await runCommand(['status', '--json'], env())).stdout);
    expect(status).toMatchObject({
      bots: 1,
      generators: [{ ...report, running: 3, tokensPerSecond: 512 }, { pid: 43 }, null],
      queue: { waiting: 2, running: 0 },
      lastDay: { asked: 4, answered: 1, failed: 1, votes: 1, jokes: 1 },
      model: { name: 'mini-es' },
      trial: null,
      runs: [{ status: 'refused', note: 'too few rated jokes' }],
      errors: [{ request: failed.id, status: 'failed', note: 'no text was fit to tell' }],
    });
    expect(status.queue.oldestSeconds).toBeGreaterThan(100);
    expect(status.queue.oldestSeconds).toBeLessThan(1000);
    const { stdout } = await runCommand(['status'], env());
    expect(stdout).toMatch(/running +the bot, 3 generators\nqueue +2 waiting, the first for 1\d\d s/);
    expect(stdout).toMatch(/\n {2}casa:42 +0\.2\.0 +mini-es \(cpu\) +3 of 8 slots +512 tokens\/s\n/);
    expect(stdout).toMatch(/\n {2}casa:43 .* no sign of life for 1[4-9] s\n/);
    expect(stdout).toContain(failed.id);
    expect(stdout).not.toContain(old.id);
  });
});

it('chispa status --watch goes on until it is interrupted', async () => {
  const dataDir = freshDataDir();
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const store = await connect({ dataDir, log: silent });
  onTestFinished(store.close);
  const before = process.listenerCount('SIGINT');
  const ended = runCommand(['status', '--watch', '--json'], { DATA_DIR: dataDir, DATABASE_URL: '' });
  await expect.poll(() => process.listenerCount('SIGINT')).toBeGreaterThan(before);
  process.emit('SIGINT');
  const { stdout, error } = await ended;
  expect(error).toBeUndefined();
  expect(stdout.trim().split('\n').length).toBeLessThan(3);
});
