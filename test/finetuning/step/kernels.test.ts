import { describe, expect, it } from 'vitest';
import { createKernels } from '../../../src/finetuning/step/wasm/kernels.ts';
import { createRandom } from '../../../src/lib/random.ts';

const LENGTHS = [0, 4, 12, 1024];

/** Consecutive arrays of `length` elements in one memory, preceded by seven elements that nobody may touch. */
async function setUp(length: number, count: number) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const random = createRandom(length + count);
  const all = new Float32Array(memory.buffer);
  for (let i = 0; i < all.length; i++) all[i] = random.unit() - (i % 2);
  const offsets = Array.from({ length: count }, (_, i) => 4 * (7 + i * length));
  const arrays = offsets.map((offset) => new Float32Array(memory.buffer, offset, length));
  return { kernels: await createKernels(memory), all, arrays, offsets };
}

const f = Math.fround;
const bytes = (array: Float32Array) => Buffer.from(array.buffer);

describe('the kernels of the optimizer, bit for bit', () => {
  it.each(LENGTHS)('adamw computes the formula in float32, over %i elements and no more', async (length) => {
    const { kernels, all, arrays, offsets } = await setUp(length, 4);
    const [p, m, v, g] = arrays as [Float32Array, Float32Array, Float32Array, Float32Array];
    for (const [i, x] of v.entries()) v[i] = Math.abs(x);
    const [scale, beta1, beta2, rate, root, epsilon, keep] = [0.7, 0.9, 0.999, 0.01, 1.3, 1e-8, 0.99].map(
      f,
    ) as [number, number, number, number, number, number, number];
    const expected = Float32Array.from(all);
    for (let i = 0; i < length; i++) {
      const gradient = f((g[i] as number) * scale);
      const first = f(f((m[i] as number) * beta1) + f(gradient * f(1 - beta1)));
      const second = f(f((v[i] as number) * beta2) + f(f(gradient * gradient) * f(1 - beta2)));
      const step = f(f(first * rate) / f(f(f(Math.sqrt(second)) * root) + epsilon));
      expected[7 + i] = f(f((p[i] as number) * keep) - step);
      expected[7 + length + i] = first;
      expected[7 + 2 * length + i] = second;
    }
    const [atP, atM, atV, atG] = offsets as [number, number, number, number];
    kernels.adamw(length, atP, atM, atV, atG, scale, beta1, beta2, rate, root, epsilon, keep);
    expect(bytes(all).equals(bytes(expected))).toBe(true);
  });

  it.each(LENGTHS)('squaredNorm adds up %i elements in float64', async (length) => {
    const { kernels, arrays, offsets } = await setUp(length, 1);
    const sums = [0, 0, 0, 0];
    for (const [i, x] of arrays[0]?.entries() ?? []) sums[i % 4] = (sums[i % 4] ?? 0) + x * x;
    const [a = 0, b = 0, c = 0, d = 0] = sums;
    expect(kernels.squaredNorm(length, offsets[0] ?? 0)).toBe(a + c + (b + d));
  });

  it.each(LENGTHS)('accumulate adds %i elements and no more', async (length) => {
    const { kernels, all, arrays, offsets } = await setUp(length, 2);
    const expected = Float32Array.from(all);
    for (const [i, x] of arrays[1]?.entries() ?? []) expected[7 + i] = f((expected[7 + i] as number) + x);
    const [sum, g] = offsets as [number, number];
    kernels.accumulate(length, sum, g);
    expect(bytes(all).equals(bytes(expected))).toBe(true);
  });

  it('reaches the last bytes of a memory, at the end of the address range', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
    const kernels = await createKernels(memory);
    const all = new Float32Array(memory.buffer).fill(1);
    kernels.accumulate(8, 0, 65536 - 32);
    kernels.accumulate(8, 65536 - 32, 0);
    expect([all[0], all[8], all.at(-9), all.at(-1)]).toEqual([2, 1, 1, 3]);
    expect(kernels.squaredNorm(8, 65536 - 32)).toBe(72);
  });
});
