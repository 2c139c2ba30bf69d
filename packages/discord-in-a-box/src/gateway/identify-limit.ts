import { performance } from 'node:perf_hooks';

export interface IdentifyLimit {
  /** How many shards may identify at once (`max_concurrency`). */
  maxConcurrency: number;
  /** The length of Discord's window, in ms; 0 lets everybody in. Discord's own is 5000. */
  window: number;
}

/**
 * Discord's identify concurrency: one identify a window for each of `maxConcurrency` buckets, the bucket being
 * the shard's index modulo their number. Runs on real time, as clients wait in real time.
 */
export function createIdentifyLimit({ maxConcurrency, window }: IdentifyLimit): (shard: number) => boolean {
  const last = new Map<number, number>();
  return (shard) => {
    const bucket = shard % maxConcurrency;
    const now = performance.now();
    const before = last.get(bucket);
    if (before !== undefined && now - before < window) return false;
    last.set(bucket, now);
    return true;
  };
}
