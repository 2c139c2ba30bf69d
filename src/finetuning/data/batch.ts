/** One text to train on, or a piece of one. */
export interface Sample {
  tokens: ArrayLike<number>;
  /** Index of the first token whose prediction is learned; the ones before it are only read. At least 1. */
  from: number;
  /** The weight of each of its tokens in the loss. */
  weight: number;
}

/** Texts that share one row of a batch, in order; attention does not cross from one to the next. */
export type Row = readonly Sample[];

/** The arrays one run of the training graph takes; N = rows · length. */
export interface Batch {
  rows: number;
  length: number;
  ids: BigInt64Array;
  positions: BigInt64Array;
  segments: BigInt64Array;
  targets: BigInt64Array;
  /** The weight of each token's loss, not normalized; 0 where nothing is predicted. */
  weights: Float32Array;
}

export const rowLength = (row: Row): number => row.reduce((length, { tokens }) => length + tokens.length, 0);

/**
 * Lays rows out as arrays, the shorter ones padded at the end. `ignored`: a target that never counts (the notebook
 * masks every end-of-text, because its padding token is the same).
 */
export function toBatch(rows: readonly Row[], { ignored }: { ignored?: number } = {}): Batch {
  const length = Math.max(1, ...rows.map(rowLength));
  const size = rows.length * length;
  const batch: Batch = {
    rows: rows.length,
    length,
    ids: new BigInt64Array(size),
    positions: new BigInt64Array(size),
    segments: new BigInt64Array(size).fill(-1n), // padding counts as a separate text
    targets: new BigInt64Array(size),
    weights: new Float32Array(size),
  };
  rows.forEach((row, r) => {
    let at = r * length;
    row.forEach(({ tokens, from, weight }, segment) => {
      for (let i = 0; i < tokens.length; i++, at++) {
        batch.ids[at] = BigInt(tokens[i] ?? 0);
        batch.positions[at] = BigInt(i);
        batch.segments[at] = BigInt(segment);
        const target = tokens[i + 1];
        if (target === undefined) continue;
        batch.targets[at] = BigInt(target);
        if (i + 1 >= from && target !== ignored) batch.weights[at] = weight;
      }
    });
  });
  return batch;
}

/** Sum of the token weights, by which the loss is divided. */
export const totalWeight = (batches: readonly Batch[]): number =>
  batches.reduce((sum, { weights }) => sum + weights.reduce((a, b) => a + b, 0), 0);
