import { inArray } from 'drizzle-orm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { OPEN_STATUSES, requests } from '../../src/db/schema.ts';
import { es } from '../../src/discord/messages/index.ts';
import { dropDatabase, freshDatabase, silent, skipPostgres } from '../databases.ts';
import { aProxy } from '../proxy.ts';
import { isFinished } from './player.ts';
import { startForTest } from './start.ts';

/** The whole program, with its database behind a network that fails. */
describe.skipIf(skipPostgres)('when the database goes away', () => {
  it('goes on, and leaves nobody without a joke or a sentence', { timeout: 240_000 }, async () => {
    const databaseUrl = await freshDatabase();
    onTestFinished(() => dropDatabase(databaseUrl));
    const proxy = await aProxy(new URL(databaseUrl));
    const config = {
      databaseUrl: proxy.url,
      voterSecret: 'a secret for the tests',
      logLevel: 'silent',
    } as const;
    const { player, close } = await startForTest({ config });
    onTestFinished(close);
    const store = await connect({ databaseUrl, dataDir: '', log: silent });
    onTestFinished(() => store.close());
    const open = () => store.db.$count(requests, inArray(requests.status, [...OPEN_STATUSES]));
    const people = [player.ana, player.luis, player.moderator];

    const ask = async (turn: number) => {
      const person = people[turn % people.length] ?? player.ana;
      const asked = await player.ask(person, 'chiste', { fuente: 'nuevo' });
      return asked.answer((m) => isFinished(m) || m.content !== '', 60_000);
    };
    for (let turn = 0; turn < 9; turn++) {
      const answer = ask(turn);
      proxy.reset(); // in the middle of the request
      await answer;
    }
    await proxy.cut();
    const sentence = await ask(0);
    expect(isFinished(sentence)).toBe(false);
    expect(sentence.content.length).toBeGreaterThan(10);
    await proxy.restore();
    for (const turn of [1, 2])
      await expect
        .poll(async () => isFinished(await ask(turn)), { timeout: 60_000, interval: 500 })
        .toBe(true);

    // Nobody is refused for having several on their way.
    await expect.poll(open, { timeout: 60_000, interval: 500 }).toBe(0);
    proxy.freeze();
    expect((await ask(2)).content).toBe(es.failure.slow);
    proxy.thaw();
    proxy.reset();
    await expect.poll(async () => isFinished(await ask(0)), { timeout: 60_000, interval: 500 }).toBe(true);
  });
});
