/** Wakes one waiter, by a ring or a timeout; a ring while nobody waits is remembered. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, at once if there was one since the last wait, or after `milliseconds`. */
  wait(milliseconds: number): Promise<void>;
}

export function createBell(): Bell {
  let rung = false;
  let wake = () => {};
  return {
    ring() {
      rung = true;
      wake();
    },
    async wait(milliseconds) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rung = false;
    },
  };
}
