import type { Manifest } from '../models/manifest.ts';
import { JOKE_FORMAT, type Recipe } from '../prompt/recipe.ts';
import type { Speaker } from '../prompt/speaker.ts';
import { type WrittenPrompt, writePrompt } from '../prompt/write.ts';
import type { RowRequest } from './engine.ts';

/** What prompts need to know of a model; a `ModelFolder` is one. */
export interface Reader extends Speaker {
  config: Speaker['config'] & {
    /** Context length in tokens. */
    positions: number;
  };
  manifest: Pick<Manifest, 'prompt'>;
}

export interface PromptTokens extends Omit<WrittenPrompt, 'head'> {
  /** Whether only the last part fit. */
  cut: boolean;
}

/**
 * The tokens the model reads for a request: at least one, and at most as many as leave room for `maxTokens` more. If
 * `maxTokens` exceeds the model's context, half of the context is kept for the prompt, and the text ends when the
 * context is full. A joke's prompt is short and would mean nothing if it were cut, so it may fill the context
 * except for one token.
 */
export function promptTokens(
  folder: Reader,
  {
    prompt,
    adapter,
    seed,
    settings: { maxTokens },
  }: Pick<RowRequest, 'prompt' | 'adapter' | 'seed' | 'settings'>,
): PromptTokens {
  const { start, positions } = folder.config;
  const beforeText = maxTokens < positions ? positions - maxTokens : Math.max(1, positions >> 1);
  const { head, ...written }: WrittenPrompt =
    prompt.kind === 'text'
      ? { tokens: folder.tokenizer.encode(prompt.text), head: 0, opening: '', answers: false }
      : writePrompt(folder, recipeFor(folder, adapter), prompt, { seed, room: beforeText });
  const { tokens } = written;
  if (tokens.length === 0) return { ...written, tokens: [start], cut: false };
  const room = prompt.kind === 'joke' ? positions - 1 : beforeText;
  if (tokens.length <= room) return { ...written, cut: false };
  // A continuation keeps what stands before it: without it, the model would start in the middle of a text.
  const kept = prompt.kind === 'continue' && room > head ? tokens.slice(0, head) : [];
  return { ...written, tokens: [...kept, ...tokens.slice(tokens.length - room + kept.length)], cut: true };
}

/** An adapter on a base model has learned jokes as they are, without examples. */
function recipeFor({ manifest }: Reader, adapter: string | undefined): Recipe {
  return adapter !== undefined && manifest.prompt.kind === 'few-shot' ? JOKE_FORMAT : manifest.prompt;
}
