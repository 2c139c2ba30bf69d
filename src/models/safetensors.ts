import { type FileHandle, open } from 'node:fs/promises';
import { ChispaError, messageOf } from '../lib/errors.ts';
import { bfloatToFloat, halfToFloat } from './float16.ts';
import { demandFile } from './regular-file.ts';
import { parseHeader, type TensorEntry } from './safetensors-header.ts';

export type { Dtype, TensorEntry } from './safetensors-header.ts';
export { float32Tensor, type TensorSource, writeSafetensors } from './safetensors-write.ts';

/** A safetensors file whose header has been read and checked. The tensors' bytes stay on disk. */
export interface SafetensorsFile {
  path: string;
  tensors: ReadonlyMap<string, TensorEntry>;
  metadata: Readonly<Record<string, string>>;
}

/**
 * Hugging Face allows 100 MB, which takes gigabytes to parse. A tensor takes about 120 bytes, and the largest models
 * have a few thousand of them per file.
 */
const MAX_HEADER_BYTES = 10_000_000;

/**
 * Reads the header of a safetensors file (https://huggingface.co/docs/safetensors) and checks it against the
 * file's size: offsets inside the file, no overlap, no holes, lengths that fit the shapes.
 * Throws `model-damaged` with one sentence that names the file.
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const file = await openForReading(path);
  try {
    const { size } = await file.stat();
    const prefix = await readExactly(file, path, 0, 8);
    const headerBytes = Number(new DataView(prefix.buffer).getBigUint64(0, true));
    if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > size)
      throw damaged(
        path,
        `its header claims ${headerBytes} bytes, the file has ${size}: it is cut, not safetensors, or malicious`,
      );
    const header = await readExactly(file, path, 8, headerBytes);
    return { path, ...parseHeader(path, header, size) };
  } finally {
    await file.close();
  }
}

/** Some rows of a tensor, that is, entries along its first axis. */
export interface RowRange {
  from: number;
  count: number;
}

/**
 * Reads one tensor, or some of its rows, as float32, row-major. F16, BF16 and F64 are converted. Throws
 * `model-damaged` if the tensor is missing or not floating-point.
 */
export async function readTensor(
  file: SafetensorsFile,
  name: string,
  rows?: RowRange,
): Promise<Float32Array<ArrayBuffer>> {
  const entry = entryOf(file, name);
  const bytes = await readTensorBytes(file, name, rows);
  if (entry.dtype === 'F32') return new Float32Array(bytes.buffer);
  if (entry.dtype === 'F64') return Float32Array.from(new Float64Array(bytes.buffer));
  if (entry.dtype !== 'F16' && entry.dtype !== 'BF16')
    throw damaged(file.path, `tensor ${name} is ${entry.dtype}; weights must be F32, F16, BF16 or F64`);
  const values = new Float32Array(bytes.length / 2);
  const convert = entry.dtype === 'F16' ? halfToFloat : bfloatToFloat;
  convert(new Uint16Array(bytes.buffer), values);
  return values;
}

/** Reads the stored (little-endian) bytes of one tensor, or of some of its rows, into a new buffer. */
export async function readTensorBytes(
  file: SafetensorsFile,
  name: string,
  rows?: RowRange,
): Promise<Uint8Array<ArrayBuffer>> {
  const { offset, length, shape } = entryOf(file, name);
  const perRow = rows ? length / (shape[0] ?? 1) : length;
  const { from, count } = rows ?? { from: 0, count: 1 };
  const handle = await openForReading(file.path);
  try {
    return await readExactly(handle, file.path, offset + from * perRow, count * perRow);
  } finally {
    await handle.close();
  }
}

function entryOf(file: SafetensorsFile, name: string): TensorEntry {
  const entry = file.tensors.get(name);
  if (!entry) throw damaged(file.path, `it has no tensor ${name}`);
  return entry;
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    await demandFile(path);
    return await open(path, 'r');
  } catch (cause) {
    throw new ChispaError('model-damaged', `Cannot read the weights ${path}: ${messageOf(cause)}.`, {
      cause,
    });
  }
}

async function readExactly(
  file: FileHandle,
  path: string,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw damaged(path, `it ends after ${offset + filled} bytes: it is cut`);
    filled += bytesRead;
  }
  return bytes;
}

const damaged = (path: string, why: string) =>
  new ChispaError(
    'model-damaged',
    `The weights file ${path} cannot be used: ${why}. Import the model again.`,
  );
