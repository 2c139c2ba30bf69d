import { execFile } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { ChispaError } from '../../src/lib/errors.ts';
import { freePort } from '../../test/network.ts';

const run = promisify(execFile);
const DEBIAN = '/usr/lib/postgresql';
const MAX_CONNECTIONS = 64; // the cluster holds 54 at most

export type DatabaseServer = Awaited<ReturnType<typeof startServer>>;

/**
 * A PostgreSQL server of one's own, to be broken. Its user `chispa` has no special rights.
 * @throws ChispaError `postgres-not-found` where PostgreSQL's programs are not installed
 */
export async function startServer() {
  const bin = await programs();
  const folder = mkdtempSync(join(tmpdir(), 'chispa-server-'));
  const data = join(folder, 'data');
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? await ids('postgres') : undefined;
  if (user) chownSync(folder, user.uid, user.gid);
  const call = (name: string, ...args: string[]) => run(join(bin, name), args, { ...user, cwd: folder });
  const port = await freePort();
  const options = `-p ${port} -k ${folder} -h 127.0.0.1 -c fsync=off -c max_connections=${MAX_CONNECTIONS}`;
  const start = () => call('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start');
  const stop = () => call('pg_ctl', '-D', data, '-w', '-m', 'immediate', 'stop');
  await call('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync');
  await start();
  const admin = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const client = new pg.Client({ connectionString: admin });
  await client.connect();
  await client.query('create role chispa login createdb');
  await client.end();
  const url = `postgres://chispa@127.0.0.1:${port}/postgres`;
  return {
    url,
    /** As after a power cut: nothing is said to anybody, and what was committed is there again. */
    async restart(awaySeconds: number): Promise<void> {
      await stop();
      await new Promise((resolve) => setTimeout(resolve, awaySeconds * 1000));
      await start();
    },
    /** Takes every connection that is left, until what it returns is called. */
    async crowd(): Promise<() => Promise<void>> {
      const crowd: pg.Client[] = [];
      for (;;) {
        const one = new pg.Client({ connectionString: url });
        one.on('error', () => {}); // ended from outside
        try {
          await one.connect();
        } catch {
          break; // 53300: too many
        }
        crowd.push(one);
      }
      return async () => void (await Promise.all(crowd.map((one) => one.end())));
    },
    async close(): Promise<void> {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The folder with initdb and pg_ctl, which Debian keeps out of the path. */
async function programs(): Promise<string> {
  const { stdout } = await run('pg_config', ['--bindir']).catch(() => ({ stdout: '' }));
  const folders = [stdout.trim(), ...versions().map((version) => join(DEBIAN, version, 'bin'))];
  const works = await Promise.all(
    folders.map((folder) =>
      run(join(folder, 'initdb'), ['--version']).then(
        () => folder !== '',
        () => false,
      ),
    ),
  );
  const found = folders.find((_, i) => works[i]);
  if (found) return found;
  const hint =
    'Install PostgreSQL (Debian: apt install postgresql), or leave out the scenarios restart and limit.';
  throw new ChispaError('postgres-not-found', `PostgreSQL's initdb and pg_ctl are not here. ${hint}`);
}

function versions(): string[] {
  try {
    return readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  } catch {
    return []; // no Debian
  }
}

async function ids(name: string): Promise<{ uid: number; gid: number }> {
  const id = async (which: string) => Number((await run('id', [which, name])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
