import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect, type Store } from '../../src/db/connect.ts';
import { activateModel, activeModel, ensureModelVersion } from '../../src/db/models.ts';
import { requests } from '../../src/db/schema.ts';
import { listRuns } from '../../src/db/training-runs.ts';
import { openModelFolder } from '../../src/models/folder.ts';
import { silent, skipPostgres } from '../databases.ts';
import { aCommunity, tell } from '../trainer/rated.ts';
import { copyModel } from './model-copy.ts';
import { isFinished, type Player } from './player.ts';
import { type Spawned, signalGroup, spawnChispa } from './program.ts';
import { type Started, type StartOptions, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 }); // for slow machines
const SLOW = { timeout: 400_000, interval: 200 };
/** Lets the result of half a minute of training pass the gate, whatever its quality. */
const LENIENT = {
  significance: 1,
  heldOut: 5,
  language: 10,
  diversity: 0,
  repetition: 1,
  selfEnding: 0,
  recited: 1,
  unsafe: 1,
};

/** On PostgreSQL, so that the test can read the program's rows. */
describe.skipIf(skipPostgres)('a model that learns', () => {
  let started: Started | undefined;
  let store: Store | undefined;

  async function start(options: StartOptions): Promise<{ player: Player; store: Store; started: Started }> {
    started = await startForTest({ onServer: true, ...options });
    store = await connect({ databaseUrl: started.databaseUrl, dataDir: started.dataDir, log: silent });
    return { player: started.player, store, started };
  }
  afterEach(async () => {
    await store?.close();
    await started?.close();
    [store, started] = [undefined, undefined];
  });

  it('is trained while jokes are told, and takes over without losing one', async () => {
    const modelsDir = mkdtempSync(join(tmpdir(), 'chispa-'));
    onTestFinished(() => rmSync(modelsDir, { recursive: true }));
    const { player, store } = await start({
      config: {
        modelsDir,
        learnMinutes: 0.1,
        gateSamples: 10,
        learnAfterVotes: 0,
        learnSchedule: undefined,
        gate: LENIENT,
      },
    });
    const { db } = store;
    const before = await activeModel(db);
    if (!before) throw new Error('no model serves');
    await tell(db, before, aCommunity(160));

    const answer = await (
      await player.ask(player.moderator, 'modelo', {}, { subcommand: 'entrenar' })
    ).answer();
    expect(answer.content).not.toBe('');
    const told: string[] = [];
    let learning = true;
    const laughing = laugh();
    await expect
      .poll(async () => (await listRuns(db)).map(({ status, note }) => [status, note]), SLOW)
      .toEqual([['promoted', null]]);
    const after = await activeModel(db);
    expect(after).toMatchObject({ parentId: before.id, kind: 'trained' });
    await expect.poll(() => told.at(-1), SLOW).toContain(after?.name);
    learning = false;
    await laughing;
    expect(told.length).toBeGreaterThan(3);
    expect(told[0]).toContain(before.name);
    await expect.poll(() => db.$count(requests, sql`status <> 'done'`), SLOW).toBe(0);

    async function laugh(): Promise<void> {
      while (learning) {
        const joke = await (await player.ask(player.ana, 'chiste', { fuente: 'nuevo' })).answer(
          isFinished,
          300_000,
        );
        told.push(joke.embeds[0]?.footer?.text ?? '');
      }
    }
  });

  it('loses no joke when the generator is killed while it changes over', async () => {
    const { player, store, started } = await start({ roles: ['bot'] });
    const { db } = store;
    const generator = (): Spawned => {
      const spawned = spawnChispa(['start', '--role', 'generator'], {
        ...{ DATABASE_URL: started.databaseUrl ?? '', VOTER_SECRET: 'a secret for the tests' },
        ...{ DISCORD_API: started.box.api, DISCORD_TOKEN: started.box.token, SLOTS: '2' },
      });
      onTestFinished(async () => {
        if (spawned.child.exitCode === null && spawned.child.signalCode === null)
          signalGroup(spawned, 'SIGKILL');
        await spawned.ended;
      });
      return spawned;
    };
    const first = generator();
    await first.printed(/Chispa generates/);
    const folder = copyModel('nuevo', { weights: 7 });
    onTestFinished(() => rmSync(dirname(folder), { recursive: true }));
    const { name, sha256, manifest } = await openModelFolder(folder);
    const next = await ensureModelVersion(db, {
      name,
      folder,
      sha256,
      files: manifest.files,
      kind: 'trained',
    });

    const people = [player.ana, player.ana, player.luis, player.luis, player.moderator, player.moderator];
    const asked = await Promise.all(
      people.map((person) => player.ask(person, 'chiste', { fuente: 'nuevo' })),
    );
    await expect.poll(() => db.$count(requests, sql`status = 'running'`), SLOW).toBeGreaterThan(0);
    await activateModel(db, next.id);
    signalGroup(first, 'SIGKILL');
    await first.ended;
    // The time without a heartbeat is faked; the code that notices it is real.
    await db.execute(
      sql`update pgboss.job set heartbeat_on = now() - interval '1 minute' where state = 'active'`,
    );
    const second = generator();
    await second.printed(/Chispa generates/);
    const answers = await Promise.all(asked.map((one) => one.answer(isFinished, 300_000)));
    expect(answers).toHaveLength(6);
    const last = await (await player.ask(player.ana, 'chiste', { fuente: 'nuevo' })).answer(
      isFinished,
      300_000,
    );
    expect(last.embeds[0]?.footer?.text).toContain('nuevo ·');
  });
});
