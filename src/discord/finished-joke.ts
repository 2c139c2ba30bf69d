import type { Joke } from '../db/jokes.ts';
import type { FinishedJoke, Tally } from './joke-message.ts';

/** A stored joke as people see it. */
export function finishedJoke(joke: Joke, tally: Tally): FinishedJoke {
  const { id, text, model, settings, seed, prompt, askedBy, state } = joke;
  const shown = {
    id,
    text,
    model: model.name,
    settings,
    seed,
    tally,
    hidden: state === 'hidden',
    ...(askedBy && { askedBy }),
  };
  if (prompt.kind === 'continue') return { ...shown, given: prompt.text ?? '' };
  return prompt.theme ? { ...shown, theme: prompt.theme } : shown;
}
