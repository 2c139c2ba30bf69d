import type { ModelFolder } from '../models/folder.ts';
import { openingText, templateTokens } from '../models/template.ts';
import type { Prompt } from './engine.ts';

export interface PromptTokens {
  tokens: number[];
  /** Whether only the last part fit. */
  cut: boolean;
  /** The part of the prompt that readers see as the beginning of the joke. */
  opening: string;
}

/**
 * The tokens the model reads for a prompt: at least one, and at most as many as leave room for `maxTokens` more. If
 * `maxTokens` exceeds the model's context, half of the context is kept for the prompt, and the text ends when the
 * context is full. A joke's template is short and would mean nothing if it were cut, so it may fill the context
 * except for one token.
 */
export function promptTokens(
  folder: Pick<ModelFolder, 'config' | 'tokenizer' | 'manifest'>,
  prompt: Prompt,
  maxTokens: number,
): PromptTokens {
  const { start, positions } = folder.config;
  const { tokens, opening = '' } = read(folder, prompt);
  if (tokens.length === 0) return { tokens: [start], cut: false, opening };
  const beforeText = maxTokens < positions ? positions - maxTokens : Math.max(1, positions >> 1);
  const room = prompt.kind === 'joke' ? positions - 1 : beforeText;
  if (tokens.length <= room) return { tokens, cut: false, opening };
  // A continuation keeps its start of a document: without it, the model would start in the middle of a text.
  const head = prompt.kind === 'continue' && tokens[0] === start && room > 1 ? [start] : [];
  return { tokens: [...head, ...tokens.slice(tokens.length - room + head.length)], cut: true, opening };
}

function read(
  folder: Pick<ModelFolder, 'config' | 'tokenizer' | 'manifest'>,
  prompt: Prompt,
): { tokens: number[]; opening?: string } {
  const templates = folder.manifest.prompt;
  if (prompt.kind === 'text') return { tokens: folder.tokenizer.encode(prompt.text) };
  if (prompt.kind === 'continue')
    return { tokens: templateTokens(folder, templates.continue, { text: prompt.text }) };
  return prompt.theme !== undefined && templates.theme !== undefined
    ? { tokens: templateTokens(folder, templates.theme, { theme: prompt.theme }) }
    : { tokens: templateTokens(folder, templates.joke), opening: openingText(templates.joke) };
}
