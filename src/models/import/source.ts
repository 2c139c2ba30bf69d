import { open } from 'node:fs/promises';
import { ChispaError } from '../../lib/errors.ts';
import type { Dtype } from '../safetensors-header.ts';

/** A tensor in a source of weights. `chunks` yields its bytes, row-major and little-endian. */
export interface SourceTensor {
  dtype: Dtype;
  shape: readonly number[];
  chunks(): AsyncIterable<Uint8Array>;
}

/** Weights to be imported, whatever files they lie in. */
export interface WeightsSource {
  tensors: ReadonlyMap<string, SourceTensor>;
  /** Bytes of the files they lie in. */
  bytes: number;
}

const CHUNK = 1 << 21;

/**
 * Reads a piece of a file in chunks of whole elements, the next one already on its way while the consumer works on the last.
 * A chunk's memory is used again: it is valid until the next one is asked for.
 */
export async function* readChunks(path: string, offset: number, length: number): AsyncGenerator<Uint8Array> {
  if (length === 0) return;
  const file = await open(path, 'r');
  try {
    const size = Math.min(CHUNK, length);
    const buffers = [new Uint8Array(size), new Uint8Array(length > size ? size : 0)];
    const read = async (buffer: Uint8Array, from: number): Promise<Uint8Array> => {
      const wanted = Math.min(size, length - from);
      let filled = 0;
      while (filled < wanted) {
        const { bytesRead } = await file.read(buffer, filled, wanted - filled, offset + from + filled);
        if (bytesRead === 0)
          throw new ChispaError('weights-damaged', `The weights file ${path} ended while it was read.`);
        filled += bytesRead;
      }
      return buffer.subarray(0, wanted);
    };
    let done = 0;
    let next: Promise<Uint8Array> | undefined = read(buffers[0] ?? new Uint8Array(), 0);
    for (let turn = 1; next; turn++) {
      const chunk: Uint8Array = await next;
      done += chunk.length;
      next = done < length ? read(buffers[turn % 2] ?? new Uint8Array(), done) : undefined;
      // An error of the read ahead is thrown when it is awaited; until then it must not count as unhandled.
      next?.catch(() => undefined);
      yield chunk;
    }
  } finally {
    await file.close();
  }
}
