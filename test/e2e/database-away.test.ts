import { describe, expect, it, onTestFinished } from 'vitest';
import { es } from '../../src/discord/messages/index.ts';
import { dropDatabase, freshDatabase, skipPostgres } from '../databases.ts';
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

    proxy.freeze();
    expect((await ask(2)).content).toBe(es.failure.slow);
    proxy.thaw();
    proxy.reset();
    await expect.poll(async () => isFinished(await ask(0)), { timeout: 60_000, interval: 500 }).toBe(true);
  });
});
