import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { OPEN_LIMITS } from '../../src/bot/admission.ts';
import { type Asked, isEphemeral, isFinished, jokeOf, type Player, type SeenMessage } from './player.ts';
import { type Started, startForTest } from './start.ts';

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 }); // for slow machines

const QUEUE = /^⏳ Hay cola: eres el número \*\*(\d+)\*\*\. Te toca <t:(\d+):R>\.$/;
/** How long an edit takes on Discord here: with one slot, each joke delays those behind it by as much. */
const SLOW_MS = 700;

describe('people who ask at once, where one joke is told at a time', () => {
  let started: Started;
  let player: Player;
  const fault = (body: object) => player.call('/box/faults', body);
  const calm = () => fetch(`${started.box.url}/box/faults`, { method: 'DELETE' });

  beforeAll(async () => {
    started = await startForTest({ config: { slots: 1 } });
    player = started.player;
  });
  afterAll(() => started.close());

  it('see their place in the queue and when their turn comes, then their joke', async () => {
    const { ana, luis, moderator } = player;
    await fault({ kind: 'slow', route: 'PATCH /webhooks/*', ms: SLOW_MS, count: 1000 });
    const asked: Asked[] = [];
    for (let round = 0; round < OPEN_LIMITS.user; round++) {
      for (const user of [ana, luis, moderator])
        asked.push(await player.ask(user, 'chiste', { fuente: 'nuevo' }));
    }
    const waiting = await asked.at(-1)?.answer(({ content }) => QUEUE.test(content));
    const [, position, readyAt] = waiting?.content.match(QUEUE) ?? [];
    expect(Number(position)).toBeGreaterThan(1);
    expect(Number(position)).toBeLessThanOrEqual(asked.length);
    const now = Date.now() / 1000;
    expect(Number(readyAt)).toBeGreaterThan(now - 5); // the turn may have come close while this was read
    expect(Number(readyAt)).toBeLessThan(now + 120);

    // Later, a place closer to the front.
    await asked
      .at(-1)
      ?.answer(({ content }) => Number(content.match(QUEUE)?.[1] ?? position) < Number(position));

    const jokes: SeenMessage[] = [];
    for (const one of asked) jokes.push(await one.answer(isFinished));
    for (const joke of jokes) {
      expect(jokeOf(joke).length).toBeGreaterThan(3);
      expect(joke.content).not.toContain('⏳');
    }
    await calm();
  });

  it('are told when to ask again, when they have asked for too many', async () => {
    await fault({ kind: 'slow', route: 'PATCH /webhooks/*', ms: SLOW_MS, count: 1000 });
    const asked: Asked[] = [];
    for (let i = 0; i < OPEN_LIMITS.user; i++)
      asked.push(await player.ask(player.ana, 'chiste', { fuente: 'nuevo' }));
    const refused = await (await player.ask(player.ana, 'chiste', { fuente: 'nuevo' })).answer();
    expect(isEphemeral(refused)).toBe(true);
    const [, readyAt] =
      refused.content.match(/^Ya tienes 3 chistes en camino\. Prueba otra vez <t:(\d+):R>/) ?? [];
    expect(Number(readyAt)).toBeGreaterThan(Date.now() / 1000 - 5);
    expect(Number(readyAt)).toBeLessThan(Date.now() / 1000 + 60);
    await calm();
    for (const one of asked) await one.answer(isFinished);
    // Requests are closed right after their last edit.
    await player.eventually(async () => {
      const again = await (await player.ask(player.ana, 'chiste', { fuente: 'nuevo' })).answer();
      return isEphemeral(again) ? undefined : again;
    });
  });
});
