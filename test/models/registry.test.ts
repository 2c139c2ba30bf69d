import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundledModelPath, listModels, resolveModel } from '../../src/models/registry.ts';
import { temporaryFolder } from './tiny-model.ts';

async function modelsDir(...names: string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of names) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'config.json'), '{}');
  }
  return folder;
}

it('finds the bundled model by name, wherever MODELS_DIR is', async () => {
  expect(await resolveModel('mini-es', { modelsDir: '/nowhere' })).toBe(bundledModelPath);
});

it('prefers a model with that name in MODELS_DIR', async () => {
  const dir = await modelsDir('mini-es', 'gpt2-spanish');
  expect(await resolveModel('gpt2-spanish', { modelsDir: dir })).toBe(join(dir, 'gpt2-spanish'));
  expect(await resolveModel('mini-es', { modelsDir: dir })).toBe(join(dir, 'mini-es'));
});

it('accepts a path', async () => {
  const dir = await modelsDir('a');
  expect(await resolveModel(join(dir, 'a'), { modelsDir: '/nowhere' })).toBe(join(dir, 'a'));
  await expect(resolveModel(join(dir, 'b'), { modelsDir: dir })).rejects.toThrow(/no model folder at .*b/);
});

it('lists the available models when a name is unknown or invalid', async () => {
  const dir = await modelsDir('a');
  for (const name of ['nope', '..', '', '.hidden'])
    await expect(resolveModel(name, { modelsDir: dir })).rejects.toThrow(/there are: a, mini-es/);
});

it('lists folders with a config.json and the bundled model', async () => {
  const dir = await modelsDir('b', 'a', '.a-x.incomplete');
  await mkdir(join(dir, 'empty'));
  expect((await listModels({ modelsDir: dir })).map((model) => model.name)).toEqual(['a', 'b', 'mini-es']);
});
