import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { ChispaError } from '../../src/lib/errors.ts';
import { bfloatToFloat, floatToHalf, halfToFloat } from '../../src/models/float16.ts';
import {
  float32Tensor,
  openSafetensors,
  readTensor,
  writeSafetensors,
} from '../../src/models/safetensors.ts';
import { temporaryFolder } from './tiny-model.ts';

vi.setConfig({ testTimeout: 300_000 }); // slow on a busy machine; nothing here waits for time

const bytes = (header: string, data = new Uint8Array(), claimed = Buffer.byteLength(header)) => {
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(claimed));
  return Buffer.concat([prefix, Buffer.from(header), data]);
};

async function refusal(content: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'x.safetensors');
  await writeFile(path, content);
  const error = await openSafetensors(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ChispaError);
  return String(error);
}

const tensor = (shape: unknown, offsets: unknown, dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: offsets,
});

describe('half precision', () => {
  it('round-trips all 65,536 bit patterns', () => {
    const patterns = Uint16Array.from({ length: 0x1_0000 }, (_, i) => i);
    const values = new Float32Array(0x1_0000);
    halfToFloat(patterns, values);
    const back = new Uint16Array(0x1_0000);
    floatToHalf(values, back);
    const wrong = [...patterns].filter((pattern, i) => back[i] !== pattern && !Number.isNaN(values[i]));
    expect(wrong).toEqual([]);
  });

  it('rounds to the nearest, ties to even', () => {
    const half = (value: number) => {
      const target = new Uint16Array(1);
      floatToHalf(Float32Array.of(value), target);
      const back = new Float32Array(1);
      halfToFloat(target, back);
      return back[0];
    };
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const rounded = half(value) ?? Number.NaN;
        const step = Math.max(2 ** (Math.floor(Math.log2(Math.abs(value) || 1)) - 10), 2 ** -24);
        expect(Math.abs(rounded - value)).toBeLessThanOrEqual(step / 2);
      }),
    );
    expect(half(1 + 1 / 2048)).toBe(1);
    expect(half(1 + 3 / 2048)).toBe(1 + 2 / 1024);
    expect(half(65519)).toBe(65504);
    expect(half(65520)).toBe(Number.POSITIVE_INFINITY);
    expect(half(2 ** -25)).toBe(0);
    expect(half(2 ** -25 * 1.01)).toBe(2 ** -24);
  });

  it('reads bfloat16 as the upper half of a single', () => {
    const values = new Float32Array(3);
    bfloatToFloat(Uint16Array.of(0x3f80, 0xc000, 0x7f80), values);
    expect([...values]).toEqual([1, -2, Number.POSITIVE_INFINITY]);
  });
});

describe('a safetensors file', () => {
  it('returns what was written, for every type', async () => {
    const path = join(await temporaryFolder(), 'x.safetensors');
    const values = Float32Array.of(1, -2, 0.5, 3);
    await writeSafetensors(
      path,
      [
        float32Tensor('a', [2, 2], values),
        float32Tensor('b', [4], values, 'F16'),
        float32Tensor('none', [0], new Float32Array()),
      ],
      { made: 'here' },
    );
    const file = await openSafetensors(path);
    expect(file.metadata).toEqual({ format: 'pt', made: 'here' });
    expect([...file.tensors.keys()].sort()).toEqual(['a', 'b', 'none']);
    expect(await readTensor(file, 'a')).toEqual(values);
    expect(await readTensor(file, 'b')).toEqual(values);
    expect(await readTensor(file, 'none')).toHaveLength(0);
    const entry = file.tensors.get('a');
    const raw = await readFile(path);
    expect(raw.readFloatLE((entry?.offset ?? 0) + 4)).toBe(-2);
    await expect(readTensor(file, 'c')).rejects.toThrow(/no tensor c/);
  });

  it('appears whole or not at all', async () => {
    const folder = await temporaryFolder();
    const path = join(folder, 'x.safetensors');
    await writeSafetensors(path, [float32Tensor('a', [1], Float32Array.of(7))]);
    const short = { ...float32Tensor('a', [2], Float32Array.of(7)), shape: [2] };
    await expect(writeSafetensors(path, [short])).rejects.toThrow(
      /a of shape \[2\] gave 4 bytes instead of 8/,
    );
    expect(await readdir(folder)).toEqual(['x.safetensors']);
    expect(await readTensor(await openSafetensors(path), 'a')).toEqual(Float32Array.of(7));
  });
});

