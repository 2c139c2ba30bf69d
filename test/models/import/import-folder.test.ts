import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openModelFolder } from '../../../src/models/folder.ts';
import { importFolder } from '../../../src/models/import/import-folder.ts';
import { bundledModelPath } from '../../../src/models/registry.ts';
import { readTensor, writeSafetensors } from '../../../src/models/safetensors.ts';
import { verifyModel } from '../../../src/models/verify.ts';
import { temporaryFolder, tinyModelFolder, tinyTokenizer } from '../tiny-model.ts';
import { importInto, sourceFolder } from './source-folder.ts';

vi.setConfig({ testTimeout: 300_000 }); // slow on a busy machine; nothing here waits for time

describe('an import', () => {
  it('writes a manifest that its files match, with origin and licence', async () => {
    const source = await sourceFolder('good/bf16.bin');
    await writeFile(join(source, 'README.md'), '---\nlanguage: es\nlicense: "cc-by-4.0"\n---\n# x\n');
    const { imported } = await importInto(source);
    const path = imported?.path ?? '';
    expect((await readdir(path)).sort()).toEqual([
      'README.md',
      'chispa.json',
      'config.json',
      'model.safetensors',
      'tokenizer.json',
    ]);
    const { manifest } = await openModelFolder(path);
    expect(manifest).toMatchObject({ name: 'imported', source: `folder ${source}`, licence: 'cc-by-4.0' });
    expect(await verifyModel(path)).toMatchObject({ ok: true, faults: [] });
  });

  it('keeps the prompt templates of a model that Chispa made', async () => {
    const source = await tinyModelFolder();
    const prompt = { joke: '{eot}', theme: '{eot}Tema: {theme}\n', continue: '{eot}{text}' };
    await writeFile(
      join(source, 'chispa.json'),
      JSON.stringify({ name: 'other', prompt, files: {}, training: { steps: 3 } }),
    );
    const { imported } = await importInto(source);
    expect((await openModelFolder(imported?.path ?? '')).manifest).toMatchObject({
      name: 'imported',
      prompt,
      training: { steps: 3 },
    });
  });

  it('merges two shards into one file with the same weights', async () => {
    const whole = await tinyModelFolder();
    const { weights } = await openModelFolder(whole);
    const source = await tinyModelFolder();
    const names = [...weights.tensors.keys()];
    const map: Record<string, string> = {};
    for (const [shard, part] of [names.slice(0, 7), names.slice(7)].entries()) {
      const file = `model-0000${shard + 1}-of-00002.safetensors`;
      const tensors = await Promise.all(
        part.map(async (name) => {
          map[name] = file;
          const bytes = new Uint8Array((await readTensor(weights, name)).buffer);
          return {
            name,
            dtype: 'F32' as const,
            shape: weights.tensors.get(name)?.shape ?? [],
            chunks: () => [bytes],
          };
        }),
      );
      await writeSafetensors(join(source, file), tensors);
    }
    await rm(join(source, 'model.safetensors'));
    await writeFile(
      join(source, 'model.safetensors.index.json'),
      JSON.stringify({ metadata: {}, weight_map: map }),
    );
    const { imported } = await importInto(source);
    const model = await openModelFolder(imported?.path ?? '');
    for (const name of names)
      expect(await readTensor(model.weights, `transformer.${name}`)).toEqual(await readTensor(weights, name));
  });

  it('refuses shards that are outside the folder or do not match the index', async () => {
    const source = await tinyModelFolder();
    await rm(join(source, 'model.safetensors'));
    for (const [file, reason] of [
      ['../elsewhere.safetensors', /not a plain file name/],
      ['/etc/passwd', /not a plain file name/],
      ['absent.safetensors', /absent\.safetensors/],
    ] as const) {
      await writeFile(
        join(source, 'model.safetensors.index.json'),
        JSON.stringify({ weight_map: { 'wte.weight': file } }),
      );
      const { error, left } = await importInto(source);
      expect(error?.message).toMatch(reason);
      expect(left).toEqual([]);
    }
  });

  it('treats tokens without an embedding as text, and says so', async () => {
    const source = await tinyModelFolder();
    await writeFile(
      join(source, 'tokenizer_config.json'),
      JSON.stringify({ pad_token: '[PAD]', eos_token: { content: '<|endoftext|>' } }),
    );
    const { imported } = await importInto(source);
    expect(imported?.notes.join()).toMatch(/no embedding for these tokens.*\[PAD\]/);
    const { tokenizer } = await openModelFolder(imported?.path ?? '');
    expect(tokenizer.encode('[PAD]', { special: 'parse' })).toHaveLength(5);
  });

  it('refuses a tokenizer with words that the model has no embedding for', async () => {
    const source = await tinyModelFolder();
    const tokenizer = tinyTokenizer() as { model: { vocab: Record<string, number> } };
    tokenizer.model.vocab.xx = 300;
    await writeFile(join(source, 'tokenizer.json'), JSON.stringify(tokenizer));
    expect((await importInto(source)).error?.message).toMatch(/tokenizer has 301 tokens, the model only 257/);
  });

  it('does not touch an existing model with the same name', async () => {
    const modelsDir = await temporaryFolder();
    await mkdir(join(modelsDir, 'x'));
    await writeFile(join(modelsDir, 'x', 'mine'), 'precious');
    await expect(importFolder(await tinyModelFolder(), { modelsDir, name: 'x' })).rejects.toThrow(
      /already a model named x/,
    );
    expect(await readFile(join(modelsDir, 'x', 'mine'), 'utf8')).toBe('precious');
    expect(await readdir(modelsDir)).toEqual(['x']);
  });

  it('refuses a name that is a path', async () => {
    for (const name of ['../x', 'a/b', '.hidden', ''])
      expect((await importInto(bundledModelPath, { name })).error?.message).toMatch(
        /cannot be a model's name/,
      );
  });

  it('leaves nothing when it is interrupted', async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    const { error, left } = await importInto(bundledModelPath, {
      signal: stop.signal,
      onProgress: (done, total) => {
        seen.push(done / total);
        if (done > total / 2) stop.abort(new Error('interrupted'));
      },
    });
    expect(error?.message).toBe('interrupted');
    expect(seen.at(-1)).toBeLessThan(1);
    expect(left).toEqual([]);
  });

  it('removes what a killed import left behind at the next import', async () => {
    const modelsDir = await temporaryFolder();
    // A process that has exited, so that its id belongs to nobody now.
    const dead = spawn(process.execPath, ['-e', '']);
    await new Promise((resolve) => dead.once('exit', resolve));
    await mkdir(join(modelsDir, `.half.${dead.pid}.incomplete`));
    await mkdir(join(modelsDir, `.running.${process.pid}.incomplete`));
    await importFolder(await tinyModelFolder(), { modelsDir, name: 'x' });
    expect((await readdir(modelsDir)).sort()).toEqual([`.running.${process.pid}.incomplete`, 'x']);
  });
});

describe('verification', () => {
  it('names the file that changed or is missing', async () => {
    const { imported } = await importInto(bundledModelPath);
    const path = imported?.path ?? '';
    await writeFile(join(path, 'README.md'), 'other');
    expect((await verifyModel(path)).files).toContainEqual({ name: 'README.md', state: 'changed' });
    await rm(join(path, 'README.md'));
    expect(await verifyModel(path)).toMatchObject({
      ok: false,
      files: expect.arrayContaining([{ name: 'README.md', state: 'missing' }]),
    });
  });

  it('finds a NaN in the weights and names the tensor', async () => {
    const { imported } = await importInto(bundledModelPath);
    const model = await openModelFolder(imported?.path ?? '');
    const bytes = await readFile(model.weights.path);
    bytes.writeUInt16LE(0x7e01, model.weights.tensors.get('transformer.ln_f.bias')?.offset);
    await writeFile(model.weights.path, bytes);
    const { ok, files, faults } = await verifyModel(model.path);
    expect(ok).toBe(false);
    expect(files).toContainEqual({ name: 'model.safetensors', state: 'changed' });
    expect(faults.join()).toMatch(/transformer\.ln_f\.bias holds NaN/);
  });
});
