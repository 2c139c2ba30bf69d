import { z } from 'zod';
import { count, unsupported } from './config-fields.ts';

/**
 * Rotary positions (RoFormer, arXiv:2104.09864): pair i of a head's numbers is rotated by `position · frequency_i`.
 * The frequencies are `theta^(−2i/width)` before scaling, which extends them to longer texts than those trained on.
 */
export type RotaryConfig = { theta: number } & (
  | { type: 'default' }
  /** All frequencies are divided (arXiv:2306.15595). */
  | { type: 'linear'; factor: number }
  /** Llama 3.1: low frequencies are divided, high ones kept, with a ramp in between. */
  | { type: 'llama3'; factor: number; lowFactor: number; highFactor: number; originalPositions: number }
  /** YaRN (arXiv:2309.00071): a ramp over the pairs; cosine and sine are multiplied by `attentionFactor`. */
  | {
      type: 'yarn';
      factor: number;
      betaFast: number;
      betaSlow: number;
      originalPositions: number;
      truncate: boolean;
      attentionFactor: number;
    }
);

const positive = z.number().positive();
const scale = z.number().min(1);
const theta = positive.optional();
const whole = z.literal(1).optional(); // the share of a head that is rotated

const shared = { rope_theta: theta, partial_rotary_factor: whole };
const original = { original_max_position_embeddings: count.optional() };
const variants = z.discriminatedUnion('rope_type', [
  z.strictObject({ rope_type: z.literal('default'), ...shared }),
  z.strictObject({ rope_type: z.literal('linear'), factor: scale, ...shared }),
  z.strictObject({
    rope_type: z.literal('llama3'),
    factor: scale,
    low_freq_factor: positive,
    high_freq_factor: positive,
    ...original,
    ...shared,
  }),
  z.strictObject({
    rope_type: z.literal('yarn'),
    factor: scale,
    beta_fast: positive.nullish(),
    beta_slow: positive.nullish(),
    attention_factor: positive.nullish(),
    mscale: z.number().nullish(),
    mscale_all_dim: z.number().nullish(),
    truncate: z.boolean().default(true),
    ...original,
    ...shared,
  }),
]);

/** The fields of a config.json that define rotary positions, in both of transformers' dialects. */
export const rotaryFields = {
  /** Up to transformers 4. */
  rope_theta: theta,
  rope_scaling: z.looseObject({}).nullish(),
  /** From transformers 5. */
  rope_parameters: z.looseObject({}).nullish(),
  partial_rotary_factor: whole,
};

interface RotaryFields {
  rope_theta?: number | undefined;
  rope_scaling?: Record<string, unknown> | null | undefined;
  rope_parameters?: Record<string, unknown> | null | undefined;
  max_position_embeddings: number;
}

/** Parses them. Unknown variants and fields are rejected by name. */
export function rotaryConfig(fields: RotaryFields, origin: string): RotaryConfig {
  const field = fields.rope_scaling ? 'rope_scaling' : 'rope_parameters';
  // `type` is the old name of `rope_type`; when both are given, transformers reads the newer one.
  const { type, ...given } = fields[field] ?? {};
  const parsed = variants.safeParse({ ...given, rope_type: given.rope_type ?? type ?? 'default' });
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw unsupported(origin, `${[field, ...(issue?.path ?? [])].join('.')}: ${issue?.message}`);
  }
  const rope = parsed.data;
  const common = { theta: rope.rope_theta ?? fields.rope_theta ?? 10_000 };
  const originalPositions =
    ('original_max_position_embeddings' in rope ? rope.original_max_position_embeddings : undefined) ??
    fields.max_position_embeddings;
  switch (rope.rope_type) {
    case 'default':
      return { ...common, type: 'default' };
    case 'linear':
      return { ...common, type: 'linear', factor: rope.factor };
    case 'llama3':
      if (rope.high_freq_factor <= rope.low_freq_factor)
        throw unsupported(origin, `${field}: high_freq_factor is not above low_freq_factor`);
      return {
        ...common,
        type: 'llama3',
        factor: rope.factor,
        lowFactor: rope.low_freq_factor,
        highFactor: rope.high_freq_factor,
        originalPositions,
      };
    case 'yarn': {
      const { factor, mscale, mscale_all_dim: allDim } = rope;
      const inferred =
        mscale && allDim ? stretch(factor, mscale) / stretch(factor, allDim) : stretch(factor, 1);
      return {
        ...common,
        type: 'yarn',
        factor,
        betaFast: rope.beta_fast ?? 32,
        betaSlow: rope.beta_slow ?? 1,
        originalPositions,
        truncate: rope.truncate,
        attentionFactor: rope.attention_factor ?? inferred,
      };
    }
  }
}

const stretch = (factor: number, weight: number): number =>
  factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1;
