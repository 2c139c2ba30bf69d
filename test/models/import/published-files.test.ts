import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/lib/paths.ts';
import { openModelFolder } from '../../../src/models/folder.ts';
import { openSafetensors, readTensor } from '../../../src/models/safetensors.ts';
import { temporaryFolder, tinyTokenizer } from '../tiny-model.ts';
import { importInto } from './source-folder.ts';

/** Weights written by PyTorch: a GPT-2 from TRL with a value head, and a GPT2DoubleHeadsModel. */
const heads = join(packageRoot, 'test/fixtures/heads');

async function source(weights: string, changes: object = {}): Promise<string> {
  const folder = await temporaryFolder();
  const config = JSON.parse(await readFile(join(heads, 'config.json'), 'utf8'));
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, ...changes }));
  await copyFile(join(heads, `${weights}.bin`), join(folder, 'pytorch_model.bin'));
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tinyTokenizer()));
  return folder;
}

describe('a published GPT-2', () => {
  it.each([
    ['v-head', ['v_head.summary.weight', 'v_head.summary.bias']],
    ['double-heads', ['multiple_choice_head.summary.weight', 'multiple_choice_head.summary.bias']],
  ])('%s: comes in without the heads of other tasks, which are named', async (weights, names) => {
    const { imported, error } = await importInto(await source(weights));
    expect(error).toBeUndefined();
    const note = imported?.notes.find((line) => line.startsWith('These heads'));
    for (const name of names) expect(note).toContain(name);
    const { weights: file } = await openModelFolder(imported?.path ?? '');
    expect([...file.tensors.keys()].filter((name) => name.includes('head'))).toEqual([]);
  });

  it.each([
    [{ n_special: 0, predict_special_tokens: true }, 'n_special, predict_special_tokens'], // gpt2-medium, rugpt3large
    [{ 'transformers.js_config': { dtype: 'q8' } }, 'transformers.js_config'], // onnx-community
    [
      { warmup_steps: 2000, max_iters: 30_000, training_data: '/data/a.txt', parallel_heads: null },
      'warmup_steps, max_iters, training_data, parallel_heads',
    ], // as training scripts leave them
  ])('comes in with %j, and says that it changes nothing', async (fields, names) => {
    const { imported, error } = await importInto(await source('v-head', fields));
    expect(error).toBeUndefined();
    expect(imported?.notes).toContain(
      `These fields of config.json belong to other tools and change nothing: ${names}`,
    );
  });

  it('may list several end-of-text tokens, and may use other architectures’ names for its sizes', async () => {
    const { imported } = await importInto(
      await source('v-head', { eos_token_id: [2, 5], hidden_size: 16, num_hidden_layers: 1 }),
    );
    const { config } = await openModelFolder(imported?.path ?? '');
    expect(config).toMatchObject({ eos: 2, ends: [2, 5], width: 16, layers: 1 });
  });

  it.each([
    [{ hidden_size: 32 }, /hidden_size 32 contradicts its n_embd 16/],
    [{ eos_token_id: [2, 4000] }, /eos_token_id \[2,4000\] is not in its vocabulary/],
    [{ quantization_config: { load_in_8bit: true } }, /quantization_config/],
    [{ embedding_multiplier: 2 }, /embedding_multiplier/],
    [{ attention_head_type: 'multiquery' }, /attention_head_type/], // bigcode's models, whose model_type is gpt2
    [{ rotary_dim: 64, eos_token_id: null }, /rotary_dim/],
  ])('is refused with %j, which changes what it computes', async (fields, message) => {
    const { error, left } = await importInto(await source('v-head', fields));
    expect(error?.message).toMatch(message);
    expect(left).toEqual([]);
  });

  it.each([
    [{ eos_token_id: 50_256 }, {}, 97, /no end token .* that of the tokenizer: 97\./],
    [{ eos_token_id: null }, {}, 97, /no end token .* that of the tokenizer: 97\./],
    [{ eos_token_id: null }, { eos_token_id: [4, 5] }, 4, /that of generation_config\.json: 4, 5\./],
  ])('ends texts as its other files say when it has %j and %j', async (fields, generation, eos, note) => {
    const folder = await source('v-head', fields);
    await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ eos_token: 'a' }));
    await writeFile(join(folder, 'generation_config.json'), JSON.stringify(generation));
    const { imported, error } = await importInto(folder);
    expect(error).toBeUndefined();
    expect(imported?.notes.join('\n')).toMatch(note);
    expect((await openModelFolder(imported?.path ?? '')).config.eos).toBe(eos);
  });

  it('reports where its files contradict each other', async () => {
    const folder = await source('v-head');
    await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ eos_token: 'a' }));
    const { imported } = await importInto(folder);
    expect(imported?.notes.join('\n')).toMatch(
      /config\.json ends texts at token 2, the tokenizer at \d+ \(a\)/,
    );
  });
});

describe('a safetensors header', () => {
  it('may have null metadata, as some tools write it', async () => {
    const header = '{"__metadata__":null,"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} ';
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const path = join(await temporaryFolder(), 'a.safetensors');
    await writeFile(path, Buffer.concat([length, Buffer.from(header), Buffer.from('0000803f', 'hex')]));
    const file = await openSafetensors(path);
    expect(file.metadata).toEqual({});
    expect(await readTensor(file, 'a')).toEqual(Float32Array.of(1));
  });
});
