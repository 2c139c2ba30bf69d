import type { ModelConfig } from '../models/config.ts';
import { layoutOf } from '../models/layouts.ts';
import { linear, type RotaryTable, reshape, transpose } from './ops/index.ts';
import type { Dimension, Value } from './value.ts';

/**
 * What differs between the training and decode graphs of one model, whatever its architecture. Training feeds the
 * weights and packs the rows; decoding reads the weights from a file, may quantize them, and attends to a cache.
 */
export interface TransformerParts {
  /** Rows of tokens, and tokens per row. */
  batch: Dimension;
  length: Dimension;
  /** A weight by its Hugging Face name without prefix, as float32: `h.0.ln_1.bias`. */
  parameter(name: string): Value;
  /** Linear layers, with any biases, that share an input: x [N, in] → [N, out] for each name. */
  project(x: Value, names: readonly string[]): Value[];
  /**
   * Causal self-attention: queries [B, H, S, W], keys and values [B, G, S, W] with H a multiple of G → [N, H·W].
   * Scores are multiplied by `scale`.
   */
  attend(query: Value, key: Value, value: Value, options: AttentionOptions): Value;
  /**
   * Replaces `attend` where one operation also splits into heads and rotates: queries [N, H·W], keys and values
   * [N, G·W] as they were projected, or the three side by side as one value [N, (H + 2·G)·W] → [N, H·W].
   */
  attendProjected?(
    projected: readonly [Value] | readonly [Value, Value, Value],
    options: AttentionOptions,
  ): Value;
  /** The token embedding of ids [N] → [N, D]. Default: rows of its matrix. */
  embed?(ids: Value): Value;
  /** How rotary positions turn the tokens [B, S]. Default: computed in the graph. */
  rotations?: RotaryTable;
  /** The residual sum `x + y` and its normalization, which a decode graph may fuse. */
  addLayerNorm?(x: Value, y: Value, weight: Value, bias: Value, epsilon: number): NormalizedSum;
  addRmsNorm?(x: Value, y: Value, weight: Value, epsilon: number): NormalizedSum;
  /** Regularization of the embeddings and of both residual branches. Default: none. */
  dropout?(x: Value): Value;
}

export interface AttentionOptions {
  scale: number;
  layer: number;
}

export interface NormalizedSum {
  sum: Value;
  normal: Value;
}

/** Linear layers with the weights as stored in the model's file. */
export function plainProjection(
  config: ModelConfig,
  parameter: TransformerParts['parameter'],
): TransformerParts['project'] {
  const { linears, inputsFirst } = layoutOf(config);
  const biased = new Set(linears.flat().flatMap(({ name, bias }) => (bias ? [name] : [])));
  return (x, names) =>
    names.map((name) => {
      const bias = biased.has(name) ? parameter(`${name}.bias`) : undefined;
      return linear(x, parameter(`${name}.weight`), bias, { transposed: !inputsFirst });
    });
}

/** `project`, typed to return one result for each name. */
export const projector =
  ({ project }: Pick<TransformerParts, 'project'>) =>
  <const Names extends readonly string[]>(x: Value, names: Names) =>
    project(x, names) as { [Name in keyof Names]: Value };

/** Groups the tokens by head: [N, heads · W] → [B, heads, S, W]. */
export const inHeads = (
  x: Value,
  { batch, length }: Pick<TransformerParts, 'batch' | 'length'>,
  heads: number,
  width: number,
): Value => transpose(reshape(x, [batch, length, heads, width]), [0, 2, 1, 3]);
