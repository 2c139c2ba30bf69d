import type { DecoderSettings } from '../../lib/settings.ts';
import { isGreedy } from '../choose.ts';
import type { GenerationRequest } from '../engine.ts';
import { randomAt } from '../random.ts';

/** The likeliest tokens that are asked for with each one: OpenAI's own servers give five. */
const CHOICES = 5;
/** The order in which a local model applies its settings; llama.cpp's own is another. */
const SAMPLERS = ['penalties', 'temperature', 'top_k', 'top_p'] as const;

/** What a request asks beyond OpenAI's protocol. */
export interface Extras {
  all: Record<string, number | readonly string[]>;
  /** The settings without which the text would be another. */
  needed: string[];
}

/**
 * Under the names of vLLM and llama.cpp's server; others ignore or refuse them. Neutral values are sent too: both have other
 * defaults.
 */
export function extrasOf(
  { settings, minTokens = 0 }: GenerationRequest,
  greedy: boolean,
  step: number,
): Extras {
  const { topK, repetitionPenalty } = settings;
  const least = Math.max(0, minTokens - step);
  const cuts = topK > 0 && !greedy;
  return {
    all: {
      top_k: cuts ? topK : -1,
      min_p: 0,
      repetition_penalty: repetitionPenalty,
      repeat_penalty: repetitionPenalty,
      repeat_last_n: -1,
      samplers: SAMPLERS,
      logprobs: CHOICES,
      ...(least > 0 && { min_tokens: least }),
    },
    needed: [...(cuts ? ['top_k'] : []), ...(repetitionPenalty === 1 ? [] : ['a repetition penalty'])],
  };
}

/** The tokens from `step` on that are all chosen in the same way. */
export function runAt(
  { settings, seed }: GenerationRequest,
  step: number,
): { greedy: boolean; tokens: number } {
  const left = settings.maxTokens - step;
  const greedyAt = (at: number): boolean => isGreedy(settings, randomAt(seed, at).coin);
  const greedy = greedyAt(step);
  if (!tosses(settings)) return { greedy, tokens: left };
  let tokens = 1;
  while (tokens < left && greedyAt(step + tokens) === greedy) tokens++;
  return { greedy, tokens };
}

const tosses = ({ decoder, epsilon }: DecoderSettings): boolean =>
  decoder === 'epsilon-greedy' && epsilon > 0 && epsilon < 1;

/** A server reads special tokens in a text: what a person typed must not look like one. */
export function harmless(prompt: GenerationRequest['prompt']): GenerationRequest['prompt'] {
  const plain = (text: string) =>
    text.replace(/<(?=[|/\p{L}_])/gu, '< ').replace(/\[(?=\/?[A-Z_]+\])/g, '[ ');
  if (prompt.kind === 'continue') return { ...prompt, text: plain(prompt.text) };
  return prompt.kind === 'joke' && prompt.theme !== undefined
    ? { ...prompt, theme: plain(prompt.theme) }
    : prompt;
}
