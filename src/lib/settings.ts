import { z } from 'zod';

/**
 * Decoder settings: the one place where their names, ranges and defaults are written.
 * The database column, the options of `/ajustar` and the flags of `chispa generate` are derived from here.
 */
export const DECODERS = ['epsilon-greedy', 'sampling', 'greedy'] as const;
export type DecoderName = (typeof DECODERS)[number];

/** Inclusive ranges. `maxTokens` is also limited by the model's context. */
export const RANGES = {
  epsilon: { min: 0, max: 1, integer: false },
  temperature: { min: 0.05, max: 2, integer: false },
  topK: { min: 0, max: 1000, integer: true },
  topP: { min: 0.05, max: 1, integer: false },
  repetitionPenalty: { min: 1, max: 2, integer: false },
  maxTokens: { min: 1, max: 1024, integer: true },
} as const;
export type NumericSetting = keyof typeof RANGES;

const inRange = ({ min, max, integer }: (typeof RANGES)[NumericSetting]) =>
  integer ? z.number().int().min(min).max(max) : z.number().min(min).max(max);

export const decoderSettings = z.strictObject({
  /** `epsilon-greedy`: with probability ε the most probable token, else a draw (the notebook's convention; reinforcement learning usually writes it the other way round). */
  decoder: z.enum(DECODERS),
  /** Probability of the greedy choice: 1 is fully greedy, 0 is pure sampling. Read by `epsilon-greedy` only. */
  epsilon: inRange(RANGES.epsilon),
  temperature: inRange(RANGES.temperature),
  /** Keep the k most probable tokens; 0 keeps all. */
  topK: inRange(RANGES.topK),
  /** Keep the smallest set of tokens whose probabilities reach p; 1 keeps all. */
  topP: inRange(RANGES.topP),
  /** Divides positive and multiplies negative logits of tokens already seen (CTRL, arXiv:1909.05858); 1 is off. */
  repetitionPenalty: inRange(RANGES.repetitionPenalty),
  /** New tokens at most. */
  maxTokens: inRange(RANGES.maxTokens),
});
export type DecoderSettings = z.infer<typeof decoderSettings>;

/** What a guild starts with. */
export const BOT_DEFAULTS: DecoderSettings = {
  decoder: 'sampling',
  epsilon: 0.5,
  temperature: 0.8,
  topK: 0,
  topP: 0.95,
  repetitionPenalty: 1,
  maxTokens: 128,
};

/** The source notebook's plain softmax: every processor off. */
export const NEUTRAL_DEFAULTS: DecoderSettings = {
  ...BOT_DEFAULTS,
  temperature: 1,
  topP: 1,
  maxTokens: 100,
};

/** Seeds are unsigned 32-bit integers. */
export const seedSchema = z.number().int().min(0).max(0xffff_ffff);
