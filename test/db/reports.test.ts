import { describe, expect, it } from 'vitest';
import { findJoke } from '../../src/db/jokes.ts';
import { rate } from '../../src/db/ratings.ts';
import { clearReports, hideJoke, report } from '../../src/db/reports.ts';
import { onEachBackend, warmUp } from './backends.ts';
import { aJoke } from './samples.ts';

describe('reports', () => {
  onEachBackend((backend) => {
    const db = () => backend().store.db;
    const reportBy = (jokeId: string, reporter: string) =>
      report(db(), { jokeId, reporter, reason: 'ofende' });
    const stateOf = async (id: string) => (await findJoke(db(), id))?.state;

    it('by three people hide a joke, which then accepts no votes', async () => {
      const { id } = await aJoke(db());
      expect(await reportBy(id, 'ana')).toEqual({ reports: 1, hidden: false, hiddenNow: false });
      expect(await reportBy(id, 'luis')).toEqual({ reports: 2, hidden: false, hiddenNow: false });
      expect(await reportBy(id, 'eva')).toEqual({ reports: 3, hidden: true, hiddenNow: true });
      expect(await reportBy(id, 'leo')).toEqual({ reports: 4, hidden: true, hiddenNow: false });
      expect(await stateOf(id)).toBe('hidden');
      await expect(rate(db(), { jokeId: id, voter: 'ana', score: 5 })).rejects.toMatchObject({
        code: 'joke-gone',
      });
    });

    it('by one person count once, however many they are', async () => {
      const { id } = await aJoke(db());
      for (let i = 0; i < 4; i++) await reportBy(id, 'ana');
      expect(await stateOf(id)).toBe('shown');
    });

    it('at the same moment hide a joke once', async () => {
      const { id } = await aJoke(db());
      await warmUp(backend().store);
      const results = await Promise.all(Array.from({ length: 8 }, (_, i) => reportBy(id, `voter ${i}`)));
      expect(results.filter(({ hiddenNow }) => hiddenNow)).toHaveLength(1);
      expect(results.map(({ reports }) => reports).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    });

    it('that a moderator cleared no longer count, and the joke is shown again', async () => {
      const { id } = await aJoke(db());
      for (const reporter of ['ana', 'luis', 'eva']) await reportBy(id, reporter);
      expect(await clearReports(db(), id)).toBe(true);
      expect(await stateOf(id)).toBe('shown');
      expect(await reportBy(id, 'leo')).toEqual({ reports: 1, hidden: false, hiddenNow: false });
    });

    it('do not unhide a joke that a moderator hid when they are cleared', async () => {
      const { id } = await aJoke(db());
      expect(await hideJoke(db(), id)).toBe(true);
      expect(await hideJoke(db(), id)).toBe(false);
      expect(await clearReports(db(), id)).toBe(false);
      expect(await stateOf(id)).toBe('hidden');
    });

    it('on an unknown joke are refused', async () => {
      await expect(reportBy('nope', 'ana')).rejects.toMatchObject({ code: 'joke-not-found' });
    });
  });
});
