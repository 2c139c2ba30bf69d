import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Bits, blocking, quantise } from '../graph/quantise.ts';
import { ChispaError } from '../lib/errors.ts';
import { forkSibling } from '../lib/fork.ts';
import { type ModelFolder, tensorFor } from '../models/folder.ts';
import {
  openSafetensors,
  readTensor,
  readTensorBytes,
  type SafetensorsFile,
  type TensorSource,
  writeSafetensors,
} from '../models/safetensors.ts';
import { expectedShapes } from '../models/shapes.ts';
import type { Precision } from './engine.ts';

/** The parts of a model folder that a session is made of. */
export type ModelWeights = Pick<ModelFolder, 'path' | 'name' | 'config' | 'weights' | 'sha256'>;

/** Changes when the layout of the file does, so that files of older versions are made anew. */
const FORMAT = 'chispa-quantised-2';

export const bitsOf = (precision: Exclude<Precision, 'fp32'>): Bits => (precision === 'q8' ? 8 : 4);

/** Names in the file: the packed weights and the scales of a quantised matrix. */
export const packedName = (name: string): string => `${name}.packed`;
export const scalesName = (name: string): string => `${name}.scales`;

/** Inputs and outputs of a matrix, by its Hugging Face name: Conv1D stores [in, out], the head [out, in]. */
export function matrixShape(name: string, [rows = 0, columns = 0]: readonly number[]) {
  return isHead(name)
    ? { inputs: columns, outputs: rows, strideIn: 1, strideOut: columns }
    : { inputs: rows, outputs: columns, strideIn: columns, strideOut: 1 };
}
const isHead = (name: string) => name === 'wte.weight' || name === 'lm_head.weight';

/**
 * The quantised weights of a model, which are made once, in a process of its own so that decoding goes on, and kept in
 * `.cache` inside the model's folder, named by the hash of the weights they come from. A folder that cannot be written
 * to has its file in the user's cache instead. The file holds every tensor the graph needs.
 */
export async function quantisedWeights(
  folder: ModelWeights,
  precision: Exclude<Precision, 'fp32'>,
): Promise<SafetensorsFile> {
  const name = `${folder.sha256.slice(0, 16)}.${precision}.safetensors`;
  const userCache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const places = [join(folder.path, '.cache'), join(userCache, 'chispa')];
  for (const place of places) {
    const found = await openIfCurrent(join(place, name));
    if (found) return found;
  }
  let failure: unknown;
  for (const place of places) {
    try {
      await mkdir(place, { recursive: true });
      await inWorker({ folder, precision, target: join(place, name) });
      return await openSafetensors(join(place, name));
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** A file of an older format, or a damaged one, is made anew. */
async function openIfCurrent(path: string): Promise<SafetensorsFile | undefined> {
  const file = await openSafetensors(path).catch(() => undefined);
  return file?.metadata.format === FORMAT ? file : undefined;
}

/** What the worker is sent. */
export interface QuantiseTask {
  folder: Omit<ModelWeights, 'weights'> & { weights: Pick<SafetensorsFile, 'path'> };
  precision: Exclude<Precision, 'fp32'>;
  target: string;
}

async function inWorker(task: QuantiseTask): Promise<void> {
  const worker = forkSibling(import.meta.url, 'quantise-worker', { stdio: ['ignore', 2, 'pipe', 'ipc'] });
  let complaint = '';
  worker.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const { path, name, config, sha256, weights } = task.folder;
  worker.send({ ...task, folder: { path, name, config, sha256, weights: { path: weights.path } } });
  const [code] = (await once(worker, 'close')) as [number | null];
  if (code !== 0)
    throw new ChispaError(
      'model-unusable',
      `The model ${task.folder.path} could not be quantised: ${complaint.trim() || 'the process was killed'}`,
    );
}

/** Reads a model's weights, quantises every matrix and writes the file, one matrix in memory at a time. */
export async function writeQuantised(
  folder: ModelWeights,
  precision: Exclude<Precision, 'fp32'>,
  target: string,
): Promise<void> {
  const bits = bitsOf(precision);
  const sources: TensorSource[] = [];
  for (const [name, shape] of expectedShapes(folder.config)) {
    const entry = tensorFor(folder, name);
    const matrix = shape.length === 2 && name !== 'wpe.weight';
    const head = name === (folder.config.tied ? 'wte.weight' : 'lm_head.weight');
    if (!matrix || name === 'wte.weight')
      sources.push({
        name,
        dtype: entry.dtype,
        shape,
        chunks: () => chunk(() => readTensorBytes(folder.weights, entry.name)),
      });
    if (!matrix || (isHead(name) && !head)) continue;
    const layout = matrixShape(name, shape);
    const { blocks, bytes } = blocking(layout.inputs, bits);
    // Two tensors come out of one pass: the second is kept until the file asks for it.
    let scales: Float32Array = new Float32Array();
    sources.push({
      name: packedName(name),
      dtype: 'U8',
      shape: [layout.outputs, blocks, bytes],
      chunks: () =>
        chunk(async () => {
          const made = quantise(await readTensor(folder.weights, entry.name), layout, bits);
          scales = made.scales;
          return made.packed;
        }),
    });
    sources.push({
      name: scalesName(name),
      dtype: 'F32',
      shape: [layout.outputs, blocks],
      chunks: () => chunk(async () => new Uint8Array(scales.buffer)),
    });
  }
  await writeSafetensors(target, sources, {
    format: FORMAT,
    source: folder.sha256,
    bits: String(bits),
  });
}

async function* chunk(bytes: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await bytes();
}
