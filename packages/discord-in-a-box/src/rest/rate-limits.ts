import { createHash } from 'node:crypto';
import type { Clock, Instant } from '../clock.ts';
import { DiscordError } from '../errors.ts';
import { GLOBAL_RATE, RATES, type Rate } from '../limits.ts';
import type { Route } from './route.ts';

interface Bucket {
  rate: Rate;
  left: number;
  resetAt: Instant;
}

/** Counts requests the way Discord does: per route and major parameter, and all of a bot's requests together. */
export interface RateLimits {
  /**
   * Counts one request.
   * @returns the headers for its response
   * @throws DiscordError 429
   */
  count(route: Route, params: Record<string, string>): Record<string, string>;
}

export function createRateLimits({
  clock,
  rates = {},
  global = GLOBAL_RATE,
}: {
  clock: Clock;
  rates?: Partial<Record<keyof typeof RATES, Rate>>;
  global?: Rate;
}): RateLimits {
  const buckets = new Map<string, Bucket>();

  function bucketOf(key: string, rate: Rate): Bucket {
    const now = clock.now();
    const known = buckets.get(key);
    if (known && known.resetAt > now) return known;
    const fresh = { rate, left: rate.count, resetAt: now + rate.window };
    buckets.set(key, fresh);
    return fresh;
  }

  const secondsLeft = ({ resetAt }: Bucket) => Math.max(0, resetAt - clock.now()) / 1000;

  return {
    count(route, params) {
      if (!route.open) {
        const everything = bucketOf('global', global);
        if (everything.left === 0) throw rateLimited(secondsLeft(everything), 'global');
        everything.left--;
      }
      if (!route.bucket) return {};
      const rate = rates[route.bucket] ?? RATES[route.bucket];
      const name = `${route.method} ${route.pattern}`;
      const major = params.channel ?? params.guild ?? params.token ?? '';
      const bucket = bucketOf(`${name} ${major}`, rate);
      const allowed = bucket.left > 0;
      if (allowed) bucket.left--;
      const headers = {
        'x-ratelimit-limit': String(rate.count),
        'x-ratelimit-remaining': String(bucket.left),
        'x-ratelimit-reset': (bucket.resetAt / 1000).toFixed(3),
        'x-ratelimit-reset-after': secondsLeft(bucket).toFixed(3),
        'x-ratelimit-bucket': createHash('md5').update(name).digest('hex'), // a name, not a secret
      };
      if (!allowed) throw rateLimited(secondsLeft(bucket), 'user', headers);
      return headers;
    },
  };
}

/** Discord's 429; `seconds` until a retry may succeed. */
export function rateLimited(
  seconds: number,
  scope: 'user' | 'global' | 'shared',
  headers: Record<string, string> = {},
): DiscordError {
  const global = scope === 'global';
  const body = { message: 'You are being rate limited.', retry_after: seconds, global, code: 0 };
  return new DiscordError(429, body, {
    ...headers,
    'retry-after': String(Math.ceil(seconds)),
    'x-ratelimit-scope': scope,
    ...(global ? { 'x-ratelimit-global': 'true' } : {}),
  });
}
