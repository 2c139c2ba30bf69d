import type { LlamaConfig } from '../models/llama-config.ts';
import { add, gather, type RotaryTable, reshape, rmsNorm, rotate, swiglu } from './ops/index.ts';
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
  const { parameter, dropout = (x) => x } = parts;
  const project = projector(parts);
  const { embed = (ids) => gather(parameter('embed_tokens.weight'), ids) } = parts;
  const { heads, keyValueHeads, headWidth, normEpsilon } = config;
  const norm = (x: Value, name: string) => rmsNorm(x, parameter(`${name}.weight`), normEpsilon);
  const addNorm = (x: Value, y: Value, name: string) => {
    if (parts.addRmsNorm) return parts.addRmsNorm(x, y, parameter(`${name}.weight`), normEpsilon);
    const sum = add(x, y);
    return { sum, normal: norm(sum, name) };
  };
  let table: RotaryTable | undefined;

  /** Queries or keys [N, count · W], each head normalized if the model does so. */
  const normalized = (x: Value, count: number, name: string): Value => {
    if (!config.headNorm) return x;
    return reshape(norm(reshape(x, ['N', count, headWidth]), name), ['N', count * headWidth]);
  };
  /** The same as heads [B, count, S, W], rotated. */
  const turned = (x: Value, count: number): Value => {
    table ??=
      parts.rotations ?? rotaryTable(ids.graph, config.rotary, positions, { ...parts, width: headWidth });
    return rotate(inHeads(x, parts, count, headWidth), table);
  };
  const attend = (query: Value, key: Value, value: Value, layer: number): Value => {
    const options = { scale: 1 / Math.sqrt(headWidth), layer };
    if (parts.attendProjected) return parts.attendProjected([query, key, value], options);
    const values = inHeads(value, parts, keyValueHeads, headWidth); // [B, G, S, W]
    return parts.attend(turned(query, heads), turned(key, keyValueHeads), values, options);
  };

  let x = dropout(embed(ids)); // [N, D]
  let h = norm(x, 'layers.0.input_layernorm');
  for (let i = 0; i < config.layers; i++) {
    const layer = `layers.${i}`;
    const attention = `${layer}.self_attn`;
    const next = i + 1 < config.layers ? `layers.${i + 1}.input_layernorm` : 'norm';
    const [q, k, v] = project(h, [`${attention}.q_proj`, `${attention}.k_proj`, `${attention}.v_proj`]);
    const query = normalized(q, heads, `${attention}.q_norm`); // [N, H·W]
    const key = normalized(k, keyValueHeads, `${attention}.k_norm`); // [N, G·W]
    const attended = attend(query, key, v, i); // [N, H·W]
    const [output] = project(attended, [`${attention}.o_proj`]);
    ({ sum: x, normal: h } = addNorm(x, dropout(output), `${layer}.post_attention_layernorm`));
    const [gate, up] = project(h, [`${layer}.mlp.gate_proj`, `${layer}.mlp.up_proj`]); // [N, inner] each
    const [down] = project(swiglu(gate, up), [`${layer}.mlp.down_proj`]); // [N, D]
    ({ sum: x, normal: h } = addNorm(x, dropout(down), next));
  }
  return h;
}
