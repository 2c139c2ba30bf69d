import type { Activation, Gpt2Config } from './gpt2-config.ts';
import { type DropoutRates, group, headModule, leaf, type Module, pythonFloat } from './module.ts';

const ACTIVATION_MODULES: Readonly<Record<Activation, string>> = {
  gelu_new: 'NewGELUActivation()',
  gelu: 'GELUActivation()',
  relu: 'ReLU()',
  silu: 'SiLUActivation()',
  tanh: 'Tanh()',
};

/** The modules of a GPT2LMHeadModel with this config, as transformers builds them. */
export function gpt2Modules(config: Gpt2Config, dropout: DropoutRates): Module {
  const { vocabSize, positions, width, layers, innerWidth } = config;
  const dropped = (name: string, p: number) => leaf(name, `Dropout(p=${pythonFloat(p)}, inplace=False)`);
  const norm = (name: string) =>
    leaf(
      name,
      `LayerNorm((${width},), eps=${pythonFloat(config.layerNormEpsilon)}, elementwise_affine=True)`,
      2 * width,
    );
  const linear = (name: string, from: number, to: number) =>
    leaf(name, `Conv1D(nf=${to}, nx=${from})`, (from + 1) * to);

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
    headModule(width, vocabSize, config.tied),
  ]);
}
