import { setTimeout as delay } from 'node:timers/promises';
import { within } from '../../src/lib/within.ts';
import { concurrent, poisson } from './loads.ts';
import { processesOf, residentBytes } from './processes.ts';
import type { Question, Stage } from './stage.ts';

/** One process's memory over the soak. */
export interface Memory {
  name: string;
  /** `heap`: what JavaScript holds. Both are measured after a collection. */
  kind: 'resident' | 'heap';
  /** Bytes at the fifth minute and at the end, by a straight line through what was measured in between. */
  atFive: number;
  atEnd: number;
  samples: [minute: number, bytes: number][];
}

export interface Soak {
  minutes: number;
  asked: number;
  unanswered: number;
  memory: Memory[];
}

/** The environment of processes that collect their garbage before they are measured. */
export const COLLECTING = {
  NODE_OPTIONS: `--import ${new URL('./collect.mjs', import.meta.url).href}`,
};

const SAMPLE_MS = 10_000;
const ANSWER_MS = 30_000;
/** Buffers, caches and compiled code grow to their size in the first minutes. */
const SETTLED_MINUTES = 5;

/** How many people ask without a pause in the first minute, which has code compiled that would be, later on, at a low rate. */
const WARMING = 4;
const WARMING_SECONDS = 60;

/** Keeps asking at a low rate, and watches the memory of every process. Rejects when one of them has ended. */
export async function soak(
  stage: Stage,
  {
    minutes,
    perSecond,
    signal,
    onMinute,
  }: {
    minutes: number;
    perSecond: number;
    signal: AbortSignal;
    onMinute(minute: number, resident: string): void;
  },
): Promise<Soak> {
  const begin = performance.now();
  const over = new AbortController();
  const resident = new Map<string, [number, number][]>();
  const heap = new Map<string, [number, number][]>();
  const note = (series: Map<string, [number, number][]>, name: string, minute: number, bytes: number) =>
    series.set(name, [...(series.get(name) ?? []), [minute, bytes]]);

  async function sample(): Promise<void> {
    const minute = (performance.now() - begin) / 60_000;
    for (const { name, output } of stage.cluster.crashes) throw new Error(`${name} ended:\n${output}`);
    for (const name of stage.cluster.names) stage.cluster.nudge(name);
    for (const name of stage.cluster.names)
      note(heap, name, minute, (await stage.metrics(name)).get('nodejs_heap_size_used_bytes') ?? Number.NaN);
    for (const { name, pid } of processesOf(stage)) note(resident, name, minute, residentBytes(pid));
  }
  async function watch(): Promise<void> {
    for (let i = 0; !over.signal.aborted; i++) {
      await sample();
      if (i % 6 === 0) {
        const now = [...resident].map(
          ([name, all]) => `${name} ${((all.at(-1)?.[1] ?? 0) / 2 ** 20).toFixed(0)} MiB`,
        );
        onMinute(i / 6, now.join(', '));
      }
      await delay(SAMPLE_MS, undefined, { signal: AbortSignal.any([signal, over.signal]) }).catch(() => {});
    }
  }

  async function ask(): Promise<Question[]> {
    const warm = await concurrent(stage, { people: WARMING, seconds: WARMING_SECONDS, signal });
    const seconds = 60 * minutes - WARMING_SECONDS;
    return [...warm, ...(await poisson(stage, { perSecond, seconds, signal }))];
  }

  const watching = watch();
  const questions = await Promise.race([ask(), watching]);
  if (!questions) throw new Error('the soak was stopped'); // `watch` ends only after this
  await within(ANSWER_MS, Promise.all(questions.map(({ interaction }) => stage.ledger.answer(interaction))));
  over.abort();
  await watching;
  return {
    minutes,
    asked: questions.length,
    unanswered: questions.filter(({ heard }) => heard.answeredAt === undefined).length,
    memory: [
      ...[...resident].map(([name, samples]) => lineThrough(name, 'resident', samples)),
      ...[...heap].map(([name, samples]) => lineThrough(name, 'heap', samples)),
    ].filter(({ atFive }) => Number.isFinite(atFive)), // of those that were there all the time
  };
}

/** Least squares, from the fifth minute on. */
function lineThrough(name: string, kind: Memory['kind'], all: [number, number][]): Memory {
  const samples = all.filter(([minute]) => minute >= SETTLED_MINUTES);
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [x, y] = [mean(samples.map(([minute]) => minute)), mean(samples.map(([, bytes]) => bytes))];
  const slope =
    samples.reduce((sum, [minute, bytes]) => sum + (minute - x) * (bytes - y), 0) /
    samples.reduce((sum, [minute]) => sum + (minute - x) ** 2, 0);
  const at = (minute: number) => y + slope * (minute - x);
  return {
    name,
    kind,
    atFive: at(SETTLED_MINUTES),
    atEnd: at(samples.at(-1)?.[0] ?? Number.NaN),
    samples: all,
  };
}
