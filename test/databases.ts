import { createHash, randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { connect } from '../src/db/connect.ts';
import { migrationsFolder } from '../src/db/migrations.ts';

export const silent = pino({ level: 'silent' });

/** A PostgreSQL server for tests; each test file makes and drops its own databases there. */
export const SERVER = process.env.TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/**
 * A data folder with a migrated PGlite in it. Making one takes 5 s, copying one 0.1: the first test run keeps
 * one beside the system's temporary files, by the hash of the migrations.
 */
export function freshDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'chispa-test-'));
  if (existsSync(template)) cpSync(template, dataDir, { recursive: true });
  return dataDir;
}

const migrationsHash = createHash('sha256');
for (const file of readdirSync(migrationsFolder).sort()) {
  if (file.endsWith('.sql')) migrationsHash.update(readFileSync(join(migrationsFolder, file)));
}
const template = join(tmpdir(), `chispa-pglite-${migrationsHash.digest('hex').slice(0, 16)}`);
if (!existsSync(template)) {
  const draft = mkdtempSync(join(tmpdir(), 'chispa-test-'));
  const store = await connect({ dataDir: draft, log: silent });
  await store.close();
  try {
    renameSync(draft, template);
  } catch {
    rmSync(draft, { recursive: true }); // another test process was faster
  }
}

export const serverAnswers = await canConnect();

/** Whether tests on PostgreSQL are skipped here. In CI they never are: there a missing server fails them. */
export const skipPostgres = !serverAnswers && process.env.CI !== 'true';
/** What those tests are called: a skipped one says why. */
export const postgresName = skipPostgres ? `PostgreSQL (skipped: no server at ${SERVER})` : 'PostgreSQL';

async function canConnect(): Promise<boolean> {
  return asAdmin('select 1').then(
    () => true,
    () => false,
  );
}

/** The address of a new, empty database on the server, or on another one. */
export async function freshDatabase(server = SERVER): Promise<string> {
  const url = new URL(server);
  url.pathname = `/chispa_test_${randomUUID().replaceAll('-', '')}`;
  await asAdmin(`create database ${url.pathname.slice(1)}`, server);
  return url.href;
}

const STALE_HOURS = 3;

/**
 * Drops the databases that killed tests have left: those that nobody is connected to, and that are older than any test.
 * The server does not tell their age, but when their first file was written.
 */
export async function dropStaleDatabases({
  prefix = 'chispa_test_',
  hours = STALE_HOURS,
} = {}): Promise<void> {
  const stale = `
    select datname as name from pg_database
    where starts_with(datname, $1)
      and (pg_stat_file('base/' || oid || '/PG_VERSION', true)).modification < now() - make_interval(secs => 3600 * $2)
      and not exists (select from pg_stat_activity where datid = pg_database.oid)`;
  const client = new pg.Client({ connectionString: SERVER, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string }>(stale, [prefix, hours]);
    // Without force: one that somebody has connected to since stays. Another test run may have dropped it.
    for (const { name } of rows)
      await client.query(`drop database ${pg.escapeIdentifier(name)}`).catch(() => {});
  } finally {
    await client.end();
  }
}

export const dropDatabase = (url: string): Promise<void> =>
  asAdmin(`drop database ${new URL(url).pathname.slice(1)} with (force)`);

export async function asAdmin(statement: string, server = SERVER): Promise<void> {
  const client = new pg.Client({ connectionString: server, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}
