import { and, eq, gte, isNull, lte, ne, or, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { tokenLeases } from './schema.ts';

/** Some of a bot's shards: `first` to `last` of `of`, counted from 0. */
export interface Shards {
  first: number;
  last: number;
  of: number;
}

export interface TokenLease {
  /** SHA-256 of the token and the range of shards, never the token. */
  token: string;
  /** SHA-256 of the token alone. */
  bot: string;
  /** Absent for all shards. */
  shards?: Shards | undefined;
  /** The process that answers with it. */
  owner: string;
}

/** Who has the lease: this process, or another one with some shards, or with all of them. */
export type Claim = { ours: true } | { ours: false; shards: Shards | undefined };

/**
 * Takes or renews the lease on a token's shards for some seconds by the database's clock. It is another's when a lease on
 * any of these shards is in force, or one that counts the shards differently, since then both would be in some guilds.
 */
export async function claimToken(
  db: Database,
  { token, bot, shards, owner }: TokenLease,
  seconds: number,
): Promise<Claim> {
  const { firstShard, lastShard, shardCount, until: end } = tokenLeases;
  const overlaps = shards
    ? or(
        isNull(shardCount),
        ne(shardCount, shards.of),
        and(lte(firstShard, shards.last), gte(lastShard, shards.first)),
      )
    : undefined;
  const sameShards = or(eq(tokenLeases.token, token), and(eq(tokenLeases.bot, bot), overlaps));
  const inForce = sql`${end} >= now()`;
  return db.transaction(async (tx) => {
    // Without the lock two processes that start together would not see each other's lease.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext(${`chispa token ${bot}`}))`);
    const [other] = await tx
      .select({ firstShard, lastShard, shardCount })
      .from(tokenLeases)
      .where(and(sameShards, ne(tokenLeases.owner, owner), inForce))
      .limit(1);
    if (other) return { ours: false, shards: rangeOf(other) };
    const until = sql`now() + make_interval(secs => ${seconds})`;
    const range = shards && { firstShard: shards.first, lastShard: shards.last, shardCount: shards.of };
    await tx
      .insert(tokenLeases)
      .values({ token, bot, owner, until, ...range })
      .onConflictDoUpdate({ target: tokenLeases.token, set: { bot, owner, until, ...range } });
    return { ours: true };
  });
}

/** Lets another process take the token at once. */
export async function releaseToken(
  db: Database,
  { token, owner }: Pick<TokenLease, 'token' | 'owner'>,
): Promise<void> {
  await db.delete(tokenLeases).where(and(eq(tokenLeases.token, token), eq(tokenLeases.owner, owner)));
}

type Columns = Pick<typeof tokenLeases.$inferSelect, 'firstShard' | 'lastShard' | 'shardCount'>;

const rangeOf = ({ firstShard, lastShard, shardCount }: Columns): Shards | undefined =>
  firstShard === null || lastShard === null || shardCount === null
    ? undefined
    : { first: firstShard, last: lastShard, of: shardCount };
