import type { REST } from 'discord.js';

/**
 * discord.js notes when a rate limit ends as a moment of the machine's clock: set back by an hour, it would send nothing
 * for up to an hour. Here these moments move with the clock, so that a limit lasts as long as Discord says.
 */
export function keepLimitsSteady(rest: REST): void {
  moveWithClock(rest, 'globalReset');
  const { handlers } = rest; // one for each bucket of limits
  const set = handlers.set.bind(handlers);
  handlers.set = (id, handler) => {
    moveWithClock(handler, 'reset');
    return set(id, handler);
  };
}

/** `key` holds a moment of the machine's clock, in milliseconds. */
function moveWithClock(holder: object, key: string): void {
  let at = Number.NEGATIVE_INFINITY; // of the stopwatch
  Object.defineProperty(holder, key, {
    get: () => at - performance.now() + Date.now(),
    set: (moment: number) => {
      at = moment - Date.now() + performance.now();
    },
  });
}
