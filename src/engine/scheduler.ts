/** One row as the scheduler sees it. */
export interface ScheduledRow {
  id: number;
  /** Tokens its cache may grow to: prompt and text together. */
  reserve: number;
  /** Prompt tokens still to be read before its first decode step. */
  unread: number;
}

export interface SchedulerState {
  /** Rows that take part in each decode step. */
  running: readonly ScheduledRow[];
  /** Rows with a slot whose prompt is being read, oldest first. */
  prefilling: readonly ScheduledRow[];
  /** Rows without a slot, oldest first. */
  waiting: readonly ScheduledRow[];
}

export interface SchedulerLimits {
  /** Rows with a slot at most. */
  slots: number;
  /** Tokens of cache in all; every row takes the capacity of the longest, rounded up to a bucket. */
  cacheTokens: number;
  /** Prompt tokens read between two decode steps at most; not less than `chunk`. */
  prefillTokens: number;
  /** Prompt tokens read in one run. Chunks are cut from the prompt's start, so they never depend on load. */
  chunk: number;
  /** Cache capacities are multiples of this. */
  bucket: number;
}

export interface StepPlan {
  /** Rows to decode one token for, all in one run, before anything else. */
  decode: number[];
  /** Rows that get a slot now. */
  admit: number[];
  /** Chunks of prompts to read, in order, one run each. */
  prefill: { id: number; tokens: number }[];
}

/** The smallest cache capacity, a multiple of `bucket`, that holds `tokens`. */
export const capacityFor = (tokens: number, bucket: number): number => Math.ceil(tokens / bucket) * bucket;

/**
 * What one step does. Running rows go first; waiting rows are admitted strictly in their order, so that a large one is
 * not overtaken for ever, as long as slots and cache last even if every row grows to its `reserve`; then
 * prompts are read under the token budget.
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
