import { dirname } from 'node:path';
import { decodeGraph } from '../graph/decode.ts';
import { deviceDecodeGraph } from '../graph/device-decode.ts';
import { encodeModel } from '../graph/encode.ts';
import type { Graph } from '../graph/value.ts';
import { ChispaError, messageOf } from '../lib/errors.ts';
import { env, InferenceSession } from '../lib/onnxruntime.ts';
import type { SafetensorsFile } from '../models/safetensors.ts';
import type { EngineOptions, ExecutionProvider } from './engine.ts';
import { type ModelWeights, quantizedWeights } from './quantized-file.ts';
import { type PartsOptions, weightParts } from './weight-parts.ts';

/** Receives messages for the host: the log of the process, or messages to the parent. */
export interface EngineLog {
  info(message: string): void;
  warn(message: string): void;
}

export type SessionOptions = Pick<EngineOptions, 'threads' | 'precision'> & {
  provider: ExecutionProvider;
  log: EngineLog;
  /** The layers on which the graph takes low-rank adapters as inputs (`adaptedProjection`). Default: none. */
  adapters?: readonly string[] | undefined;
  /** Prefix of the path where onnxruntime writes the profile of each operation when `endProfiling` is called. */
  profile?: string;
};

/** onnxruntime's version. Another version may compute different last bits, and so sample a different text. */
export const runtimeVersion: string = env.versions.node ?? env.versions.common;

/**
 * An onnxruntime session of the model's decode graph (`decodeGraph`). onnxruntime itself reads the weights from the
 * folder's safetensors file or from the file with its quantized weights; half-precision weights are cast once, when
 * the session is created. Throws `model-unusable` when onnxruntime rejects the model, or lacks the provider.
 */
export async function createDecodeSession(
  folder: ModelWeights,
  options: SessionOptions,
): Promise<InferenceSession> {
  const { precision, adapters } = options;
  const weights = await weightsOf(folder, options);
  const parts = (graph: Graph) =>
    weightParts(graph, folder, weights, { precision, dtype: 'float32', device: false });
  return createSession(
    folder,
    weights,
    decodeGraph(folder.config, parts, adapters ? { adapters } : {}),
    options,
  );
}

/** The same of `deviceDecodeGraph`, with parameters, activations and cache of type `dtype`, for `createDeviceSession`. */
export async function createDeviceDecodeSession(
  folder: ModelWeights,
  options: SessionOptions & Pick<PartsOptions, 'dtype'>,
): Promise<InferenceSession> {
  const { precision, dtype, adapters } = options;
  const weights = await weightsOf(folder, options);
  const parts = (graph: Graph) => weightParts(graph, folder, weights, { precision, dtype, device: true });
  const graph = deviceDecodeGraph(folder.config, parts, { dtype, ...(adapters && { adapters }) });
  return createSession(folder, weights, graph, options);
}

/** The file that the weights of this precision are in. */
async function weightsOf(
  folder: ModelWeights,
  { precision, log }: Pick<SessionOptions, 'precision' | 'log'>,
): Promise<SafetensorsFile> {
  if (precision === 'fp32' || precision === 'fp16') return folder.weights;
  return quantizedWeights(folder, precision, (message) => log.warn(message));
}

async function createSession(
  folder: ModelWeights,
  weights: SafetensorsFile,
  graph: Graph,
  { provider, threads, profile }: SessionOptions,
): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(encodeModel(graph, folder.name), {
      executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
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
  } catch (cause) {
    throw new ChispaError(
      'model-unusable',
      `onnxruntime cannot run the model ${folder.path}: ${messageOf(cause)}`,
      { cause },
    );
  }
}
