import type { Messages } from '../discord/messages/index.ts';

/** Thrown by a handler that says no for a reason the person can understand; answered privately in their language. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly say: (messages: Messages) => string;

  constructor(say: (messages: Messages) => string) {
    super('refused');
    this.say = say;
  }
}
