import { type REST, RESTEvents } from 'discord.js';
import { clockWarning } from '../lib/clock-warning.ts';
import type { Logger } from '../lib/log.ts';

/**
 * Compares this machine's clock with the date of Discord's answers, and warns when it is wrong. On PGlite, whose clock is
 * this machine's, nothing else would notice.
 */
export function checkClock(rest: REST, log: Logger): void {
  const warn = clockWarning(
    log,
    "Discord's",
    'please correct it (jokes of the day and the times in waiting notices follow it)',
  );
  rest.on(RESTEvents.Response, (_, { headers }) => {
    const date = Date.parse(headers.get('date') ?? '');
    if (!Number.isNaN(date)) warn(Date.now() - date);
  });
}
