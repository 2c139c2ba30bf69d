import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChispaError } from '../../lib/errors.ts';
import { syncFolder } from '../whole-file.ts';

/** A file to download, with what is known about it beforehand. */
export interface RemoteFile {
  name: string;
  url: string;
  /** Bytes. */
  size: number;
  /** sha256 of the content (large files), or the hash of git's blob (small ones). */
  hash: { kind: 'sha256' | 'git'; hex: string };
}

export interface DownloadOptions {
  headers: Readonly<Record<string, string>>;
  fetch: typeof fetch;
  /** Reports progress: bytes of this file on disk so far. */
  onProgress: (bytes: number) => void;
  signal: AbortSignal;
  /** Milliseconds before the first retry; doubled for each further one. */
  retryDelay: number;
}

/** Maximum number of consecutive attempts without progress. An attempt that receives a byte resets the count. */
const ATTEMPTS = 5;
/** Milliseconds without data after which a connection is considered dead. */
const STALL = 60_000;

/**
 * Downloads to `path` atomically: bytes are collected in `path.incomplete`, each new attempt (now or in another run)
 * resumes where the last one stopped, and the file is renamed once its size and hash are right. Throws
 * `download-failed`, `download-damaged`, or the system's error for a failing disk.
 */
export async function downloadFile(file: RemoteFile, path: string, options: DownloadOptions): Promise<void> {
  const incomplete = `${path}.incomplete`;
  let failures = 0;
  for (let have = await sizeOf(incomplete); have !== file.size; ) {
    if (have > file.size) await rm(incomplete); // from another version of the file
    try {
      await append(file, incomplete, Math.min(await sizeOf(incomplete), file.size), options);
    } catch (error) {
      options.signal.throwIfAborted();
      if (isLocal(error) || error instanceof ChispaError) throw error;
      const now = await sizeOf(incomplete);
      failures = now > have ? 0 : failures + 1;
      if (failures >= ATTEMPTS)
        throw new ChispaError(
          'download-failed',
          `The download of ${file.name} broke off ${ATTEMPTS} times at byte ${now} of ${file.size}. Run the same command again to resume it.`,
          { cause: error },
        );
      await sleep(options.retryDelay * 2 ** failures, undefined, { signal: options.signal });
    }
    have = await sizeOf(incomplete);
  }
  if (file.size === 0) await (await open(incomplete, 'a')).close();
  if ((await hashOf(incomplete, file)) !== file.hash.hex) {
    await rm(incomplete);
    throw new ChispaError(
      'download-damaged',
      `The downloaded ${file.name} does not have the ${file.hash.kind === 'git' ? 'git hash' : 'sha256'} that the hub states, so it was discarded: try again.`,
    );
  }
  await rename(incomplete, path);
  await syncFolder(dirname(path));
}

/** One request for the bytes from `from` on, appended as they arrive. */
async function append(file: RemoteFile, path: string, from: number, options: DownloadOptions): Promise<void> {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(new Error('the connection stalled')), STALL);
  try {
    const response = await options.fetch(file.url, {
      headers: { ...options.headers, ...(from > 0 ? { Range: `bytes=${from}-` } : {}) },
      signal: AbortSignal.any([options.signal, stalled.signal]),
    });
    if (!response.ok || !response.body) await refuse(response, file);
    // A server without support for ranges sends the whole file again.
    const resumed =
      response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${from}-`) === true;
    const target = await open(path, resumed ? 'a' : 'w');
    try {
      let written = resumed ? from : 0;
      for await (const chunk of response.body ?? []) {
        timer.refresh();
        if (written + chunk.length > file.size)
          throw new ChispaError(
            'download-damaged',
            `The hub sent more of ${file.name} than the ${file.size} bytes it states.`,
          );
        await target.writeFile(chunk);
        written += chunk.length;
        options.onProgress(written);
      }
      await target.sync();
    } finally {
      await target.close();
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Errors that another attempt may fix are rethrown as they are, the others as `download-failed`. */
async function refuse(response: Response, { name }: RemoteFile): Promise<never> {
  await response.body?.cancel();
  const { status } = response;
  if (status >= 500 || status === 429 || status === 408 || status === 416)
    throw new Error(`the hub answered ${status}`);
  throw new ChispaError('download-failed', `The hub refused ${name} (status ${status}).`);
}

async function hashOf(path: string, { hash, size }: RemoteFile): Promise<string> {
  const digest = createHash(hash.kind === 'git' ? 'sha1' : 'sha256');
  if (hash.kind === 'git') digest.update(`blob ${size}\0`);
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), digest);
  return digest.digest('hex');
}

const sizeOf = async (path: string) => (await stat(path).catch(() => undefined))?.size ?? 0;

/** Errors of this machine's files, which retrying does not fix. */
const isLocal = (error: unknown) =>
  typeof (error as NodeJS.ErrnoException).syscall === 'string' &&
  ['write', 'open', 'fsync', 'ftruncate'].includes((error as NodeJS.ErrnoException).syscall ?? '');
