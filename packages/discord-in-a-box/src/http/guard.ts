import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Whether a request may be answered. Its Host must be loopback: a DNS name that points here would let any web page in.
 * Its Origin, which browsers send and clients like discord.js do not, must be the box itself: pages served by anything
 * else on this machine are not trusted either.
 */
export function isLocal({ host = '', origin }: IncomingHttpHeaders): boolean {
  const own = `http://${host}`;
  if (!URL.canParse(own) || !LOOPBACK.has(new URL(own).hostname)) return false;
  return origin === undefined || origin.toLowerCase() === own.toLowerCase();
}
