import { type APIEmbed, EmbedBuilder, type RawFile } from 'discord.js';
import { type MessageBody, NO_MENTIONS } from './joke-message.ts';
import type { Messages } from './messages/index.ts';
import { clip, literal, visible } from './text.ts';

const COLOR = { preview: 0x3a86ff, steps: 0xf2c14e } as const;
const FIELD_LIMIT = 1024;
/** Characters of each candidate: eight fit beside the other embed. */
const CANDIDATE = 300;
const PICTURE = 'pasos.png';

/** What a settings change does: a joke before and after; undefined if no text was fit to show. */
export function previewMessage(
  { before, after }: { before: string | undefined; after: string | undefined },
  m: Messages,
): MessageBody {
  const field = (name: string, text: string | undefined) => ({
    name,
    value: clip(literal(text ?? m.failure.unsafe) || '…', FIELD_LIMIT),
  });
  const embed = new EmbedBuilder()
    .setTitle(m.preview.title)
    .addFields(field(m.preview.before, before), field(m.preview.after, after))
    .setColor(COLOR.preview);
  return { embeds: [embed.toJSON()], allowed_mentions: NO_MENTIONS };
}

/** How a joke was told. */
export interface HowTold {
  /** The command that tells it again, and what it was told with; absent if only a server could. */
  again?: { command: string; how: string } | undefined;
  /** What it was chosen from, if there was a choice. */
  considered?: readonly { text: string; predicted: number; chosen: boolean }[] | undefined;
}

/** The likeliest tokens at each step of a joke, as a picture (PNG), and what it takes to tell the joke again. */
export function stepsMessage(
  picture: Buffer,
  { again, considered }: HowTold,
  m: Messages,
): { body: MessageBody; files: RawFile[] } {
  // Nothing ends a block of code but this.
  const retold =
    !again || again.command.includes('```')
      ? []
      : [m.steps.again(again.how), `\`\`\`\n${visible(again.command)}\n\`\`\``];
  const embed = new EmbedBuilder()
    .setTitle(m.steps.title)
    .setDescription([m.steps.explain, '', ...retold].join('\n').trim())
    .setImage(`attachment://${PICTURE}`)
    .setColor(COLOR.steps);
  return {
    body: {
      embeds: [embed.toJSON(), ...(considered ? [consideredEmbed(considered, m)] : [])],
      allowed_mentions: NO_MENTIONS,
    },
    files: [{ name: PICTURE, data: picture, contentType: 'image/png' }],
  };
}

/** The candidates as text, which a phone breaks into lines, those expected to be best first. */
function consideredEmbed(considered: NonNullable<HowTold['considered']>, m: Messages): APIEmbed {
  const lines = [...considered]
    .sort((a, b) => b.predicted - a.predicted)
    .map(({ text, predicted, chosen }) => {
      const expected = `**${m.steps.expected(predicted)}**${chosen ? ' ✅' : ''}`;
      return `${expected}\n${clip(literal(text.replace(/\s+/g, ' ').trim()), CANDIDATE)}`;
    });
  return new EmbedBuilder()
    .setTitle(m.steps.considered)
    .setDescription(lines.join('\n'))
    .setColor(COLOR.steps)
    .toJSON();
}
