import type { Logger } from './log.ts';

/** Less is the network's delay, and hurts nobody. */
const WORTH_TELLING_MS = 45_000;

/**
 * Warns when this machine's clock is wrong, once for as long as it is wrong by the same. `whose` names the clock that it
 * is compared with ("the database's"), `advice` says what follows.
 * @returns what to call with each measurement, in milliseconds that this machine is ahead.
 */
export function clockWarning(
  log: Logger,
  whose: string,
  advice = 'please correct it',
): (aheadMs: number) => void {
  let told = 0;
  return (aheadMs) => {
    if (Math.abs(aheadMs - told) < WORTH_TELLING_MS) return;
    told = aheadMs;
    const minutes = Math.round(Math.abs(aheadMs) / 60_000);
    if (minutes === 0) return;
    const direction = aheadMs > 0 ? 'ahead of' : 'behind';
    log.warn(`this machine's clock is ${minutes} min ${direction} ${whose}: ${advice}`);
  };
}
