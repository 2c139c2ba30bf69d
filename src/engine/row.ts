import type { ModelFolder } from '../models/folder.ts';
import type { FinishReason, GenerationResult, RowRequest } from './engine.ts';
import { loopEnd } from './loops.ts';
import { promptTokens } from './prompt.ts';
import { finishedSentences } from './sentences.ts';
import { createTextStream } from './text-stream.ts';

/** One request on its way through the batch. */
export interface Row {
  readonly id: number;
  readonly request: RowRequest;
  readonly prompt: readonly number[];
  /** Generated so far. */
  readonly tokens: readonly number[];
  /** Prompt and text can grow to this many tokens together. */
  readonly longest: number;
  /** Called when the row gets its slot: its clock starts. */
  admitted(): void;
  /** Takes the next token and says whether the text is finished with it. */
  accept(token: number): FinishReason | undefined;
  /** Whether it is too late, or nobody waits any more. */
  givenUp(): FinishReason | undefined;
  /** Hands out what is left of the text and resolves the request. */
  finish(reason: FinishReason): void;
  fail(error: unknown): void;
}

export interface RowOptions {
  folder: Pick<ModelFolder, 'config' | 'tokenizer' | 'manifest'>;
  onText?: ((increment: string) => void) | undefined;
  signal?: AbortSignal | undefined;
  resolve: (result: GenerationResult) => void;
  reject: (error: unknown) => void;
}

export function createRow(id: number, request: RowRequest, options: RowOptions): Row {
  const { folder, onText, signal, resolve, reject } = options;
  const { maxTokens } = request.settings;
  const { tokens: prompt, cut: promptCut, opening } = promptTokens(folder, request.prompt, maxTokens);
  const longest = Math.min(prompt.length + maxTokens, folder.config.positions);
  const fresh = request.prompt.kind === 'joke' || prompt.every((token) => token === folder.config.start);
  const newStream = () => createTextStream(folder.tokenizer, { opening, stop: request.stop, fresh });
  const stream = newStream();
  const tokens: number[] = [];
  let start = performance.now();
  let firstToken: number | undefined;

  const hand = (increment: string) => {
    if (increment !== '') onText?.(increment);
  };

  /** The text as the request wants it ended. */
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
    tokens,
    longest,
    admitted() {
      start = performance.now();
    },
    accept(token) {
      firstToken ??= performance.now();
      tokens.push(token);
      if (folder.config.ends.includes(token)) return 'end';
      const { stopped } = stream.push(token);
      if (stopped) return 'stop';
      hand(stream.settled());
      if (request.cutLoops && loopEnd(tokens) !== undefined) return 'loop';
      return prompt.length + tokens.length >= longest ? 'length' : undefined;
    },
    givenUp() {
      if (signal?.aborted) return 'cancelled';
      return request.deadline !== undefined && Date.now() >= request.deadline ? 'deadline' : undefined;
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
      });
    },
    fail: reject,
  };
}
