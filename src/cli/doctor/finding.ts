/** One line of `chispa doctor`. */
export interface Finding {
  what: string;
  /** `warning`: it works, but not as well or not for long. */
  state: 'ok' | 'warning' | 'error';
  /** What is there, in one sentence without a period. */
  found: string;
  /** What to do, unless all is well. */
  advice?: string;
}

export const ok = (what: string, found: string): Finding => ({ what, state: 'ok', found });
export const warning = (what: string, found: string, advice: string): Finding => ({
  what,
  state: 'warning',
  found,
  advice,
});
export const error = (what: string, found: string, advice: string): Finding => ({
  what,
  state: 'error',
  found,
  advice,
});

/** A clock that is wrong by less shows nobody a wrong time. */
const TOLERANCE_MS = 30_000;

/** `aheadMs`: how far this machine's clock is ahead of the other. */
export function clockFinding(whose: string, aheadMs: number): Finding {
  const what = `clock (${whose})`;
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (Math.abs(aheadMs) < TOLERANCE_MS) return ok(what, 'agrees');
  const direction = aheadMs > 0 ? 'ahead of' : 'behind';
  return warning(
    what,
    `this machine is ${seconds} s ${direction} ${whose}`,
    'set the clock, for instance with timedatectl set-ntp true: jokes of the day and waiting notices follow it',
  );
}
