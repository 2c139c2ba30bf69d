/** Discord allows about five edits of a message in five seconds; at 1.2 s apart none has to wait. */
const EDIT_INTERVAL_MS = 1200;

export interface PacedEdits<Body, Result = unknown> {
  /** Shows `body` in its turn unless a newer one replaces it. Never throws: a failed intermediate edit is skipped. */
  push(body: Body): void;
  /**
   * Accepts no more edits, drops those pending and resolves once none is in flight, so that nothing can arrive later.
   */
  stop(): Promise<void>;
  /** Shows `body` after `stop`. Rejects if Discord refuses it. */
  last(body: Body): Promise<Result>;
}

/**
 * Edits one message at a readable pace: one edit in flight, at least `intervalMs` between starts, the latest wins.
 * `onSkipped` is called for intermediate edits that failed.
 */
export function createPacedEdits<Body, Result>(
  edit: (body: Body) => Promise<Result>,
  options: { intervalMs?: number; onSkipped?: (error: unknown) => void } = {},
): PacedEdits<Body, Result> {
  const { intervalMs = EDIT_INTERVAL_MS, onSkipped } = options;
  let waiting: { body: Body } | undefined;
  let inFlight: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let startedAt = Number.NEGATIVE_INFINITY;

  const next = () => {
    if (closed || inFlight || timer || !waiting) return;
    const pause = startedAt + intervalMs - performance.now();
    if (pause > 0) {
      timer = setTimeout(() => {
        timer = undefined;
        next();
      }, pause);
      return;
    }
    const { body } = waiting;
    waiting = undefined;
    startedAt = performance.now();
    inFlight = edit(body)
      .then(
        () => undefined,
        (error: unknown) => onSkipped?.(error),
      )
      .finally(() => {
        inFlight = undefined;
        next();
      });
  };

  async function stop(): Promise<void> {
    closed = true;
    clearTimeout(timer);
    await inFlight;
  }

  return {
    stop,
    push(body) {
      if (closed) return;
      waiting = { body };
      next();
    },
    async last(body) {
      await stop();
      return edit(body);
    },
  };
}
