import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/log.ts';
import type { Store } from './connect.ts';
import { migrationsFolder } from './migrations.ts';
import * as schema from './schema.ts';

/** Any number, as long as every Chispa process of a server agrees on it. */
const MIGRATION_LOCK = 0x63_68_69_73; // "chis"

/** A PostgreSQL server, shared by as many processes as wanted. */
export async function openPostgres(databaseUrl: string, log: Logger): Promise<Store> {
  await bringUpToDate(databaseUrl);
  const client = postgres(databaseUrl, { onnotice: () => {}, connect_timeout: 10 });
  log.debug({ host: client.options.host, database: client.options.database }, 'database open (PostgreSQL)');
  return {
    kind: 'postgres',
    databaseUrl,
    db: drizzle(client, { schema, casing: 'snake_case' }),
    listen: async (channel, onPayload, onGap) => {
      let listening = false;
      const { unlisten } = await client.listen(channel, onPayload, () => {
        if (listening) onGap?.();
        listening = true;
      });
      return unlisten;
    },
    close: () => client.end({ timeout: 1 }),
  };
}

/** `migrate()` races with itself in other processes: one at a time, on one connection that keeps the lock. */
async function bringUpToDate(databaseUrl: string): Promise<void> {
  const client = postgres(databaseUrl, { max: 1, onnotice: () => {}, connect_timeout: 10 });
  try {
    await client`select pg_advisory_lock(${MIGRATION_LOCK})`.catch((error: unknown) => {
      throw new ChispaError(
        'database-unreachable',
        `PostgreSQL at ${placeOf(client)} did not answer: ${reason(error)}. Check DATABASE_URL.`,
      );
    });
    await migrate(drizzle(client, { schema, casing: 'snake_case' }), { migrationsFolder }).catch(
      (error: unknown) => {
        throw new ChispaError(
          'migration-failed',
          `The database at ${placeOf(client)} could not be brought up to date: ${messageOf(error)}`,
          { cause: error },
        );
      },
    );
  } finally {
    await client.end({ timeout: 1 }); // the lock ends with its connection
  }
}

/** Host, port and database, without the password that DATABASE_URL holds. */
const placeOf = ({ options }: postgres.Sql): string =>
  `${options.host[0]}:${options.port[0]}/${options.database}`;

/** Refused connections to several addresses come as an AggregateError with an empty message. */
const reason = (error: unknown): string =>
  error instanceof AggregateError ? error.errors.map(messageOf).join(', ') : messageOf(error);
