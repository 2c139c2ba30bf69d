import { loadConfig } from '../../config.ts';
import { describeModel, type ModelDescription } from '../../models/describe.ts';
import { countParameters, type Module } from '../../models/module.ts';
import { moduleNames, moduleTree, treeLines } from '../../models/module-tree.ts';
import { resolveModel } from '../../models/registry.ts';
import { columns, fileSize, grouped } from '../output/text.ts';
import { memoryPerPrecision } from './fit.ts';

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
