import type { DecoderSession } from './decoder-session.ts';
import type { RowCache } from './kv-cache.ts';
import type { Row } from './row.ts';
import { planStep, type SchedulerLimits } from './scheduler.ts';
import type { EngineStats } from './stats.ts';

/** The rows of one model: those that decode together, those whose prompt is being read, and those that wait. */
export interface Batch {
  submit(row: Row): void;
  readonly busy: boolean;
  /** Rows that decode together now, and the tokens in their cache. */
  readonly size: { rows: number; cacheTokens: number };
  /** Runs one step of the plan: a decode run for all running rows, then chunks of prompts. */
  step(): Promise<void>;
  /**
   * Reads every row again, as far as it has come, into new caches of the session, because the old ones are lost. The
   * rows go on from there: their random numbers depend only on their seed and the token's index.
   */
  restart(): void;
  /** Ends every row with an error. */
  fail(error: unknown): void;
}

interface Prefilling {
  row: Row;
  cache: RowCache;
}

export function createBatch(session: DecoderSession, limits: SchedulerLimits, stats: EngineStats): Batch {
  const waiting: Row[] = [];
  const prefilling: Prefilling[] = [];
  const running: Row[] = []; // in the order of the cache's rows
  const newCache = () => session.newCache(limits.bucket, limits.cacheTokens);
  let cache = newCache();

  const lengthOf = (row: Row): number => row.prompt.length + row.tokens.length;
  /** The last token is decoded, not read: its prediction is the next one. */
  const unread = ({ row, cache }: Prefilling) => lengthOf(row) - 1 - (cache.lengths[0] ?? 0);

  const startReading = (row: Row): void => {
    const own = session.newCache(limits.bucket);
    own.add();
    prefilling.push({ row, cache: own });
  };

  const leave = (index: number): void => {
    cache.remove(index);
    const last = running.pop();
    if (last && index < running.length) running[index] = last;
  };

  const dropGivenUp = (): void => {
    const drop = <T>(list: T[], rowOf: (item: T) => Row, remove: (index: number) => void): void => {
      for (let i = list.length - 1; i >= 0; i--) {
        const item = list[i];
        const reason = item && rowOf(item).givenUp();
        if (!item || !reason) continue;
        remove(i);
        rowOf(item).finish(reason);
      }
    };
    drop(
      waiting,
      (row) => row,
      (i) => waiting.splice(i, 1),
    );
    drop(
      prefilling,
      ({ row }) => row,
      (i) => prefilling.splice(i, 1)[0]?.cache.dispose(),
    );
    drop(running, (row) => row, leave);
  };

  const plan = () =>
    planStep(
      {
        running: running.map((row) => ({ id: row.id, reserve: row.longest, unread: 0 })),
        prefilling: prefilling.map((item) => ({
          id: item.row.id,
          reserve: item.row.longest,
          unread: unread(item),
        })),
        waiting: waiting.map((row) => ({ id: row.id, reserve: row.longest, unread: row.prompt.length - 1 })),
      },
      limits,
    );

  const decode = async (): Promise<void> => {
    const tokens = await session.step(cache, running);
    stats.decodeRuns++;
    stats.decodedTokens += running.length;
    for (let i = running.length - 1; i >= 0; i--) {
      const row = running[i];
      const token = tokens[i];
      if (!row || token === undefined) continue;
      const reason = row.accept(token);
      if (!reason) continue;
      leave(i);
      row.finish(reason);
    }
  };

  const admit = (count: number): void => {
    for (const row of waiting.splice(0, count)) {
      row.admitted();
      startReading(row);
    }
  };

  const prefill = async (id: number, tokens: number): Promise<void> => {
    const item = prefilling.find(({ row }) => row.id === id);
    if (!item) return;
    const { row } = item;
    const read = item.cache.lengths[0] ?? 0;
    const next = [...row.prompt, ...row.tokens].slice(read, read + tokens);
    await session.read(item.cache, next, row.request.adapter);
    stats.prefillRuns++;
  };

  const join = (): void => {
    for (const item of prefilling.splice(0)) {
      if (unread(item) > 0) prefilling.push(item);
      else {
        cache.add(item.cache);
        running.push(item.row);
      }
    }
  };

  /** Takes all rows that have a slot from it. */
  const clear = (): Row[] => {
    for (const old of [cache, ...prefilling.map(({ cache }) => cache)]) old.dispose();
    cache = newCache();
    return [...running.splice(0), ...prefilling.splice(0).map(({ row }) => row)];
  };

  return {
    submit: (row) => void waiting.push(row),
    get busy() {
      return waiting.length + prefilling.length + running.length > 0;
    },
    get size() {
      return { rows: running.length, cacheTokens: cache.lengths.reduce((sum, length) => sum + length, 0) };
    },
    async step() {
      dropGivenUp();
      const next = plan();
      if (next.decode.length > 0) await decode();
      admit(next.admit.length);
      for (const { id, tokens } of next.prefill) await prefill(id, tokens);
      join();
    },
    restart() {
      for (const row of clear()) startReading(row);
    },
    fail(error) {
      for (const row of [...waiting.splice(0), ...clear()]) row.fail(error);
    },
  };
}
