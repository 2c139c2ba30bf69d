import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { requests } from '../../src/db/schema.ts';
import { messageOf } from '../../src/lib/errors.ts';
import type { Retries } from '../../src/queue/jobs.ts';
import { createQueue, type Queue } from '../../src/queue/queue.ts';
import { submit } from '../../src/queue/submit.ts';
import { silent } from '../databases.ts';
import { onEachBackend } from '../db/backends.ts';
import { newRequest, type RequestChanges, rowOf } from '../db/samples.ts';
import { collect, never } from './collect.ts';

describe('the queue', () => {
  onEachBackend((backend) => {
    let queues: Queue[] = [];
    const open = async (retries?: Retries): Promise<Queue> => {
      const queue = await createQueue({ store: backend().store, log: silent, ...(retries && { retries }) });
      queues.push(queue);
      return queue;
    };
    afterEach(async () => {
      vi.restoreAllMocks();
      await Promise.all(queues.map((queue) => queue.close()));
      queues = [];
    });
    const ask = (queue: Queue, changes: RequestChanges = {}) =>
      submit({ store: backend().store, queue }, newRequest(changes));

    it('delivers a request as soon as it is submitted, not at the next poll', async () => {
      const queue = await open();
      const popped = collect();
      const noPoll = { pollMs: 3_600_000 };
      await queue.consume({ slots: 8, handle: popped.handle, ...never, ...noPoll });
      for (let n = 1; n <= 5; n++) {
        const { id, deadline } = await ask(queue);
        await popped.reach(n);
        expect(popped.jobs.at(-1)).toEqual({
          requestId: id,
          deadline: deadline.getTime(),
          attempt: 0,
          isHeld: expect.any(Function),
        });
      }
    });

    it('keeps neither request nor job when the transaction fails', async () => {
      const queue = await open();
      await expect(
        backend().store.db.transaction(async (tx) => {
          const id = '11111111-1111-4111-8111-111111111111';
          await queue.enqueue(tx, { requestId: id, deadline: Date.now() + 1000 }, { priority: 0 });
          throw new Error('changed my mind');
        }),
      ).rejects.toThrow('changed my mind');
      const popped = collect();
      await queue.consume({ slots: 8, handle: popped.handle, ...never });
      const { id } = await ask(queue);
      await popped.reach(1);
      expect(popped.ids()).toEqual([id]);
      expect(await backend().store.db.$count(requests)).toBe(1);
    });

    it('takes no more jobs than there are free slots, and eventually all of them', async () => {
      const queue = await open();
      const ids = [];
      for (let i = 0; i < 12; i++) ids.push((await ask(queue)).id);
      let running = 0;
      let most = 0;
      const done: string[] = [];
      await queue.consume({
        slots: 3,
        handle: async ({ requestId }) => {
          most = Math.max(most, ++running);
          await delay(5);
          running--;
          done.push(requestId);
        },
        ...never,
      });
      await vi.waitFor(() => expect(done).toHaveLength(12), 25_000);
      expect(new Set(done)).toEqual(new Set(ids));
      expect(most).toBe(3);
    });

    it('serves a second guild while the first has forty requests waiting', async () => {
      const queue = await open();
      for (let i = 0; i < 40; i++) await ask(queue);
      const other = await ask(queue, { guildId: '999' });
      const order: string[] = [];
      await queue.consume({
        slots: 1,
        handle: async ({ requestId }) => void order.push(requestId),
        ...never,
      });
      await vi.waitFor(() => expect(order).toContain(other.id), 25_000);
      expect(order.indexOf(other.id)).toBeLessThanOrEqual(1);
    });

    it('delivers a job whose deadline has passed to be closed, not generated', async () => {
      const queue = await open();
      const late = await ask(queue, { deadline: new Date(Date.now() - 1) });
      const [handled, expired] = [collect(), collect()];
      await queue.consume({ ...never, slots: 8, handle: handled.handle, expire: expired.handle });
      await expired.reach(1);
      expect(expired.ids()).toEqual([late.id]);
      expect(handled.jobs).toEqual([]);
    });

    it('runs a job again when its handler fails, with a higher attempt number', async () => {
      const queue = await open();
      await ask(queue);
      const attempts: number[] = [];
      await queue.consume({
        slots: 8,
        handle: async ({ attempt }) => {
          attempts.push(attempt);
          if (attempt < 2) throw new Error('the engine died');
        },
        ...never,
      });
      await vi.waitFor(() => expect(attempts).toEqual([0, 1, 2]), 25_000);
    });

    it('gives up on a job that always fails, once, and continues with the others', async () => {
      const queue = await open({ retryLimit: 2, retryDelay: 0, retryBackoff: true, retryDelayMax: 1 });
      const poison = await ask(queue);
      const handled: string[] = [];
      const attempts: number[] = [];
      const givenUp: string[] = [];
      await queue.consume({
        ...never,
        slots: 8,
        handle: async ({ requestId, attempt }) => {
          handled.push(requestId);
          if (requestId !== poison.id) return;
          attempts.push(attempt);
          throw new Error('it kills every engine');
        },
        giveUp: async ({ requestId }, error) => void givenUp.push(`${requestId}: ${messageOf(error)}`),
      });
      await vi.waitFor(() => expect(givenUp).toEqual([`${poison.id}: it kills every engine`]), 25_000);
      const other = await ask(queue);
      await vi.waitFor(() => expect(handled).toContain(other.id), 25_000);
      expect(attempts).toEqual([0, 1, 2]);
      expect(givenUp).toHaveLength(1);
    });

    it('holds a job until its heartbeats have been missed, and then leaves it to whoever runs it again', async () => {
      const lines: string[] = [];
      const log = pino({}, { write: (line) => void lines.push(line) });
      const queue = await createQueue({ store: backend().store, log });
      queues.push(queue);
      await ask(queue);
      const popped = collect();
      let fail = (_: Error) => {};
      const failed = new Promise<void>((_, reject) => {
        fail = reject;
      });
      await queue.consume({
        ...never,
        slots: 8,
        handle: async (job) => {
          await popped.handle(job);
          await failed;
        },
      });
      await popped.reach(1);
      const [job] = popped.jobs;
      expect(job?.isHeld()).toBe(true);
      const awake = performance.now();
      vi.spyOn(performance, 'now').mockImplementation(() => awake + 11_000); // as after a freeze
      expect(job?.isHeld()).toBe(false);
      fail(new Error('the disk is full'));
      await expect.poll(() => lines.join(), { timeout: 10_000 }).toContain('a job was lost');
      expect(await backend().store.db.execute(sql`select state from pgboss.job`)).toMatchObject({
        rows: [{ state: 'active' }],
      }); // the queue's own supervision returns it
    });

    it('waits longer and longer between attempts at a job that fails', async () => {
      const queue = await open();
      await ask(queue);
      const at: number[] = [];
      await queue.consume({
        ...never,
        slots: 8,
        handle: async () => {
          at.push(performance.now());
          throw new Error('the disk is full');
        },
      });
      await vi.waitFor(() => expect(at).toHaveLength(4), 25_000);
      const pauses = at.slice(1).map((time, i) => time - (at[i] ?? 0));
      for (const [i, pause] of pauses.entries()) expect(pause).toBeGreaterThan(500 * 2 ** i - 50);
    });

    it('stops even if a handler ignores its signal, and runs that job at the next start', async () => {
      const first = await open();
      const { id } = await ask(first);
      const stuck = collect();
      await first.consume({
        slots: 8,
        handle: async (job) => {
          await stuck.handle(job);
          await new Promise(() => {});
        },
        ...never,
      });
      await stuck.reach(1);
      await first.close();

      const popped = collect();
      await (await open()).consume({ slots: 8, handle: popped.handle, ...never });
      await popped.reach(1);
      expect(popped.jobs).toMatchObject([{ requestId: id, attempt: 1 }]);
    });

    it('lets a running job finish when it stops, within its grace period, and takes no other', async () => {
      const queue = await open();
      const { id } = await ask(queue);
      const popped = collect();
      let finish = () => {};
      const consumer = await queue.consume({
        ...never,
        slots: 8,
        graceMs: 60_000,
        handle: async (job, signal) => {
          await popped.handle(job);
          await new Promise<void>((resolve, reject) => {
            finish = resolve;
            signal.addEventListener('abort', reject);
          });
        },
      });
      await popped.reach(1);
      const stopped = consumer.stop();
      const { id: next } = await ask(queue);
      finish();
      await stopped;
      expect(popped.ids()).toEqual([id]);

      const later = collect();
      await (await open()).consume({ slots: 8, handle: later.handle, ...never });
      await later.reach(1);
      expect(later.ids()).toEqual([next]);
    });

    it('hands a job back that had no attempts left, without giving it up', async () => {
      const retries = { retryLimit: 0, retryDelay: 0, retryBackoff: true, retryDelayMax: 1 };
      const queue = await open(retries);
      const { id } = await ask(queue);
      const popped = collect();
      const consumer = await queue.consume({
        ...never,
        slots: 8,
        handle: async (job, signal) => {
          await popped.handle(job);
          await new Promise((_, reject) => signal.addEventListener('abort', reject));
        },
      });
      await popped.reach(1);
      await consumer.stop();
      const later = collect();
      await (await open(retries)).consume({ slots: 8, handle: later.handle, ...never });
      await later.reach(1);
      expect(later.ids()).toEqual([id]);
    });

    it('leaves queued jobs for the next start', async () => {
      const first = await open();
      const { id } = await ask(first);
      await first.close();
      const popped = collect();
      await (await open()).consume({ slots: 8, handle: popped.handle, ...never });
      await popped.reach(1);
      expect(popped.ids()).toEqual([id]);
      expect(await rowOf(backend().store.db, id)).toMatchObject({ status: 'queued' });
    });
  });
});
