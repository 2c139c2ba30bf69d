/** Milliseconds since 1970, by the box's own clock. */
export type Instant = number;

/**
 * The box's clock: real time plus an offset that tests move forward. When the clock moves past deadlines given to `at`,
 * they fire immediately and in order.
 */
export interface Clock {
  now(): Instant;
  offset(): number;
  iso(): string;
  /** Runs `action` at `time`; returns a function that cancels it. */
  at(time: Instant, action: () => void): () => void;
  /** Moves the clock forward by `ms`. */
  move(ms: number): void;
  stop(): void;
}

const MAX_TIMEOUT = 2 ** 31 - 1; // the longest delay setTimeout supports

export function createClock(): Clock {
  const pending = new Set<{ time: Instant; action: () => void }>();
  let offset = 0;
  let timer: NodeJS.Timeout | undefined;
  const now = () => Date.now() + offset;

  function arm(): void {
    clearTimeout(timer);
    if (pending.size === 0) return;
    let next = Number.POSITIVE_INFINITY;
    for (const { time } of pending) next = Math.min(next, time);
    timer = setTimeout(runDue, Math.min(Math.max(0, next - now()), MAX_TIMEOUT));
    timer.unref();
  }

  function runDue(): void {
    const due = [...pending].filter(({ time }) => time <= now()).sort((a, b) => a.time - b.time);
    for (const entry of due) if (pending.delete(entry)) entry.action();
    arm();
  }

  return {
    now,
    offset: () => offset,
    iso: () => new Date(now()).toISOString(),
    at(time, action) {
      const entry = { time, action };
      pending.add(entry);
      arm();
      return () => {
        pending.delete(entry);
      };
    },
    move(ms) {
      offset += ms;
      runDue();
    },
    stop() {
      pending.clear();
      clearTimeout(timer);
    },
  };
}
