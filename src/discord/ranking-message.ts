import { AttachmentBuilder, EmbedBuilder } from 'discord.js';
import type { JudgeRecord } from '../db/expected.ts';
import type { Period, RankedJoke } from '../db/ranking.ts';
import { type Statistics, together } from '../db/statistics.ts';
import { renderStatistics } from './charts/statistics.ts';
import type { Messages } from './messages/index.ts';
import { clip, literal } from './text.ts';

const COLOR = { ranking: 0xf2c14e, statistics: 0x3a86ff } as const;
const LINE_LENGTH = 300;
const CHART = 'chispa.png';

/** A guild's best jokes of a period (at least one), best first. */
export function rankingMessage(best: readonly RankedJoke[], period: Period, m: Messages) {
  const lines = best.map(({ joke, tally, score }, index) => {
    const given = joke.prompt.kind === 'continue' ? (joke.prompt.text ?? '') : '';
    const text = clip(literal(`${given}${joke.text}`.replace(/\s+/g, ' ').trim()), LINE_LENGTH);
    const line = m.ranking.line(index + 1, score, tally.votes);
    return `${joke.origin === 'house' ? `${line} · ${m.ranking.house}` : line}\n${text}`;
  });
  const embed = new EmbedBuilder()
    .setTitle(m.ranking.title[period])
    .setDescription(lines.join('\n\n'))
    .setFooter({ text: m.ranking.explain })
    .setColor(COLOR.ranking);
  return { embeds: [embed] };
}

/** A guild's jokes and votes in numbers, with a chart once there are votes. */
export async function statisticsMessage(
  figures: Statistics,
  { expected, before, since }: JudgeRecord,
  m: Messages,
) {
  const { generated, house, weeks, models } = figures;
  const { jokes, votes, mean } = together(figures);
  const { summary, generated: made, house: ours } = m.statistics;
  const apart = [
    `**${made}**: ${summary(generated.jokes, generated.votes, generated.mean)}`,
    `**${ours}**: ${summary(house.jokes, house.votes, house.mean)}`,
  ];
  const chosen = since.mean === null ? [] : [m.statistics.chosen(since.mean, before.mean)];
  const embed = new EmbedBuilder()
    .setTitle(m.statistics.title)
    .setDescription([summary(jokes, votes, mean), ...(house.jokes > 0 ? apart : []), ...chosen].join('\n'))
    .setColor(COLOR.statistics);
  if (votes === 0) return { embeds: [embed.setFooter({ text: m.statistics.empty })] };
  const texts = m.statistics.chart;
  const chart = await renderStatistics({ weeks, models, expected, locale: m.locale, texts });
  return {
    embeds: [embed.setImage(`attachment://${CHART}`)],
    files: [new AttachmentBuilder(chart, { name: CHART })],
  };
}
