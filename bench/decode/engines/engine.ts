import { BOT_DEFAULTS, type DecoderSettings, NEUTRAL_DEFAULTS } from '../../../src/lib/settings.ts';

/** One engine as the benchmark sees it. */
export interface BenchEngine {
  /** Generates `tokens` tokens for each of `batch` prompts of PROMPT_TOKENS tokens in one batch; returns the total. */
  run(batch: number, decoder: BenchDecoder, tokens: number): Promise<number>;
}

export type BenchPrecision = 'fp32' | 'q8' | 'q4';

export interface BenchOptions {
  precision: BenchPrecision;
  threads: number;
  /** Folder of the random model in Hugging Face's layout; the peers' formats are made from it. */
  model: string;
  /** Most rows decoded together. */
  rows: number;
}

/** One token, as for `/chiste`, because the comparison is about decoding; prefill has other limits. */
export const PROMPT_TOKENS = 1;
/** Maximum tokens per row, prompt included. */
export const CONTEXT = 128;
/**
 * How every engine chooses tokens: the most likely one; a draw from the whole softmax at temperature 0.9 without top-k
 * or top-p; a draw with the bot's default settings.
 */
export const DECODERS = {
  greedy: { ...NEUTRAL_DEFAULTS, decoder: 'greedy' },
  sampling: { ...NEUTRAL_DEFAULTS, decoder: 'sampling', temperature: 0.9 },
  bot: BOT_DEFAULTS,
} satisfies Record<string, DecoderSettings>;
export type BenchDecoder = keyof typeof DECODERS;

/** Token ids of the prompt for row `row`. */
export const promptIds = (row: number): number[] =>
  Array.from({ length: PROMPT_TOKENS }, (_, i) => 33 + ((row * 7 + i * 5) % 60));
