/** A slot that a candidate may use. */
export interface Borrowed {
  /** Aborts when a job needs the slot. */
  signal: AbortSignal;
  giveBack(): void;
}

/** The slots that no job uses, for candidates, which make way as soon as a job comes: they cost nobody a place. */
export interface SpareSlots {
  /** Counts a job in. Call the result when it is done. */
  occupy(): () => void;
  /** At most `most` of the slots that are free now. */
  borrow(most: number): Borrowed[];
}

/** `slots`: how many rows the engine decodes together. */
export function createSpareSlots(slots: number): SpareSlots {
  let jobs = 0;
  const borrowed = new Set<AbortController>();
  return {
    occupy() {
      jobs++;
      const lacking = Math.max(0, jobs + borrowed.size - slots);
      for (const slot of [...borrowed].reverse().slice(0, lacking)) {
        borrowed.delete(slot);
        slot.abort();
      }
      return () => {
        jobs--;
      };
    },
    borrow(most) {
      const free = Math.max(0, Math.min(most, slots - jobs - borrowed.size));
      return Array.from({ length: free }, () => {
        const slot = new AbortController();
        borrowed.add(slot);
        return { signal: slot.signal, giveBack: () => void borrowed.delete(slot) };
      });
    },
  };
}
