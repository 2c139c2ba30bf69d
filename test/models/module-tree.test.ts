import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../src/lib/paths.ts';
import { parseConfig } from '../../src/models/config.ts';
import { countParameters } from '../../src/models/module.ts';
import { moduleNames, moduleTree, treeLines } from '../../src/models/module-tree.ts';

const golden = z
  .array(
    z.object({
      config: z.looseObject({
        embd_pdrop: z.number().default(0.1),
        resid_pdrop: z.number().default(0.1),
        attn_pdrop: z.number().default(0.1),
      }),
      print: z.string(),
      names: z.array(z.string()),
      parameters: z.number(),
    }),
  )
  .parse(JSON.parse(await readFile(join(packageRoot, 'test/golden/module_tree.json'), 'utf8')));

const NO_DROPOUT = { embedding: 0, residual: 0, attention: 0 };
const llamas = z
  .record(z.string(), z.object({ tree: z.array(z.string()), modules: z.array(z.string()) }))
  .parse(JSON.parse(await readFile(join(packageRoot, 'test/golden/llama.json'), 'utf8')));

describe.each(Object.entries(llamas))('the module tree of %s', (name, golden) => {
  it('is what PyTorch prints, with its names', async () => {
    const path = join(packageRoot, 'test/fixtures/random-llama', name, 'config.json');
    const tree = moduleTree(parseConfig(await readFile(path, 'utf8'), path), NO_DROPOUT);
    expect(treeLines(tree).map(({ text }) => text)).toEqual(golden.tree);
    expect(moduleNames(tree)).toEqual(golden.modules);
  });
});

describe.each(golden)('the module tree of $config', ({ config, print, names, parameters }) => {
  const tree = moduleTree(parseConfig(JSON.stringify(config), 'golden'), {
    embedding: config.embd_pdrop,
    residual: config.resid_pdrop,
    attention: config.attn_pdrop,
  });

  it('is what PyTorch prints', () => {
    // PyTorch 2.13 also prints the bias, which the source notebook's PyTorch did not.
    const lines = print
      .replaceAll('elementwise_affine=True, bias=True', 'elementwise_affine=True')
      .split('\n');
    expect(treeLines(tree).map((line) => line.text)).toEqual(lines);
  });

  it('has the names that PyTorch lists', () => {
    expect(moduleNames(tree)).toEqual(names);
  });

  it('counts the parameters that PyTorch counts', () => {
    expect(countParameters(tree)).toBe(parameters);
  });
});
