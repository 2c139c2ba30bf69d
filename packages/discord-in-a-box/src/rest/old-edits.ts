import type { Clock, Instant } from '../clock.ts';
import { DISCORD_ERRORS, DiscordError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Message } from '../state/model.ts';

/**
 * Counts the edits of messages older than an hour.
 * @returns a function that throws DiscordError 30046 (status 429, with Retry-After) once a message has had too many
 */
export function createOldEdits(clock: Clock): (message: Message) => void {
  const edits = new Map<string, Instant[]>();
  const { age, count, window } = LIMITS.message.oldEdits;
  return (message) => {
    const now = clock.now();
    if (now - message.createdAt <= age) return;
    const recent = (edits.get(message.id) ?? []).filter((time) => now - time < window);
    const [first] = recent;
    if (first !== undefined && recent.length >= count) {
      const [status, text] = DISCORD_ERRORS[30046];
      const wait = (first + window - now) / 1000;
      const body = { message: text, code: 30046, retry_after: wait, global: false };
      throw new DiscordError(status, body, { 'retry-after': String(Math.ceil(wait)) });
    }
    edits.set(message.id, [...recent, now]);
  };
}
