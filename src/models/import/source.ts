import { open } from 'node:fs/promises';
import { ChispaError } from '../../lib/errors.ts';
import type { Dtype } from '../safetensors-header.ts';

/** A tensor in a source of weights. `chunks` yields its bytes, row-major and little-endian. */
export interface SourceTensor {
  dtype: Dtype;
  shape: readonly number[];
  chunks(): AsyncIterable<Uint8Array>;
}

/** Weights to import, in whatever files they are stored. */
export interface WeightsSource {
  tensors: ReadonlyMap<string, SourceTensor>;
  /** Total size of the files in bytes. */
  bytes: number;
}

const CHUNK = 1 << 20;

/** Parts of one file, each read in chunks of whole elements. */
export type ChunkReader = (offset: number, length: number) => AsyncGenerator<Uint8Array>;

/**
 * Reads parts of a file in chunks, reading the next one while the consumer works on the last. Memory is reused, also
 * by later parts: a chunk is valid until the next one is requested.
 */
export function chunkReader(path: string): ChunkReader {
  const spare: Uint8Array[] = []; // allocating memory costs as much as reading into it
  return async function* chunks(offset, length) {
    if (length === 0) return;
    const file = await open(path, 'r');
    const buffers = [spare.pop() ?? new Uint8Array(CHUNK), spare.pop() ?? new Uint8Array(CHUNK)] as const;
    const read = async (buffer: Uint8Array, from: number): Promise<Uint8Array> => {
      const wanted = Math.min(CHUNK, length - from);
      let filled = 0;
      while (filled < wanted) {
        const { bytesRead } = await file.read(buffer, filled, wanted - filled, offset + from + filled);
        if (bytesRead === 0)
          throw new ChispaError('weights-damaged', `The weights file ${path} ended while it was read.`);
        filled += bytesRead;
      }
      return buffer.subarray(0, wanted);
    };
    let next: Promise<Uint8Array> | undefined;
    try {
      next = read(buffers[0], 0);
      let done = 0;
      for (let turn = 1; next; turn++) {
        const chunk: Uint8Array = await next;
        done += chunk.length;
        next = done < length ? read(buffers[turn % 2 ? 1 : 0], done) : undefined;
        // An error of the read-ahead is thrown when it is awaited; until then it must not count as unhandled.
        next?.catch(() => undefined);
        yield chunk;
      }
    } finally {
      await next?.catch(() => undefined); // the system may still be writing into the memory
      spare.push(...buffers);
      await file.close();
    }
  };
}
