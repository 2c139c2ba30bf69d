import {
  ActionRowBuilder,
  type APIEmbed,
  type APIMessageTopLevelComponent,
  ButtonBuilder,
  ButtonStyle,
  EmbedBuilder,
  type RESTPatchAPIWebhookWithTokenMessageJSONBody,
} from 'discord.js';
import type { Joke } from '../db/jokes.ts';
import type { Tally } from '../db/ratings.ts';
import { type DecoderSettings, notableSettings } from '../lib/settings.ts';
import { type ActionName, customId } from './custom-id.ts';
import { mentionsTheme } from './mentions-theme.ts';
import type { Messages } from './messages/index.ts';
import { clip, literal } from './text.ts';

/** The body of a message edit, the same for the gateway role and for the generator. */
export type MessageBody = RESTPatchAPIWebhookWithTokenMessageJSONBody;

const EMBED_DESCRIPTION = 4096; // Discord's limit
const EMBED_TITLE = 256;
const CONTENT = 2000;
const COLOR = { writing: 0xf2c14e, finished: 0xe4572e, hidden: 0x8d99ae } as const;
/** The default of PRECISION (src/config.ts): a footer names only others. */
const USUAL_PRECISION = 'q8';
const FACES = ['😐', '🙂', '😄', '😂', '🤣'] as const;

export interface JokeText {
  /** The text being continued; shown in bold before the generated text. */
  given?: string;
  text: string;
  /** What it should be about; only one that mentions it is titled so. */
  theme?: string;
}

/** What the person who asked should know about how the request was understood. */
export interface Notices {
  /** The theme that was ignored, because the model's prompt has no place for one. */
  themeIgnored?: string;
  /** The theme that the joke does not mention. */
  themeMissed?: string;
  /** The theme that no house joke is about. */
  houseLacks?: string;
  /** The given text did not fit, so only its last part was read. */
  cut?: boolean;
  /** A sentence above the joke: that it is a repeat, or the joke of the day. */
  heading?: string;
}

/** Nobody is ever pinged, no matter what a text says. */
export const NO_MENTIONS = { parse: [] };

/** A joke that is still being written. */
export function writingMessage(joke: JokeText, m: Messages): MessageBody {
  const embed = { ...jokeEmbed(joke, m), color: COLOR.writing, footer: { text: m.joke.writing } };
  return { content: '', embeds: [embed], allowed_mentions: NO_MENTIONS };
}

/** While several jokes are written, of which one will be told. */
export const thinkingMessage = (m: Messages): MessageBody => sentenceMessage(m.joke.thinking);

/** A finished joke with its votes. Without `notices`, an edit leaves the existing ones in place. */
export function jokeMessage(joke: Joke, tally: Tally, m: Messages, notices?: Notices): MessageBody {
  if (joke.state === 'hidden') return hiddenMessage(m);
  const { id, askedBy } = joke;
  const votes = tally.mean === null ? m.joke.noVotes : m.joke.tally(tally.mean, tally.votes);
  const lines = [votes, ...(askedBy ? [m.joke.askedBy(`<@${askedBy}>`)] : [])];
  const embed = {
    ...jokeEmbed(textOf(joke), m),
    color: COLOR.finished,
    fields: [{ name: '\u200b', value: lines.join('\n') }],
    footer: { text: footerOf(joke, m) },
  };
  return {
    ...(notices && { content: noticeText(notices, m) }),
    embeds: [embed],
    components: [voteRow(id, tally), actionRow(joke, m)],
    allowed_mentions: NO_MENTIONS,
  };
}

/** What a joke's footer says of how it was made. */
interface Making {
  model: string;
  precision: string;
  /** Whether a guild's own voice told it. */
  voiced: boolean;
  settings: DecoderSettings;
  seed: number;
}

/** Everything needed to reproduce a joke, apart from the bot's defaults. */
export function footerText({ model, precision, voiced, settings, seed }: Making, m: Messages): string {
  const notable = notableSettings(settings).map((name) => m.joke.setting(name, settings[name]));
  const greedy = settings.decoder === 'greedy' ? [m.decoders.greedy] : [];
  const bits = [USUAL_PRECISION, 'server'].includes(precision) ? [] : [precision];
  const teller = voiced ? m.joke.voiced(model) : model;
  return m.joke.footer({ model: teller, settings: [...bits, ...greedy, ...notable], seed });
}

