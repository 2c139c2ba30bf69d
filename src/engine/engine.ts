import type { DecoderSettings } from '../lib/settings.ts';

/** What is asked of a model. Everything that decides the text is in here, apart from the model. */
export interface RowRequest {
  /**
   * Absolute path of a low-rank adapter (LoRA) for that model, a folder in PEFT's layout. Rows with different adapters
   * and rows without one decode together.
   */
  adapter?: string;
  prompt: Prompt;
  settings: DecoderSettings;
  /** Unsigned 32-bit; same seed, settings, prompt and model give the same text whatever else is in the batch. */
  seed: number;
  /**
   * End-of-text cannot come among the first so many new tokens (Hugging Face's `min_new_tokens`), so that a finished
   * text is not continued by nothing. Default 0.
   */
  minTokens?: number;
  /** End the text at the last finished sentence when the token limit cut it. Default false. */
  trim?: boolean;
  /** End a text that fell into a loop of repeated n-grams. Default false. */
  cutLoops?: boolean;
  /** Generation stops before any of these strings; they are not part of the text. */
  stop?: string[];
  /** Milliseconds since the epoch after which the request is not worth starting or finishing. */
  deadline?: number;
}

/** What one request asks of the engine. */
export interface GenerationRequest extends RowRequest {
  /** Absolute path of a model folder that `load` has accepted. */
  model: string;
}

/**
 * What the model reads before its first new token.
 * `text`: tokenised as plain text (a special token written in it stays text). An empty text starts from end-of-text.
 * `joke`: the model folder's own template for a new joke, with its theme where the template has a place for one.
 * `continue`: the model folder's own start of a document, then the user's text, keeping the last tokens that fit
 * the context before `maxTokens`.
 */
export type Prompt =
  | { kind: 'text'; text: string }
  | { kind: 'joke'; theme?: string }
  | { kind: 'continue'; text: string };

export type FinishReason = 'end' | 'length' | 'stop' | 'loop' | 'cancelled' | 'deadline';

export interface GenerationResult {
  /**
   * Generated text only, without the prompt. A `joke` without a theme begins with the visible opening of its template
   * (`openingText`), so that callers never know templates.
   */
  text: string;
  promptTokens: number[];
  /** Generated token ids, the closing end-of-text included. */
  tokens: number[];
  finish: FinishReason;
  /** The prompt did not fit and only its last part was read. */
  promptCut: boolean;
  /** The text was shortened to its last finished sentence. */
  trimmed: boolean;
  /** Milliseconds from admission to the first token and to the end. */
  timing: { firstTokenMs: number; totalMs: number };
}

export interface LoadedModel {
  /** Absolute path of the folder. */
  model: string;
  name: string;
  /** sha256 of the weights, the model's identity. */
  sha256: string;
  /** Tokens the model can see at once. */
  context: number;
  /** Whether its manifest has a place for a theme. */
  takesTheme: boolean;
  /** sha256 of every file of the folder, by name. */
  files: Record<string, string>;
  precision: Precision;
  /** The provider in use, after a fallback perhaps. */
  provider: ExecutionProvider;
  /** Version of onnxruntime: another one may give another text for the same seed. */
  runtimeVersion: string;
}

/** A token and its probability under the softmax of the raw logits, before any processor. */
export interface TokenChoice {
  id: number;
  p: number;
}

export interface TokensRequest {
  /** As in a generation request. */
  adapter?: string;
  tokens: number[];
  /** First position to look at, ≥ 1: the prediction of token `from` given the tokens before it. */
  from: number;
  /** Likeliest tokens to list at each position. */
  top: number;
}

export interface InspectionRequest extends TokensRequest {
  model: string;
}

/** What the model thought at one position. */
export interface InspectedStep {
  /** Index into `tokens` of the predicted token; the last step, `tokens.length`, has no `chosen`. */
  position: number;
  choices: TokenChoice[];
  chosen?: TokenChoice;
}

export interface GenerateOptions {
  /**
   * Called with each increment of whole words and whole characters; their concatenation is `text` before it was
   * trimmed or a loop was cut off.
   */
  onText?: (increment: string) => void;
  signal?: AbortSignal;
}

/** The models, wherever they run. */
export interface Engine {
  /** Reads, checks and warms a model folder. Throws `ChispaError` and keeps what was loaded before. */
  load(model: string): Promise<LoadedModel>;
  /** Rejects with `ChispaError`; a cancelled or late request resolves with what it had. */
  generate(request: GenerationRequest, options?: GenerateOptions): Promise<GenerationResult>;
  /** The likeliest tokens at each position from `from` to `tokens.length` inclusive, by one prefill. */
  inspect(request: InspectionRequest): Promise<InspectedStep[]>;
  close(): Promise<void>;
}

export type Precision = 'fp32' | 'q8' | 'q4';
export type ExecutionProvider = 'cpu' | 'webgpu' | 'cuda';

/** How a model runs. */
export interface EngineOptions {
  provider: ExecutionProvider;
  /** Threads onnxruntime may use within an operation. */
  threads: number;
  /** Rows of a model decoded together at most. */
  slots: number;
  precision: Precision;
  /** Tokens that the caches of a model's rows may hold together. Default: as many as all slots can need. */
  cacheTokens?: number;
}
