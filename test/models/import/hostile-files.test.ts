import { execFileSync } from 'node:child_process';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModelFolder } from '../../../src/models/folder.ts';
import { tinyModelFolder } from '../tiny-model.ts';
import { importInto, sourceFolder } from './source-folder.ts';

/** How much this process's memory may grow during a refusal, in bytes. */
const MODEST = 200e6;

async function refused(folder: string) {
  const before = process.memoryUsage().rss;
  const { error, left } = await importInto(folder);
  expect(left).toEqual([]);
  expect(process.memoryUsage().rss - before).toBeLessThan(MODEST);
  return error?.message;
}

describe('a hostile folder', () => {
  it.each(['n_layer', 'num_hidden_layers'])('is refused for a %s of two billion', async (field) => {
    const folder = await sourceFolder('good/fp16.bin');
    const model =
      field === 'n_layer'
        ? { model_type: 'gpt2', n_layer: 2147483647 }
        : { model_type: 'llama', num_hidden_layers: 2147483647 };
    await writeFile(join(folder, 'config.json'), JSON.stringify(model));
    expect(await refused(folder)).toMatch(field);
  });

  it('is refused for a header of a hundred megabytes', async () => {
    const folder = await sourceFolder('good/fp16.bin');
    const path = join(folder, 'model.safetensors');
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(99_999_992n);
    await writeFile(path, length);
    await truncate(path, 100_000_000); // sparse
    expect(await refused(folder)).toMatch(/header claims 99999992 bytes/);
  });

  it
    .skipIf(process.platform === 'win32')
    .each(['model.safetensors', 'pytorch_model.bin', 'config.json', 'tokenizer.json'])(
    'is refused for a named pipe in place of its %s, without waiting on it',
    async (name) => {
      const folder = await sourceFolder('good/fp16.bin');
      await rm(join(folder, name), { force: true });
      execFileSync('mkfifo', [join(folder, name)]);
      expect(await refused(folder)).toMatch(/is not a file/);
    },
  );
});

describe('a model whose files were changed after its import', () => {
  it.each(['config.json', 'tokenizer.json'])('is refused for its %s', async (name) => {
    const { imported } = await importInto(await tinyModelFolder());
    const path = join(imported?.path ?? '', name);
    await openModelFolder(imported?.path ?? '');
    await writeFile(path, `${await readFile(path, 'utf8')} `);
    await expect(openModelFolder(imported?.path ?? '')).rejects.toThrow(/bytes have changed/);
  });
});
