import { eq, sql } from 'drizzle-orm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { jokes, requests } from '../../src/db/schema.ts';
import { silent, skipPostgres } from '../databases.ts';
import { isFinished, jokeOf } from './player.ts';
import { type Spawned, signalGroup, spawnChispa } from './program.ts';
import { startForTest } from './start.ts';

describe.skipIf(skipPostgres)('a generator that is killed', () => {
  it('leaves its request to another, which tells the same joke', { timeout: 240_000 }, async () => {
    const {
      player,
      box,
      close,
      databaseUrl = '',
      dataDir,
    } = await startForTest({ onServer: true, roles: ['bot'] });
    onTestFinished(close);
    const store = await connect({ databaseUrl, dataDir, log: silent });
    onTestFinished(() => store.close());
    const started: Spawned[] = [];
    onTestFinished(async () => {
      for (const generator of started) {
        signalGroup(generator, 'SIGKILL');
        await generator.ended;
      }
    });
    const generator = async () => {
      const program = spawnChispa(['start', '--role', 'generator'], {
        ...{ DATABASE_URL: databaseUrl, VOTER_SECRET: 'a secret for the tests' },
        ...{ DISCORD_TOKEN: box.token, DISCORD_API: box.api, DATA_DIR: dataDir },
      });
      started.push(program);
      await program.printed(/Chispa generates/);
      return program;
    };

    const first = await generator();
    const ask = (seed: number) => player.ask(player.ana, 'chiste', { fuente: 'nuevo', semilla: seed });
    const whole = jokeOf(await (await ask(5)).answer(isFinished));
    // The first words take a while to arrive, so that the generator is still at work when it is killed.
    await player.call('/box/faults', { kind: 'slow', route: 'PATCH /webhooks/*', ms: 1500, count: 1 });
    const asked = await ask(5);
    const running = () => store.db.$count(requests, eq(requests.status, 'running'));
    await expect.poll(running, { timeout: 30_000, interval: 20 }).toBe(1);
    signalGroup(first, 'SIGKILL');
    started.length = 0;
    await first.ended;
    expect(await running()).toBe(1);
    // The time without a heartbeat is made to pass at once, but its detection is real.
    await store.db.execute(
      sql`update pgboss.job set heartbeat_on = now() - interval '1 minute' where state = 'active'`,
    );
    await generator();
    expect(jokeOf(await asked.answer(isFinished))).toBe(whole);
    await expect.poll(running).toBe(0);
    expect(await store.db.$count(jokes)).toBe(2);
    const shown = (await player.messages(player.ana.id)).filter((m) => m.interaction === asked.interaction);
    expect(shown.filter(isFinished)).toHaveLength(1);
  });
});
