import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InferenceSession, Tensor } from '../../lib/onnxruntime.ts';
import type { Batch } from '../data/batch.ts';
import type { Views } from './memory.ts';

export type Feeds = Record<string, Tensor>;
type Output = InferenceSession.ReturnType[string];

/**
 * A session for graphs whose row lengths change from run to run: no memory pattern (one per length raised the peak of a
 * 124M model from 2.9 to 3.6 GB).
 */
export const createSession = (model: Uint8Array, threads: number): Promise<InferenceSession> =>
  InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableMemPattern: false,
    logSeverityLevel: 3,
    // Waiting threads sleep: spinning would steal time from a bot on the same machine.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/**
 * Frees the outputs of earlier runs. onnxruntime-node copies each output into a new array outside V8's heap, even if it
 * was given memory for it; since its own heap hardly grows, V8 would keep a large model's gradients for several steps.
 */
export const freeOutputs = (): void => collect();

/** Tensors that share the arrays' memory. */
export const tensorsOf = (views: Views, shapes: ReadonlyMap<string, readonly number[]>): Feeds =>
  Object.fromEntries(
    [...views].map(([name, array]) => [name, new Tensor('float32', array, shapes.get(name) ?? [])]),
  );

/** The inputs that every graph of `graph/training.ts` takes from a batch. */
export function batchFeeds({ rows, length, ids, positions, segments, targets }: Batch): Feeds {
  const grid = (data: BigInt64Array) => new Tensor('int64', data, [rows, length]);
  return {
    ids: grid(ids),
    positions: grid(positions),
    segments: grid(segments),
    targets: new Tensor('int64', targets, [targets.length]),
  };
}

/** The values of a float32 output. */
export function floatsOf(output: Output | undefined): Float32Array {
  if (!(output?.data instanceof Float32Array)) throw new Error('the graph gave no float32 output');
  return output.data;
}
