import { EmbedBuilder, type RawFile } from 'discord.js';
import type { LearningEvent } from '../db/learning.ts';
import type { Epoch, TrainingRun } from '../db/training-runs.ts';
import { renderLoss } from '../lib/loss-chart.ts';
import { type MessageBody, NO_MENTIONS } from './joke-message.ts';
import type { Messages } from './messages/index.ts';
import { clip, literal } from './text.ts';

const COLOR = { good: 0x2a9d8f, neutral: 0x8d99ae, bad: 0xe4572e } as const;
const FIELD_LIMIT = 1024; // Discord's
/** For each of a sample's two texts, so that both with their labels fit in a field. */
const SAMPLE_LENGTH = 450;
const CHART = 'chispa.png';

interface ChartFile extends RawFile {
  data: Buffer;
}

export interface Announcement {
  body: MessageBody;
  files: ChartFile[];
}

type Heading =
  | 'promoted'
  | 'rejected'
  | 'voice-promoted'
  | 'voice-rejected'
  | 'trial'
  | 'failed'
  | 'refused'
  | 'trial-won'
  | 'trial-lost'
  | 'rolled-back';
const COLOR_OF: Record<Heading, number> = {
  promoted: COLOR.good,
  'voice-promoted': COLOR.good,
  'trial-won': COLOR.good,
  trial: COLOR.neutral,
  rejected: COLOR.neutral,
  'voice-rejected': COLOR.neutral,
  'trial-lost': COLOR.neutral,
  refused: COLOR.neutral,
  failed: COLOR.bad,
  'rolled-back': COLOR.bad,
};

/**
 * What a guild's moderators are told about a run; undefined for what concerns only the host: a voice's failed run, or
 * an automatic run that was skipped (too few votes, too little memory). `epochs`: the run's epochs.
 */
export function learningMessage(
  event: LearningEvent,
  epochs: readonly Epoch[],
  m: Messages,
): Announcement | undefined {
  const { run, details } = event;
  const heading = headingOf(event);
  if (!heading) return undefined;
  const { title, text } = m.learning.log[heading];
  const [version, former] = [run.version?.name ?? '', (run.former ?? run.base).name].map(literal);
  const embed = new EmbedBuilder()
    .setTitle(title)
    .setDescription(text(version ?? '', former ?? ''))
    .setColor(COLOR_OF[heading]);
  const { log } = m.learning;
  if (details.former && details.present) {
    const lines = [
      log.rated(former ?? '', details.former.mean, details.former.jokes),
      log.rated(version ?? '', details.present.mean, details.present.jokes),
    ];
    embed.addFields({ name: log.votes, value: lines.join('\n') });
  }
  // A refused run has learned nothing.
  if (event.kind === 'run' && run.status !== 'refused')
    embed.addFields(...runFields(run, m), ...sampleFields(run, m));
  const files = event.kind === 'run' ? lossChart(embed, epochs, m) : [];
  return { body: { embeds: [embed.toJSON()], allowed_mentions: NO_MENTIONS }, files };
}

function headingOf({ kind, run: { status, guildId, trigger } }: LearningEvent): Heading | undefined {
  if (kind !== 'run') return kind;
  if (guildId !== null) return status === 'promoted' || status === 'rejected' ? `voice-${status}` : undefined;
  if (status === 'refused') return trigger === 'votes' ? undefined : status;
  return status === 'promoted' || status === 'rejected' || status === 'trial' || status === 'failed'
    ? status
    : undefined;
}

/** Embed fields: what a run learned from, and how its version did at the gate. */
export function runFields(
  { corpus, evaluation }: Pick<TrainingRun, 'corpus' | 'evaluation'>,
  m: Messages,
): { name: string; value: string }[] {
  const { log, models } = m.learning;
  const fields: { name: string; value: string }[] = [];
  if (corpus) {
    const { rated, votes, seed } = corpus;
    fields.push({ name: models.fields.learnedFrom, value: log.learnedFrom(rated, votes, seed) });
  }
  if (evaluation) {
    const { before, after, jokes } = evaluation.losses;
    fields.push({ name: models.fields.loss, value: log.loss(before, after, jokes) });
    const lines = evaluation.reasons.map(
      ({ check, passed, value, limit }) => `${passed ? '✅' : '❌'} ${inWords(check, value, limit, m)}`,
    );
    if (lines.length > 0)
      fields.push({ name: models.fields.exam, value: clip(lines.join('\n'), FIELD_LIMIT) });
  }
  return fields;
}

function inWords(check: string, value: number, limit: number, m: Messages): string {
  const { checks } = m.learning.log;
  const isKnown = (name: string): name is keyof typeof checks => Object.hasOwn(checks, name);
  return isKnown(check) ? checks[check](value, limit) : `${check}: ${m.number(value)} / ${m.number(limit)}`;
}

/** Jokes from the same seeds by both versions. */
function sampleFields({ evaluation }: TrainingRun, m: Messages): { name: string; value: string }[] {
  const { log } = m.learning;
  const shown = (text: string) => clip(literal(text.trim()), SAMPLE_LENGTH) || '…';
  return (evaluation?.samples ?? []).map(({ seed, before, after }) => ({
    name: log.sample(seed),
    value: `**${log.before}**\n${shown(before)}\n**${log.after}**\n${shown(after)}`,
  }));
}

/** Adds a run's loss chart to an embed if there is anything to draw. Returns the files to attach. */
export function lossChart(embed: EmbedBuilder, epochs: readonly Epoch[], m: Messages): ChartFile[] {
  if (epochs.length === 0) return [];
  embed.setImage(`attachment://${CHART}`);
  const data = renderLoss({ epochs, locale: m.locale, texts: m.learning.log.chart });
  return [{ name: CHART, data, contentType: 'image/png' }];
}
