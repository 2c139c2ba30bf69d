import { basename, dirname } from 'node:path';
import { type DecodeParts, decodeGraph } from '../graph/decode.ts';
import { encodeModel } from '../graph/encode.ts';
import { cast, concat, splitInto } from '../graph/ops/index.ts';
import { quantizedLinear, quantizedRows } from '../graph/quantize.ts';
import type { Dtype, Graph, Value } from '../graph/value.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import { env, InferenceSession } from '../lib/onnxruntime.ts';
import { tensorFor } from '../models/folder.ts';
import { layoutOf } from '../models/layouts.ts';
import type { SafetensorsFile, TensorEntry } from '../models/safetensors.ts';
import type { EngineOptions, ExecutionProvider } from './engine.ts';
import {
  bitsOf,
  groupName,
  type ModelWeights,
  packedName,
  quantizedWeights,
  scalesName,
} from './quantized-file.ts';

/** Receives messages for the host: the log of the process, or messages to the parent. */
export interface EngineLog {
  info(message: string): void;
  warn(message: string): void;
}

export type SessionOptions = Pick<EngineOptions, 'provider' | 'threads' | 'precision'> & {
  log: EngineLog;
  /** The layers on which the graph takes low-rank adapters as inputs (`stackedAdapters`). Default: none. */
  adapters?: readonly string[] | undefined;
  /** Prefix of the path where onnxruntime writes the profile of each operation when `endProfiling` is called. */
  profile?: string;
};

/** onnxruntime's version. Another version may compute different last bits, and so sample a different text. */
export const runtimeVersion: string = env.versions.node ?? env.versions.common;

/**
 * An onnxruntime session of the model's decode graph (`decodeGraph`). onnxruntime itself reads the weights from the
 * folder's safetensors file or from the file with its quantized weights; half-precision weights are cast once, when
 * the session is created. If a provider is not available, it falls back to the CPU and logs a warning. Throws
 * `model-unusable` when onnxruntime rejects the model.
 */
export async function createDecodeSession(
  folder: ModelWeights,
  options: SessionOptions,
): Promise<{ session: InferenceSession; provider: ExecutionProvider }> {
  const { precision, adapters } = options;
  const weights =
    precision === 'fp32'
      ? folder.weights
      : await quantizedWeights(folder, precision, (message) => options.log.warn(message));
  const parts = (graph: Graph) =>
    precision === 'fp32' ? floatParts(graph, folder) : quantizedParts(graph, folder, weights, precision);
  const model = encodeModel(decodeGraph(folder.config, parts, adapters ? { adapters } : {}), folder.name);
  const create = (provider: ExecutionProvider) =>
    InferenceSession.create(model, {
      executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
      intraOpNumThreads: options.threads,
      interOpNumThreads: 1,
      ...(options.profile !== undefined && { enableProfiling: true, profileFilePrefix: options.profile }),
      logSeverityLevel: 3, // at every step, it warns about shapes of empty tensors
      extra: {
        session: {
          model_external_initializers_file_folder_path: dirname(weights.path),
          // A thread waiting for the next operation spins this long, then sleeps. onnxruntime's default of 1 ms is no
          // faster and takes cores away from other processes, above all another model's.
          intra_op: { spin_duration_us: '20' },
        },
      },
    });
  if (options.provider !== 'cpu') {
    try {
      return { session: await create(options.provider), provider: options.provider };
    } catch (error) {
      options.log.warn(
        `EXECUTION_PROVIDER=${options.provider} is not available here, using the CPU (${messageOf(error).split('\n', 1)[0]})`,
      );
    }
  }
  try {
    return { session: await create('cpu'), provider: 'cpu' };
  } catch (cause) {
    throw new ChispaError(
      'model-unusable',
      `onnxruntime cannot run the model ${folder.path}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** Weights as stored in the model's folder. */
function floatParts(graph: Graph, folder: ModelWeights): DecodeParts {
  return {
    parameter: (name) => float(graph, folder.weights, tensorFor(folder, name), name),
  };
}

/** Matrices from the quantized file; biases and norms, also stored there, unquantized. */
function quantizedParts(
  graph: Graph,
  folder: ModelWeights,
  file: SafetensorsFile,
  precision: 'q8' | 'q4',
): DecodeParts {
  const bits = bitsOf(precision);
  const { linears, head, embedding } = layoutOf(folder.config);
  const { width, vocabSize } = folder.config;
  const layers = new Map(linears.flat().map((layer) => [layer.name, layer]));
  const entry = (name: string): TensorEntry => {
    const found = file.tensors.get(name);
    if (!found) throw new ChispaError('model-mismatch', `The quantized weights ${file.path} lack ${name}.`);
    return found;
  };
  const stored = (name: string, dtype: Dtype) => external(graph, file, entry(name), name, dtype);
  const matrix = (name: string) => ({
    packed: stored(packedName(name), 'uint8'),
    scales: stored(scalesName(name), 'float32'),
  });
  const parameter = (name: string) => float(graph, file, entry(name), name);
  return {
    parameter,
    project(x, names) {
      const own = names.map((name) => layers.get(name) ?? unknownLayer(name));
      const widths = own.map(({ outputs }) => outputs);
      const outputs = widths.reduce((sum, width) => sum + width, 0);
      const biases = own.filter(({ bias }) => bias).map(({ name }) => parameter(`${name}.bias`));
      const bias = biases.length > 1 ? concat(biases, 0, outputs) : biases[0];
      const inputs = own[0]?.inputs ?? 0;
      const y = quantizedLinear(x, { ...matrix(groupName(names)), bias }, { inputs, outputs, bits });
      return widths.length > 1 ? splitInto(y, 1, widths) : [y];
    },
    head: (hidden) => quantizedLinear(hidden, matrix(head), { inputs: width, outputs: vocabSize, bits }),
    embed: (ids) => quantizedRows(ids, matrix(embedding), { inputs: width, outputs: vocabSize, bits }),
  };
}

function unknownLayer(name: string): never {
  throw new Error(`the model has no linear layer ${name}`);
}

/** A float tensor, cast to float32. */
function float(graph: Graph, file: SafetensorsFile, entry: TensorEntry, name: string): Value {
  const types = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;
  const { dtype } = entry;
  if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16')
    throw new ChispaError('model-mismatch', `The weight ${name} of ${file.path} is ${dtype}, not a float.`);
  return cast(external(graph, file, entry, name, types[dtype]), 'float32');
}

function external(
  graph: Graph,
  file: SafetensorsFile,
  { shape, offset, length }: TensorEntry,
  name: string,
  dtype: Dtype,
): Value {
  return graph.external(name, dtype, shape, { location: basename(file.path), offset, length });
}
