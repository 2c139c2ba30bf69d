import { describe, expect, it } from 'vitest';
import { judgeRecord } from '../../src/db/expected.ts';
import { findJoke } from '../../src/db/jokes.ts';
import { rate, type Score } from '../../src/db/ratings.ts';
import { hideJoke } from '../../src/db/reports.ts';
import { onEachBackend } from './backends.ts';
import { aJoke, GUILD } from './samples.ts';

describe('what the judge expected', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;
    const told = async (predicted: number | undefined, scores: Score[], guildId = GUILD) => {
      const considered = predicted === undefined ? undefined : [{ text: 'Uno.', seed: 7, predicted }];
      const joke = await aJoke(db(), { request: { guildId }, joke: { predicted, considered } });
      for (const [i, score] of scores.entries())
        await rate(db(), { jokeId: joke.id, voter: `voter ${i}`, score });
      return joke;
    };

    it('is kept with the joke, along with what it was chosen from', async () => {
      const { id } = await told(3.5, []);
      expect(await findJoke(db(), id)).toMatchObject({
        considered: [{ text: 'Uno.', seed: 7, predicted: 3.5 }],
      });
      expect(await findJoke(db(), (await told(undefined, [])).id)).toMatchObject({ considered: undefined });
    });

    it('is compared with what people gave, here and since it chooses', async () => {
      await told(undefined, [1, 2]);
      await told(4, [5, 4]);
      await told(2.5, []);
      await told(undefined, [3]);
      await hideJoke(db(), (await told(5, [1])).id);
      await told(2, [2], '999');
      expect(await judgeRecord(db(), GUILD)).toEqual({
        expected: [{ predicted: 4, given: 4.5, votes: 2, model: 'mini-es' }],
        before: { votes: 2, mean: 1.5 },
        since: { votes: 3, mean: 4 },
      });
      expect((await judgeRecord(db())).expected).toHaveLength(2);
    });

    it('is nothing before it has chosen', async () => {
      await told(undefined, [1]);
      expect(await judgeRecord(db(), GUILD)).toEqual({
        expected: [],
        before: { votes: 1, mean: 1 },
        since: { votes: 0, mean: null },
      });
    });
  });
});
