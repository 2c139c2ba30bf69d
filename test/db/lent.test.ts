import { rmSync, statSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect, type Store } from '../../src/db/connect.ts';
import { type Borrowed, borrow } from '../../src/db/lent.ts';
import * as migrations from '../../src/db/migrations.ts';
import { jokes, learningState } from '../../src/db/schema.ts';
import { runCommand } from '../cli/run-command.ts';
import { freshDataDir, silent } from '../databases.ts';
import { aJoke } from './samples.ts';

let dataDir: string;
let store: Store;
beforeAll(async () => {
  dataDir = freshDataDir();
  store = await connect({ dataDir, log: silent });
});
afterAll(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true });
});

async function borrowed(): Promise<Borrowed> {
  const open = await borrow(dataDir);
  if (!open) throw new Error('the database was not lent');
  onTestFinished(() => open.close());
  return open;
}

describe.skipIf(process.platform === 'win32')('an embedded database that is lent', () => {
  afterEach(async () => {
    await store.db.delete(learningState);
    vi.restoreAllMocks();
  });

  it('answers with the same rows, whatever their types', async () => {
    const { db } = await borrowed();
    const told = await aJoke(store.db);
    expect(await db.select().from(jokes)).toEqual(await store.db.select().from(jokes));
    expect((await db.query.jokes.findFirst())?.id).toBe(told.id);
    const types = sql`select now() - now() as a, '{"b":[1]}'::jsonb as b, array[1.5, null] as c, 9007199254740993 as d`;
    expect((await db.execute(types)) as unknown).toMatchObject({
      rows: ((await store.db.execute(types)) as unknown as { rows: unknown[] }).rows,
    });
  });

  it('keeps what is committed, and nothing of a transaction that failed or whose borrower is gone', async () => {
    const { db, close } = await borrowed();
    const paused = () => store.db.select().from(learningState);
    await expect(
      db.transaction(async (tx) => {
        await tx.insert(learningState).values({ paused: true });
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    expect(await paused()).toEqual([]);

    const gone = db.transaction(async (tx) => {
      await tx.insert(learningState).values({ paused: true });
      await close();
      await tx.select().from(learningState);
    });
    await expect(gone).rejects.toThrow();
    expect(await paused()).toEqual([]); // and the owner does not wait for the borrower

    const other = await borrowed();
    await other.db.transaction((tx) => tx.insert(learningState).values({ paused: true }));
    expect(await paused()).toHaveLength(1);
  });

  it('runs transactions of several borrowers one after the other', async () => {
    await store.db.insert(learningState).values({ paused: false });
    const hands = await Promise.all([borrowed(), borrowed()]);
    const flip = ({ db }: Borrowed) =>
      db.transaction(async (tx) => {
        const [row] = await tx.select().from(learningState);
        await tx.update(learningState).set({ paused: !row?.paused }).where(eq(learningState.id, 1));
      });
    await Promise.all([...hands, ...hands, hands[0]].map((hand) => hand && flip(hand)));
    expect(await store.db.select().from(learningState)).toMatchObject([{ paused: true }]);
  });

  it('says what was wrong with a query, and goes on', async () => {
    const { db } = await borrowed();
    const error = await db.execute(sql`select nothing`).then(
      () => undefined,
      (thrown: Error) => thrown.cause as Error & { code: string },
    );
    expect(error).toMatchObject({ code: '42703', message: expect.stringContaining('nothing') });
    await db.execute(sql`select 1`);
  });

  it('is lent to its owner only, and with the same schema only', async () => {
    expect(statSync(join(dataDir, 'db.socket')).mode & 0o777).toBe(0o600);
    vi.spyOn(migrations, 'newestMigration').mockReturnValueOnce(1);
    await expect(borrow(dataDir)).rejects.toMatchObject({ code: 'other-version' });
  });

  it('is refused to a newer version than the one that holds it, also when that was installed in its place', async () => {
    await store.db.execute(sql`create temporary table newest as
      select * from drizzle.__drizzle_migrations order by created_at desc limit 1`);
    await store.db.execute(
      sql`delete from drizzle.__drizzle_migrations where created_at in (select created_at from newest)`,
    );
    onTestFinished(async () => {
      await store.db.execute(sql`insert into drizzle.__drizzle_migrations select * from newest`);
      await store.db.execute(sql`drop table newest`);
    });
    await expect(borrow(dataDir)).rejects.toThrow(/is another version of Chispa: restart it first/);
  });

  it('serves those who ask nothing and hang up', async () => {
    const socket = dial(join(dataDir, 'db.socket'));
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await (await borrowed()).db.execute(sql`select 1`);
  });

  it('is what commands use while the bot runs', async () => {
    const env = { DATA_DIR: dataDir, DATABASE_URL: '' };
    for (const [args, said] of [
      [['runs'], 'There are no training runs yet.\n'],
      [['corpus', 'list'], 'No jokes found. Import some with: npx chispa corpus import\n'],
    ] as const) {
      const { stdout, error } = await runCommand(args, env);
      expect([stdout, error]).toEqual([said, undefined]);
    }
    const { stdout, error } = await runCommand(['model', 'use', 'mini-es'], env);
    expect([stdout.startsWith('The active model is now mini-es'), error]).toEqual([true, undefined]);
    const [active] = (await store.db.query.modelVersions.findMany()).filter((one) => one.status === 'active');
    expect(active?.kind).toBe('bundled');
  });
});

it('a data folder that nobody uses lends nothing', async () => {
  expect(await borrow(join(dataDir, 'nowhere'))).toBeUndefined();
});
