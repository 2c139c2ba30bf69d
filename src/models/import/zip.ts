import type { FileHandle } from 'node:fs/promises';
import { ChispaError } from '../../lib/errors.ts';

/** Location of an entry's bytes in the archive. */
export interface ZipEntry {
  offset: number;
  length: number;
}

const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const MAX_DIRECTORY_BYTES = 16 << 20;

/**
 * Lists a zip archive whose entries are stored uncompressed, as PyTorch writes them, so that each entry is a
 * contiguous part of the file (APPNOTE.TXT 6.3, including zip64). Nothing is unpacked. An archive that compresses,
 * encrypts, spans disks, repeats a name, or claims more than the file contains is rejected with `weights-damaged`.
 */
export async function listStoredZip(file: FileHandle, size: number): Promise<Map<string, ZipEntry>> {
  const directory = await readDirectory(file, size);
  const entries = new Map<string, ZipEntry>();
  let total = 0;
  for (let at = 0; at < directory.length; ) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== DIRECTORY_ENTRY)
      throw damaged('its directory is broken');
    const nameLength = directory.readUInt16LE(at + 28);
    const extraLength = directory.readUInt16LE(at + 30);
    const end = at + 46 + nameLength + extraLength + directory.readUInt16LE(at + 32);
    if (end > directory.length) throw damaged('its directory is cut');
    const name = directory.toString('utf8', at + 46, at + 46 + nameLength);
    if (directory.readUInt16LE(at + 8) & 1) throw damaged(`${name} is encrypted`);
    if (directory.readUInt16LE(at + 10) !== 0)
      throw damaged(`${name} is compressed, which torch.save never does`);
    const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const { packed, length, header } = sizes(directory, at, extra);
    if (packed !== length) throw damaged(`${name} has two different sizes`);
    if (entries.has(name)) throw damaged(`${name} is there twice`);
    total += length;
    // Entries that share bytes would let a small file claim a large content.
    if (total > size) throw damaged('its entries claim more bytes than the file has');
    entries.set(name, { offset: await dataOffset(file, size, name, header, length), length });
    at = end;
  }
  return entries;
}

async function readDirectory(file: FileHandle, size: number): Promise<Buffer> {
  const tail = await readAt(file, Math.max(0, size - 22 - 0xffff), Math.min(size, 22 + 0xffff));
  const end = tail.lastIndexOf(Buffer.of(0x50, 0x4b, 0x05, 0x06)); // END_OF_DIRECTORY
  if (end < 0 || end + 22 > tail.length || tail.readUInt32LE(end) !== END_OF_DIRECTORY)
    throw damaged('it is cut: the end of the archive is missing');
  let length = tail.readUInt32LE(end + 12);
  let offset = tail.readUInt32LE(end + 16);
  const locator = end - 20;
  if (locator >= 0 && tail.readUInt32LE(locator) === LOCATOR_64) {
    const end64 = await readAt(file, safe(tail.readBigUInt64LE(locator + 8)), 56);
    if (end64.length < 56 || end64.readUInt32LE(0) !== END_OF_DIRECTORY_64)
      throw damaged('its zip64 end record is missing');
    length = safe(end64.readBigUInt64LE(40));
    offset = safe(end64.readBigUInt64LE(48));
  }
  if (length > MAX_DIRECTORY_BYTES || offset + length > size)
    throw damaged('its directory lies outside the file');
  return readAt(file, offset, length);
}

/** Sizes and offset of an entry. Values that do not fit in 32 bits are in the zip64 extra field, in this order. */
function sizes(
  directory: Buffer,
  at: number,
  extra: Buffer,
): { packed: number; length: number; header: number } {
  const fields = {
    length: directory.readUInt32LE(at + 24),
    packed: directory.readUInt32LE(at + 20),
    header: directory.readUInt32LE(at + 42),
  };
  for (let i = 0; i + 4 <= extra.length; ) {
    const size = extra.readUInt16LE(i + 2);
    if (extra.readUInt16LE(i) === 1) {
      let next = i + 4;
      for (const field of ['length', 'packed', 'header'] as const) {
        if (fields[field] !== 0xffff_ffff) continue;
        if (next + 8 > i + 4 + size || next + 8 > extra.length) throw damaged('a zip64 size is missing');
        fields[field] = safe(extra.readBigUInt64LE(next));
        next += 8;
      }
    }
    i += 4 + size;
  }
  return fields;
}

async function dataOffset(
  file: FileHandle,
  size: number,
  name: string,
  header: number,
  length: number,
): Promise<number> {
  const local = await readAt(file, header, 30);
  if (local.length < 30 || local.readUInt32LE(0) !== LOCAL_HEADER)
    throw damaged(`the entry ${name} is not where the directory says`);
  const offset = header + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (offset + length > size) throw damaged(`the entry ${name} lies outside the file`);
  return offset;
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, offset);
  return buffer.subarray(0, bytesRead);
}

function safe(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged('it claims an impossible size');
  return Number(value);
}

const damaged = (why: string) =>
  new ChispaError('weights-damaged', `The PyTorch archive cannot be read: ${why}.`);
