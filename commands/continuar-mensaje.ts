import {
  ApplicationCommandType,
  ContextMenuCommandBuilder,
  type Message,
  type MessageContextMenuCommandInteraction,
  MessageReferenceType,
} from 'discord.js';
import { continuable } from '../src/bot/ask.ts';
import type { MessageCommand } from '../src/bot/command.ts';
import { homeGuild } from '../src/bot/place.ts';
import { Refusal } from '../src/bot/refusal.ts';
import type { Joke } from '../src/db/jokes.ts';
import { findJokeByMessage } from '../src/db/tellings.ts';
import { anywhere, named } from '../src/discord/localized.ts';
import { visible } from '../src/discord/text.ts';

/** "Continuar chiste" in a message's menu: continues one of our jokes, or what a person wrote. */
export default {
  data: anywhere(named(new ContextMenuCommandBuilder(), (m) => m.continuarMensaje)).setType(
    ApplicationCommandType.Message,
  ),

  async executeOnMessage(interaction, { store, ask }) {
    const { targetMessage } = interaction;
    const isOurs = targetMessage.author.id === interaction.client.user.id;
    const forwarded = forwardedBy(targetMessage);
    if (!isOurs && forwarded === undefined) {
      await ask(interaction, { kind: 'continue', from: textOf(targetMessage.content, interaction) });
      return;
    }
    await interaction.deferReply();
    const joke = await findJokeByMessage(store.db, isOurs ? targetMessage.id : (forwarded ?? ''));
    if (isOurs || joke?.guildId === homeGuild(interaction)) {
      if (joke?.state !== 'shown') throw new Refusal((m) => m.refusal.nothingToContinue);
      await ask(interaction, { kind: 'continue', from: { jokeId: joke.id } });
      return;
    }
    // What another author wrote. A joke of another server is text like any other.
    const written = joke?.state === 'shown' ? wholeText(joke) : joke ? '' : snapshotOf(targetMessage);
    await ask(interaction, { kind: 'continue', from: textOf(written, interaction) });
  },
} satisfies MessageCommand;

/** The id of the message that this one forwards. */
const forwardedBy = ({ reference }: Message): string | undefined =>
  reference?.type === MessageReferenceType.Forward ? reference.messageId : undefined;

/** A forwarded message has no content of its own. */
const snapshotOf = ({ messageSnapshots }: Message): string => messageSnapshots.first()?.content ?? '';

const wholeText = ({ prompt, text }: Joke): string =>
  prompt.kind === 'continue' ? `${prompt.text ?? ''}${text}` : text;

function textOf(text: string, interaction: MessageContextMenuCommandInteraction): { text: string } {
  if (!visible(text).trim()) throw new Refusal((m) => m.refusal.nothingToContinue);
  return { text: continuable(text, interaction) };
}
