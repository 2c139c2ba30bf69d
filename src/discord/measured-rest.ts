import { type REST, RESTEvents, SnowflakeUtil } from 'discord.js';
import { metrics } from '../lib/metrics.ts';

const CALLBACK = /^\/interactions\/(\d+)\//;

/** Counts what Discord's rate limits hold up, and times acknowledgements from the id of their interaction. */
export function measureRest(rest: REST): void {
  rest.on(RESTEvents.RateLimited, ({ scope }) => metrics.rateLimits.inc({ scope }));
  rest.on(RESTEvents.Response, ({ path }, { ok }) => {
    const id = ok && CALLBACK.exec(path)?.[1];
    if (id) metrics.acknowledgement.observe(Math.max(0, Date.now() - SnowflakeUtil.timestampFrom(id)) / 1000);
  });
}
