import type { Messages } from '../discord/messages/index.ts';
import { ChispaError } from '../lib/errors.ts';

/**
 * Thrown by a handler that refuses for a reason the person can understand; they are told privately in their language.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly say: (messages: Messages) => string;

  constructor(say: (messages: Messages) => string) {
    super('refused');
    this.say = say;
  }
}

/** For `.catch`: tells the person, not the log, that the joke was deleted just as they pressed. */
export function refuseGone(error: unknown): never {
  if (error instanceof ChispaError && ['joke-gone', 'joke-not-found'].includes(error.code)) {
    throw new Refusal((m) => m.refusal.jokeGone);
  }
  throw error;
}

/** For `.catch`: tells the person, not the log, that a version cannot serve. */
export const refuseUnusable =
  (name: string) =>
  (error: unknown): never => {
    if (error instanceof ChispaError && error.code === 'model-version-unusable')
      throw new Refusal((m) => m.learning.refusal.unusable(name));
    if (error instanceof ChispaError && error.code === 'model-version-not-found')
      throw new Refusal((m) => m.refusal.unknownModel);
    throw error;
  };
