import { totalmem } from 'node:os';
import type { Precision } from '../../engine/engine.ts';
import { blocking } from '../../graph/quantize.ts';
import type { ModelConfig } from '../../models/config.ts';
import { layoutOf } from '../../models/layouts.ts';

/** Size of the weights in memory, in bytes: matrices in blocks with one scale each, the rest in float32. */
export function memoryPerPrecision(config: ModelConfig): Record<Exclude<Precision, 'fp16'>, number> {
  const memory = { fp32: 0, q8: 0, q4: 0 };
  const { shapes, linears, embedding, head } = layoutOf(config);
  const matrices = new Map(linears.flat().map(({ name, ...layer }) => [`${name}.weight`, layer]));
  for (const name of [embedding, head])
    matrices.set(name, { inputs: config.width, outputs: config.vocabSize, bias: false });
  for (const [name, shape] of shapes) {
    const plain = 4 * shape.reduce((product, length) => product * length, 1);
    memory.fp32 += plain;
    const matrix = matrices.get(name);
    for (const [precision, bits] of [
      ['q8', 8],
      ['q4', 4],
    ] as const) {
      const { blocks, bytes } = blocking(matrix?.inputs ?? 1, bits);
      memory[precision] += matrix ? matrix.outputs * blocks * (bytes + 4) : plain;
    }
  }
  return memory;
}

/** A machine, as far as it matters to a model. */
export interface Machine {
  /** Bytes that its programs may use. */
  memory: number;
  /** Bytes that it reads from memory in a second. */
  bandwidth: number;
}

/** The machine that this runs on, or its container. */
export function thisMachine(): Machine {
  const limit = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
  return { memory: Math.min(totalmem(), limit), bandwidth: measuredBandwidth() };
}

/** Copies a buffer that no cache holds, three times, and keeps the best: a copy reads and writes each byte. */
function measuredBandwidth(): number {
  const [from, to] = [Buffer.alloc(64 << 20, 1), Buffer.alloc(64 << 20, 2)];
  const seconds = Array.from({ length: 3 }, () => {
    const start = performance.now();
    from.copy(to);
    return (performance.now() - start) / 1000;
  });
  return (2 * from.length) / Math.min(...seconds);
}

export interface Fit {
  precision: Precision;
  /** Bytes that a model's process takes. */
  memory: number;
  /** Tokens of one joke alone. */
  tokensPerSecond: number;
}

/** Bytes of a process without its weights; onnxruntime's buffers add a tenth of these. */
const PROCESS = 120e6;
const BUFFERS = 1.1;
/** Rows whose caches have to have room, and their length. */
const ROWS = 8;
const LENGTH = 512;
/** What the rest of the system needs. */
const SPARED = 0.8;
/** Seconds of a step besides reading weights. */
const STEP = 1e-3;

/**
 * The precisions at which a model fits, the most exact first. A step of one row reads every weight except an embedding
 * that is not also the head, which takes nearly all of its time unless the model is small.
 */
export function fitsOf(config: ModelConfig, { memory, bandwidth }: Machine): Fit[] {
  const { layers, keyValueHeads, headWidth, positions, tied, vocabSize, width } = config;
  const weights = memoryPerPrecision(config);
  const cache = 4 * 2 * layers * keyValueHeads * headWidth * ROWS * Math.min(LENGTH, positions);
  return (['fp32', 'q8', 'q4'] as const)
    .map((precision): Fit => {
      const unread = tied ? 0 : (vocabSize * width * weights[precision]) / Math.max(1, weights.fp32 / 4);
      return {
        precision,
        memory: Math.round(PROCESS + BUFFERS * weights[precision] + cache),
        tokensPerSecond: Math.round(1 / (STEP + (weights[precision] - unread) / bandwidth)),
      };
    })
    .filter(({ memory: need }) => need <= SPARED * memory);
}
