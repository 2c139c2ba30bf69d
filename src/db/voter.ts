import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChispaError, hasCode } from '../lib/errors.ts';
import { makePrivate } from './private-files.ts';

/** Turns a Discord user id into the pseudonym stored in `ratings` and `reports`. */
export type Voter = (userId: string) => string;

export interface VoterOptions {
  /** VOTER_SECRET: must never change and must be the same in every process, or people could vote twice. */
  secret?: string | undefined;
  databaseUrl?: string | undefined;
  dataDir: string;
}

/**
 * HMAC-SHA256 of the user id (hex) under the secret: without the secret, nobody can tell from the database who voted.
 * If VOTER_SECRET is not set, a secret is generated once and kept in `<dataDir>/voter-secret`, readable only by its
 * owner.
 * @throws ChispaError `voter-secret-missing` with a PostgreSQL server, since its processes may not share a
 * data folder.
 */
export function createVoter({ secret, databaseUrl, dataDir }: VoterOptions): Voter {
  if (!secret && databaseUrl) {
    throw new ChispaError(
      'voter-secret-missing',
      'VOTER_SECRET must be set when DATABASE_URL is. Generate one with `openssl rand -hex 32` and never change it.',
    );
  }
  const key = secret ?? ownSecret(dataDir);
  return (userId) => createHmac('sha256', key).update(userId).digest('hex');
}

const ownSecret = (dataDir: string): string =>
  ownSecretIn(dataDir) ?? keepOwnSecret(dataDir, randomBytes(32).toString('hex'));

const secretFile = (dataDir: string): string => join(dataDir, 'voter-secret');

/** The secret that was generated for a data folder, if there is one. */
export const ownSecretIn = (dataDir: string): string | undefined => readIfThere(secretFile(dataDir));

/** Keeps a secret for a data folder that has none, and returns the one that it has then. */
export function keepOwnSecret(dataDir: string, secret: string): string {
  const file = secretFile(dataDir);
  makePrivate(dataDir);
  // Written to a draft and linked into place, so that two simultaneous processes both end up with the same secret.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, secret, { mode: 0o600 });
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
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined; // makePrivate says what is wrong with the folder
    throw error;
  }
}
