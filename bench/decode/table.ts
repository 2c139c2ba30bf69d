import type { BenchDecoder, BenchPrecision } from './engines/engine.ts';
import type { Memory } from './memory.ts';

export interface Measurement {
  engine: string;
  precision: BenchPrecision;
  batch: number;
  decoder: BenchDecoder;
  /** Tokens per second of each round. */
  rates: number[];
}

/** Bytes of one weight as Chispa stores it: 8 bits and a float32 scale for every 64, 4 bits and one for every 32. */
const BYTES = { fp32: 4, q8: 1 + 4 / 64, q4: 0.5 + 4 / 32 };

/**
 * Prints one line per engine and way of decoding. A ratio is the median of the rounds' ratios, never the ratio of
 * medians: the engines take turns in each round, so that other load on the machine affects them all.
 */
export function printTable(
  results: readonly Measurement[],
  { bytesPerSecond, parameters }: { bytesPerSecond: number[]; parameters: number },
): void {
  const bandwidth = median(bytesPerSecond);
  console.log(
    `Memory: ${(bandwidth / 1e9).toFixed(1)} GB/s read, ${spread(bytesPerSecond)} between rounds\n`,
  );
  console.log('| precision | batch | decoder | engine | tokens/s | spread | Chispa is × | of roofline |');
  console.log('|---|---|---|---|---|---|---|---|');
  for (const it of results) {
    const ours = results.find(
      (other) =>
        other.engine === 'chispa' &&
        other.precision === it.precision &&
        other.batch === it.batch &&
        other.decoder === it.decoder,
    );
    const ratio = ours ? median(ours.rates.map((rate, i) => rate / (it.rates[i] ?? Number.NaN))) : Number.NaN;
    // The roofline: every weight is read once per step, whatever the batch.
    const share = it.rates.map((rate, i) => {
      const steps = (bytesPerSecond[i] ?? 0) / (parameters * BYTES[it.precision]);
      return rate / (steps * it.batch);
    });
    const cells = [
      it.precision,
      it.batch,
      it.decoder,
      it.engine,
      median(it.rates).toFixed(1),
      spread(it.rates),
      it.engine === 'chispa' || Number.isNaN(ratio) ? '' : ratio.toFixed(2),
      it.batch === 1 ? median(share).toFixed(2) : '',
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

/**
 * Prints the memory of each engine's process, also as a share of what a model needs at least: its weights in Chispa's
 * format and the cache in float32.
 */
export function printMemory(
  memories: readonly ({ engine: string; precision: BenchPrecision } & Memory)[],
  { parameters, cache }: { parameters: number; cache: number },
): void {
  const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(2);
  console.log(
    '\n| precision | engine | peak GB | resident GB | anonymous GB | weights + cache GB | resident is × | anonymous is × |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  for (const { precision, engine, now, peak, anonymous } of memories) {
    const least = parameters * BYTES[precision] + cache;
    const amounts = [peak, now, anonymous, least].map(gigabytes);
    const cells = [precision, engine, ...amounts, (now / least).toFixed(2), (anonymous / least).toFixed(2)];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

/** Half the difference between the fastest and the slowest round, as a share of the median. */
const spread = (values: readonly number[]): string =>
  `±${(((Math.max(...values) - Math.min(...values)) / 2 / median(values)) * 100).toFixed(0)} %`;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
