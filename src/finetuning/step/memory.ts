import { elementCount } from '../../graph/value.ts';
import { ChispaError } from '../../lib/errors.ts';

/**
 * The arrays an optimizer keeps for every parameter. `gradients` exists only where the CPU computes them, `sums` only
 * where it accumulates them.
 */
export type Region = 'parameters' | 'first' | 'second' | 'gradients' | 'sums';
export type Views = ReadonlyMap<string, Float32Array>;

/**
 * Parameters, both moments and gradients in one WebAssembly memory: the optimizer updates them in place, and onnxruntime
 * reads parameters from and writes gradients to views of the same bytes.
 */
export interface TrainingMemory {
  memory: WebAssembly.Memory;
  shapes: ReadonlyMap<string, readonly number[]>;
  /** One view per tensor. */
  views(region: Region): Views;
  /** The whole region, with the padding between tensors. */
  whole(region: Region): Float32Array;
}

const PAGE = 65536;
/** WebAssembly addresses have 32 bits. */
const MAX_BYTES = 65536 * PAGE;

export function createTrainingMemory(
  shapes: ReadonlyMap<string, readonly number[]>,
  { gradients = true, accumulate = false } = {},
): TrainingMemory {
  const regions: Region[] = [
    'parameters',
    'first',
    'second',
    ...(gradients ? (['gradients'] as const) : []),
    ...(accumulate ? (['sums'] as const) : []),
  ];
  const places = new Map<string, { start: number; length: number }>();
  let elements = 0;
  for (const [name, shape] of shapes) {
    const length = elementCount(shape);
    places.set(name, { start: elements, length });
    elements += Math.ceil(length / 4) * 4; // the SIMD loops take four at a time
  }
  const bytes = regions.length * elements * 4;
  if (bytes > MAX_BYTES)
    throw new ChispaError(
      'model-too-large',
      `Full training of ${Math.round(elements / 1e6)} million parameters needs more than 4 GB, the most that its memory can hold. Use --mode lora.`,
    );
  const memory = allocate(Math.ceil(bytes / PAGE));
  const startOf = (region: Region) => {
    const index = regions.indexOf(region);
    if (index < 0) throw new Error(`no memory was allocated for ${region}`);
    return index * elements * 4;
  };
  return {
    memory,
    shapes,
    views: (region) =>
      new Map(
        [...places].map(([name, { start, length }]) => [
          name,
          new Float32Array(memory.buffer, startOf(region) + start * 4, length),
        ]),
      ),
    whole: (region) => new Float32Array(memory.buffer, startOf(region), elements),
  };
}

function allocate(pages: number): WebAssembly.Memory {
  try {
    // Never grown later: that would detach every view.
    return new WebAssembly.Memory({ initial: pages, maximum: MAX_BYTES / PAGE });
  } catch (cause) {
    throw new ChispaError(
      'out-of-memory',
      `Full training needs ${Math.round((pages * PAGE) / 1e6)} MB, which this machine cannot provide. Use --mode lora.`,
      { cause },
    );
  }
}
