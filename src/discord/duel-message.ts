import {
  ActionRowBuilder,
  type APIEmbed,
  type APIMessageTopLevelComponent,
  ButtonBuilder,
  ButtonStyle,
  EmbedBuilder,
} from 'discord.js';
import { DUEL_VOTES, type Duel, type DuelTally } from '../db/duels.ts';
import type { Joke } from '../db/jokes.ts';
import { customId } from './custom-id.ts';
import { footerOf, type MessageBody, NO_MENTIONS } from './joke-message.ts';
import type { Messages } from './messages/index.ts';
import { clip, literal } from './text.ts';

const COLOR = { a: 0x3a86ff, b: 0xf2a541, hidden: 0x8d99ae } as const;
const SIDES = ['a', 'b'] as const;
/** Discord allows 6000 characters in all embeds of a message. */
const TEXT = 2500;

/** A duel's message: with a tally, how it ended and who told which joke; without one, open to votes. */
export function duelMessage(duel: Duel, tally: DuelTally | undefined, m: Messages): MessageBody {
  const heading = duel.daily ? m.daily.duel : m.duel.title;
  const isWhole = SIDES.every((side) => duel[side].state === 'shown');
  const until = m.duel.until(Math.floor(duel.closesAt.getTime() / 1000), DUEL_VOTES);
  const ended = tally && [m.duel.result(tally), ...(duel.guess === null ? [] : [guessOf(duel.guess, m)])];
  return {
    content: [`**${heading}**`, ...(ended ?? [until])].join('\n'),
    embeds: SIDES.map((side) => jokeEmbed(side, duel[side], tally, m)),
    components: isWhole ? [...(tally ? [] : [voteRow(duel, m)]), otherRow(duel, tally === undefined, m)] : [],
    allowed_mentions: NO_MENTIONS,
  };
}

/** What the judge thought. */
const guessOf = (guess: number, m: Messages): string =>
  guess < 0.5 ? m.duel.guess('B', 1 - guess) : m.duel.guess('A', guess);

function jokeEmbed(
  side: (typeof SIDES)[number],
  joke: Joke,
  tally: DuelTally | undefined,
  m: Messages,
): APIEmbed {
  const embed = new EmbedBuilder().setTitle(side.toUpperCase());
  if (joke.state !== 'shown') return embed.setDescription(m.joke.hidden).setColor(COLOR.hidden).toJSON();
  if (tally) embed.setFooter({ text: [m.duel.votes(tally[side]), footerOf(joke, m)].join(' · ') });
  return embed
    .setDescription(clip(literal(joke.text), TEXT) || m.joke.empty)
    .setColor(COLOR[side])
    .toJSON();
}

function voteRow({ id }: Duel, m: Messages): APIMessageTopLevelComponent {
  const button = (choice: 'a' | 'b' | 'tie', label: string) =>
    new ButtonBuilder()
      .setCustomId(customId('duel', id, choice))
      .setLabel(label)
      .setStyle(choice === 'tie' ? ButtonStyle.Secondary : ButtonStyle.Primary);
  return new ActionRowBuilder<ButtonBuilder>()
    .addComponents(button('a', 'A'), button('b', 'B'), button('tie', m.buttons.tie))
    .toJSON();
}

/** The jokes' own reports, and the end of the duel, for moderators. */
function otherRow({ id, a, b }: Duel, isOpen: boolean, m: Messages): APIMessageTopLevelComponent {
  const button = (id: string, label: string, emoji: string) =>
    new ButtonBuilder().setCustomId(id).setLabel(label).setEmoji(emoji).setStyle(ButtonStyle.Secondary);
  return new ActionRowBuilder<ButtonBuilder>()
    .addComponents(
      button(customId('report', a.id), m.buttons.reportOne('A'), '🚩'),
      button(customId('report', b.id), m.buttons.reportOne('B'), '🚩'),
      ...(isOpen ? [button(customId('duel-close', id), m.buttons.closeDuel, '🏁')] : []),
    )
    .toJSON();
}
