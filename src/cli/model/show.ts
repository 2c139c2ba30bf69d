import { loadConfig } from '../../config.ts';
import { blocking } from '../../graph/quantise.ts';
import type { ModelConfig } from '../../models/config.ts';
import { describeModel, type ModelDescription } from '../../models/describe.ts';
import {
  countParameters,
  type Module,
  moduleNames,
  moduleTree,
  treeLines,
} from '../../models/module-tree.ts';
import { resolveModel } from '../../models/registry.ts';
import { expectedShapes } from '../../models/shapes.ts';
import { columns, fileSize, grouped } from '../output/text.ts';

/** `chispa model show`: the module tree with shapes and parameters, memory, origin. */
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

/** Bytes of the weights as the engine holds them: matrices in blocks with one scale each, the rest in float32. */
function memoryPerPrecision(config: ModelConfig): Record<'fp32' | 'q8' | 'q4', number> {
  const memory = { fp32: 0, q8: 0, q4: 0 };
  for (const [name, shape] of expectedShapes(config)) {
    const [rows = 1, columns = 1] = shape;
    const plain = 4 * rows * columns;
    memory.fp32 += plain;
    const isHead = name === (config.tied ? 'wte.weight' : 'lm_head.weight');
    const isMatrix = shape.length === 2 && name !== 'wpe.weight' && (name !== 'wte.weight' || isHead);
    const [inputs, outputs] = isHead ? [columns, rows] : [rows, columns];
    for (const [precision, bits] of [
      ['q8', 8],
      ['q4', 4],
    ] as const) {
      const { blocks, bytes } = blocking(inputs, bits);
      if (isMatrix) memory[precision] += outputs * blocks * (bytes + 4);
      // The embedding is looked up row by row, and stays whole beside the quantised head.
      if (!isMatrix || name === 'wte.weight') memory[precision] += plain;
    }
  }
  return memory;
}
