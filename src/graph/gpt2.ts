import type { Activation, Gpt2Config } from '../models/config.ts';
import { add, gather, gelu, geluTanh, layerNorm, linear, relu, silu, tanh } from './ops/index.ts';
import type { Value } from './value.ts';

/**
 * What differs between the graphs made from one model. Training feeds its weights and packs its rows; decoding
 * reads them from a file, may quantise them and attends to a cache. Only `parameter` and `attend` have no default.
 */
export interface Gpt2Parts {
  /** A weight by its Hugging Face name without `transformer.`, as float32: `h.0.attn.c_attn.weight`. */
  parameter(name: string): Value;
  /**
   * Causal self-attention of all heads: packed queries, keys and values [N, 3·D] → [N, D].
   * Scores are multiplied by `scale`.
   */
  attend(qkv: Value, scale: number, layer: number): Value;
  /** `x·W + b` with the weights `${name}.weight` [in, out] and `${name}.bias`: x [N, in] → [N, out]. */
  linear?(x: Value, name: string): Value;
  /** Residual sum `x + y` and its layer normalisation, which a decode graph may fuse. */
  addNorm?(x: Value, y: Value, name: string): { sum: Value; normal: Value };
  activate?(x: Value): Value;
  /** Regularisation of the embeddings and of both residual branches. Absent: none. */
  dropout?(x: Value): Value;
}

const activations: Record<Activation, (x: Value) => Value> = {
  gelu_new: geluTanh,
  gelu,
  relu,
  silu,
  tanh,
};

/**
 * GPT-2 up to its last layer normalisation (Radford et al. 2019; names and layouts are Hugging Face's).
 * ids and positions are int64 [N], N tokens of any number of rows one after the other; the result is [N, D].
 */
export function gpt2(config: Gpt2Config, parts: Gpt2Parts, ids: Value, positions: Value): Value {
  const { parameter, attend, dropout = (x) => x, activate = activations[config.activation] } = parts;
  const project =
    parts.linear ?? ((x, name) => linear(x, parameter(`${name}.weight`), parameter(`${name}.bias`)));
  const norm = (x: Value, name: string) =>
    layerNorm(x, parameter(`${name}.weight`), parameter(`${name}.bias`), config.layerNormEpsilon);
  const addNorm =
    parts.addNorm ??
    ((x, y, name) => {
      const sum = add(x, y);
      return { sum, normal: norm(sum, name) };
    });

  const tokens = gather(parameter('wte.weight'), ids); // [N, D]
  let x = dropout(add(tokens, gather(parameter('wpe.weight'), positions)));
  let h = norm(x, 'h.0.ln_1');
  for (let i = 0; i < config.layers; i++) {
    const layer = `h.${i}`;
    const next = i + 1 < config.layers ? `h.${i + 1}.ln_1` : 'ln_f';
    const qkv = project(h, `${layer}.attn.c_attn`); // [N, 3·D]
    const attended = attend(qkv, attentionScale(config, i), i); // [N, D]
    const attention = dropout(project(attended, `${layer}.attn.c_proj`));
    ({ sum: x, normal: h } = addNorm(x, attention, `${layer}.ln_2`));
    const inner = activate(project(h, `${layer}.mlp.c_fc`)); // [N, 4·D]
    const feedForward = dropout(project(inner, `${layer}.mlp.c_proj`)); // [N, D]
    ({ sum: x, normal: h } = addNorm(x, feedForward, next));
  }
  return h;
}

/** The matrix [V, D] that turns the last hidden state into logits. */
export const headName = (config: Gpt2Config): string => (config.tied ? 'wte.weight' : 'lm_head.weight');

/** What attention scores are multiplied by: `1/√(head width)`, and `1/(layer + 1)` where the model asks for it. */
export function attentionScale(config: Gpt2Config, layer: number): number {
  const width = config.scaleAttentionWeights ? 1 / Math.sqrt(config.width / config.heads) : 1;
  return config.scaleAttentionByInverseLayer ? width / (layer + 1) : width;
}
