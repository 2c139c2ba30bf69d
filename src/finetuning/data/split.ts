import { createHash } from 'node:crypto';
import { createRandom, shuffled } from '../../lib/random.ts';

export interface Split<T> {
  training: T[];
  validation: T[];
}

/**
 * A split that never changes for a text, whatever else joins the corpus: by the hash of the first text of its group, so
 * that near-duplicates (`group` maps each item to the index of the first item of its group) stay on one side.
 */
export function splitByHash<T>(
  items: readonly T[],
  textOf: (item: T) => string,
  group: readonly number[],
  share: number,
): Split<T> {
  const place = items.map((item, i) => hashUnit(textOf(items[group[i] ?? i] ?? item)));
  // A small corpus may have nothing below the threshold: its lowest group is then the validation set.
  const lowest = place.reduce((least, at) => Math.min(least, at), 1);
  const line = Math.max(share, lowest + Number.EPSILON);
  return {
    training: items.filter((_, i) => (place[i] ?? 0) >= line),
    validation: items.filter((_, i) => (place[i] ?? 0) < line),
  };
}

/** The notebook's split (`train_test_split(train_size=0.9)`), with our own seeded shuffle. */
export function splitByShuffle<T>(items: readonly T[], share: number, seed: number): Split<T> {
  const order = shuffled(items, createRandom(seed, SPLIT));
  const count = Math.floor(items.length * (1 - share));
  return { training: order.slice(0, count), validation: order.slice(count) };
}

/** Keeps this random stream apart from those of the epochs. */
const SPLIT = 0x73706c69;

const hashUnit = (text: string): number =>
  createHash('sha256').update(text.normalize('NFC')).digest().readUInt32BE(0) / 2 ** 32;
