import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../db/connect.ts';
import { claimToken, releaseToken } from '../db/token-lease.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';

export interface HeldToken {
  /** Resolves when another process has taken the token: this one must stop answering. */
  lost: Promise<ChispaError>;
  release(): Promise<void>;
}

export interface HoldTokenOptions {
  db: Database;
  token: string;
  /** The shards that this process has: others may have others. */
  shards?: { first: number; last: number; of: number } | undefined;
  /** Identifies this process. */
  owner: string;
  log: Logger;
  /** How long a process that died or froze keeps others away, default 6. */
  leaseSeconds?: number;
}

const RETRY_MS = 250;

/**
 * Makes sure that one process answers with a token: two would both answer everything. Waits for a process that is just
 * stopping, or whose lease runs out because it died.
 * @throws ChispaError `token-in-use` when the other process goes on.
 */
export async function holdToken(options: HoldTokenOptions): Promise<HeldToken> {
  const { db, owner, shards, log, leaseSeconds = 6 } = options;
  const name = shards ? `${options.token} ${shards.first}-${shards.last}/${shards.of}` : options.token;
  const lease = { token: createHash('sha256').update(name).digest('hex'), owner };
  const patience = performance.now() + leaseSeconds * 1500;
  for (let waiting = false; !(await claimToken(db, lease, leaseSeconds)); waiting = true) {
    if (performance.now() > patience) throw inUse();
    if (!waiting) log.info('another process answers with this token: waiting for it to stop');
    await delay(RETRY_MS);
  }

  let tell = (_error: ChispaError) => {};
  const lost = new Promise<ChispaError>((resolve) => {
    tell = resolve;
  });
  let renewing: Promise<void> = Promise.resolve();
  const timer = setInterval(
    () => {
      renewing = claimToken(db, lease, leaseSeconds).then(
        (ours) => {
          if (!ours) tell(inUse());
        },
        // While the database is away nobody else can take it either.
        (error) => log.debug({ error: messageOf(error) }, 'could not renew the lease on the token'),
      );
    },
    (leaseSeconds * 1000) / 3,
  );
  return {
    lost,
    async release() {
      clearInterval(timer);
      await renewing;
      await releaseToken(db, lease).catch((error) =>
        log.debug({ error: messageOf(error) }, 'could not release the lease on the token'),
      );
    },
  };
}

const inUse = () =>
  new ChispaError(
    'token-in-use',
    'Another process answers with this DISCORD_TOKEN on the same database, and two would both answer everything. Stop the other one first, or give this one a token of its own.',
  );
