/** One row as the scheduler sees it. */
export interface ScheduledRow {
  id: number;
  /** Maximum number of tokens in its cache: prompt and text together. */
  reserve: number;
  /** Prompt tokens still to read before its first decode step. */
  unread: number;
}

export interface SchedulerState {
  /** Rows that take part in each decode step. */
  running: readonly ScheduledRow[];
  /** Rows that have a slot and whose prompt is being read, oldest first. */
  prefilling: readonly ScheduledRow[];
  /** Rows without a slot, oldest first. */
  waiting: readonly ScheduledRow[];
}

export interface SchedulerLimits {
  /** Maximum number of rows with a slot. */
  slots: number;
  /** Total tokens of cache. Every row takes the capacity of the longest, rounded up to a bucket. */
  cacheTokens: number;
  /** Maximum number of prompt tokens read between two decode steps; at least `chunk`. */
  prefillTokens: number;
  /** Prompt tokens read in one run. Chunks are counted from the prompt's start, so they never depend on load. */
  chunk: number;
  /** Cache capacities are multiples of this. */
  bucket: number;
}

export interface StepPlan {
  /** Rows to decode one token for, all in one run, before anything else. */
  decode: number[];
  /** Rows that get a slot in this step. */
  admit: number[];
  /** Chunks of prompts to read, in order, one run each. */
  prefill: { id: number; tokens: number }[];
}

/** The smallest cache capacity, a multiple of `bucket`, that holds `tokens`. */
export const capacityFor = (tokens: number, bucket: number): number => Math.ceil(tokens / bucket) * bucket;

/**
 * Plans one step. Running rows go first. Waiting rows are admitted strictly in order, so that a large one is not
 * overtaken forever, while there are free slots and enough cache even if every row grows to its `reserve`. Then
 * prompts are read within the token budget.
 */
export function planStep(state: SchedulerState, limits: SchedulerLimits): StepPlan {
  const holding = [...state.running, ...state.prefilling];
  const admitted: ScheduledRow[] = [];
  let longest = Math.max(0, ...holding.map((row) => row.reserve));
  for (const row of state.waiting) {
    const rows = holding.length + admitted.length + 1;
    const next = Math.max(longest, row.reserve);
    if (rows > limits.slots || rows * capacityFor(next, limits.bucket) > limits.cacheTokens) break;
    admitted.push(row);
    longest = next;
  }

  const prefill: StepPlan['prefill'] = [];
  let budget = limits.prefillTokens;
  for (const row of [...state.prefilling, ...admitted]) {
    let unread = row.unread;
    let tokens = Math.min(limits.chunk, unread);
    while (unread > 0 && tokens <= budget) {
      prefill.push({ id: row.id, tokens });
      budget -= tokens;
      unread -= tokens;
      tokens = Math.min(limits.chunk, unread);
    }
    if (unread > 0) break;
  }
  return { decode: state.running.map((row) => row.id), admit: admitted.map((row) => row.id), prefill };
}
