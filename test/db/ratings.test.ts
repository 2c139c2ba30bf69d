import { describe, expect, it } from 'vitest';
import { deleteJoke } from '../../src/db/jokes.ts';
import { rate, SCORES, tally, tallyOf } from '../../src/db/ratings.ts';
import { ratings } from '../../src/db/schema.ts';
import { onEachBackend } from './backends.ts';
import { aJoke, GUILD } from './samples.ts';

describe('ratings', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;

    it('counts one vote per person, the latest', async () => {
      const { id: jokeId } = await aJoke(db());
      await rate(db(), { jokeId, voter: 'ana', score: 1 });
      await rate(db(), { jokeId, voter: 'luis', score: 4 });
      const after = await rate(db(), { jokeId, voter: 'ana', score: 5 });
      expect(after).toMatchObject({
        joke: { id: jokeId },
        tally: { counts: [0, 0, 0, 1, 1], votes: 2, mean: 4.5 },
      });
    });

    it('counts every one of many concurrent votes', async () => {
      const { id: jokeId } = await aJoke(db());
      const voters = Array.from({ length: 25 }, (_, i) => `voter ${i}`);
      const voted = await Promise.all(
        voters.map((voter, i) => rate(db(), { jokeId, voter, score: SCORES[i % 5] ?? 1 })),
      );
      const all = { counts: [5, 5, 5, 5, 5], votes: 25, mean: 3 };
      expect(await tallyOf(db(), jokeId)).toEqual(all);
      // Whatever the order of the answers, the one with the highest turn shows every vote.
      const inTurn = voted.sort((a, b) => a.turn - b.turn);
      expect(inTurn.map(({ tally }) => tally.votes)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
      expect(inTurn.at(-1)?.tally).toEqual(all);
    });

    it('ends with one vote when a person presses all five buttons at once', async () => {
      const { id: jokeId } = await aJoke(db());
      await Promise.all(SCORES.map((score) => rate(db(), { jokeId, voter: 'ana', score })));
      expect((await tallyOf(db(), jokeId)).votes).toBe(1);
    });

    it('refuses a vote on a deleted joke and keeps the votes it had', async () => {
      const { id: jokeId } = await aJoke(db());
      await rate(db(), { jokeId, voter: 'ana', score: 5 });
      await deleteJoke(db(), jokeId);
      await expect(rate(db(), { jokeId, voter: 'luis', score: 1 })).rejects.toMatchObject({
        code: 'joke-gone',
      });
      expect((await tallyOf(db(), jokeId)).counts).toEqual([0, 0, 0, 0, 1]);
    });

    it('refuses a vote from a guild other than the joke’s', async () => {
      const { id: jokeId } = await aJoke(db());
      const vote = { jokeId, voter: 'ana', score: 3 } as const;
      for (const guildId of ['999', null]) {
        await expect(rate(db(), { ...vote, guildId })).rejects.toMatchObject({ code: 'joke-not-found' });
      }
      expect((await rate(db(), { ...vote, guildId: GUILD })).tally.votes).toBe(1);
    });

    it('refuses a vote on a joke that never existed', async () => {
      await expect(rate(db(), { jokeId: 'nope', voter: 'ana', score: 3 })).rejects.toMatchObject({
        code: 'joke-not-found',
      });
    });

    it('has the database refuse a score outside 1 to 5, however it is written', async () => {
      const { id: jokeId } = await aJoke(db());
      for (const score of [0, 6]) {
        await expect(db().insert(ratings).values({ jokeId, voter: 'ana', score })).rejects.toMatchObject({
          cause: expect.objectContaining({ message: expect.stringContaining('ratings_score_range') }),
        });
      }
    });
  });
});

describe('tally', () => {
  it('has no mean without votes', () => {
    expect(tally([0, 0, 0, 0, 0])).toEqual({ counts: [0, 0, 0, 0, 0], votes: 0, mean: null });
  });
});
