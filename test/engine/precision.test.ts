import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { quantizedWeights } from '../../src/engine/quantized-file.ts';
import { weightParts } from '../../src/engine/weight-parts.ts';
import { decodeGraph } from '../../src/graph/decode.ts';
import { blocking, quantize } from '../../src/graph/quantize.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { temporaryFolder } from '../models/tiny-model.ts';
import { fixture, furthest, openModel, openWeights } from './open-model.ts';

vi.setConfig({ testTimeout: 120_000 }); // each model is quantized in a separate process

describe('quantize', () => {
  it('keeps every weight within half a step of its block, in either matrix layout', () => {
    const shape = fc.record({
      inputs: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(128, 192)),
      outputs: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(
        shape,
        fc.constantFrom(4 as const, 8 as const),
        fc.integer(),
        ({ inputs, outputs }, bits, seed) => {
          const weight = (input: number, output: number) =>
            Math.sin(seed + input * 12.9 + output * 78.2) * (1 + output);
          const rows = Float32Array.from({ length: inputs * outputs }, (_, i) =>
            weight(Math.floor(i / outputs), i % outputs),
          );
          const columns = Float32Array.from({ length: inputs * outputs }, (_, i) =>
            weight(i % inputs, Math.floor(i / inputs)),
          );
          const made = quantize(rows, { inputs, outputs, strideIn: outputs, strideOut: 1 }, bits);
          expect(quantize(columns, { inputs, outputs, strideIn: 1, strideOut: inputs }, bits)).toEqual(made);
          const zero = 2 ** (bits - 1);
          const { block, blocks } = blocking(inputs, bits);
          for (let output = 0; output < outputs; output++)
            for (let input = 0; input < blocks * block; input++) {
              const place = output * blocks * block + input;
              const byte = made.packed[bits === 8 ? place : place >> 1] ?? 0;
              const code = bits === 8 ? byte : place & 1 ? byte >> 4 : byte & 15;
              const scale = made.scales[Math.floor(place / block)] ?? 0;
              const exact = input < inputs ? Math.fround(weight(input, output)) : 0;
              // The largest weight of the opposite sign may be a whole step from the last code.
              const step = Math.abs(scale) * (code === 2 * zero - 1 ? 1 : 0.5);
              expect(Math.abs((code - zero) * scale - exact)).toBeLessThanOrEqual(step + 1e-6);
            }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('survives a block of zeros', () => {
    const made = quantize(new Float32Array(32), { inputs: 32, outputs: 1, strideIn: 1, strideOut: 32 }, 8);
    expect(made.scales[0]).toBe(-0);
    expect([...made.packed]).toEqual(Array(32).fill(128));
  });
});

describe('quantized models', () => {
  it('give nearly the logits of fp32, closer with 8 bits than with 4', async () => {
    const folder = await temporaryFolder();
    await cp(bundledModelPath, folder, { recursive: true });
    const ids = Array.from({ length: 40 }, (_, i) => (i * 31 + 7) % 8000);
    const exact = await (await openModel(folder)).read(ids);
    const spread = Math.sqrt(exact.reduce((sum, x) => sum + x * x, 0) / exact.length);
    const error = async (precision: 'q8' | 'q4') => {
      const logits = await (await openModel(folder, { precision })).read(ids);
      return (
        Math.sqrt(logits.reduce((sum, x, i) => sum + (x - (exact[i] ?? 0)) ** 2, 0) / exact.length) / spread
      );
    };
    const [q8, q4] = [await error('q8'), await error('q4')];
    expect(q8).toBeGreaterThan(0);
    expect(q8).toBeLessThan(0.05);
    expect(q4).toBeLessThan(0.4);
    expect(q8).toBeLessThan(q4 / 2);
  });

  it('support a width that is not a multiple of the block, with a tied or a separate head', async () => {
    for (const name of ['plain', 'untied-relu', 'unscaled-half']) {
      const folder = await temporaryFolder();
      await cp(fixture(`random-gpt2/${name}`), folder, { recursive: true });
      const ids = [3, 1, 4, 1, 5, 9, 2, 6];
      const exact = await (await openModel(folder)).read(ids);
      const rough = await (await openModel(folder, { precision: 'q8' })).read(ids);
      expect(furthest(rough, exact)).toBeLessThan(0.1 * Math.max(...exact.map(Math.abs)));
    }
  });

  it.each(['q8', 'q4'] as const)(
    'give a row the same logits, bit for bit, whatever the rows beside it (%s)',
    async (precision) => {
      const folder = await temporaryFolder();
      await cp(bundledModelPath, folder, { recursive: true });
      for (const threads of [1, 2]) {
        const { nextAmong } = await openModel(folder, { precision, threads });
        const alone = await nextAmong(0, 32);
        for (const mates of [1, 2, 7]) expect(await nextAmong(mates, 32)).toEqual(alone);
      }
    },
  );

  it('go from the file to the operations that take them packed, since onnxruntime holds what it computes from one', async () => {
    for (const name of ['random-llama/qwen3', 'random-gpt2/plain']) {
      const folder = await temporaryFolder();
      await cp(fixture(name), folder, { recursive: true });
      const model = await openWeights(folder);
      const file = await quantizedWeights(model, 'q8');
      const { nodes, initializers } = decodeGraph(model.config, (graph) =>
        weightParts(graph, model, file, { precision: 'q8', dtype: 'float32', device: false }),
      );
      const matrices = new Set(
        initializers.map(({ value }) => value).filter(({ dtype }) => dtype === 'uint8'),
      );
      const readers = nodes.filter(({ inputs }) => inputs.some((input) => input && matrices.has(input)));
      expect(new Set(readers.map(({ type }) => type))).toEqual(
        new Set(['MatMulNBits', 'GatherBlockQuantized']),
      );
    }
  });

  it('are made once and kept beside the model, and made again when the file is damaged', async () => {
    const folder = await temporaryFolder();
    await cp(fixture('random-gpt2/plain'), folder, { recursive: true });
    await openModel(folder, { precision: 'q8' });
    const files = (await readdir(join(folder, '.cache'))).sort();
    expect(files).toEqual([expect.stringMatching(/safetensors$/), `${files[0]}.sha256`]);
    const file = join(folder, '.cache', files[0] ?? '');
    const made = await stat(file);
    await openModel(folder, { precision: 'q8' });
    expect((await stat(file)).mtimeMs).toBe(made.mtimeMs);
    await writeFile(file, 'not weights');
    const { read } = await openModel(folder, { precision: 'q8' });
    expect((await read([1, 2, 3])).length).toBe(3 * 61);
    expect((await stat(file)).size).toBe(made.size);

    // One bit of one weight: the header stays intact, and the model would write nonsense.
    const whole = await readFile(file);
    const flipped = Buffer.from(whole);
    flipped.writeUInt8(flipped.readUInt8(whole.length - 5) ^ 0x40, whole.length - 5);
    await writeFile(file, flipped);
    await openModel(folder, { precision: 'q8' });
    expect((await readFile(file)).equals(whole)).toBe(true);
  });
});
