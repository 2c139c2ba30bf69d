import { describe, expect, it } from 'vitest';
import { readAddress } from '../../src/db/address.ts';

/** How libpq reads these addresses (manual, 34.1.1.2 and 34.19), worked out by hand. */
describe('DATABASE_URL', () => {
  it.each([
    [
      'postgres://ana:s@localhost/jokes',
      { user: 'ana', password: 's', host: 'localhost', database: 'jokes' },
    ],
    ['postgresql://localhost', { host: 'localhost', port: 5432, database: undefined }],
    ['postgres://ana@[::1]:55/x', { user: 'ana', host: '::1', port: 55 }],
    ['postgres://ana:p%40ss%23w%2Frd%25@h/x', { password: 'p@ss#w/rd%', host: 'h' }],
    ['postgres://ana:a#b?c@h/x', { password: 'a#b?c', host: 'h', database: 'x' }],
    [
      'postgres://ana@/x?host=/var/run/postgresql',
      { host: '/var/run/postgresql', user: 'ana', database: 'x' },
    ],
    ['postgres://%2Fvar%2Frun%2Fpostgresql/x', { host: '/var/run/postgresql', database: 'x' }],
    [
      'postgres:///x?host=h&port=7&user=u&password=p%26q&dbname=y',
      { host: 'h', port: 7, user: 'u', password: 'p&q', database: 'y' },
    ],
    ['postgres://h/x?options=-c%20geqo%3Doff', { options: '-c geqo=off' }],
    ['postgres://h/x?search_path=a%20b', { options: '-c search_path=a\\ b' }],
    ['postgres://h/x?connect_timeout=3', { connectionTimeoutMillis: 3000 }],
    ['postgres://h/x?channel_binding=require', { enableChannelBinding: true }],
  ])('%s', (url, expected) => {
    expect(readAddress(url).client).toMatchObject(expected);
    expect(readAddress(url).notes).toEqual([]);
  });

  it.each([
    ['', 'preferred', false, undefined],
    ['sslmode=disable', 'off', false, undefined],
    ['sslmode=prefer', 'preferred', false, undefined],
    ['sslmode=require', 'required', false, undefined],
    ['sslmode=no-verify', 'required', false, undefined],
    ['ssl=true', 'required', false, undefined],
    ['uselibpqcompat=true&sslmode=require', 'required', false, undefined],
    ['sslmode=verify-full', 'required', true, false],
    ['sslrootcert=system', 'required', true, false],
    ['sslmode=verify-ca', 'required', true, true],
  ] as const)('?%s: encryption %s, verifies the certificate: %s', (query, mode, verifies, anyHost) => {
    const { encryption, notes } = readAddress(`postgres://db.example/x?${query}`);
    expect(encryption.mode).toBe(mode);
    const options = encryption.options();
    expect(options.rejectUnauthorized).toBe(verifies);
    if (anyHost !== undefined) expect(Boolean(options.checkServerIdentity)).toBe(anyHost);
    expect(notes).toEqual([]);
  });

  it('is never encrypted over a local socket', () => {
    expect(readAddress('postgres:///x?host=/run/postgresql&sslmode=require').encryption.mode).toBe('off');
  });

  it('names the parameters of other programs that it ignores, and does not send them to the server', () => {
    const { client, notes } = readAddress('postgres://h/x?pgbouncer=true&connection_limit=1&schema=public');
    expect(notes).toEqual([
      'DATABASE_URL has ?pgbouncer, ?connection_limit, ?schema, which Chispa does not use: ignored.',
    ]);
    expect(Object.keys(client)).not.toContain('schema');
    expect(client).not.toHaveProperty('options');
  });

  it.each([
    [
      'postgresql+asyncpg://chispa:hunter2secret@db.example/chispa',
      /begins with postgresql\+asyncpg:\/\/.*postgres:\/\//,
    ],
    ['mysql://chispa:hunter2secret@localhost', /begins with mysql:\/\//],
    ['chispa:hunter2secret@localhost', /does not|is not an address/],
    ['postgres://chispa:p@hunter2#w/rd@127.0.0.1:5432/chispa', /write @ as %40/],
    ['postgres://chispa:hunter2/secret@127.0.0.1:5432/chispa', /\/ as %2F/],
    ['postgres://chispa:hunter2%secret@127.0.0.1:5432/chispa', /% as %25/],
    ['postgres://chispa:hunter2secret@one,two/chispa', /several servers/],
    ['postgres://chispa:hunter2secret@h/x?sslmode=strict', /sslmode must be one of/],
    ['postgres://chispa:hunter2secret@h/x?requirepeer=postgres', /requirepeer/],
    ['postgres://chispa:hunter2secret@h:99999/x', /port/],
    [
      'postgres://chispa:hunter2secret@h/x?sslmode=verify-ca&sslrootcert=/no/such.crt',
      /sslrootcert.*no such file/,
    ],
  ])('%s is refused in a sentence that shows no secret', (url, sentence) => {
    const read = () => readAddress(url).encryption.options();
    expect(read).toThrow(sentence);
    expect(read).toThrow(/^(?!.*hunter2)(The sslrootcert of )?DATABASE_URL/s);
  });
});
