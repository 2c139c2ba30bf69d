import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { deleteJoke, type Joke, jokesSince } from '../../src/db/jokes.ts';
import { lovedJoke } from '../../src/db/loved.ts';
import { activateModel, ensureModelVersion } from '../../src/db/models.ts';
import { ranking } from '../../src/db/ranking.ts';
import { rate, type Score } from '../../src/db/ratings.ts';
import { hideJoke } from '../../src/db/reports.ts';
import { jokes } from '../../src/db/schema.ts';
import { statistics } from '../../src/db/statistics.ts';
import { onEachBackend, warmUp } from './backends.ts';
import { aJoke, GUILD, seeded } from './samples.ts';

const NOW = new Date('2026-11-20T12:00:00Z'); // a Friday
const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * 24 * 3600_000);

describe('what a guild thinks of its jokes', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;

    async function told(
      text: string,
      scores: Score[],
      { age = 1, ...asked }: { age?: number } & Parameters<typeof aJoke>[1] = {},
    ): Promise<Joke> {
      const joke = await aJoke(db(), { ...asked, joke: { text, ...asked.joke } });
      await db()
        .update(jokes)
        .set({ createdAt: daysAgo(age) })
        .where(eq(jokes.id, joke.id));
      for (const [i, score] of scores.entries()) await rate(db(), { jokeId: joke.id, voter: `v${i}`, score });
      return joke;
    }
    const texts = async (period: 'week' | 'month' | 'ever') =>
      (await ranking(db(), GUILD, period, { now: NOW })).map(({ joke }) => joke.text);

    describe('ranking', () => {
      it('does not let a single vote beat many good ones', async () => {
        await told('one 5', [5]);
        await told('many 4s and 5s', [5, 5, 4, 5, 4, 5, 5, 4]);
        await told('middling', [3, 3, 3, 3, 3, 3]);
        expect(await texts('week')).toEqual(['many 4s and 5s', 'one 5', 'middling']);
      });

      it('shrinks toward the guild’s mean by five votes', async () => {
        await told('a', [5, 5, 5]);
        await told('b', [1]);
        const [first] = await ranking(db(), GUILD, 'ever', { now: NOW });
        expect(first?.tally).toEqual({ counts: [0, 0, 0, 0, 3], votes: 3, mean: 5 });
        expect(first?.score).toBeCloseTo((5 * 4 + 15) / 8, 9); // the mean of all four votes is 4
      });

      it('for the week, the month, and all time counts the jokes told in that time', async () => {
        await told('new', [3], { age: 6 });
        await told('this month', [4], { age: 29 });
        await told('old', [5], { age: 300 });
        expect(await texts('week')).toEqual(['new']);
        expect(await texts('month')).toEqual(['this month', 'new']);
        expect(await texts('ever')).toEqual(['old', 'this month', 'new']);
      });

      it('omits other guilds and unrated, hidden, and deleted jokes', async () => {
        await told('elsewhere', [5], { request: { guildId: '999' } });
        await told('unrated', []);
        await deleteJoke(db(), (await told('deleted', [5])).id);
        await hideJoke(db(), (await told('hidden', [5])).id);
        await told('here', [1]);
        expect(await texts('ever')).toEqual(['here']);
      });

      it('has ten places', async () => {
        for (let i = 0; i < 12; i++) await told(`joke ${i}`, [4]);
        expect(await texts('ever')).toHaveLength(10);
      });
    });

    describe('a loved joke', () => {
      it('has a good mean; without one there is no loved joke', async () => {
        await told('bad', [1, 2, 3]);
        await told('unrated', []);
        expect(await lovedJoke(db(), GUILD, { now: NOW })).toBeUndefined();
        const good = await told('good', [4, 5]);
        expect((await lovedJoke(db(), GUILD, { now: NOW }))?.id).toBe(good.id);
      });

      it('is the best of those that fit', async () => {
        await told('Un pato.', [5, 5, 5]);
        const cat = await told('Un gato.', [4]);
        const fits = (text: string) => text.includes('gato');
        expect((await lovedJoke(db(), GUILD, { now: NOW, fits }))?.id).toBe(cat.id);
        expect(await lovedJoke(db(), GUILD, { now: NOW, fits: () => false })).toBeUndefined();
      });

      it('is not repeated until the others have been told; then the one told longest ago comes', async () => {
        const loved = [await told('a', [5, 5]), await told('b', [4]), await told('c', [5])];
        const order: (string | undefined)[] = [];
        for (let minute = 0; minute < 6; minute++) {
          const now = new Date(NOW.getTime() + minute * 60_000);
          order.push((await lovedJoke(db(), GUILD, { now }))?.id);
        }
        expect(new Set(order.slice(0, 3))).toEqual(new Set(loved.map(({ id }) => id)));
        expect(order.slice(3)).toEqual(order.slice(0, 3));
      });

      it('goes to only one of several people who ask at once', async () => {
        for (let i = 0; i < 5; i++) await told(`joke ${i}`, [5]);
        await warmUp(backend().store);
        const retold = await Promise.all(Array.from({ length: 5 }, () => lovedJoke(db(), GUILD)));
        expect(new Set(retold.map((joke) => joke?.id)).size).toBe(5);
      });

      it('is more often the better one', async () => {
        await told('great', [5, 5, 5, 5, 5, 5, 5, 5]);
        const fine = await told('fine', [4, 4, 4, 3, 4, 4, 3, 4]);
        const firsts: (string | undefined)[] = [];
        const random = seeded(1);
        for (let week = 1; week <= 30; week++) {
          // Two weeks apart, so that both jokes have rested each time.
          const now = new Date(NOW.getTime() + week * 14 * 24 * 3600_000);
          firsts.push((await lovedJoke(db(), GUILD, { now, random }))?.id);
        }
        expect(firsts.filter((id) => id === fine.id).length).toBeLessThan(8);
      });

      it('is never another guild’s, hidden, or deleted', async () => {
        await told('elsewhere', [5], { request: { guildId: '999' } });
        await hideJoke(db(), (await told('hidden', [5])).id);
        await deleteJoke(db(), (await told('deleted', [5])).id);
        expect(await lovedJoke(db(), GUILD, { now: NOW })).toBeUndefined();
      });
    });

    describe('statistics', () => {
      it('count jokes, votes, and means, by week and by model version', async () => {
        await told('this week', [5, 4], { age: 1 });
        await told('last week', [2], { age: 8 });
        await told('last week, unrated', [], { age: 8 });
        const v2 = await ensureModelVersion(db(), {
          name: 'v2',
          folder: '/v2',
          sha256: 'v2',
          files: {},
          kind: 'trained',
        });
        await activateModel(db(), v2.id);
        await told('by v2', [5], { age: 0, joke: { modelVersionId: v2.id } });
        await deleteJoke(db(), (await told('deleted', [1])).id);

        const house = { jokes: 0, votes: 0, mean: null };
        expect(await statistics(db(), GUILD, NOW)).toEqual({
          generated: { jokes: 4, votes: 4, mean: 4 },
          house,
          weeks: [
            { week: '2026-11-09', generated: { jokes: 2, votes: 1, mean: 2 }, house },
            { week: '2026-11-16', generated: { jokes: 2, votes: 3, mean: 14 / 3 }, house },
          ],
          models: [
            { name: 'v2', jokes: 1, votes: 1, mean: 5 },
            { name: 'mini-es', jokes: 3, votes: 3, mean: 11 / 3 },
          ],
        });
        expect(await jokesSince(db(), daysAgo(2))).toBe(3);
      });

      it('of a guild without jokes are empty', async () => {
        expect(await statistics(db(), '999')).toEqual({
          generated: { jokes: 0, votes: 0, mean: null },
          house: { jokes: 0, votes: 0, mean: null },
          weeks: [],
          models: [],
        });
      });
    });
  });
});
