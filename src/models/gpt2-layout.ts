import type { Gpt2Config } from './gpt2-config.ts';
import type { LinearLayer, WeightLayout } from './weight-layout.ts';

/** The weights of transformers' GPT2LMHeadModel. */
export function gpt2Layout(config: Gpt2Config): WeightLayout {
  const { vocabSize, positions, width, layers, innerWidth, tied } = config;
  const shapes = new Map<string, number[]>([
    ['wte.weight', [vocabSize, width]],
    ['wpe.weight', [positions, width]],
  ]);
  const linears: LinearLayer[][] = [];
  const norm = (name: string) => {
    shapes.set(`${name}.weight`, [width]);
    shapes.set(`${name}.bias`, [width]);
  };
  const linear = (name: string, inputs: number, outputs: number) => {
    linears.push([{ name, inputs, outputs, bias: true }]);
    shapes.set(`${name}.weight`, [inputs, outputs]);
    shapes.set(`${name}.bias`, [outputs]);
  };
  for (let layer = 0; layer < layers; layer++) {
    norm(`h.${layer}.ln_1`);
    linear(`h.${layer}.attn.c_attn`, width, 3 * width);
    linear(`h.${layer}.attn.c_proj`, width, width);
    norm(`h.${layer}.ln_2`);
    linear(`h.${layer}.mlp.c_fc`, width, innerWidth);
    linear(`h.${layer}.mlp.c_proj`, innerWidth, width);
  }
  norm('ln_f');
  if (!tied) shapes.set('lm_head.weight', [vocabSize, width]);
  return {
    prefix: 'transformer.',
    blocks: 'h.',
    shapes,
    embedding: 'wte.weight',
    head: tied ? 'wte.weight' : 'lm_head.weight',
    linears,
    inputsFirst: true,
    buffers: /^h\.\d+\.attn\.(bias|masked_bias)$/, // the causal mask, and the value of a masked score
  };
}
