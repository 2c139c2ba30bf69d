import { join } from 'node:path';
import type { ChoosingRow } from '../../src/engine/choose.ts';
import { createDecoderSession, type DecoderSession } from '../../src/engine/decoder-session.ts';
import { createDeviceSession } from '../../src/engine/device-session.ts';
import type { Precision } from '../../src/engine/engine.ts';
import type { RowCache } from '../../src/engine/kv-cache.ts';
import type { ModelWeights } from '../../src/engine/quantized-file.ts';
import { createDecodeSession, createDeviceDecodeSession } from '../../src/engine/session.ts';
import { InferenceSession, Tensor } from '../../src/lib/onnxruntime.ts';
import { NEUTRAL_DEFAULTS } from '../../src/lib/settings.ts';
import { parseConfig } from '../../src/models/config.ts';
import { openSafetensors } from '../../src/models/safetensors.ts';
import { type Case, GPU_SHAPES, type Measurement } from './shapes.ts';

const log = { info: console.error, warn: console.error };
/** Steps before the clock starts: shaders are compiled, buffers allocated. */
const WARM = 8;
const CHECKED = 24;

/** Opens a random model of the benchmark without its tokenizer. */
export async function openShape(folder: string, shape: string): Promise<ModelWeights> {
  const path = join(folder, shape);
  const config = parseConfig(JSON.stringify(GPU_SHAPES[shape]), shape);
  return {
    ...{ path, name: shape, config, sha256: `random-${shape}-0000` },
    weights: await openSafetensors(join(path, 'model.safetensors')),
  };
}

/** Decodes in this process and reports a line for every batch size. */
export async function measureDecode(
  folder: ModelWeights,
  { batches, profile: _, ...about }: Case,
  report: (line: Measurement) => void,
): Promise<void> {
  const { shape, precision, decoder, steps } = about;
  let submit = 0;
  let bus = 0;
  const opening = performance.now();
  const { runtime, dtype, as } = await openDecoder(folder, precision);
  about.precision = as;
  type Run = (...args: unknown[]) => ReturnType<typeof runtime.run>;
  const sessions = Object.getPrototypeOf(runtime) as { run: Run }; // the sampler's too
  const run = sessions.run;
  sessions.run = async function (...args) {
    const start = performance.now();
    const results = await run.apply(this, args);
    if (this === runtime) submit += performance.now() - start;
    bus += bytesOnHost(args[0]) + bytesOnHost(results);
    return results;
  };
  const session = await createDeviceSession(runtime, folder.config, { dtype });
  await check(folder, session, about, report);
  console.error(`${shape} ${precision} opened in ${(performance.now() - opening).toFixed(0)} ms`);
  for (const batch of batches) {
    try {
      const cache = session.newCache(32);
      const rows = Array.from({ length: batch }, (_, seed) => newRow(cache, seed, decoder, folder));
      const times: number[] = [];
      for (let step = 0; step < WARM + steps; step++) {
        if (step === WARM) submit = bus = 0;
        const start = performance.now();
        const chosen = await session.step(cache, rows);
        times.push(performance.now() - start);
        for (const [i, row] of rows.entries()) row.tokens.push(chosen[i] ?? 0);
      }
      cache.dispose();
      const measured = times.slice(WARM).sort((a, b) => a - b);
      const total = measured.reduce((sum, time) => sum + time, 0);
      report({
        ...about,
        batch,
        step: measured[steps >> 1] ?? 0,
        tokensPerSecond: (1000 * batch * steps) / total,
        submit: submit / steps,
        bus: bus / steps,
      });
    } catch (error) {
      report({ ...about, batch, note: String(error).slice(0, 300) });
    }
  }
}

/**
 * The model's decode session on the device, in half precision where the adapter has it, unless fp32 is asked for. `as`: the
 * precision to report.
 */
export async function openDecoder(folder: ModelWeights, precision: string) {
  const dtype: 'float32' | 'float16' =
    precision === 'fp32' || !(await probeAdapter()).half ? 'float32' : 'float16';
  const options = { threads: 8, precision: precision as Precision, log, provider: 'webgpu', dtype } as const;
  const as = precision === 'fp16' && dtype === 'float32' ? 'fp32 for want of fp16' : precision;
  return { runtime: await createDeviceDecodeSession(folder, options), dtype, as };
}

export function newRow(cache: RowCache, seed: number, decoder: Case['decoder'], { config }: ModelWeights) {
  cache.add();
  const settings =
    decoder === 'greedy'
      ? { ...NEUTRAL_DEFAULTS, decoder }
      : { ...NEUTRAL_DEFAULTS, temperature: 0.8, topP: 0.95 };
  return {
    request: { settings, seed },
    prompt: [config.start],
    tokens: [] as number[],
  } satisfies ChoosingRow;
}

/** Compares logits with the CPU's in fp32, token by token. */
async function check(
  folder: ModelWeights,
  session: DecoderSession,
  about: Omit<Measurement, 'batch'>,
  report: (line: Measurement) => void,
): Promise<void> {
  const runtime = await createDecodeSession(folder, { provider: 'cpu', threads: 8, precision: 'fp32', log });
  const cpu = createDecoderSession(runtime, folder.config);
  const ids = Array.from({ length: CHECKED }, (_, i) => (i * 7919 + 11) % folder.config.vocabSize);
  const own = session.newCache(32);
  const other = cpu.newCache(32);
  own.add();
  other.add();
  let [square, difference, same] = [0, 0, 0];
  for (const id of ids) {
    const a = await session.logits(own, [id], 1, [0]);
    const b = await cpu.logits(other, [id], 1, [0]);
    for (let i = 0; i < b.length; i++) {
      square += (b[i] ?? 0) ** 2;
      difference += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
    }
    if (largest(a) === largest(b)) same++;
  }
  own.dispose();
  await cpu.release();
  report({ ...about, error: Math.sqrt(difference / square), sameTop: same / ids.length });
}

const largest = (x: Float32Array): number => x.reduce((best, v, i) => (v > (x[best] ?? 0) ? i : best), 0);

function bytesOnHost(tensors: unknown): number {
  const all = Object.values((tensors ?? {}) as Record<string, Tensor>);
  return all.reduce((sum, tensor) => sum + (tensor?.location === 'cpu' ? byteLength(tensor) : 0), 0);
}

function byteLength({ data }: Tensor): number {
  return ArrayBuffer.isView(data) ? data.byteLength : 0;
}

/** Whether a WebGPU adapter answers, and whether it computes in half precision. Throws when there is none. */
export async function probeAdapter(): Promise<{ half: boolean; milliseconds: number }> {
  const { zeroTensors } = await import('../../src/graph/cache-moves.ts');
  const { encodeModel } = await import('../../src/graph/encode.ts');
  const start = performance.now();
  const filled = async (dtype: 'float32' | 'float16') => {
    const session = await InferenceSession.create(encodeModel(zeroTensors(1, dtype, 1)), {
      executionProviders: ['webgpu'],
      logSeverityLevel: 4,
    });
    await session.run({ shape: new Tensor('int64', BigInt64Array.of(4n), [1]) });
  };
  await filled('float32');
  const half = await filled('float16').then(
    () => true,
    () => false,
  );
  return { half, milliseconds: performance.now() - start };
}
