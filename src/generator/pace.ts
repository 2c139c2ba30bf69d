/** How many candidates a model can write before whoever asked would rather watch one joke grow. */
export interface Pace {
  /** Notes how long it took to write this many at once. */
  note(candidates: number, milliseconds: number): void;
  /** The most candidates, up to `most`, that are expected to be ready in time; 1 while that is not known. */
  affordable(most: number): number;
}

/** A wait of this many milliseconds without seeing anything grow is still a short one. */
const SHORT_WAIT = 2000;
/** What was slow long ago, perhaps because the machine was busy, is tried again. */
const FORGET_MS = 10 * 60_000;

/** `wait`: how many milliseconds candidates may take; `now`: those of a clock, for tests. */
export function createPace(wait = SHORT_WAIT, now: () => number = () => performance.now()): Pace {
  let alone: number | undefined;
  let together: { candidates: number; milliseconds: number; at: number } | undefined;
  return {
    note(candidates, milliseconds) {
      if (candidates === 1) alone = milliseconds;
      else together = { candidates, milliseconds, at: now() };
    },
    affordable(most) {
      if (alone === undefined || alone > wait) return 1;
      if (!together || now() - together.at > FORGET_MS) return most;
      // Fewer would not be slower in proportion.
      const { candidates, milliseconds } = together;
      return Math.max(1, Math.min(most, Math.floor((candidates * wait) / Math.max(1, milliseconds))));
    },
  };
}
