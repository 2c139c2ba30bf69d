/**
 * A failure that somebody can do something about. `message` is one sentence for the person who can fix it (host, developer
 * or, through the bot's error ladder, a Discord user); `code` is stable and greppable.
 */
export class ChispaError extends Error {
  override readonly name = 'ChispaError';
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Wrong usage of the command line: exit code 2 instead of 1. */
export class UsageError extends ChispaError {
  constructor(message: string) {
    super('usage', message);
  }
}

/** The person at the terminal stopped the command: exit code 130, as in a shell. */
export class InterruptedError extends ChispaError {
  constructor(message: string) {
    super('interrupted', message);
  }
}

/** The text of anything thrown, for logs and for wrapping. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'object' ? textOf(error) : String(error);
  // Drizzle's message lists the query's parameters, including tokens and what people typed. Its cause says what went wrong.
  if (error.message.startsWith('Failed query:') && error.cause) return messageOf(error.cause);
  // Refused connections to several addresses come as one error with an empty message.
  if (error instanceof AggregateError && !error.message) return error.errors.map(messageOf).join(', ');
  return error.message || error.name;
}

/** Some libraries throw plain objects. */
function textOf(thrown: object | null): string {
  if (thrown && 'message' in thrown && typeof thrown.message === 'string') return thrown.message;
  try {
    return JSON.stringify(thrown);
  } catch {
    return 'an error that cannot be shown'; // circular
  }
}

/** Whether an error has one of these codes, as Node's errors do. */
export const hasCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));
