import { ApplicationCommandType, ContextMenuCommandBuilder, type Message } from 'discord.js';
import { continuable } from '../src/bot/ask.ts';
import type { MessageCommand } from '../src/bot/command.ts';
import { Refusal } from '../src/bot/refusal.ts';
import { findJokeByMessage } from '../src/db/jokes.ts';
import { named } from '../src/discord/localized.ts';

/** "Continuar chiste" in a message's menu: continues one of our jokes, or what a person wrote. */
export default {
  data: named(new ContextMenuCommandBuilder(), (m) => m.continuarMensaje).setType(
    ApplicationCommandType.Message,
  ),

  async executeOnMessage(interaction, { store, ask }) {
    const { author, id } = interaction.targetMessage;
    const text = writtenIn(interaction.targetMessage);
    // One of our jokes that somebody forwarded is text like any other.
    if (author.id !== interaction.client.user.id) {
      if (!text.trim()) throw new Refusal((m) => m.refusal.nothingToContinue);
      await ask(interaction, { kind: 'continue', from: { text: continuable(text, interaction) } });
      return;
    }
    await interaction.deferReply();
    const joke = await findJokeByMessage(store.db, id);
    if (joke?.state !== 'shown') throw new Refusal((m) => m.refusal.nothingToContinue);
    await ask(interaction, { kind: 'continue', from: { jokeId: joke.id } });
  },
} satisfies MessageCommand;

/** What a person wrote. A forwarded message has no content of its own: then what the original author wrote. */
const writtenIn = ({ content, messageSnapshots }: Message): string =>
  content || (messageSnapshots.first()?.content ?? '');
