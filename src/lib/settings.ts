import { z } from 'zod';

/**
 * Decoder settings: the one place where their names, ranges and defaults are defined. The database column, the options of
 * `/ajustar` and the flags of `chispa generate` are derived from here.
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
  /**
   * `epsilon-greedy`: with probability ε the most probable token, else a draw (the notebook's convention; reinforcement
   * learning usually writes it the other way around).
   */
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
  /** Most new tokens. */
  maxTokens: inRange(RANGES.maxTokens),
});
export type DecoderSettings = z.infer<typeof decoderSettings>;

/** A setting that leaves others without effect. */
export type IdleCause = 'decoder' | 'epsilon' | 'topK';

/**
 * The settings that have no effect next to the others, each with what makes it idle: epsilon is read by `epsilon-greedy`
 * only, and where the most probable token always wins, nothing that reshapes a draw matters.
 */
export function idleSettings({ decoder, epsilon, topK }: DecoderSettings): Map<NumericSetting, IdleCause> {
  const idle = new Map<NumericSetting, IdleCause>();
  const mark = (cause: IdleCause, ...names: NumericSetting[]) => {
    for (const name of names) idle.set(name, cause);
  };
  if (topK === 1) mark('topK', 'epsilon', 'temperature', 'topP');
  if (decoder === 'epsilon-greedy' && epsilon === 1) mark('epsilon', 'temperature', 'topK', 'topP');
  if (decoder === 'greedy') mark('decoder', 'temperature', 'topK', 'topP');
  if (decoder !== 'epsilon-greedy') mark('decoder', 'epsilon');
  if (decoder === 'epsilon-greedy' && epsilon === 1) idle.delete('epsilon'); // it is the cause itself
  return idle;
}

/** The settings that a guild starts with. */
export const BOT_DEFAULTS: DecoderSettings = {
  decoder: 'sampling',
  epsilon: 0.5,
  temperature: 0.8,
  topK: 0,
  topP: 0.95,
  repetitionPenalty: 1,
  maxTokens: 128,
};

/**
 * The settings to name under a joke, so that it can be told again from the bot's defaults: what the decoder goes by,
 * then whatever else has an effect and differs from the default.
 */
export function notableSettings(settings: DecoderSettings): NumericSetting[] {
  const { decoder } = settings;
  const idle = idleSettings(settings);
  const main: NumericSetting[] =
    decoder === 'greedy' ? [] : decoder === 'sampling' ? ['temperature'] : ['epsilon'];
  const others = (Object.keys(RANGES) as NumericSetting[]).filter(
    (name) => !main.includes(name) && !idle.has(name) && settings[name] !== BOT_DEFAULTS[name],
  );
  return [...main, ...others];
}

/** The source notebook's plain softmax: every processor off. */
export const NEUTRAL_DEFAULTS: DecoderSettings = {
  ...BOT_DEFAULTS,
  temperature: 1,
  topP: 1,
  maxTokens: 100,
};

/** Seeds are unsigned 32-bit integers. */
export const seedSchema = z.number().int().min(0).max(0xffff_ffff);
