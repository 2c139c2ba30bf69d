import type { Clock } from '../db/clock.ts';
import type { ChispaRequest } from '../db/request-shape.ts';
import type { EndingOptions } from '../db/schema.ts';
import type { Voice } from '../db/voices.ts';
import type { JokeText } from '../discord/joke-message.ts';
import type { Engine, GenerationResult, Prompt } from '../engine/engine.ts';
import { anySignal } from '../lib/any-signal.ts';
import { metrics } from '../lib/metrics.ts';
import type { Safety } from '../safety/safety.ts';
import type { Serving } from './active-model.ts';

/** A joke in Discord ends at a finished sentence, and before it starts repeating itself. */
export const ENDING: EndingOptions = { trim: true, cutLoops: true, stop: [] };
/** A continuation must add something, even to a text that seems finished. */
const CONTINUATION_TOKENS = 12;
/** How often a joke that fails the filter is written, each time with another seed. */
const TRIES = 4;

/** What to generate from: a request for a joke, or one half of a preview. */
export type Draft = Pick<ChispaRequest, 'settings' | 'safeMode' | 'seed'> & {
  /** By the writer's clock; none: nobody is in a hurry. */
  deadline?: Date;
  /** Whether the result also has the text's embedding. */
  embed?: boolean;
  /** How often to try when a text is not fit to tell; default 4. */
  tries?: number;
} & ({ kind: 'joke'; theme?: string | undefined } | { kind: 'continue'; text: string });

export interface Written {
  result: GenerationResult;
  /** The seed that produced it: the draft's own, unless that text was not fit to tell. */
  seed: number;
}

/** A model, and the folder of a voice. */
export type Teller = Pick<Serving, 'loaded'> & { voice?: Pick<Voice, 'folder'> };

export interface Writer {
  engine: Engine;
  safety: Safety;
  /** The one that deadlines are on. */
  clock: Pick<Clock, 'now'>;
}

/**
 * Generates what a draft asks for, showing it as it grows. As soon as a text fails the guild's filter, it is dropped
 * and rewritten with another seed. Resolves to undefined when no attempt was fit to tell. Rejects when `signal` stops
 * it.
 */
export async function writeJoke(
  { engine, safety, clock }: Writer,
  draft: Draft,
  { loaded, voice }: Teller,
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
  // A slur may span the boundary between the given text and the generated one.
  const isFit = (text: string) =>
    safety.check(`${about.given ?? ''}${text}`, draft.safeMode ? 'safe' : 'open').allowed;

  for (let attempt = 0; attempt < (draft.tries ?? TRIES); attempt++) {
    const seed = seedOf(draft.seed, attempt);
    const unfit = new AbortController();
    const stopping = anySignal([signal, unfit.signal]);
    let text = '';
    const written = engine.generate(
      {
        model: loaded.model,
        ...(voice && { adapter: voice.folder }),
        prompt,
        settings: draft.settings,
        seed,
        ...(draft.deadline && { timeLimit: draft.deadline.getTime() - clock.now() }),
        ...ENDING,
        ...(draft.embed && { embed: true }),
        ...(prompt.kind === 'continue' && { minTokens: CONTINUATION_TOKENS }),
      },
      {
        signal: stopping.signal,
        onText: (increment) => {
          text += increment;
          if (isFit(text)) show({ ...about, text });
          else unfit.abort();
        },
      },
    );
    const result = await written.finally(stopping.release);
    if (signal.aborted) throw new Error('generation was stopped');
    if (result.text !== '') metrics.firstToken.observe(result.timing.firstTokenMs / 1000);
    if (!unfit.signal.aborted && isFit(result.text)) return { result, seed };
  }
  return undefined;
}

/** The draft's seed, then others far away from it (steps of 2³² divided by the golden ratio). */
const seedOf = (seed: number, attempt: number): number => (seed + attempt * 0x9e3779b9) >>> 0;
