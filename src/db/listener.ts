import { setTimeout as delay } from 'node:timers/promises';
import pg, { type Client, type ClientConfig } from 'pg';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import { endSilence, endSoon, SILENCE_MS } from './connection.ts';
import type { Opened } from './store.ts';

export interface Listener {
  listen: Opened['listen'];
  close(): Promise<void>;
}

interface Subscription {
  channel: string;
  onPayload(payload: string): void;
  onGap(): void;
}

/** Pauses between attempts to reconnect. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3000;

/**
 * One connection that listens to every channel. If it is lost, it keeps reconnecting until it succeeds, then tells
 * each subscriber about the gap. Rejects when the first connection fails.
 */
export async function openListener(config: ClientConfig, log: Logger): Promise<Listener> {
  const subscriptions = new Set<Subscription>();
  const closing = new AbortController();
  let client = await open();
  let opened = Promise.resolve(client);
  // A query now and then: otherwise nobody would notice that the network silently dropped the connection.
  let asking = false;
  const heartbeat = setInterval(async () => {
    if (asking) return;
    asking = true;
    await client.query('select 1').catch(() => {}); // lost: it will be reopened
    asking = false;
  }, SILENCE_MS / 2);

  return {
    async listen(channel, onPayload, onGap) {
      const subscription = { channel, onPayload, onGap };
      subscriptions.add(subscription);
      try {
        await (await opened).query(`listen ${pg.escapeIdentifier(channel)}`);
      } catch (error) {
        subscriptions.delete(subscription);
        throw error;
      }
      return async () => {
        subscriptions.delete(subscription);
        if ([...subscriptions].some((other) => other.channel === channel) || closing.signal.aborted) return;
        await client.query(`unlisten ${pg.escapeIdentifier(channel)}`).catch(() => {}); // lost: it no longer listens
      };
    },
    async close() {
      closing.abort();
      clearInterval(heartbeat);
      await endSoon(client.end(), () => [client]);
    },
  };

  async function open(): Promise<Client> {
    const next = new pg.Client(config);
    next.on('error', (error) => log.debug({ error: error.message }, 'the listening connection was lost'));
    next.on('notification', ({ channel, payload }) => {
      for (const subscription of subscriptions)
        if (subscription.channel === channel) subscription.onPayload(payload ?? '');
    });
    try {
      await next.connect();
      endSilence(next);
      for (const channel of new Set([...subscriptions].map((subscription) => subscription.channel)))
        await next.query(`listen ${pg.escapeIdentifier(channel)}`);
    } catch (error) {
      await next.end().catch(() => {}); // report the first error
      throw error;
    }
    next.once('end', () => {
      if (closing.signal.aborted) return;
      opened = reopen();
      opened.catch(() => {}); // closed in the meantime
    });
    return next;
  }

  async function reopen(): Promise<Client> {
    const waiting = [...subscriptions];
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        client = await open();
        break;
      } catch (error) {
        log.debug({ error: messageOf(error) }, 'lost the connection to PostgreSQL');
        await delay(pause, undefined, { signal: closing.signal });
      }
    }
    if (closing.signal.aborted) await client.end();
    else for (const { onGap } of waiting) onGap();
    return client;
  }
}
