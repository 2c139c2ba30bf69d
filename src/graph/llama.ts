import type { LlamaConfig } from '../models/llama-config.ts';
import { add, gather, reshape, rmsNorm, rotate, swiglu } from './ops/index.ts';
import { rotaryTable } from './rotary.ts';
import { inHeads, projector, type TransformerParts } from './transformer-parts.ts';
import type { Value } from './value.ts';

/**
 * Llama (arXiv:2302.13971) and its relatives up to and including the last normalization: RMSNorm (arXiv:1910.07467),
 * rotary positions (arXiv:2104.09864), grouped queries (arXiv:2305.13245), and SwiGLU (arXiv:2002.05202). Names and
 * layouts are Hugging Face's. `ids` and `positions` are int64 [N], the N tokens of all rows concatenated; the result is
 * [N, D].
 */
export function llama(config: LlamaConfig, parts: TransformerParts, ids: Value, positions: Value): Value {
  const { parameter, attend, dropout = (x) => x } = parts;
  const project = projector(parts);
  const { embed = (ids) => gather(parameter('embed_tokens.weight'), ids) } = parts;
  const { heads, keyValueHeads, headWidth, normEpsilon } = config;
  const norm = (x: Value, name: string) => rmsNorm(x, parameter(`${name}.weight`), normEpsilon);
  const addNorm = (x: Value, y: Value, name: string) => {
    if (parts.addRmsNorm) return parts.addRmsNorm(x, y, parameter(`${name}.weight`), normEpsilon);
    const sum = add(x, y);
    return { sum, normal: norm(sum, name) };
  };
  const table = rotaryTable(ids.graph, config.rotary, positions, { ...parts, width: headWidth });

  /** Queries or keys [N, count · W] as heads [B, count, S, W], normalized if the model does so, then rotated. */
  const turned = (x: Value, count: number, normName: string): Value => {
    const normal = config.headNorm ? norm(reshape(x, ['N', count, headWidth]), normName) : x;
    return rotate(inHeads(normal, parts, count, headWidth), table);
  };

  let x = dropout(embed(ids)); // [N, D]
  let h = norm(x, 'layers.0.input_layernorm');
  for (let i = 0; i < config.layers; i++) {
    const layer = `layers.${i}`;
    const attention = `${layer}.self_attn`;
    const next = i + 1 < config.layers ? `layers.${i + 1}.input_layernorm` : 'norm';
    const [q, k, v] = project(h, [`${attention}.q_proj`, `${attention}.k_proj`, `${attention}.v_proj`]);
    const query = turned(q, heads, `${attention}.q_norm`); // [B, H, S, W]
    const key = turned(k, keyValueHeads, `${attention}.k_norm`); // [B, G, S, W]
    const value = inHeads(v, parts, keyValueHeads, headWidth); // [B, G, S, W]
    const attended = attend(query, key, value, { scale: 1 / Math.sqrt(headWidth), layer: i }); // [N, H·W]
    const [output] = project(attended, [`${attention}.o_proj`]);
    ({ sum: x, normal: h } = addNorm(x, dropout(output), `${layer}.post_attention_layernorm`));
    const [gate, up] = project(h, [`${layer}.mlp.gate_proj`, `${layer}.mlp.up_proj`]); // [N, inner] each
    const [down] = project(swiglu(gate, up), [`${layer}.mlp.down_proj`]); // [N, D]
    ({ sum: x, normal: h } = addNorm(x, dropout(down), next));
  }
  return h;
}
