import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { ChispaError } from '../lib/errors.ts';
import { floatToHalf } from './float16.ts';
import { DTYPE_BYTES, type Dtype } from './safetensors-header.ts';
import { writeWhole } from './whole-file.ts';

/**
 * A tensor to write. `chunks` yields its bytes (little-endian) in order, in chunks of any size. A chunk may be
 * overwritten as soon as the next one is requested.
 */
export interface TensorSource {
  name: string;
  dtype: Dtype;
  shape: readonly number[];
  chunks(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/**
 * Writes a safetensors file atomically (temporary file, fsync, rename) and returns its sha256. Tensors are streamed
 * one after the other in the given order, so memory holds one chunk at a time. Throws `bad-tensor` when a tensor
 * yields a different number of bytes than its shape needs.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorSource[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<string> {
  const hash = createHash('sha256');
  await writeWhole(path, async (file) => {
    let unsynced = 0;
    let syncing: Promise<unknown> = Promise.resolve();
    const append = async (bytes: Uint8Array) => {
      const written = writeAll(file, bytes);
      hash.update(bytes); // while the disk is writing
      await written;
      unsynced += bytes.length;
      if (unsynced < SYNC_EVERY) return;
      unsynced = 0;
      // Start syncing while more is written, so that little is left for the final sync.
      syncing = syncing.then(() => file.datasync());
      syncing.catch(() => {}); // rethrown when awaited; until then it must not count as unhandled
    };
    await append(encodeHeader(tensors, metadata));
    for (const tensor of tensors) {
      let written = 0;
      for await (const chunk of tensor.chunks()) {
        await append(chunk);
        written += chunk.byteLength;
      }
      if (written !== byteLength(tensor))
        throw new ChispaError(
          'bad-tensor',
          `Tensor ${tensor.name} of shape [${tensor.shape}] gave ${written} bytes instead of ${byteLength(tensor)}.`,
        );
    }
    await syncing;
  });
  return hash.digest('hex');
}

/** Bytes written between two syncs. */
const SYNC_EVERY = 64 << 20;
/** Node writes less than 2 GiB at once. */
const MAX_WRITE = 1 << 30;

/** Writes everything at the handle's position. A single write may write less. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const length = Math.min(bytes.length - done, MAX_WRITE);
    done += (await file.write(bytes, done, length)).bytesWritten;
  }
}

/** A float32 array as a tensor to write, stored as is or converted chunk by chunk to half precision. */
export function float32Tensor(
  name: string,
  shape: readonly number[],
  values: Float32Array,
  dtype: 'F32' | 'F16' = 'F32',
): TensorSource {
  return {
    name,
    dtype,
    shape,
    chunks: () =>
      dtype === 'F16'
        ? halfChunks(values)
        : [new Uint8Array(values.buffer, values.byteOffset, values.byteLength)],
  };
}

function* halfChunks(values: Float32Array, size = 1 << 18): Generator<Uint8Array> {
  for (let start = 0; start < values.length; start += size) {
    const part = values.subarray(start, start + size);
    const half = new Uint16Array(part.length);
    floatToHalf(part, half);
    yield new Uint8Array(half.buffer);
  }
}

function encodeHeader(
  tensors: readonly TensorSource[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  // `format: pt` is what Hugging Face loaders expect of weights in PyTorch's layout.
  const entries: [string, unknown][] = [['__metadata__', { format: 'pt', ...metadata }]];
  let end = 0;
  for (const tensor of tensors) {
    const start = end;
    end += byteLength(tensor);
    entries.push([tensor.name, { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [start, end] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = Math.ceil(json.length / 8) * 8; // so that the data starts aligned
  const header = new Uint8Array(8 + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(json, 8);
  return header;
}

/** Size of a tensor's content in bytes. */
export const byteLength = ({ shape, dtype }: TensorSource): number =>
  shape.reduce((product, size) => product * size, DTYPE_BYTES[dtype]);
