import type { Clock, Instant } from './clock.ts';

const DISCORD_EPOCH = Date.UTC(2015, 0, 1); // https://discord.com/developers/docs/reference#snowflakes

/** The first snowflake in a millisecond. */
export const snowflakeAt = (time: Instant): bigint => BigInt(time - DISCORD_EPOCH) << 22n;

/** When a snowflake was created. */
export const snowflakeTime = (id: string): Instant => Number(BigInt(id) >> 22n) + DISCORD_EPOCH;

export const isSnowflake = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{1,20}$/.test(value);

/** Generates strictly increasing ids. */
export function createSnowflakes(clock: Clock): () => string {
  let last = 0n;
  return () => {
    const fresh = snowflakeAt(clock.now());
    last = fresh > last ? fresh : last + 1n;
    return last.toString();
  };
}

/** Discord's formula for which of `shards` shards a guild belongs to. Direct messages belong to shard 0. */
export const shardOf = (guildId: string | null, shards: number): number =>
  guildId === null ? 0 : Number((BigInt(guildId) >> 22n) % BigInt(shards));
