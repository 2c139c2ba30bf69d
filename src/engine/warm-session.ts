import { messageOf } from '../lib/errors.ts';
import type { Placement, PlacementReason } from '../lib/placement.ts';
import { NEUTRAL_DEFAULTS } from '../lib/settings.ts';
import type { AdapterStack } from './adapter-stack.ts';
import type { ChoosingRow } from './choose.ts';
import { createDecoderSession, type DecoderSession } from './decoder-session.ts';
import { createDeviceSession } from './device-session.ts';
import type { EngineOptions } from './engine.ts';
import { missingGpu } from './gpu.ts';
import type { ModelWeights } from './quantized-file.ts';
import { createDecodeSession, createDeviceDecodeSession, type SessionOptions } from './session.ts';

export type WarmOptions = Omit<SessionOptions, 'adapters' | 'provider'> &
  Pick<EngineOptions, 'provider' | 'reason'>;

export interface WarmSession {
  session: DecoderSession;
  placement: Placement;
}

/**
 * A decoder that has already decoded one token: the first run of a session allocates and compiles, which no request
 * should wait for. If the provider cannot run the model, it falls back to the CPU and logs a warning. `auto` logs what
 * it has chosen, and why. Throws `model-unusable` if the CPU cannot run it either.
 */
export async function warmSession(
  folder: ModelWeights,
  options: WarmOptions,
  adapters?: AdapterStack,
): Promise<WarmSession> {
  const { provider, reason, log } = options;
  const onCpu = async (reason?: PlacementReason): Promise<WarmSession> => ({
    session: await open(folder, { ...options, provider: 'cpu' }, adapters),
    placement: { provider: 'cpu', ...(reason && { reason }) },
  });
  if (provider === 'auto') {
    const missing = missingGpu();
    if (missing === undefined) return fasterSession(folder, options, adapters);
    log.info(`${folder.name} runs on the CPU: ${missing}`);
    return onCpu({ why: 'no-gpu' });
  }
  if (provider === 'cpu') return onCpu(reason);
  try {
    return { session: await open(folder, { ...options, provider }, adapters), placement: { provider } };
  } catch (error) {
    const why = messageOf(error).split('\n', 1)[0];
    log.warn(`EXECUTION_PROVIDER=${provider} cannot run ${folder.name} here, using the CPU (${why})`);
    return onCpu({ why: 'failed' });
  }
}

/** Opens the model on the GPU and on the CPU, and keeps the one that decodes faster. */
async function fasterSession(
  folder: ModelWeights,
  options: WarmOptions,
  adapters?: AdapterStack,
): Promise<WarmSession> {
  const cpu = await open(folder, { ...options, provider: 'cpu' }, adapters);
  let gpu: DecoderSession;
  try {
    gpu = await open(folder, { ...options, provider: 'webgpu' }, adapters);
  } catch (error) {
    options.log.info(
      `${folder.name} runs on the CPU: the GPU cannot (${messageOf(error).split('\n', 1)[0]})`,
    );
    return { session: cpu, placement: { provider: 'cpu', reason: { why: 'failed' } } };
  }
  const [cpuTime, gpuTime] = [await stepTime(folder, cpu), await stepTime(folder, gpu)];
  const faster = gpuTime < cpuTime;
  await (faster ? cpu : gpu).release();
  options.log.info(
    `${folder.name} runs on the ${faster ? 'GPU (webgpu)' : 'CPU'}: a step of ${MEASURED_ROWS} rows takes ${gpuTime.toFixed(1)} ms on the GPU and ${cpuTime.toFixed(1)} ms on the CPU`,
  );
  const reason = { why: 'measured', gpu: gpuTime, cpu: cpuTime } as const;
  return faster
    ? { session: gpu, placement: { provider: 'webgpu', reason } }
    : { session: cpu, placement: { provider: 'cpu', reason } };
}

async function open(
  folder: ModelWeights,
  options: SessionOptions,
  adapters?: AdapterStack,
): Promise<DecoderSession> {
  const withTargets = { ...options, adapters: adapters?.targets };
  if (options.provider === 'webgpu') return openOnDevice(folder, withTargets, adapters);
  const session = await createDecodeSession(folder, withTargets);
  // Only the CPU provider supports empty tensors.
  const neverEmpty = options.provider !== 'cpu';
  return warmed(
    folder,
    createDecoderSession(session, folder.config, { neverEmpty, adapters: adapters?.feeds }),
  );
}

/** In half precision unless `PRECISION=fp32`, if the device can compute in it. */
async function openOnDevice(
  folder: ModelWeights,
  options: SessionOptions,
  adapters?: AdapterStack,
): Promise<DecoderSession> {
  const openAs = async (dtype: 'float16' | 'float32') => {
    const session = await createDeviceDecodeSession(folder, { ...options, dtype });
    return warmed(
      folder,
      await createDeviceSession(session, folder.config, { dtype, adapters: adapters?.feeds }),
    );
  };
  if (options.precision === 'fp32') return openAs('float32');
  try {
    return await openAs('float16');
  } catch (error) {
    if (!/f16/.test(messageOf(error))) throw error; // onnxruntime: "requires f16 but the device does not support it"
    return openAs('float32');
  }
}

/** The session, once it has read and decoded a token; released if it cannot. */
async function warmed(folder: ModelWeights, session: DecoderSession): Promise<DecoderSession> {
  try {
    await stepTime(folder, session, 1, 1);
    return session;
  } catch (error) {
    await session.release();
    throw error;
  }
}

const MEASURED_ROWS = 8;
const MEASURED_STEPS = 5;

/** Milliseconds that a step of this many rows takes, the shortest of a few. */
async function stepTime(
  { config }: ModelWeights,
  session: DecoderSession,
  rows = MEASURED_ROWS,
  steps = MEASURED_STEPS,
): Promise<number> {
  const cache = session.newCache(32);
  const batch = Array.from({ length: rows }, (_, seed): ChoosingRow => {
    cache.add();
    return { request: { settings: NEUTRAL_DEFAULTS, seed }, prompt: [config.start], tokens: [] };
  });
  try {
    if (rows === 1) await session.read(cache, [config.start]);
    let shortest = Number.POSITIVE_INFINITY;
    for (let step = 0; step < steps; step++) {
      const start = performance.now();
      await session.step(cache, batch);
      shortest = Math.min(shortest, performance.now() - start);
    }
    return shortest;
  } finally {
    cache.dispose();
  }
}
