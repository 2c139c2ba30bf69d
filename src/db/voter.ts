import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChispaError } from '../lib/errors.ts';
import { makePrivate } from './private-files.ts';

/** Turns a Discord user id into the pseudonym that `ratings` and `reports` keep. */
export type Voter = (userId: string) => string;

export interface VoterOptions {
  /** VOTER_SECRET: the same for ever and in every process, else people could vote twice. */
  secret?: string | undefined;
  databaseUrl?: string | undefined;
  dataDir: string;
}

/**
 * HMAC-SHA256 of the user id (hex) under the secret: without it nobody can tell from the database who voted.
 * Without VOTER_SECRET one is made once and kept in `<dataDir>/voter-secret`, readable by its owner only.
 *
 * @throws ChispaError `voter-secret-missing` with a PostgreSQL server, whose processes may not share a data folder.
 */
export function createVoter({ secret, databaseUrl, dataDir }: VoterOptions): Voter {
  if (!secret && databaseUrl) {
    throw new ChispaError(
      'voter-secret-missing',
      'VOTER_SECRET must be set when DATABASE_URL is: make one with `openssl rand -hex 32` and keep it for ever.',
    );
  }
  const key = secret ?? ownSecret(dataDir);
  return (userId) => createHmac('sha256', key).update(userId).digest('hex');
}

function ownSecret(dataDir: string): string {
  const file = join(dataDir, 'voter-secret');
  const existing = readIfThere(file);
  if (existing) return existing;
  makePrivate(dataDir);
  // Linked into place whole, so that of two processes at once both end with the first one's secret.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600 });
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!readIfThere(file)) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(file, 'utf8');
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
