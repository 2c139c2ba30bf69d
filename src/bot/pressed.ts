import type { MessageComponentInteraction } from 'discord.js';
import type { Joke } from '../db/jokes.ts';
import { homeGuild } from './place.ts';
import { Refusal } from './refusal.ts';

/**
 * Refuses a button that is not on the message it came with, or that is about another guild's joke: the custom id comes
 * from the person's client, which can send any.
 */
export function demandOwnButton(interaction: MessageComponentInteraction, joke: Joke | undefined): void {
  const onMessage = interaction.message.components.some(
    (row) =>
      'components' in row &&
      row.components.some((part) => 'customId' in part && part.customId === interaction.customId),
  );
  if (!onMessage || joke?.guildId !== homeGuild(interaction)) throw new Refusal((m) => m.refusal.jokeGone);
}
