import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { packageRoot } from '../../src/lib/paths.ts';
import { parseConfig } from '../../src/models/config.ts';
import { countParameters, moduleNames, moduleTree, treeLines } from '../../src/models/module-tree.ts';

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

describe.each(golden)('the module tree of $config', ({ config, print, names, parameters }) => {
  const tree = moduleTree(parseConfig(JSON.stringify(config), 'golden'), {
    embedding: config.embd_pdrop,
    residual: config.resid_pdrop,
    attention: config.attn_pdrop,
  });

  it('is what PyTorch prints', () => {
    // PyTorch 2.13 adds the bias, which the source notebook's PyTorch did not print.
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
