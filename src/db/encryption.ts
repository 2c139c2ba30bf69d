import { readFileSync } from 'node:fs';
import type { ConnectionOptions, SecureVersion } from 'node:tls';
import { ChispaError, messageOf } from '../lib/errors.ts';

/** How a connection is encrypted. `preferred`: encrypted if the server supports it, like libpq's default. */
export interface Encryption {
  mode: 'off' | 'preferred' | 'required';
  /** Reads the certificate files that the address names. Throws ChispaError `config` if one cannot be read. */
  options(): ConnectionOptions;
  /** TLS from the first byte (`sslnegotiation=direct`). */
  direct: boolean;
}

/** libpq's parameters, and the equivalents used by node-postgres and other clients. */
export const ENCRYPTION_PARAMETERS = [
  ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslpassword', 'sslcrl', 'sslnegotiation'],
  ...['ssl_min_protocol_version', 'ssl_max_protocol_version', 'ssl', 'uselibpqcompat'],
];

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

/**
 * Interprets the parameters as libpq does (PostgreSQL manual, 34.19). `require` encrypts without checking the
 * server's identity unless there is an `sslrootcert`; `verify-ca` requires a certificate signed by the root;
 * `verify-full` also requires it to match the host name.
 */
export function encryptionOf(given: ReadonlyMap<string, string>, host: string): Encryption {
  const mode = modeOf(given);
  const root = given.get('sslrootcert') ?? '';
  const trusted = root !== '' && root !== 'system';
  const verifies = mode === 'verify-full' || mode === 'verify-ca' || (mode === 'require' && root !== '');
  const named = mode === 'verify-full' || root === 'system';
  const version = (name: string) =>
    given.get(name)?.replace(/^TLSv1$/, 'TLSv1.0') as SecureVersion | undefined; // validated by Node
  const minVersion = version('ssl_min_protocol_version');
  const maxVersion = version('ssl_max_protocol_version');
  const file = (name: string) => (given.get(name) ? read(name, given.get(name) ?? '') : undefined);
  return {
    // A Unix socket is never encrypted.
    mode:
      mode === 'disable' || host.startsWith('/')
        ? 'off'
        : mode === 'allow' || mode === 'prefer'
          ? 'preferred'
          : 'required',
    direct: given.get('sslnegotiation') === 'direct',
    options: () => ({
      rejectUnauthorized: verifies,
      ...(verifies && !named && { checkServerIdentity: () => undefined }),
      ...(trusted && { ca: file('sslrootcert') }),
      ...(given.get('sslcert') && { cert: file('sslcert') }),
      ...(given.get('sslkey') && { key: file('sslkey') }),
      ...(given.get('sslpassword') && { passphrase: given.get('sslpassword') }),
      ...(given.get('sslcrl') && { crl: file('sslcrl') }),
      ...(minVersion && { minVersion }),
      ...(maxVersion && { maxVersion }),
    }),
  };
}

function modeOf(given: ReadonlyMap<string, string>): string {
  const mode = given.get('sslmode');
  if (mode === 'no-verify') return 'require'; // node-postgres's name for it
  if (mode) {
    if (MODES.includes(mode)) return mode;
    throw new ChispaError('config', `DATABASE_URL is wrong: its sslmode must be one of ${MODES.join(', ')}.`);
  }
  if (given.get('sslrootcert') === 'system') return 'verify-full';
  const ssl = given.get('ssl');
  if (ssl === 'false' || ssl === '0' || ssl === 'disable') return 'disable';
  return ssl || given.get('sslnegotiation') === 'direct' ? 'require' : 'prefer';
}

function read(parameter: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ChispaError('config', `The ${parameter} of DATABASE_URL cannot be read: ${messageOf(error)}`);
  }
}
