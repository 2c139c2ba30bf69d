import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openModelFolder, tensorFor } from '../../src/models/folder.ts';
import { sha256File } from '../../src/models/hash.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { readTensor } from '../../src/models/safetensors.ts';
import { TINY_CONFIG, temporaryFolder, tinyModelFolder, tinyTokenizer } from './tiny-model.ts';

vi.setConfig({ testTimeout: 300_000 }); // slow on a busy machine; nothing here waits for time

const overwrite = (folder: string, name: string, value: unknown) =>
  writeFile(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));

describe('the bundled model', () => {
  it('opens with the shape, templates, and identity that its files state', async () => {
    const model = await openModelFolder(bundledModelPath);
    expect(model).toMatchObject({
      name: 'mini-es',
      config: {
        vocabSize: 8192,
        positions: 256,
        width: 256,
        layers: 6,
        heads: 4,
        innerWidth: 1024,
        eos: 8191,
      },
      manifest: { prompt: { joke: '{eot}', theme: '{eot}Tema: {theme}\n', continue: '{eot}{text}' } },
    });
    expect(model.tokenizer.size).toBe(8192);
    expect(model.sha256).toBe(await sha256File(model.weights.path));
  });

  it('has files that match the hashes in its manifest', async () => {
    const { manifest, path } = await openModelFolder(bundledModelPath);
    for (const [name, hash] of Object.entries(manifest.files))
      expect(await sha256File(join(path, name)), name).toBe(hash);
  });

  it('reads half-precision weights as the numbers they are', async () => {
    const model = await openModelFolder(bundledModelPath);
    const scale = await readTensor(model.weights, tensorFor(model, 'ln_f.weight').name);
    expect(scale).toHaveLength(256);
    for (const value of scale) expect(Math.abs(value)).toBeLessThan(10);
    expect(scale.some((value) => Math.abs(value) > 0.1)).toBe(true);
  });
});

describe('a model folder', () => {
  it('may name its weights with or without the transformer prefix', async () => {
    const prefixed = await tinyModelFolder({
      tensors: (shapes) => {
        for (const [name, shape] of [...shapes]) {
          shapes.delete(name);
          shapes.set(`transformer.${name}`, shape);
        }
      },
    });
    const bare = await tinyModelFolder();
    expect(tensorFor(await openModelFolder(prefixed), 'h.1.mlp.c_fc.bias').name).toBe(
      'transformer.h.1.mlp.c_fc.bias',
    );
    expect(tensorFor(await openModelFolder(bare), 'h.1.mlp.c_fc.bias').name).toBe('h.1.mlp.c_fc.bias');
  });

  it('uses the token embedding as the head when it is tied, and a separate matrix otherwise', async () => {
    const tied = await openModelFolder(await tinyModelFolder());
    const separate = await openModelFolder(await tinyModelFolder({ config: { tie_word_embeddings: false } }));
    expect(tensorFor(tied, 'lm_head.weight').name).toBe('wte.weight');
    expect(tensorFor(separate, 'lm_head.weight').name).toBe('lm_head.weight');
  });

  it('opens without chispa.json, with plain templates and a hash of the weights', async () => {
    const model = await openModelFolder(await tinyModelFolder());
    expect(model.manifest.prompt).toEqual({ joke: '{eot}', continue: '{eot}{text}' });
    expect(model.sha256).toBe(await sha256File(model.weights.path));
  });
});

describe('a bad model folder is refused with a sentence that names the fault', () => {
  const refusal = (folder: string) =>
    openModelFolder(folder).then(
      () => 'opened',
      (error: Error) => error.message,
    );

  it('when it does not exist or is a file', async () => {
    const folder = await tinyModelFolder();
    expect(await refusal(join(folder, 'nowhere'))).toMatch(
      /no model folder at .*nowhere.*chispa model import/,
    );
    expect(await refusal(join(folder, 'config.json'))).toMatch(/no model folder/);
    expect(await refusal(await temporaryFolder())).toMatch(/config\.json/);
  });

  it.each(['config.json', 'tokenizer.json', 'model.safetensors'])(
    'when %s is missing or empty',
    async (name) => {
      const folder = await tinyModelFolder();
      await truncate(join(folder, name));
      expect(await refusal(folder)).toContain(name);
      await rm(join(folder, name));
      expect(await refusal(folder)).toContain(name);
    },
  );

  it('when the weights are truncated anywhere', async () => {
    const folder = await tinyModelFolder();
    const path = join(folder, 'model.safetensors');
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length += 997) {
      await writeFile(path, whole.subarray(0, length));
      expect(await refusal(folder), `${length} bytes`).toMatch(/model\.safetensors cannot be used: .*cut/);
    }
  });

  it('when a weight is missing or its shape differs from the config', async () => {
    const missing = await tinyModelFolder({ tensors: (shapes) => shapes.delete('h.1.attn.c_proj.bias') });
    expect(await refusal(missing)).toMatch(/there is no h\.1\.attn\.c_proj\.bias/);
    const wide = await tinyModelFolder({ tensors: (shapes) => shapes.set('h.0.mlp.c_fc.weight', [8, 31]) });
    expect(await refusal(wide)).toMatch(/h\.0\.mlp\.c_fc\.weight is \[8,31\] and should be \[8,32\]/);
    const separate = await tinyModelFolder();
    await overwrite(separate, 'config.json', { ...TINY_CONFIG, tie_word_embeddings: false });
    expect(await refusal(separate)).toMatch(/there is no lm_head\.weight/);
  });

  it('when the tokenizer knows more tokens than the model', async () => {
    const folder = await tinyModelFolder({ tokenizer: tinyTokenizer(['<|talk|>']) });
    expect(await refusal(folder)).toMatch(/258 tokens, the model only 257/);
  });

  it('when a file is not JSON or has the wrong content', async () => {
    for (const name of ['config.json', 'tokenizer.json', 'chispa.json']) {
      const folder = await tinyModelFolder();
      await overwrite(folder, name, '{"cut": ');
      expect(await refusal(folder)).toMatch(new RegExp(`${name} is not JSON`));
    }
    const unigram = await tinyModelFolder();
    await overwrite(unigram, 'tokenizer.json', {
      ...tinyTokenizer(),
      model: { type: 'Unigram', vocab: [], merges: [] },
    });
    expect(await refusal(unigram)).toMatch(/not a BPE tokenizer of a kind that Chispa knows: model\.type/);
    const manifest = await tinyModelFolder();
    await overwrite(manifest, 'chispa.json', { name: '../x', prompt: {}, files: {} });
    expect(await refusal(manifest)).toMatch(/not a valid manifest: name/);
  });
});
