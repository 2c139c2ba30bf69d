import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createQueue } from '../../src/queue/queue.ts';
import { submit } from '../../src/queue/submit.ts';
import { silent } from '../databases.ts';
import { onPostgres } from '../db/backends.ts';
import { newRequest } from '../db/samples.ts';
import { collect, never } from './collect.ts';

describe('a machine whose clock is twenty minutes ahead', () => {
  onPostgres((backend) => {
    it('expires nothing that is on time by the database’s clock, and warns about the clock', async () => {
      const { store } = backend();
      const warn = vi.fn();
      const log = Object.assign(Object.create(silent), { warn });
      const queue = await createQueue({ store, log });
      onTestFinished(() => queue.close());
      const { id } = await submit({ store, queue }, newRequest());
      const { now } = Date;
      vi.spyOn(Date, 'now').mockImplementation(() => now() + 20 * 60_000);
      onTestFinished(() => void vi.restoreAllMocks());
      const popped = collect();
      await queue.consume({ slots: 1, handle: popped.handle, ...never });
      await popped.reach(1);
      expect(popped.ids()).toEqual([id]);
      expect(warn).toHaveBeenCalledWith(expect.stringMatching(/clock is 20 minutes ahead of the database's/));
    });
  });
});
