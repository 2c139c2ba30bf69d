import type { ModelConfig } from './config.ts';
import { gpt2Modules } from './gpt2-modules.ts';
import { llamaModules } from './llama-modules.ts';
import { countParameters, type DropoutRates, type Module } from './module.ts';

/** The modules of a model with this config, as transformers builds them. `dropout` holds the rates from its config. */
export function moduleTree(config: ModelConfig, dropout: DropoutRates): Module {
  switch (config.architecture) {
    case 'gpt2':
      return gpt2Modules(config, dropout);
    case 'llama':
      return llamaModules(config);
  }
}

/** The dotted names of all modules, starting with the model itself as the empty name (PyTorch's `named_modules`). */
export function moduleNames(module: Module, prefix = ''): string[] {
  const own = prefix && module.name ? `${prefix}.${module.name}` : module.name || prefix;
  return [own, ...module.children.flatMap((child) => moduleNames(child, own))];
}

export interface TreeLine {
  text: string;
  /** Only for a module with parameters of its own, or for one of several equal blocks. */
  parameters?: number;
}

/** The tree as PyTorch prints it, with equal modules of a list folded into one. */
export function treeLines(module: Module, indent = ''): TreeLine[] {
  const title = module.name === '' ? module.label : `(${module.name}): ${module.label}`;
  if (module.children.length === 0)
    return [{ text: indent + title, ...(module.parameters > 0 ? { parameters: module.parameters } : {}) }];
  const [first] = module.children;
  const last = module.children.length - 1;
  const folded = module.label === 'ModuleList' && first && last > 0;
  const inner = folded
    ? treeLines({ ...first, name: `0-${last}`, label: `${last + 1} x ${first.label}` }, `${indent}  `)
    : module.children.flatMap((child) => treeLines(child, `${indent}  `));
  return [
    {
      text: `${indent}${title}(`,
      ...(/^\d/.test(module.name) ? { parameters: countParameters(module) } : {}),
    },
    ...inner,
    { text: `${indent})` },
  ];
}
