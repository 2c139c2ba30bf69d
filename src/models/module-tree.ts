import type { Activation, Gpt2Config } from './gpt2-config.ts';

/** A module of the model as PyTorch counts them: what `print(model)` shows, with the parameters of its own. */
export interface Module {
  name: string;
  /** What stands behind the name: `LayerNorm((768,), eps=1e-05, elementwise_affine=True)`. */
  label: string;
  /** Parameters of this module alone, without its children's. */
  parameters: number;
  children: Module[];
}

const ACTIVATION_MODULES: Readonly<Record<Activation, string>> = {
  gelu_new: 'NewGELUActivation()',
  gelu: 'GELUActivation()',
  relu: 'ReLU()',
  silu: 'SiLUActivation()',
  tanh: 'Tanh()',
};

/** Dropout rates, which only training uses; transformers' default is 0.1 for each. */
export interface DropoutRates {
  embedding: number;
  residual: number;
  attention: number;
}

/** The modules of a GPT2LMHeadModel of this shape, as transformers builds them. */
export function moduleTree(config: Gpt2Config, dropout: DropoutRates): Module {
  const { vocabSize, positions, width, layers, innerWidth } = config;
  const leaf = (name: string, label: string, parameters = 0): Module => ({
    name,
    label,
    parameters,
    children: [],
  });
  const dropped = (name: string, p: number) => leaf(name, `Dropout(p=${pythonFloat(p)}, inplace=False)`);
  const norm = (name: string) =>
    leaf(
      name,
      `LayerNorm((${width},), eps=${pythonFloat(config.layerNormEpsilon)}, elementwise_affine=True)`,
      2 * width,
    );
  const linear = (name: string, from: number, to: number) =>
    leaf(name, `Conv1D(nf=${to}, nx=${from})`, (from + 1) * to);
  const group = (name: string, label: string, children: Module[]): Module => ({
    name,
    label,
    parameters: 0,
    children,
  });

  const block = (layer: number) =>
    group(String(layer), 'GPT2Block', [
      norm('ln_1'),
      group('attn', 'GPT2Attention', [
        linear('c_attn', width, 3 * width),
        linear('c_proj', width, width),
        dropped('attn_dropout', dropout.attention),
        dropped('resid_dropout', dropout.residual),
      ]),
      norm('ln_2'),
      group('mlp', 'GPT2MLP', [
        linear('c_fc', width, innerWidth),
        linear('c_proj', innerWidth, width),
        leaf('act', ACTIVATION_MODULES[config.activation]),
        dropped('dropout', dropout.residual),
      ]),
    ]);
  return group('', 'GPT2LMHeadModel', [
    group('transformer', 'GPT2Model', [
      leaf('wte', `Embedding(${vocabSize}, ${width})`, vocabSize * width),
      leaf('wpe', `Embedding(${positions}, ${width})`, positions * width),
      dropped('drop', dropout.embedding),
      group(
        'h',
        'ModuleList',
        Array.from({ length: layers }, (_, layer) => block(layer)),
      ),
      norm('ln_f'),
    ]),
    // A tied head's matrix is the token embedding's, and counted there.
    leaf(
      'lm_head',
      `Linear(in_features=${width}, out_features=${vocabSize}, bias=False)`,
      config.tied ? 0 : vocabSize * width,
    ),
  ]);
}

/** Parameters of a module and everything in it. */
export const countParameters = ({ parameters, children }: Module): number =>
  children.reduce((sum, child) => sum + countParameters(child), parameters);

/** The dotted names of all modules, the model itself first as the empty name (PyTorch's `named_modules`). */
export function moduleNames(module: Module, prefix = ''): string[] {
  const own = prefix && module.name ? `${prefix}.${module.name}` : module.name || prefix;
  return [own, ...module.children.flatMap((child) => moduleNames(child, own))];
}

export interface TreeLine {
  text: string;
  /** Of a module that has some itself, or of one block among equal ones. */
  parameters?: number;
}

/** The tree as PyTorch prints it, equal modules of a list folded into one. */
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

/** A number as Python prints a float: `1e-05` where JavaScript says `0.00001`. */
function pythonFloat(value: number): string {
  if (Number.isInteger(value)) return value.toFixed(1);
  if (Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1');
}
