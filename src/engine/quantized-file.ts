import { readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Bits, blocking, type QuantizedMatrix, quantize } from '../graph/quantize.ts';
import { openChild } from '../lib/child/open.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { type ModelFolder, tensorFor } from '../models/folder.ts';
import { sha256File } from '../models/hash.ts';
import { layoutOf } from '../models/layouts.ts';
import {
  openSafetensors,
  readTensor,
  readTensorBytes,
  type SafetensorsFile,
  type TensorSource,
  writeSafetensors,
} from '../models/safetensors.ts';

/** The parts of a model folder that a session needs. */
export type ModelWeights = Pick<ModelFolder, 'path' | 'name' | 'config' | 'weights' | 'sha256'>;

/** Changes whenever the layout of the file does, so that older files are regenerated. */
const FORMAT = 'chispa-quantised-3';

export type QuantizedPrecision = 'q8' | 'q4';

export const bitsOf = (precision: QuantizedPrecision): Bits => (precision === 'q8' ? 8 : 4);

/** Names in the file for a quantized matrix: its packed weights and its scales. */
export const packedName = (name: string): string => `${name}.packed`;
export const scalesName = (name: string): string => `${name}.scales`;
/** Linear layers that read the same input are stored as one matrix, with their outputs concatenated. */
export const groupName = (layers: readonly string[]): string => layers.join('+');

/**
 * The quantized weights of a model. They are created once, in a separate process so that decoding continues, and kept
 * in `.cache` inside the model's folder, named by the hash of the original weights. If that folder is not writable,
 * they go to the user's cache instead. The file holds every tensor that the graph needs. If its bytes have changed
 * since it was written, it is regenerated and `warn` is called.
 */
