/** The mean of a text's last hidden states, summed as they come. */
export interface StateMean {
  /** Adds a state [D]. */
  add(state: Float32Array): void;
  /** The mean [D] of those added; zeros if there are none. */
  mean(): Float32Array;
}

export function createStateMean(width: number): StateMean {
  const sum = new Float64Array(width);
  let count = 0;
  return {
    add(state) {
      for (let i = 0; i < width; i++) sum[i] = (sum[i] ?? 0) + (state[i] ?? Number.NaN);
      count++;
    },
    mean: () => Float32Array.from(sum, (total) => total / Math.max(1, count)),
  };
}
