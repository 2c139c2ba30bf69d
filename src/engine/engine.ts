import type { PlacementReason } from '../lib/placement.ts';
import type { DecoderSettings } from '../lib/settings.ts';

/** A request to a model: everything that determines the text, except the model. */
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
   * End-of-text is banned among this many first new tokens (Hugging Face's `min_new_tokens`), so that a continuation
   * of a finished text is not empty. Default 0.
   */
  minTokens?: number;
  /** If the token limit cut the text, end it at the last finished sentence. Default false. */
  trim?: boolean;
  /** End a text that fell into a loop of repeated n-grams. Default false. */
  cutLoops?: boolean;
  /** Generation stops before any of these strings; they are not part of the text. */
  stop?: string[];
  /** Also return the text's `embedding`. Default false. */
  embed?: boolean;
  /**
   * Milliseconds from now after which the request is not worth starting or finishing; none are left at 0 and below. No
   * moment, because clocks differ and are set.
   */
  timeLimit?: number;
}

/** A request to the engine. */
export interface GenerationRequest extends RowRequest {
  /** Absolute path of a model folder that `load` has accepted. */
  model: string;
}

/**
 * What the model reads before its first new token.
 * `text`: tokenized as plain text (a special token written in it stays text). An empty text starts from end-of-text.
 * `joke`: what the model folder's recipe asks for a new joke with, with its theme if the recipe has a place for one.
 * `continue`: what the recipe writes before a joke, then the user's text, keeping as many of the last tokens as fit the
 * context before `maxTokens`.
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
  /** Empty from a server, as `tokens` is: its ids are its own affair. */
  promptTokens: number[];
  /** Generated token ids, including the closing end-of-text. */
  tokens: number[];
  finish: FinishReason;
  /** Where it was written; if the GPU failed meanwhile, where it was finished. */
  provider: LoadedModel['provider'];
  /** The prompt did not fit, and only its last part was read. */
  promptCut: boolean;
  /** The text was shortened to its last finished sentence. */
  trimmed: boolean;
  /** Milliseconds from admission to the first token and to the end. */
  timing: { firstTokenMs: number; totalMs: number };
  /** From a server that tells them (`ENGINE`): what it considered for its first tokens, likeliest first. */
  thoughts?: Thought[];
  /** If the request asks for it: the mean [D] of the last hidden states that `tokens` were predicted from. */
  embedding?: Float32Array;
}

/** A token that a server chose and those it chose from, as texts: its ids would mean nothing here. */
export interface Thought {
  chosen: { text: string; p: number };
  choices: { text: string; p: number }[];
}

export interface LoadedModel {
  /** Absolute path of the folder, or the address of a model on a server. */
  model: string;
  name: string;
  /** sha256 of the weights, the model's identity; of a server's model, the sha256 of its address. */
  sha256: string;
  /** Context length in tokens. */
  context: number;
  /** Whether its recipe has a place for a theme. */
  takesTheme: boolean;
  /** sha256 of every file of the folder, by name. */
  files: Record<string, string>;
  /** `server`: its own affair. */
  precision: Precision | 'server';
  /** Where it runs once it is loaded. It may move later: each text says where it was written. */
  provider: ExecutionProvider | 'server';
  /** Version of onnxruntime: another one may produce a different text from the same seed. Empty for a server. */
  runtimeVersion: string;
}

/** A token and its probability under the softmax of the raw logits, before any processor. */
export interface TokenChoice {
  id: number;
  p: number;
}

export interface TokensRequest {
  /** Same as in a generation request. */
  adapter?: string;
  tokens: number[];
  /** First position to look at, ≥ 1: the prediction of token `from` given the tokens before it. */
  from: number;
  /** Number of likeliest tokens to list at each position. */
  top: number;
}

export interface InspectionRequest extends TokensRequest {
  model: string;
}

/** A text to embed. */
export interface TextRequest {
  /** Same as in a generation request. */
  adapter?: string;
  text: string;
}

export interface EmbeddingRequest extends TextRequest {
  model: string;
}

/** The model's predictions at one position. */
export interface InspectedStep {
  /** Index into `tokens` of the predicted token; the last step, `tokens.length`, has no `chosen`. */
  position: number;
  choices: TokenChoice[];
  chosen?: TokenChoice;
}

export interface GenerateOptions {
  /**
   * Called with each new piece of whole words and whole characters. Concatenated, the pieces are `text` before
   * trimming or cutting off a loop.
   */
  onText?: (increment: string) => void;
  signal?: AbortSignal;
}

/** The models, wherever they run. */
export interface Engine {
  /** Reads, checks and warms up a model folder. When it throws `ChispaError`, the models loaded before stay loaded. */
  load(model: string): Promise<LoadedModel>;
  /** Rejects with `ChispaError`. A cancelled or late request resolves with the text so far. */
  generate(request: GenerationRequest, options?: GenerateOptions): Promise<GenerationResult>;
  /** The likeliest tokens at each position from `from` to `tokens.length` inclusive, computed in one prefill. */
  inspect(request: InspectionRequest): Promise<InspectedStep[]>;
  /**
   * The embedding [D] of a text, read as a joke that the model told without a theme, up to its context: what `generate`
   * returns as the `embedding` of the same tokens, up to rounding.
   */
  embed(request: EmbeddingRequest): Promise<Float32Array>;
  close(): Promise<void>;
}

/** `fp16`: half precision on a GPU that can, `fp32` elsewhere. */
export type Precision = 'fp32' | 'fp16' | 'q8' | 'q4';
export type ExecutionProvider = 'cpu' | 'webgpu' | 'cuda';

/** How a model runs. */
export interface EngineOptions {
  /** `auto`: a GPU if there is one and it is faster, otherwise the CPU. */
  provider: ExecutionProvider | 'auto';
  /** Why, if `provider` is not what the host has asked for. */
  reason?: PlacementReason;
  /** Number of threads onnxruntime may use within an operation. */
  threads: number;
  /** Maximum number of rows of a model decoded together. */
  slots: number;
  precision: Precision;
  /** Maximum number of tokens in the caches of a model's rows together. Default: as many as all slots can need. */
  cacheTokens?: number;
}