describe('a bad safetensors header is refused', () => {
  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', Buffer.alloc(0), /cut/],
    ['a length beyond the file', bytes('{}', undefined, 1 << 20), /header claims 1048576 bytes/],
    ['a huge length', bytes('{}', undefined, Number.MAX_SAFE_INTEGER), /header claims/],
    ['no JSON', bytes('{"a'), /not JSON/],
    ['broken UTF-8', Buffer.concat([bytes('', undefined, 2), Buffer.of(0xff, 0xfe)]), /not JSON/],
    ['a JSON array', bytes('[]'), /not a JSON object/],
    ['a JSON null', bytes('null'), /not a JSON object/],
    ['metadata that is not text', bytes('{"__metadata__":{"a":1}}'), /__metadata__/],
  ])('%s', async (_, content, reason) => {
    expect(await refusal(content)).toMatch(reason);
  });

  it.each<[string, object, number, RegExp]>([
    ['offsets out of the file', { a: tensor([4], [0, 16]) }, 8, /cut/],
    ['offsets that run backwards', { a: tensor([0], [8, 0]) }, 8, /needs 0 bytes/],
    ['negative offsets', { a: tensor([1], [-4, 0]) }, 0, /a is malformed/],
    ['fractional offsets', { a: tensor([1], [0.5, 4.5]) }, 8, /a is malformed/],
    ['an overlap', { a: tensor([2], [0, 8]), b: tensor([2], [4, 12]) }, 12, /b overlaps/],
    ['twice the same bytes', { a: tensor([2], [0, 8]), b: tensor([2], [0, 8]) }, 8, /overlaps/],
    ['a hole', { a: tensor([1], [0, 4]), b: tensor([1], [8, 12]) }, 12, /b follows a hole/],
    ['a tail', { a: tensor([1], [0, 4]) }, 5, /has a tail/],
    ['a shape that needs other bytes', { a: tensor([3], [0, 8]) }, 8, /a needs 12 bytes .* has 8/],
    ['a shape whose product overflows', { a: tensor([2 ** 53 - 1, 2 ** 53 - 1, 4], [0, 8]) }, 8, /a needs/],
    ['a negative shape', { a: tensor([-2, -1], [0, 8]) }, 8, /a is malformed/],
    ['an unknown type', { a: tensor([1], [0, 4], 'F33') }, 4, /unknown type F33/],
    ['a type from the prototype', { a: tensor([1], [0, 4], 'constructor') }, 4, /unknown type/],
    ['an entry that is no table', { a: 5 }, 0, /a is malformed/],
    ['an unknown field', { a: { ...tensor([1], [0, 4]), run: 'me' } }, 4, /a is malformed/],
  ])('%s', async (_, header, dataBytes, reason) => {
    expect(await refusal(bytes(JSON.stringify(header), new Uint8Array(dataBytes)))).toMatch(reason);
  });

  it('or all its tensors are inside the file, whatever the bytes', async () => {
    const path = join(await temporaryFolder(), 'fuzz.safetensors');
    const number = fc.oneof(fc.nat(64), fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 53 - 1, 1e308));
    const entry = fc.oneof(
      fc.record({
        dtype: fc.constantFrom('F32', 'F16', 'U8', 'BOOL', 'nope'),
        shape: fc.array(number, { maxLength: 4 }),
        data_offsets: fc.tuple(number, number),
      }),
      fc.jsonValue(),
    );
    const header = fc.oneof(
      fc.dictionary(fc.string(), entry).map((table) => JSON.stringify(table)),
      fc.json(),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(
        header,
        fc.uint8Array({ maxLength: 64 }),
        fc.option(fc.nat(300)),
        async (text, data, claimed) => {
          const content = bytes(text, data, claimed ?? undefined);
          await writeFile(path, content);
          try {
            for (const { offset, length } of (await openSafetensors(path)).tensors.values())
              expect(offset + length).toBeLessThanOrEqual(content.length);
          } catch (error) {
            expect(error).toBeInstanceOf(ChispaError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
