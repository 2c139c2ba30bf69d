import { Template } from '@huggingface/jinja';
import { ChispaError, messageOf } from '../lib/errors.ts';
import type { ChatRecipe } from './recipe.ts';

export interface ChatTemplate {
  /** The Jinja source that a Hugging Face folder calls `chat_template`. */
  source: string;
  /** Names of the special tokens that it may write. */
  bos: string;
  eos: string;
}

/** What an instruct model is asked with, in its users' language. */
export const CHAT_WORDS = {
  system: 'Eres un humorista. Cuentas chistes cortos y originales en español. Responde solo con el chiste.',
  joke: 'Cuéntame un chiste.',
  theme: 'Cuéntame un chiste sobre {theme}.',
} satisfies Partial<ChatRecipe>;

/** Stand for the question and the answer, to be found again in what the template wrote. */
const QUESTION = 'QuestionGoesHere';
const ANSWER = 'AnswerGoesHere';

interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/**
 * Renders a chat template once, with thinking switched off where it has a switch, and keeps what it writes around the
 * question. A template that takes no system message gets it above the question. Do not call it with a template from
 * outside except in a process that may be killed (`renderChat`): a template can loop.
 *
 * @throws ChispaError `prompt-template` if the template is wrong or does not show the question once.
 */
export function chatRecipeFrom(
  template: ChatTemplate,
  words: Pick<ChatRecipe, 'system' | 'joke' | 'theme'> = CHAT_WORDS,
): ChatRecipe {
  const parsed = attempt(() => new Template(template.source));
  const write = (messages: readonly Message[], asks: boolean) =>
    parsed.render({
      messages,
      add_generation_prompt: asks,
      bos_token: template.bos,
      eos_token: template.eos,
      enable_thinking: false,
    });
  const asked: Message = { role: 'user', content: QUESTION };
  const { system } = words;
  const separate: Message[] = [{ role: 'system', content: system }, asked];
  const together: Message[] = [{ role: 'user', content: `${system}\n\n${QUESTION}` }];
  const shows = (text: string) => text.split(QUESTION).length === 2 && text.includes(system);
  const tries = system === '' ? [[asked]] : [separate, together];
  const messages = tries.find((one, i) => i === tries.length - 1 || shows(quietly(() => write(one, true))));
  const text = attempt(() => write(messages ?? [], true));
  if (!shows(text)) throw wrong('what it writes does not show the system message and the question');
  const [before = '', after = ''] = text.split(QUESTION);
  const answered = quietly(() => write([...(messages ?? []), { role: 'assistant', content: ANSWER }], false));
  const end = /^\s*(<[^<>\s]+>|\[[^[\]\s]+\])/.exec(answered.split(ANSWER)[1] ?? '')?.[1];
  return {
    kind: 'chat',
    ...words,
    before,
    // A template that makes every answer begin with thinking gets a thought that is already over.
    after: /<think>\s*$/.test(after) ? `${after.trimEnd()}\n\n</think>\n\n` : after,
    ...(end !== undefined && { end }),
  };
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw wrong(messageOf(error));
  }
}

function quietly(work: () => string): string {
  try {
    return work();
  } catch {
    return '';
  }
}

export const wrong = (why: string): ChispaError =>
  new ChispaError(
    'prompt-template',
    `The model's chat template cannot be used: ${why.replace(/[.\s]+$/, '')}.`,
  );
