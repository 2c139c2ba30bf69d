import type { Activation, Gpt2Config } from '../models/gpt2-config.ts';
import { add, gather, gelu, geluTanh, layerNorm, relu, silu, split, tanh } from './ops/index.ts';
import { type AttentionOptions, inHeads, projector, type TransformerParts } from './transformer-parts.ts';
import type { Value } from './value.ts';

const activations: Record<Activation, (x: Value) => Value> = {
  gelu_new: geluTanh,
  gelu,
  relu,
  silu,
  tanh,
};

/**
 * GPT-2 up to and including its last layer normalization (Radford et al. 2019; names and layouts are Hugging Face's).
 * `ids` and `positions` are int64 [N], the N tokens of all rows concatenated; the result is [N, D].
 */
export function gpt2(config: Gpt2Config, parts: TransformerParts, ids: Value, positions: Value): Value {
  const { parameter, attend, dropout = (x) => x } = parts;
  const project = projector(parts);
  const { embed = (ids) => gather(parameter('wte.weight'), ids) } = parts;
  const activate = activations[config.activation];
  const { heads, headWidth, layerNormEpsilon } = config;
  const norm = (x: Value, name: string) =>
    layerNorm(x, parameter(`${name}.weight`), parameter(`${name}.bias`), layerNormEpsilon);
  const addNorm = (x: Value, y: Value, name: string) => {
    if (parts.addLayerNorm)
      return parts.addLayerNorm(
        x,
        y,
        parameter(`${name}.weight`),
        parameter(`${name}.bias`),
        layerNormEpsilon,
      );
    const sum = add(x, y);
    return { sum, normal: norm(sum, name) };
  };
  const attention = (packed: Value, options: AttentionOptions) => {
    if (parts.attendProjected) return parts.attendProjected([packed], options);
    const [q, k, v] = split(inHeads(packed, parts, 3 * heads, headWidth), 1, 3); // [B, H, S, D/H] each
    if (!q || !k || !v) throw new Error('unreachable: split in three');
    return attend(q, k, v, options);
  };

  let x = dropout(add(embed(ids), gather(parameter('wpe.weight'), positions))); // [N, D]
  let h = norm(x, 'h.0.ln_1');
  for (let i = 0; i < config.layers; i++) {
    const layer = `h.${i}`;
    const next = i + 1 < config.layers ? `h.${i + 1}.ln_1` : 'ln_f';
    const [packed] = project(h, [`${layer}.attn.c_attn`]); // [N, 3·D]
    const attended = attention(packed, { scale: attentionScale(config, i), layer: i }); // [N, D]
    const [output] = project(attended, [`${layer}.attn.c_proj`]); // [N, D]
    ({ sum: x, normal: h } = addNorm(x, dropout(output), `${layer}.ln_2`));
    const [inner] = project(h, [`${layer}.mlp.c_fc`]); // [N, 4·D]
    const [feedForward] = project(activate(inner), [`${layer}.mlp.c_proj`]); // [N, D]
    ({ sum: x, normal: h } = addNorm(x, dropout(feedForward), next));
  }
  return h;
}

/** The factor for attention scores: `1/√(head width)`, and also `1/(layer + 1)` where the config asks for it. */
function attentionScale(config: Gpt2Config, layer: number): number {
  const width = config.scaleAttentionWeights ? 1 / Math.sqrt(config.headWidth) : 1;
  return config.scaleAttentionByInverseLayer ? width / (layer + 1) : width;
}
