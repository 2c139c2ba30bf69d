import { existsSync } from 'node:fs';
import type { Config } from '../../config.ts';
import { borrow } from '../../db/lent.ts';
import { newestMigration } from '../../db/migrations.ts';
import { inspectPglite, pgliteFolder } from '../../db/pglite.ts';
import { inspectPostgres } from '../../db/postgres.ts';
import { ChispaError, messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import { clockFinding, error, type Finding, ok, warning } from './finding.ts';

/** Looks at the database without changing it. */
export async function databaseFindings({ databaseUrl, dataDir }: Config, log: Logger): Promise<Finding[]> {
  try {
    return databaseUrl ? await serverFindings(databaseUrl, log) : [await embeddedFinding(dataDir)];
  } catch (thrown) {
    const code = thrown instanceof ChispaError ? thrown.code : '';
    return [
      error('database', messageOf(thrown).replace(/\.$/, ''), ADVICE[code] ?? 'see the log of the server'),
    ];
  }
}

const ADVICE: Record<string, string> = {
  config: 'correct DATABASE_URL',
  'data-folder-in-use': 'wait until that process has ended, or stop it',
  'database-unreachable': 'start the database, or correct DATABASE_URL or DATA_DIR',
  'database-pooled': "use the server's own address, or a pooler in session mode",
  'other-version': 'restart the bot, so that it is this version',
};

async function embeddedFinding(dataDir: string): Promise<Finding> {
  const folder = pgliteFolder(dataDir);
  if (!existsSync(folder)) return ok('database', `${folder} will be made at the first start`);
  const borrowed = await borrow(dataDir);
  await borrowed?.close();
  if (borrowed) return ok('database', `${folder}, in use by a bot that answers`);
  return schemaFinding(folder, (await inspectPglite(dataDir)).migration);
}

async function serverFindings(databaseUrl: string, log: Logger): Promise<Finding[]> {
  const { place, encrypted, local, migration, aheadMs } = await inspectPostgres(databaseUrl, log);
  return [
    schemaFinding(place, migration),
    ok('database sessions', 'notifications arrive, so there is no pooler in transaction mode'),
    encrypted || local
      ? ok('database TLS', encrypted ? 'the connection is encrypted' : 'not needed on this machine')
      : warning(
          'database TLS',
          'the connection is not encrypted',
          'enable TLS on the server and add ?sslmode=require to DATABASE_URL',
        ),
    clockFinding("the database's", aheadMs),
  ];
}

function schemaFinding(place: string, migration: number): Finding {
  const newest = newestMigration();
  if (migration > newest)
    return error(
      'database',
      `${place} was brought up to date by a newer version of Chispa`,
      'install that version, or restore a backup of this one',
    );
  if (migration === 0) return ok('database', `${place} is empty`);
  if (migration < newest)
    return warning(
      'database',
      `${place} is from an older version, and will be brought up to date at the next start`,
      'make a backup first, with that version: npx chispa backup FILE',
    );
  return ok('database', `${place} is up to date`);
}
