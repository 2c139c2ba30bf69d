import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { ChispaError, hasCode } from '../../lib/errors.ts';
import { readTar, type TarFile, tarEnd, tarEntry } from '../../lib/tar.ts';

// A backup is a tar.gz: `tar -xzf` opens it, and `sha256sum -c SHA256SUMS` checks it. Its files, in this order:
//   backup.json                     what it is
//   voter-secret                    unless there is none yet
//   database/TABLE.NNNN.jsonl       rows
//   models/…                        trained versions and voices, by their path in MODELS_DIR
//   SHA256SUMS

export const ABOUT = 'backup.json';
export const SECRET = 'voter-secret';
const SUMS = 'SHA256SUMS';

const about = z.object({
  format: z.literal(1),
  /** Chispa's. */
  version: z.string(),
  created: z.iso.datetime(),
  migration: z.number(),
  sequences: z.record(z.string(), z.string()),
  /** MODELS_DIR, where the models in it were. */
  modelsDir: z.string(),
});
export type About = z.infer<typeof about>;

export interface ArchiveWriter {
  /** A file whose content is at hand. */
  add(path: string, content: string): Promise<void>;
  /** A file of the disk. */
  copy(path: string, file: string, size: number, onBytes: (bytes: number) => void): Promise<void>;
  finish(): Promise<void>;
}

/** Writes an archive through `write`, which resolves when there is room for more. */
export function writeArchive(write: (bytes: Buffer) => Promise<void>): ArchiveWriter {
  const sums: string[] = [];
  const put = async (path: string, size: number, body: AsyncIterable<Buffer> | Buffer[]) => {
    const { header, padding } = tarEntry(path, size);
    await write(header);
    const hash = createHash('sha256');
    let written = 0;
    for await (const chunk of body) {
      hash.update(chunk);
      written += chunk.length;
      await write(chunk);
    }
    if (written !== size)
      throw new ChispaError('file-changed', `${path} changed while it was being read: try again.`);
    await write(padding);
    sums.push(`${hash.digest('hex')}  ${path}\n`);
  };
  const add = async (path: string, content: string) => {
    const bytes = Buffer.from(content);
    await put(path, bytes.length, [bytes]);
  };
  return {
    add,
    async copy(path, file, size, onBytes) {
      async function* counted() {
        for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
          onBytes(chunk.length);
          yield chunk as Buffer;
        }
      }
      await put(path, size, counted());
    },
    async finish() {
      await add(SUMS, sums.join(''));
      await write(tarEnd());
    },
  };
}

/**
 * The files of a backup, as they are read.
 * @throws ChispaError `not-a-backup` when the file is none, `archive-damaged` when it was cut off or changed
 */
export const readArchive = (file: string): AsyncGenerator<TarFile, void> => readTar(unzipped(file));

async function* unzipped(file: string): AsyncGenerator<Buffer, void> {
  const source = createReadStream(file, { highWaterMark: 1 << 20 });
  const plain = createGunzip();
  source.on('error', (error) => plain.destroy(error));
  let begun = false;
  try {
    for await (const chunk of source.pipe(plain)) {
      begun = true;
      yield chunk;
    }
  } catch (cause) {
    if (hasCode(cause, 'ENOENT', 'EISDIR'))
      throw new ChispaError('backup-missing', `There is no file at ${file}.`, { cause });
    if (!hasCode(cause, 'Z_DATA_ERROR', 'Z_BUF_ERROR')) throw cause;
    throw begun
      ? new ChispaError('archive-damaged', `${file} is damaged: restore another backup.`, { cause })
      : new ChispaError('not-a-backup', `${file} is not a backup.`, { cause });
  } finally {
    source.destroy();
  }
}

/**
 * Reads a whole backup and checks every file in it against its hash.
 * @param each gets the content of each file while it is read, and may ignore it
 * @throws ChispaError like {@link readArchive}, and `newer-version` for a format of later versions
 */
export async function checkArchive(
  file: string,
  each: (path: string, size: number, body: AsyncIterable<Buffer>) => Promise<void>,
): Promise<{ about: About; secret: string | undefined }> {
  const damaged = (why: string) =>
    new ChispaError('archive-damaged', `${file} is damaged: ${why}. Restore another backup.`);
  const sums = new Map<string, string>();
  let description: About | undefined;
  let secret: string | undefined;
  for await (const { path, size, body } of readArchive(file)) {
    if (!description && path !== ABOUT)
      throw new ChispaError('not-a-backup', `${file} is an archive, but not one of chispa backup.`);
    if (path === SUMS) {
      const expected = new Map(
        (await text(body))
          .trim()
          .split('\n')
          .map((line) => [line.slice(66), line.slice(0, 64)] as const),
      );
      for (const [name, sum] of expected) {
        if (!sums.has(name)) throw damaged(`${name} is missing`);
        if (sums.get(name) !== sum) throw damaged(`${name} has changed`);
      }
      if (expected.size !== sums.size) throw damaged('there is more in it than it lists');
      if (!description) throw damaged('it does not say what it is');
      return { about: description, secret };
    }
    const hash = createHash('sha256');
    async function* hashed() {
      for await (const chunk of body) {
        hash.update(chunk);
        yield chunk;
      }
    }
    const content = hashed();
    if (path === ABOUT) description = readAbout(await text(content), file);
    else if (path === SECRET) secret = await text(content);
    else await each(path, size, content);
    for await (const _ of content); // what `each` left
    sums.set(path, hash.digest('hex'));
  }
  throw damaged('it ends too early');
}

function readAbout(json: string, file: string): About {
  const read = z.object({ format: z.number() }).parse(JSON.parse(json));
  if (read.format > 1)
    throw new ChispaError('newer-version', `${file} is from a newer version of Chispa: install that first.`);
  return about.parse(JSON.parse(json));
}

export const text = async (body: AsyncIterable<Buffer>): Promise<string> =>
  (await buffer(body)).toString('utf8');
