import type { Tape, TapeEntry, Value } from './value.ts';

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
