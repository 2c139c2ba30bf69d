import type { ModelConfig } from '../models/config.ts';
import type { Tokenizer } from '../models/tokenizer.ts';
import type { FinishReason, GenerationResult, RowRequest } from './engine.ts';
import { loopEnd } from './loops.ts';
import { promptTokens, type Reader } from './prompt.ts';
import { finishedSentences } from './sentences.ts';
import { createStateMean, type StateMean } from './state-mean.ts';
import { createTextStream } from './text-stream.ts';

/** One request as a member of the batch. */
export interface Row {
  readonly id: number;
  readonly request: RowRequest;
  readonly prompt: readonly number[];
  /** Tokens that would complete the separator of a few-shot prompt, as long as the text may not end. */
  readonly enders: ReadonlySet<number> | undefined;
  /** Tokens generated so far. */
  readonly tokens: readonly number[];
  /** Of the text's last hidden states, if the request asks for its embedding. */
  readonly states: StateMean | undefined;
  /** Maximum length of prompt and text together, in tokens. */
  readonly longest: number;
  /** Called when the row gets its slot, which starts its clock. */
  admitted(): void;
  /** Takes the next token. Returns whether it finished the text. */
  accept(token: number): FinishReason | undefined;
  /** Whether the deadline has passed, or nobody is waiting any more. */
  givenUp(): FinishReason | undefined;
  /** Delivers the rest of the text and resolves the request. */
  finish(reason: FinishReason): void;
  fail(error: unknown): void;
}

/** What a row has written; it does not know where. */
export type RowResult = Omit<GenerationResult, 'provider'>;

export interface RowOptions {
  /** The model; a `ModelFolder` is one. */
  folder: Reader & {
    config: Pick<ModelConfig, 'start' | 'eos' | 'ends' | 'positions' | 'width'>;
    tokenizer: Tokenizer;
  };
  onText?: ((increment: string) => void) | undefined;
  signal?: AbortSignal | undefined;
  resolve: (result: RowResult) => void;
  reject: (error: unknown) => void;
}

export function createRow(id: number, request: RowRequest, options: RowOptions): Row {
  const { folder, onText, signal, resolve, reject } = options;
  const { maxTokens } = request.settings;
  const { tokens: prompt, cut: promptCut, opening, separator, answers } = promptTokens(folder, request);
  const longest = Math.min(prompt.length + maxTokens, folder.config.positions);
  const fresh = request.prompt.kind === 'joke' || prompt.every((token) => token === folder.config.start);
  const stop = [...(request.stop ?? []), ...(separator === undefined ? [] : [separator])];
  const newStream = () => createTextStream(folder.tokenizer, { opening, stop, fresh, answers });
  const stream = newStream();
  const tokens: number[] = [];
  const states = request.embed ? createStateMean(folder.config.width) : undefined;
  let start = performance.now();
  const late = start + (request.timeLimit ?? Number.POSITIVE_INFINITY);
  let firstToken: number | undefined;

  const hand = (increment: string) => {
    if (increment !== '') onText?.(increment);
  };

  /** The text, ended as the request asks. */
  const ending = (reason: FinishReason): { text: string; trimmed: boolean } => {
    const kept = reason === 'loop' ? loopEnd(tokens) : undefined;
    if (kept !== undefined) {
      const shorter = newStream();
      for (const token of tokens.slice(0, kept)) shorter.push(token);
      return { text: shorter.text.trimEnd(), trimmed: false };
    }
    const sentences = request.trim && reason === 'length' ? finishedSentences(stream.text) : undefined;
    if (sentences === undefined || sentences === stream.text.trimEnd())
      return { text: stream.text, trimmed: false };
    return { text: sentences, trimmed: true };
  };

  return {
    id,
    request,
    prompt,
    get enders() {
      if (separator === undefined || tokens.length >= (request.minTokens ?? 0)) return undefined;
      return tokensCompleting(folder.tokenizer, separator, stream.text);
    },
    tokens,
    states,
    longest,
    admitted() {
      start = performance.now();
    },
    accept(token) {
      firstToken ??= performance.now();
      tokens.push(token);
      if (folder.config.ends.includes(token)) return 'end';
      const { stopped } = stream.push(token);
      if (stopped !== undefined) return stopped === separator ? 'end' : 'stop';
      hand(stream.settled());
      if (request.cutLoops && loopEnd(tokens) !== undefined) return 'loop';
      return prompt.length + tokens.length >= longest ? 'length' : undefined;
    },
    givenUp() {
      if (signal?.aborted) return 'cancelled';
      return performance.now() >= late ? 'deadline' : undefined;
    },
    finish(reason) {
      hand(stream.rest());
      const end = performance.now();
      resolve({
        ...ending(reason),
        promptTokens: [...prompt],
        tokens,
        finish: reason,
        promptCut,
        timing: { firstTokenMs: (firstToken ?? end) - start, totalMs: end - start },
        ...(states && { embedding: states.mean() }),
      });
    },
    fail: reject,
  };
}

/** For each vocabulary, what `tokensLike` found: looking at 150,000 tokens takes a moment. */
const found = new WeakMap<Tokenizer, Map<string, ReadonlySet<number>>>();

/** The tokens that contain `part`, or begin with it. */
function tokensLike(tokenizer: Tokenizer, part: string, where: 'anywhere' | 'first'): ReadonlySet<number> {
  const known = found.get(tokenizer) ?? new Map<string, ReadonlySet<number>>();
  found.set(tokenizer, known);
  const key = `${where} ${part}`;
  const before = known.get(key);
  if (before) return before;
  const tokens = new Set<number>();
  for (let id = 0; id < tokenizer.size; id++) {
    const at = Buffer.from(tokenizer.bytes(id)).indexOf(part);
    if (where === 'first' ? at === 0 : at >= 0) tokens.add(id);
  }
  known.set(key, tokens);
  return tokens;
}

/** The tokens that contain `part`, or what is missing of it where the text ends in its beginning. */
function tokensCompleting(tokenizer: Tokenizer, part: string, text: string): ReadonlySet<number> {
  const tokens = new Set(tokensLike(tokenizer, part, 'anywhere'));
  for (let length = 1; length < part.length; length++)
    if (text.endsWith(part.slice(0, length)))
      for (const id of tokensLike(tokenizer, part.slice(length), 'first')) tokens.add(id);
  return tokens;
}
