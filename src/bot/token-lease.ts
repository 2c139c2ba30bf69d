import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../db/connect.ts';
import { claimToken, releaseToken, type Shards } from '../db/token-lease.ts';
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
  shards?: Shards | undefined;
  /** Identifies this process. */
  owner: string;
  log: Logger;
  /** How long a process that died or froze keeps others away, default 6. */
  leaseSeconds?: number;
}

const RETRY_MS = 250;

/**
 * Makes sure that one process answers in each shard of a token: two would both answer everything there. Waits for a
 * process that is just stopping, or whose lease runs out because it died.
 * @throws ChispaError `token-in-use` when the other process goes on.
 */
export async function holdToken(options: HoldTokenOptions): Promise<HeldToken> {
  const { db, owner, shards, log, leaseSeconds = 6 } = options;
  const name = shards ? `${options.token} ${inWords(shards)}` : options.token;
  const lease = { token: sha256(name), bot: sha256(options.token), shards, owner };
  const patience = performance.now() + leaseSeconds * 1500;
  for (let waiting = false; ; waiting = true) {
    const claim = await claimToken(db, lease, leaseSeconds);
    if (claim.ours) break;
    if (performance.now() > patience) throw inUse(claim.shards, shards);
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
        (claim) => {
          if (!claim.ours) tell(inUse(claim.shards, shards));
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

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const inWords = ({ first, last, of }: Shards): string => `${first}-${last}/${of}`;

function inUse(theirs: Shards | undefined, ours: Shards | undefined): ChispaError {
  const which = theirs ? `in shards ${inWords(theirs)} of` : 'with';
  const stop = 'Stop the other one first, or give this one a token of its own.';
  const advice =
    theirs && ours && theirs.of !== ours.of
      ? `All processes of a token must count its shards alike: this one has SHARDS=${inWords(ours)}.`
      : theirs && ours
        ? `Give this one shards that no other has: it has SHARDS=${inWords(ours)}.`
        : theirs || ours
          ? 'Give every process its own range with SHARDS, or stop the other one first.'
          : stop;
  return new ChispaError(
    'token-in-use',
    `Another process answers ${which} this DISCORD_TOKEN on the same database, and two would both answer everything. ${advice}`,
  );
}
