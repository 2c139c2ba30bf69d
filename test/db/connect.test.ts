import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { notify } from '../../src/db/notify.ts';
import { pgliteFolder } from '../../src/db/pglite.ts';
import { tallyOf } from '../../src/db/ratings.ts';
import { messageOf } from '../../src/lib/errors.ts';
import { dropDatabase, freshDatabase, freshDataDir, silent } from '../databases.ts';
import { onPostgres } from './backends.ts';
import { ended, startProgram } from './programs.ts';
import { aJoke } from './samples.ts';

/** Processes start slowly on a busy machine. */
const SLOW = { timeout: 120_000 };

const connecting = new URL('./children/connect.ts', import.meta.url);
const voting = new URL('./children/vote.ts', import.meta.url);

describe('connect on PGlite', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = freshDataDir();
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  it(
    'refuses a second process on the same folder, naming the first, whose data stays intact',
    SLOW,
    async () => {
      const store = await connect({ dataDir, log: silent });
      const child = startProgram(connecting, [dataDir]);
      const [answer] = await once(child, 'message');
      expect(answer).toMatch(new RegExp(`in use by process ${process.pid}: .*DATABASE_URL`));
      await aJoke(store.db);
      await store.close();
      expect(existsSync(`${pgliteFolder(dataDir)}.lock`)).toBe(false);
    },
  );

  it('keeps every vote it acknowledged when the process is killed', SLOW, async () => {
    const before = await connect({ dataDir, log: silent });
    const { id: jokeId } = await aJoke(before.db);
    await before.close();

    const voter = startProgram(voting, [dataDir, jokeId]);
    let acknowledged = 0;
    voter.on('message', () => {
      acknowledged++;
      if (acknowledged === 60) voter.kill('SIGKILL');
    });
    await once(voter, 'exit');

    const after = await connect({ dataDir, log: silent });
    const { votes, mean } = await tallyOf(after.db, jokeId);
    await after.close();
    expect(votes).toBeGreaterThanOrEqual(acknowledged);
    expect(mean).toBe(5);
  });

  it(
    'passes on what a transaction throws, and reports its own errors without PGlite’s bundled source',
    SLOW,
    async () => {
      const store = await connect({ dataDir, log: silent });
      const own = new Error('mine');
      await expect(store.db.transaction(() => Promise.reject(own))).rejects.toBe(own);
      await store.close();
      const failure = await store.db.transaction(async () => {}).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'database-failed', message: expect.stringContaining('closed') });
      expect(failure).not.toHaveProperty('cause');
      await expect(aJoke(store.db).catch((error: unknown) => messageOf(error))).resolves.toMatch(
        /^.{1,200}$/,
      );
    },
  );

  it('says in one sentence that a folder holds no database, and releases its lock', SLOW, async () => {
    const broken = mkdtempSync(join(tmpdir(), 'chispa-broken-'));
    mkdirSync(pgliteFolder(broken));
    writeFileSync(join(pgliteFolder(broken), 'PG_VERSION'), 'not a version');
    const failure = await connect({ dataDir: broken, log: silent }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'database-unreachable' });
    expect(String(failure)).toContain(broken);
    expect(String(failure).length).toBeLessThan(500);
    expect(existsSync(`${pgliteFolder(broken)}.lock`)).toBe(false);
    rmSync(broken, { recursive: true });
  });
});

describe('connect', () => {
  it('names the server that did not answer, without its password', async () => {
    const databaseUrl = 'postgres://chispa:secret@127.0.0.1:1/jokes';
    const failure = await connect({ databaseUrl, dataDir: '.', log: silent }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      code: 'database-unreachable',
      message: expect.stringMatching(/127\.0\.0\.1:1\/jokes.*DATABASE_URL/),
    });
    expect(String(failure)).not.toContain('secret');
  });

  onPostgres((backend) => {
    it('lets many processes start on an empty server at once', SLOW, async () => {
      const databaseUrl = await freshDatabase();
      const starting = Array.from({ length: 5 }, () => startProgram(connecting, ['.', databaseUrl]));
      const answers = await Promise.all(starting.map(async (child) => (await once(child, 'message'))[0]));
      expect(answers).toEqual(['ok', 'ok', 'ok', 'ok', 'ok']);
      await Promise.all(starting.map(ended));
      await dropDatabase(databaseUrl);
    });

    it('resumes listening after its connection was cut, and reports that it may have missed something', async () => {
      const { store } = backend();
      const heard: string[] = [];
      let gaps = 0;
      const stop = await store.listen(
        'chispa_settings',
        (payload) => heard.push(payload),
        () => gaps++,
      );
      await notify(store.db, 'chispa_settings', 'before');
      await vi.waitFor(() => expect(heard).toEqual(['before']), 20_000);
      expect(gaps).toBe(0);
      await store.db.execute(sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query ilike 'listen%'`);
      await vi.waitFor(() => expect(gaps).toBe(1), 20_000);
      await notify(store.db, 'chispa_settings', 'after');
      await vi.waitFor(() => expect(heard).toEqual(['before', 'after']), 20_000);
      await stop();
    });
  });
});
