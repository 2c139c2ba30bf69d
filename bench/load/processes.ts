import { readFileSync } from 'node:fs';
import { descendants, memory } from '../decode/memory.ts';
import type { Stage } from './stage.ts';

/** Series by name, with labels as they are written. */
export type Metrics = ReadonlyMap<string, number>;

/** @param url where a process serves its metrics */
export async function readMetrics(url: string): Promise<Metrics> {
  const text = await (await fetch(url)).text();
  const series = text.matchAll(/^(\w+(?:\{[^}]*\})?) (\S+)$/gm);
  return new Map([...series].map(([, name = '', value]) => [name, Number(value)]));
}

/** The sum of a metric over its labels. */
export const total = (metrics: Metrics, name: string): number =>
  [...metrics]
    .filter(([series]) => series === name || series.startsWith(`${name}{`))
    .reduce((sum, [, value]) => sum + value, 0);

/** The distribution of what a histogram has observed between two moments. */
export function between(before: Metrics, after: Metrics, name: string) {
  const buckets = [...after]
    .filter(([series]) => series.startsWith(`${name}_bucket`))
    .map(([series, count]) => ({
      upTo: Number(/le="([^"]+)"/.exec(series)?.[1]?.replace('+Inf', 'Infinity')),
      count: count - (before.get(series) ?? 0),
    }));
  const all = Math.max(0, ...buckets.map(({ count }) => count));
  return {
    count: all,
    /** Share of the observations up to a bucket's bound. */
    upTo: (bound: number): number => (buckets.find(({ upTo }) => upTo === bound)?.count ?? 0) / all,
    /** Within its bucket, observations count as evenly distributed. */
    quantile(share: number): number {
      let below = { upTo: 0, count: 0 };
      for (const bucket of buckets) {
        if (bucket.count >= share * all) {
          const part = (share * all - below.count) / (bucket.count - below.count || 1);
          return below.upTo + part * (bucket.upTo - below.upTo);
        }
        below = bucket;
      }
      return Number.NaN;
    },
  };
}

/** The processes of a stage, with the children that do their work, by name. */
export function processesOf({ cluster }: Pick<Stage, 'cluster'>): { name: string; pid: number }[] {
  return cluster.names.flatMap((name) => {
    const pid = cluster.process(name).child.pid ?? 0;
    const children = descendants(pid).map((child) => ({ name: `${name}'s ${moduleOf(child)}`, pid: child }));
    return [{ name, pid }, ...children];
  });
}

export const residentBytes = (pid: number): number => memory(pid).now;

const TICKS = 100; // a second, as the kernel counts for everybody (USER_HZ)

/** Seconds of processor time that a process has used; 0 once it is gone. */
export function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS; // utime and stime
  } catch {
    return 0;
  }
}

/** The program that a child runs, such as `child` of the engine. */
function moduleOf(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const file = words.find((word) => /\.[jt]s$/.test(word)) ?? '';
    return file
      .split('/')
      .slice(-2)
      .join('/')
      .replace(/\.[jt]s$/, '');
  } catch {
    return 'child';
  }
}
