import type { ChispaRequest } from '../db/request-shape.ts';
import type { EndingOptions } from '../db/schema.ts';
import type { JokeText } from '../discord/joke-message.ts';
import type { Engine, GenerationResult, Prompt } from '../engine/engine.ts';
import type { Safety } from '../safety/safety.ts';
import type { Serving } from './active-model.ts';

/** How a joke in Discord ends: at a finished sentence, and before it goes round in circles. */
export const ENDING: EndingOptions = { trim: true, cutLoops: true, stop: [] };
/** A continuation says something, also of a text that seems finished. */
const CONTINUATION_TOKENS = 12;
/** A joke that may not be told is silently written anew with other seeds, this often. */
const RETRIES = 3;

/** What a text is written from: a request for a joke, or one half of a preview. */
export type Draft = Pick<ChispaRequest, 'settings' | 'safeMode' | 'seed' | 'deadline'> &
  ({ kind: 'joke'; theme?: string | undefined } | { kind: 'continue'; text: string });

export interface Written {
  result: GenerationResult;
  /** The seed that gave it: the draft's own unless that text was not fit to tell. */
  seed: number;
}

export interface Writer {
  engine: Engine;
  safety: Safety;
}

/**
 * Generates what a draft asks for, showing it as it grows. A text that fails the guild's filter is dropped as soon
 * as it does, and written anew; undefined when none was fit to tell. Rejects when `signal` stops it.
 */
export async function writeJoke(
  { engine, safety }: Writer,
  draft: Draft,
  { loaded, voice }: Pick<Serving, 'loaded' | 'voice'>,
  signal: AbortSignal,
  show: (joke: JokeText) => void,
): Promise<Written | undefined> {
  const theme = draft.kind === 'joke' && loaded.takesTheme ? draft.theme : undefined;
  const prompt: Prompt =
    draft.kind === 'continue'
      ? { kind: 'continue', text: draft.text }
      : { kind: 'joke', ...(theme && { theme }) };
  const about: Omit<JokeText, 'text'> =
    draft.kind === 'continue' ? { given: draft.text } : theme ? { theme } : {};
  // A slur may lie across the border between what was given and what comes.
  const isFit = (text: string) =>
    safety.check(`${about.given ?? ''}${text}`, draft.safeMode ? 'safe' : 'open').allowed;

  for (let attempt = 0; attempt <= RETRIES; attempt++) {
    const seed = seedOf(draft.seed, attempt);
    const unfit = new AbortController();
    let text = '';
    const result = await engine.generate(
      {
        model: loaded.model,
        ...(voice && { adapter: voice.folder }),
        prompt,
        settings: draft.settings,
        seed,
        deadline: draft.deadline.getTime(),
        ...ENDING,
        ...(prompt.kind === 'continue' && { minTokens: CONTINUATION_TOKENS }),
      },
      {
        signal: AbortSignal.any([signal, unfit.signal]),
        onText: (increment) => {
          text += increment;
          if (isFit(text)) show({ ...about, text });
          else unfit.abort();
        },
      },
    );
    if (signal.aborted) throw new Error('generation was stopped');
    if (!unfit.signal.aborted && isFit(result.text)) return { result, seed };
  }
  return undefined;
}

/** The draft's seed, then others far from it (the golden ratio of 2³²). */
const seedOf = (seed: number, attempt: number): number => (seed + attempt * 0x9e3779b9) >>> 0;
