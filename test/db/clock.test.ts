import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startClock } from '../../src/db/clock.ts';
import { silent } from '../databases.ts';
import { onPostgres } from './backends.ts';
import { minutes } from './samples.ts';

/** Sets this machine's clock. */
function setClock(aheadMs: number): void {
  const { now } = Date;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs);
  onTestFinished(() => void vi.restoreAllMocks());
}

describe('the clock that processes share', () => {
  onPostgres((backend) => {
    it.each([
      [20, 'ahead of'],
      [-20, 'behind'],
    ])(
      'is the database’s on a machine that is %i min ahead, whose host is told',
      async (ahead, direction) => {
        const truth = Date.now();
        setClock(minutes(ahead));
        const warn = vi.fn();
        const clock = await startClock(backend().store.db, Object.assign(Object.create(silent), { warn }));
        onTestFinished(() => clock.stop());
        expect(Math.abs(clock.now() - truth)).toBeLessThan(minutes(1));
        expect(warn.mock.calls).toEqual([
          [expect.stringMatching(`clock is 20 min ${direction} the database's: please`)],
        ]);
      },
    );

    it('goes on when somebody sets the machine’s, and warns of nothing where that is right', async () => {
      const warn = vi.fn();
      const clock = await startClock(backend().store.db, Object.assign(Object.create(silent), { warn }));
      onTestFinished(() => clock.stop());
      expect(warn).not.toHaveBeenCalled();
      const truth = clock.now();
      setClock(minutes(20));
      expect(Math.abs(clock.now() - truth)).toBeLessThan(minutes(1));
    });
  });
});
