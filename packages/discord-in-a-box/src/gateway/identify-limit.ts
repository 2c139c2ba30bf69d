import { performance } from 'node:perf_hooks';

export interface IdentifyLimit {
  /** How many shards may identify at once (`max_concurrency`). */
  maxConcurrency: number;
  /** Length of the window in ms; 0 disables the limit. Discord uses 5000. */
  window: number;
}

/**
 * Discord's identify concurrency: one identify per window in each of `maxConcurrency` buckets; a shard's bucket is its
 * index modulo `maxConcurrency`. Uses real time, because clients wait in real time.
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