export async function quantizedWeights(
  folder: ModelWeights,
  precision: QuantizedPrecision,
  warn: (message: string) => void = () => {},
): Promise<SafetensorsFile> {
  const name = `${folder.sha256.slice(0, 16)}.${precision}.safetensors`;
  const userCache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const places = [join(folder.path, '.cache'), join(userCache, 'chispa')];
  for (const place of places) {
    const found = await openIfWhole(join(place, name), warn);
    if (found) return found;
  }
  let failure: unknown;
  for (const place of places) {
    try {
      makeFolder(place);
      await inWorker({ folder, precision, target: join(place, name) });
      return await openSafetensors(join(place, name));
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** A file beside the weights with the hash of what was written: otherwise flipped bits would be served as nonsense. */
const hashOf = (path: string): string => `${path}.sha256`;

/** A file that is damaged, has no hash or has an older format is regenerated. */
async function openIfWhole(
  path: string,
  warn: (message: string) => void,
): Promise<SafetensorsFile | undefined> {
  const hash = await readFile(hashOf(path), 'utf8').catch(() => undefined);
  if (hash === undefined) return undefined;
  const file = await openSafetensors(path).catch(() => undefined);
  if (file && file.metadata.format !== FORMAT) return undefined;
  if (file && (await sha256File(path)) === hash.trim()) return file;
  warn(`The quantized weights ${path} are damaged and will be regenerated`);
  return undefined;
}

export interface QuantizeRequest {
  folder: Omit<ModelWeights, 'weights'> & { weights: Pick<SafetensorsFile, 'path'> };
  precision: QuantizedPrecision;
  target: string;
}
/** The worker answers with the path of the file it has written. */
export type QuantizeTasks = { quantize: { request: QuantizeRequest; event: never; answer: string } };

async function inWorker({ folder, precision, target }: QuantizeRequest): Promise<void> {
  const { path, name, config, sha256, weights } = folder;
  const child = openChild<QuantizeTasks>(import.meta.url, 'quantize-worker', {
    name: 'The quantization process',
    code: 'model',
    niceness: 10, // lower priority than the processes that answer people
  });
  try {
    const request = {
      folder: { path, name, config, sha256, weights: { path: weights.path } },
      precision,
      target,
    };
    await child.ask('quantize', request);
  } catch (error) {
    const why = `The model ${path} could not be quantized: ${messageOf(error)}`;
    throw new ChispaError('model-unusable', why, { cause: error });
  } finally {
    await child.close();
  }
}

/**
 * Reads a model's weights, quantizes every matrix and writes the file, with only part of a matrix in memory at a
 * time.
 */
export async function writeQuantized(
  folder: ModelWeights,
  precision: QuantizedPrecision,
  target: string,
): Promise<void> {
  const bits = bitsOf(precision);
  const { shapes, linears, inputsFirst, embedding, head } = layoutOf(folder.config);
  const { width, vocabSize } = folder.config;
  const table = (name: string): MatrixPart => ({
    name,
    inputs: width,
    outputs: vocabSize,
    inputsFirst: false,
  });
  const matrices = new Map<string, readonly MatrixPart[]>([
    ...linears.map((group): [string, MatrixPart[]] => [
      groupName(group.map(({ name }) => name)),
      group.map((layer) => ({ ...layer, name: `${layer.name}.weight`, inputsFirst })),
    ]),
    ...[...new Set([embedding, head])].map((name): [string, MatrixPart[]] => [name, [table(name)]]),
  ]);
  const quantized = new Set([...matrices.values()].flat().map(({ name }) => name));

  const sources = [...matrices].flatMap(([name, parts]) => matrixSources(folder, name, parts, bits));
  for (const [name, shape] of shapes) {
    if (quantized.has(name)) continue;
    const entry = tensorFor(folder, name);
    const bytes = () => readTensorBytes(folder.weights, entry.name);
    sources.push({ name, dtype: entry.dtype, shape, chunks: () => chunk(bytes) });
  }
  const hash = await writeSafetensors(target, sources, {
    format: FORMAT,
    source: folder.sha256,
    bits: String(bits),
  });
  await writeFile(hashOf(target), `${hash}\n`);
}

/** One of the weights that are combined into a matrix of the file. */
interface MatrixPart {
  name: string;
  inputs: number;
  outputs: number;
  inputsFirst: boolean;
}

/** The packed weights and the scales of one matrix. */
function matrixSources(
  folder: ModelWeights,
  name: string,
  parts: readonly MatrixPart[],
  bits: Bits,
): TensorSource[] {
  const outputs = parts.reduce((sum, part) => sum + part.outputs, 0);
  const { blocks, bytes } = blocking(parts[0]?.inputs ?? 0, bits);
  // One pass produces two tensors: the scales are kept until they are written to the file.
  const scales: Uint8Array[] = [];
  async function* packed(): AsyncGenerator<Uint8Array> {
    scales.length = 0;
    for (const part of parts)
      for await (const made of quantizedParts(folder, part, bits)) {
        scales.push(new Uint8Array(made.scales.buffer));
        yield made.packed;
      }
  }
  return [
    { name: packedName(name), dtype: 'U8', shape: [outputs, blocks, bytes], chunks: packed },
    { name: scalesName(name), dtype: 'F32', shape: [outputs, blocks], chunks: () => scales },
  ];
}

/** Maximum count of numbers read at once when a matrix can be read output by output. */
const PIECE = 1 << 22;

async function* quantizedParts(
  folder: ModelWeights,
  { name, inputs, outputs, inputsFirst }: MatrixPart,
  bits: Bits,
): AsyncGenerator<QuantizedMatrix> {
  const stored = tensorFor(folder, name).name;
  if (inputsFirst) {
    const weights = await readTensor(folder.weights, stored);
    yield quantize(weights, { inputs, outputs, strideIn: outputs, strideOut: 1 }, bits);
    return;
  }
  const step = Math.max(1, Math.floor(PIECE / inputs));
  for (let from = 0; from < outputs; from += step) {
    const count = Math.min(step, outputs - from);
    const weights = await readTensor(folder.weights, stored, { from, count });
    yield quantize(weights, { inputs, outputs: count, strideIn: 1, strideOut: inputs }, bits);
  }
}

async function* chunk(bytes: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await bytes();
}
