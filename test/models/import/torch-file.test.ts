import { readdirSync } from 'node:fs';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { ChispaError } from '../../../src/lib/errors.ts';
import { openModelFolder, tensorFor } from '../../../src/models/folder.ts';
import { openTorchFile } from '../../../src/models/import/torch-file.ts';
import { openSafetensors, readTensor } from '../../../src/models/safetensors.ts';
import { temporaryFolder } from '../tiny-model.ts';
import { importInto, sourceFolder, torchFixtures } from './source-folder.ts';

vi.setConfig({ testTimeout: 300_000 }); // slow on a busy machine; nothing here waits for time

const expected = await openSafetensors(join(torchFixtures, 'expected.safetensors'));

describe('a state dict that PyTorch wrote is imported with the weights it holds', () => {
  it.each(readdirSync(join(torchFixtures, 'good')))('%s', async (name) => {
    const { imported, error, left } = await importInto(await sourceFolder(join('good', name)));
    expect(error).toBeUndefined();
    expect(left).toEqual(['imported']);
    const model = await openModelFolder(imported?.path ?? '');
    expect([...model.weights.tensors.keys()].sort()).toEqual([...expected.tensors.keys()].sort());
    const dtype = { 'fp16.bin': 'F16', 'bf16.bin': 'BF16' }[name] ?? 'F32';
    for (const weight of expected.tensors.keys()) {
      expect(await readTensor(model.weights, weight), weight).toEqual(await readTensor(expected, weight));
      expect(model.weights.tensors.get(weight)?.dtype).toBe(dtype);
    }
  });

  it('a separate head is kept and declared in config.json', async () => {
    const { imported } = await importInto(await sourceFolder('bad/separate-head.bin'));
    const model = await openModelFolder(imported?.path ?? '');
    expect(model.config.tied).toBe(false);
    expect(imported?.notes.join()).toMatch(/head differs/);
    const head = await readTensor(model.weights, tensorFor(model, 'lm_head.weight').name);
    const embedding = await readTensor(expected, 'transformer.wte.weight');
    expect(head).toEqual(embedding.map((value) => value + 1));
  });
});

describe('a file that is not a plain state dict is refused by name, and leaves nothing', () => {
  it.each([
    ['os-system.bin', /asks for posix\.system, .*Nothing of it was run/],
    ['nested-eval.bin', /asks for __builtin__\.eval/],
    ['whole-module.bin', /asks for torch\.nn\.modules\.linear\.Linear/],
    ['sparse.bin', /asks for torch\.(serialization|_utils)\.\S+/],
    ['quantized.bin', /asks for torch\.\S+/],
    ['nested-dict.bin', /entry "state_dict" is not a tensor/],
    ['list.bin', /no state dict/],
    ['billion-laughs.bin', /no state dict/],
    ['itself.bin', /no state dict/],
    ['zip-bomb.bin', /bomb\/data\.pkl is compressed/],
    ['no-pickle.bin', /without data\.pkl/],
    ['torchscript.bin', /code\/.* is compressed, which torch\.save never does/],
    ['legacy.bin', /before version 1\.6: .*torch\.save/],
    ['expanded.bin', /h\.0\.mlp\.c_fc\.weight" lies outside its storage/],
    ['nan.bin', /h\.0\.mlp\.c_fc\.weight holds NaN or infinity/],
    ['inf-fp16.bin', /h\.0\.mlp\.c_fc\.weight holds NaN or infinity/],
    ['integers.bin', /h\.0\.mlp\.c_fc\.weight is I64/],
    ['unknown-weight.bin', /"transformer\.h\.0\.crossattention\.bias" that no model/],
  ])('%s', async (name, reason) => {
    const { error, left } = await importInto(await sourceFolder(join('bad', name)));
    expect(error).toBeInstanceOf(ChispaError);
    expect(error?.message).toMatch(reason);
    expect(left).toEqual([]);
    await expect(access('chispa-was-here')).rejects.toThrow();
  });

  it.each<[string, Buffer, RegExp]>([
    [
      'a tar archive',
      Buffer.concat([Buffer.alloc(257), Buffer.from('ustar'), Buffer.alloc(250)]),
      /old tar format: .*torch\.save/,
    ],
    ['text', Buffer.from('hello'), /not a PyTorch file/],
    ['nothing', Buffer.alloc(0), /not a PyTorch file/],
    [
      'a Git LFS pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'),
      /git lfs pull/,
    ],
  ])('%s', async (_, content, reason) => {
    const source = await sourceFolder('good/fp16.bin');
    await writeFile(join(source, 'pytorch_model.bin'), content);
    const { error, left } = await importInto(source);
    expect(error?.message).toMatch(reason);
    expect(left).toEqual([]);
  });
});

describe('damage', () => {
  const read = (bytes: Uint8Array, path: string) =>
    writeFile(path, bytes)
      .then(() => openTorchFile(path))
      .then(
        () => undefined,
        (error: unknown) => error,
      );

  it('by truncation anywhere is refused', async () => {
    const whole = await readFile(join(torchFixtures, 'good/fp32-shared-head.bin'));
    const path = join(await temporaryFolder(), 'cut.bin');
    for (let length = 0; length < whole.length; length += 97) {
      const error = await read(whole.subarray(0, length), path);
      expect(error, `${length} bytes`).toBeInstanceOf(ChispaError);
      if (length > 4) expect(String(error)).toMatch(/cut/);
    }
  });

  it('by changed bytes leads to a refusal or a successful read, never anything else', async () => {
    const whole = await readFile(join(torchFixtures, 'good/protocol4.bin'));
    const pickle = whole.indexOf('data.pkl');
    const path = join(await temporaryFolder(), 'changed.bin');
    // Most of the file is weights, where any change is valid, so aim at the pickle and the directory.
    const place = fc.oneof(
      fc.integer({ min: pickle, max: pickle + 1600 }),
      fc.integer({ min: whole.length - 2500, max: whole.length - 1 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 3 }),
        async (changes) => {
          const changed = Buffer.from(whole);
          for (const [at, byte] of changes) changed[at] = byte;
          const error = await read(changed, path);
          if (error !== undefined) expect(error).toBeInstanceOf(ChispaError);
        },
      ),
      { numRuns: 400 },
    );
  });
});
