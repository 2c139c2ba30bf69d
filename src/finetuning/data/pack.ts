import type { Row, Sample } from './batch.ts';

/**
 * Fills rows of at most `capacity` tokens with whole samples: first fit, in the given order, looking back at the last
 * `open` rows that still have room. Keeps the order random (sorting by length would pack one percent better but put the
 * same jokes together in every epoch). Throws on a longer sample: cut it first.
 */
export function packRows(samples: readonly Sample[], capacity: number, open = 64): Row[] {
  const rows: { samples: Sample[]; free: number }[] = [];
  for (const sample of samples) {
    const { length } = sample.tokens;
    if (length > capacity) throw new Error(`a sample of ${length} tokens does not fit a row of ${capacity}`);
    const fitting = rows.slice(-open).find(({ free }) => free >= length);
    const row = fitting ?? { samples: [], free: capacity };
    if (!fitting) rows.push(row);
    row.samples.push(sample);
    row.free -= length;
  }
  return rows.map(({ samples }) => samples);
}

/** Consecutive groups of `size`; the last may be smaller. */
export const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
