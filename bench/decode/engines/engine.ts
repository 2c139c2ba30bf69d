/** One engine as the benchmark sees it. */
export interface BenchEngine {
  /** Generates `tokens` tokens for each of `batch` prompts of PROMPT_TOKENS tokens, together; returns how many came. */
  run(batch: number, decoder: 'greedy' | 'sampling', tokens: number): Promise<number>;
}

export type BenchPrecision = 'fp32' | 'q8' | 'q4';

export interface BenchOptions {
  precision: BenchPrecision;
  threads: number;
  /** Folder of the random model in Hugging Face's layout; the peers' own formats are made from it. */
  model: string;
}

/** One, as `/chiste` asks: what is compared is decoding; reading a prompt is bound by other things. */
export const PROMPT_TOKENS = 1;
/** Tokens that a row may have, prompt included. */
export const CONTEXT = 128;
export const MAX_BATCH = 16;
/** Plain sampling for everybody: the whole softmax at this temperature, no top-k, no top-p. */
export const TEMPERATURE = 0.9;

/** Token ids of the prompt of row `row`. */
export const promptIds = (row: number): number[] =>
  Array.from({ length: PROMPT_TOKENS }, (_, i) => 33 + ((row * 7 + i * 5) % 60));
