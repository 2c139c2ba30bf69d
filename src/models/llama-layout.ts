import type { LlamaConfig } from './llama-config.ts';
import type { LinearLayer, WeightLayout } from './weight-layout.ts';

/** The weights of transformers' LlamaForCausalLM and related models. */
export function llamaLayout(config: LlamaConfig): WeightLayout {
  const { vocabSize, width, layers, heads, keyValueHeads, headWidth, innerWidth, biases, tied } = config;
  const shapes = new Map<string, number[]>([['embed_tokens.weight', [vocabSize, width]]]);
  const linears: LinearLayer[][] = [];
  const group = (...members: LinearLayer[]) => {
    linears.push(members);
    for (const { name, inputs, outputs, bias } of members) {
      shapes.set(`${name}.weight`, [outputs, inputs]);
      if (bias) shapes.set(`${name}.bias`, [outputs]);
    }
  };
  for (let layer = 0; layer < layers; layer++) {
    const attention = `layers.${layer}.self_attn`;
    const projection = (name: string, count: number): LinearLayer => ({
      name: `${attention}.${name}`,
      inputs: width,
      outputs: count * headWidth,
      bias: biases.queryKeyValue,
    });
    group(
      projection('q_proj', heads),
      projection('k_proj', keyValueHeads),
      projection('v_proj', keyValueHeads),
    );
    group({
      name: `${attention}.o_proj`,
      inputs: heads * headWidth,
      outputs: width,
      bias: biases.output,
    });
    if (config.headNorm)
      for (const name of ['q_norm', 'k_norm']) shapes.set(`${attention}.${name}.weight`, [headWidth]);
    const feedForward = (name: string, inputs: number, outputs: number): LinearLayer => ({
      name: `layers.${layer}.mlp.${name}`,
      inputs,
      outputs,
      bias: biases.feedForward,
    });
    group(feedForward('gate_proj', width, innerWidth), feedForward('up_proj', width, innerWidth));
    group(feedForward('down_proj', innerWidth, width));
    for (const name of ['input_layernorm', 'post_attention_layernorm'])
      shapes.set(`layers.${layer}.${name}.weight`, [width]);
  }
  shapes.set('norm.weight', [width]);
  if (!tied) shapes.set('lm_head.weight', [vocabSize, width]);
  return {
    prefix: 'model.',
    blocks: 'layers.',
    shapes,
    embedding: 'embed_tokens.weight',
    head: tied ? 'embed_tokens.weight' : 'lm_head.weight',
    linears,
    inputsFirst: false,
    buffers: /^layers\.\d+\.self_attn\.rotary_emb\.inv_freq$/, // computed from the config
  };
}
