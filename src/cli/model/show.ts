import { loadConfig } from '../../config.ts';
import { blocking } from '../../graph/quantize.ts';
import type { ModelConfig } from '../../models/config.ts';
import { describeModel, type ModelDescription } from '../../models/describe.ts';
import { layoutOf } from '../../models/layouts.ts';
import { countParameters, type Module } from '../../models/module.ts';
import { moduleNames, moduleTree, treeLines } from '../../models/module-tree.ts';
import { resolveModel } from '../../models/registry.ts';
import { columns, fileSize, grouped } from '../output/text.ts';

/** `chispa model show`: the module tree with shapes and parameters, memory, and origin. */
export async function showModel(
  nameOrPath: string,
  options: { names?: boolean; json?: boolean },
): Promise<void> {
  const model = await describeModel(await resolveModel(nameOrPath, loadConfig()));
  const tree = moduleTree(model.config, model.dropout);
  const memory = memoryPerPrecision(model.config);
  if (options.json) {
    const { manifest, ...facts } = model;
    process.stdout.write(
      `${JSON.stringify({ ...facts, memory, source: manifest?.source, licence: manifest?.licence, modules: moduleNames(tree) })}\n`,
    );
  } else if (options.names) {
    process.stdout.write(`${JSON.stringify(moduleNames(tree), null, 1)}\n`);
  } else {
    process.stdout.write(`${treeText(tree)}\n\n${factsText(model, tree, memory)}\n`);
  }
}

function treeText(tree: Module): string {
  const lines = treeLines(tree);
  const width = Math.max(...lines.map(({ text }) => text.length));
  const counted = lines.map(({ text, parameters }) =>
    parameters === undefined ? text : `${text.padEnd(width)}  ${grouped(parameters).padStart(12)}`,
  );
  return counted.join('\n');
}

function factsText(
  { config, manifest, dtypes, bytes, path }: ModelDescription,
  tree: Module,
  memory: Record<string, number>,
): string {
  return columns([
    [
      'parameters',
      `${grouped(countParameters(tree))}${config.tied ? ' (the head shares the token embedding)' : ''}`,
    ],
    ['context', `${config.positions} tokens`],
    [
      'tokens',
      `vocabulary ${grouped(config.vocabSize)}, end ${config.eos}, beginning ${config.bos ?? 'none'}, padding ${config.pad ?? 'none'}`,
    ],
    ['weights file', `${fileSize(bytes)}, ${dtypes.join(' and ')}`],
    [
      'in memory',
      Object.entries(memory)
        .map(([precision, size]) => `${precision} ${fileSize(size)}`)
        .join(' · '),
    ],
    ['licence', manifest?.licence ?? 'not stated'],
    ['from', manifest?.source ?? 'unknown'],
    ['folder', path],
  ]);
}

/** Size of the weights in memory, in bytes: matrices in blocks with one scale each, the rest in float32. */
function memoryPerPrecision(config: ModelConfig): Record<'fp32' | 'q8' | 'q4', number> {
  const memory = { fp32: 0, q8: 0, q4: 0 };
  const { shapes, linears, embedding, head } = layoutOf(config);
  const matrices = new Map(linears.flat().map(({ name, ...layer }) => [`${name}.weight`, layer]));
  for (const name of [embedding, head])
    matrices.set(name, { inputs: config.width, outputs: config.vocabSize, bias: false });
  for (const [name, shape] of shapes) {
    const plain = 4 * shape.reduce((product, length) => product * length, 1);
    memory.fp32 += plain;
    const matrix = matrices.get(name);
    for (const [precision, bits] of [
      ['q8', 8],
      ['q4', 4],
    ] as const) {
      const { blocks, bytes } = blocking(matrix?.inputs ?? 1, bits);
      memory[precision] += matrix ? matrix.outputs * blocks * (bytes + 4) : plain;
    }
  }
  return memory;
}
