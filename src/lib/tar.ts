import { ChispaError } from './errors.ts';

// Plain ustar, as every tar reads and writes it: regular files only.

const BLOCK = 512;
const ZEROS = Buffer.alloc(BLOCK);

/** Where the fields of a header are, and how long they are. */
const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  owner: [108, 8],
  group: [116, 8],
  size: [124, 12],
  time: [136, 12],
  sum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
  prefix: [345, 155],
} as const;
type Field = keyof typeof FIELDS;

/** The end of an archive. */
export const tarEnd = (): Buffer => Buffer.alloc(2 * BLOCK);

/**
 * What precedes a file's bytes, and what follows them. `size` in bytes, below 8 GiB; the file can be read by its owner only.
 * @throws ChispaError `name-too-long` for a path that the format has no room for
 */
export function tarEntry(path: string, size: number): { header: Buffer; padding: Buffer } {
  const header = Buffer.alloc(BLOCK);
  const put = (field: Field, text: string) => header.write(text, FIELDS[field][0], FIELDS[field][1]);
  const octal = (field: Field, number: number) =>
    put(field, `${number.toString(8).padStart(FIELDS[field][1] - 1, '0')}\0`);
  const [prefix, name] = splitPath(path);
  put('name', name);
  put('prefix', prefix);
  octal('mode', 0o600);
  octal('owner', 0);
  octal('group', 0);
  octal('size', size);
  octal('time', Math.floor(Date.now() / 1000));
  put('type', '0');
  put('magic', 'ustar\x0000');
  put('sum', `${sumOf(header).toString(8).padStart(6, '0')}\0 `);
  return { header, padding: ZEROS.subarray(0, (BLOCK - (size % BLOCK)) % BLOCK) };
}

function splitPath(path: string): [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= FIELDS.name[1]) return ['', path];
  for (let slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (Buffer.byteLength(name) <= FIELDS.name[1] && Buffer.byteLength(prefix) <= FIELDS.prefix[1])
      return [prefix, name];
  }
  throw new ChispaError('name-too-long', `${path} is too long a path for an archive.`);
}

/** The sum of a header's bytes, its own field counted as spaces. */
function sumOf(header: Buffer): number {
  const [start, length] = FIELDS.sum;
  const blank = Buffer.from(header).fill(' ', start, start + length);
  return blank.reduce((sum, byte) => sum + byte, 0);
}

export interface TarFile {
  path: string;
  size: number;
  /** Whoever does not read it to its end gets the next file all the same. */
  body: AsyncIterable<Buffer>;
}

/**
 * Reads an archive file by file.
 * @throws ChispaError `archive-damaged` where it is cut off, or is no archive of regular files
 */
export async function* readTar(chunks: AsyncIterable<Buffer>): AsyncGenerator<TarFile, void> {
  const source = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  /** Between 1 and `most` bytes. */
  const some = async (most: number): Promise<Buffer> => {
    while (rest.length === 0) {
      const { value, done } = await source.next();
      if (done) throw damaged('it ends too early');
      rest = value;
    }
    const taken = rest.subarray(0, most);
    rest = rest.subarray(taken.length);
    return taken;
  };
  async function* exactly(size: number): AsyncGenerator<Buffer, void> {
    for (let left = size; left > 0; ) {
      const chunk = await some(left);
      left -= chunk.length;
      yield chunk;
    }
  }
  const block = async () => {
    const parts: Buffer[] = [];
    for await (const part of exactly(BLOCK)) parts.push(part);
    return Buffer.concat(parts);
  };
  for (;;) {
    const header = await block();
    if (header.equals(ZEROS)) return;
    const text = (field: Field) => {
      const [start, length] = FIELDS[field];
      return header.toString('utf8', start, start + length).replace(/\0.*$/s, '');
    };
    if (Number.parseInt(text('sum'), 8) !== sumOf(header)) throw damaged('a header is wrong');
    if (!/^0?$/.test(text('type'))) throw damaged('it holds more than regular files');
    const size = Number.parseInt(text('size'), 8);
    const body = exactly(size);
    yield { path: [text('prefix'), text('name')].filter(Boolean).join('/'), size, body };
    for await (const _ of body); // what the caller left
    for await (const _ of exactly((BLOCK - (size % BLOCK)) % BLOCK)); // the padding
  }
}

const damaged = (why: string) => new ChispaError('archive-damaged', `The archive is damaged: ${why}.`);
