import type { MessageComponentInteraction, ModalSubmitInteraction } from 'discord.js';
import type { Joke } from '../db/jokes.ts';
import { homeGuild, type Placed } from './place.ts';
import { Refusal } from './refusal.ts';

/**
 * Refuses a button that is not on the message it came with, or a modal whose button is not: a custom id comes from the
 * person's client, which can send any.
 */
export function demandOwnButton({
  customId,
  message,
}: MessageComponentInteraction | ModalSubmitInteraction): void {
  // In a direct message, whose channel is not cached, the message is as Discord sent it.
  const named = (part: object) => [Reflect.get(part, 'customId'), Reflect.get(part, 'custom_id')];
  const onMessage = message?.components.some(
    (row) => 'components' in row && row.components.some((part) => named(part).includes(customId)),
  );
  if (!onMessage) throw new Refusal((m) => m.refusal.jokeGone);
}

/** Refuses a joke that was told elsewhere: a message can be forwarded, and what it names with it. */
export function demandHere(interaction: Placed, joke: Joke | undefined): asserts joke is Joke {
  if (!joke || joke.guildId !== homeGuild(interaction)) throw new Refusal((m) => m.refusal.jokeGone);
}
