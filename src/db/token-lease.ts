import { and, eq, sql } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { tokenLeases } from './schema.ts';

export interface TokenLease {
  /** SHA-256 of the bot token, never the token. */
  token: string;
  /** The process that answers with it. */
  owner: string;
}

/**
 * Takes or renews the lease on a token for some seconds by the database's clock. False when another process has it.
 */
export async function claimToken(
  db: Database,
  { token, owner }: TokenLease,
  seconds: number,
): Promise<boolean> {
  const until = sql`now() + make_interval(secs => ${seconds})`;
  const claimed = await db
    .insert(tokenLeases)
    .values({ token, owner, until })
    .onConflictDoUpdate({
      target: tokenLeases.token,
      set: { owner, until },
      setWhere: sql`${tokenLeases.owner} = ${owner} or ${tokenLeases.until} < now()`,
    })
    .returning({ owner: tokenLeases.owner });
  return claimed.length > 0;
}

/** Lets another process take the token at once. */
export async function releaseToken(db: Database, { token, owner }: TokenLease): Promise<void> {
  await db.delete(tokenLeases).where(and(eq(tokenLeases.token, token), eq(tokenLeases.owner, owner)));
}
