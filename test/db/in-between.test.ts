import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect as connectTo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/db/connect.ts';
import { silent } from '../databases.ts';
import { freePort } from '../network.ts';
import { onPostgres } from './backends.ts';

const hasPgBouncer = spawnSync('pgbouncer', ['--version']).status === 0;
if (!hasPgBouncer && process.env.CI === 'true') throw new Error('pgbouncer is missing: .ci/run installs it');

const SLOW = { timeout: 120_000 };

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chispa-between-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A real PgBouncer in front of the database. */
async function pooled(databaseUrl: string, mode: 'transaction' | 'session'): Promise<string> {
  const url = new URL(databaseUrl);
  const folder = temporaryFolder();
  const port = await freePort();
  const ini = join(folder, 'pgbouncer.ini');
  writeFileSync(join(folder, 'users.txt'), `"${url.username}" ""\n`);
  writeFileSync(
    ini,
    `[databases]
* = host=${url.hostname} port=${url.port || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(folder, 'users.txt')}
pool_mode = ${mode}
`,
  );
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  const asRoot = process.getuid?.() === 0;
  const bouncer = spawn('pgbouncer', [...(asRoot ? ['-u', 'nobody'] : []), ini], { stdio: 'ignore' });
  onTestFinished(async () => {
    bouncer.kill('SIGKILL');
    if (bouncer.exitCode === null && bouncer.signalCode === null) await once(bouncer, 'exit');
  });
  await expect
    .poll(
      () =>
        new Promise((resolve) => {
          const probe = connectTo(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
          probe.unref();
          probe.once('connect', () => probe.destroy());
        }),
      { timeout: 20_000 },
    )
    .toBe(true);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return url.href;
}

describe('in front of PostgreSQL,', () => {
  onPostgres((backend) => {
    const open = (databaseUrl: string) => connect({ databaseUrl, dataDir: '.', log: silent });
    const address = () => backend().where.databaseUrl ?? '';

    it.skipIf(!hasPgBouncer)(
      'a pooler that lends a connection for each transaction is refused',
      SLOW,
      async () => {
        await expect(open(await pooled(address(), 'transaction'))).rejects.toMatchObject({
          code: 'database-pooled',
          message: expect.stringMatching(/pooler in transaction mode.*direct address/),
        });
      },
    );

    it.skipIf(!hasPgBouncer)('a pooler in session mode works like the server itself', SLOW, async () => {
      const store = await open(await pooled(address(), 'session'));
      await store.close();
    });

    it.each([
      ['no sslmode', ''],
      ['prefer', '?sslmode=prefer'],
      ['require, which verifies no certificate', '?sslmode=require'],
      ['verify-ca with its root', '?sslmode=verify-ca&sslrootcert=ROOT'],
      ['as Neon writes it', '?sslmode=require&channel_binding=require'],
      ['as node-postgres advises', '?uselibpqcompat=true&sslmode=require'],
      ['no-verify', '?sslmode=no-verify'],
    ])('a server with a self-signed certificate is reached: %s', SLOW, async (_, query) => {
      const { url, root, encrypted } = await withOwnCertificate(address());
      const store = await open(url + query.replace('ROOT', root));
      await store.close();
      expect(encrypted()).toBeGreaterThan(0);
    });

    it('an untrusted certificate is refused where it must be verified', SLOW, async () => {
      const { url, root } = await withOwnCertificate(address());
      await expect(open(`${url}?sslmode=verify-full`)).rejects.toThrow(
        /self-signed certificate.*DATABASE_URL/,
      );
      await expect(open(`${url}?sslmode=verify-full&sslrootcert=${root}`)).rejects.toThrow(
        /IP|altnames|host/i,
      );
    });

    it('a server without encryption is reached unless encryption is required', SLOW, async () => {
      await (await open(`${address()}?sslmode=prefer`)).close();
      await expect(open(`${address()}?sslmode=require`)).rejects.toThrow(/does not support SSL/);
    });
  });
});

/** The database behind TLS, with a fresh certificate by openssl for another host name. */
async function withOwnCertificate(databaseUrl: string) {
  const folder = temporaryFolder();
  const [key, root] = [join(folder, 'server.key'), join(folder, 'server.crt')];
  const subject = ['-subj', '/CN=db.example', '-days', '2'];
  execFileSync(
    'openssl',
    ['req', '-new', '-x509', '-nodes', '-newkey', 'rsa:2048', '-keyout', key, '-out', root, ...subject],
    { stdio: 'ignore' },
  );
  chmodSync(key, 0o600);
  const read = (file: string) => execFileSync('cat', [file]);
  const target = new URL(databaseUrl);
  let encrypted = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    // SSLRequest: eight bytes, the last four are 80877103 (PostgreSQL manual, 55.7). The answer is S, then TLS.
    socket.once('data', (request) => {
      if (request.length !== 8 || request.readUInt32BE(4) !== 80877103) return socket.destroy();
      socket.write('S');
      const secure = new TLSSocket(socket, { isServer: true, key: read(key), cert: read(root) });
      secure.on('secure', () => encrypted++);
      const upstream = connectTo(Number(target.port || 5432), target.hostname);
      for (const [one, other] of [
        [secure, upstream],
        [upstream, secure],
      ] as const)
        one
          .pipe(other)
          .on('error', () => one.destroy())
          .on('close', () => one.destroy());
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port); // it listens on a port, not on a path
  return { url: url.href, root, encrypted: () => encrypted };
}