/** The joke's source: the house, with its id there, or the model with everything needed to reproduce it. */
export function footerOf(joke: Joke, m: Messages): string {
  if (joke.origin === 'house') return `${m.joke.house} · ${joke.houseId}`;
  const { model, precision, voiceId, settings, seed } = joke;
  const voiced = voiceId !== null;
  return m.joke.fresh(footerText({ model: model.name, precision, voiced, settings, seed }, m));
}

function textOf({ text, prompt }: Joke): JokeText {
  if (prompt.kind === 'continue') return { text, given: prompt.text ?? '' };
  return prompt.theme ? { text, theme: prompt.theme } : { text };
}

/** What replaces a joke that was hidden by reports or by a moderator. */
export function hiddenMessage(m: Messages): MessageBody {
  const embed = new EmbedBuilder().setDescription(m.joke.hidden).setColor(COLOR.hidden);
  return { content: '', embeds: [embed.toJSON()], components: [], allowed_mentions: NO_MENTIONS };
}

/** A shorter joke message without an embed, for where Discord rejects the full one. */
export function plainMessage({ content, components = [] }: MessageBody, joke: Joke): MessageBody {
  const { given, text } = textOf(joke);
  const lines = [content ?? '', description(given, text)].filter(Boolean);
  return {
    content: clip(lines.join('\n'), CONTENT),
    embeds: [],
    components,
    allowed_mentions: NO_MENTIONS,
  };
}

/** A plain sentence instead of a joke. */
export const sentenceMessage = (content: string): MessageBody => ({
  content,
  embeds: [],
  components: [],
  allowed_mentions: NO_MENTIONS,
});

/** A plain object: a builder would check every growing text, which takes longer than all else here. */
function jokeEmbed({ given, text, theme }: JokeText, m: Messages): APIEmbed {
  const about = theme && mentionsTheme(text, theme) ? m.joke.titleAbout(literal(theme)) : m.joke.title;
  const title = given === undefined ? about : m.joke.continuation;
  return { title: clip(title, EMBED_TITLE), description: description(given, text) || m.joke.empty };
}

/** The given text in bold, then its continuation, cut to what an embed can hold. */
function description(given: string | undefined, text: string): string {
  if (given === undefined) return clip(literal(text), EMBED_DESCRIPTION);
  const start = given.trim();
  const bold = start ? `**${clip(literal(start), EMBED_DESCRIPTION / 2)}**` : '';
  // The space between the two belongs to one of them, and bold text must not end in a space.
  const gap = /\s$/.test(given) && !/^\s/.test(text) ? ' ' : '';
  return bold + clip(gap + literal(text), EMBED_DESCRIPTION - bold.length);
}

function noticeText({ heading, themeIgnored, themeMissed, houseLacks, cut }: Notices, m: Messages): string {
  const lines = [
    heading ?? '',
    themeIgnored ? m.joke.themeIgnored(literal(themeIgnored)) : '',
    themeMissed ? m.joke.themeMissed(literal(themeMissed)) : '',
    houseLacks ? m.joke.houseLacks(literal(houseLacks)) : '',
    cut ? m.joke.cut : '',
  ];
  return lines.filter(Boolean).join('\n');
}

function voteRow(jokeId: string, tally: Tally): APIMessageTopLevelComponent {
  const buttons = FACES.map((face, index) => {
    const votes = tally.counts[index] ?? 0;
    return new ButtonBuilder()
      .setCustomId(customId('rate', jokeId, index + 1))
      .setEmoji(face)
      .setLabel(votes ? `${index + 1} · ${votes}` : `${index + 1}`)
      .setStyle(ButtonStyle.Secondary);
  });
  return new ActionRowBuilder<ButtonBuilder>().addComponents(buttons).toJSON();
}

function actionRow({ id, origin }: Joke, m: Messages): APIMessageTopLevelComponent {
  const button = (action: ActionName & keyof Messages['buttons'], emoji: string) =>
    new ButtonBuilder()
      .setCustomId(customId(action, id))
      .setLabel(m.buttons[action])
      .setEmoji(emoji)
      .setStyle(ButtonStyle.Secondary);
  return new ActionRowBuilder<ButtonBuilder>()
    .addComponents(
      button('again', '🎲').setStyle(ButtonStyle.Primary),
      button('more', '✍️'),
      ...(origin === 'model' ? [button('think', '🧠')] : []),
      button('report', '🚩'),
      button('delete', '🗑️'),
    )
    .toJSON();
}
