import type { Value } from './value.ts';

/** The gradient of a table that was only read at some rows: `gradient[indices[i]] += rows[i]`. */
export interface RowGradient {
  readonly indices: Value; // [M]
  readonly rows: Value; // [M, D]
}
export type PartialGradient = Value | RowGradient;

/** From the gradients of a node's outputs to those of its inputs, in order; `undefined` where there is none. */
export type BackwardRule = (gradients: readonly Value[]) => readonly (PartialGradient | undefined)[];

export interface TapeEntry {
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly backward: BackwardRule;
}

/**
 * What was computed from watched values, in order. A graph in which nothing is watched keeps no tape,
 * so decoding and training share their operations.
 */
export interface Tape {
  readonly entries: readonly TapeEntry[];
  watch(value: Value): void;
  watches(value: Value): boolean;
  record(entry: TapeEntry): void;
  /** Runs `write` without recording: the nodes of the backward pass need no gradients of their own. */
  paused<T>(write: () => T): T;
}

export function createTape(): Tape {
  const entries: TapeEntry[] = [];
  const watched = new Set<Value>();
  let recording = true;
  return {
    entries,
    watch: (value) => void watched.add(value),
    watches: (value) => watched.has(value),
    record(entry) {
      if (!recording || !entry.inputs.some((input) => input && watched.has(input))) return;
      for (const output of entry.outputs) watched.add(output);
      entries.push(entry);
    },
    paused(write) {
      const before = recording;
      recording = false;
      try {
        return write();
      } finally {
        recording = before;
      }
    },
  };
}
