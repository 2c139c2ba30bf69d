import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  EmbedBuilder,
  type InteractionEditReplyOptions,
} from 'discord.js';
import type { RatedModel } from '../db/models.ts';
import type { GeneratorReport } from '../db/schema.ts';
import type { Epoch, TrainingRun } from '../db/training-runs.ts';
import { customId } from './custom-id.ts';
import { NO_MENTIONS } from './joke-message.ts';
import { lossChart, runFields } from './learning-message.ts';
import type { Messages } from './messages/index.ts';
import { literal } from './text.ts';

const COLOR = 0x3a86ff;
const ICONS: Record<RatedModel['status'], string> = {
  active: '🟢',
  trial: '🧪',
  kept: '⚪',
  rejected: '🔴',
  retired: '▫️',
};
/** How many versions are listed: as many as fit in an embed and stay readable. */
const LISTED = 15;

/** How a guild or the host uses the versions. */
export interface Viewer {
  /** For moderators: the version their guild pinned. */
  pinnedId: number | null;
  /** For the host: how many guilds pinned each version. */
  isHost: boolean;
}

/** The state of learning. */
export interface LearningState {
  paused: boolean;
  /** When the current run began. */
  learningSince: Date | undefined;
  newVotes: number;
  /** What the generators at work report; null from an older version. */
  generators: readonly (Pick<GeneratorReport, 'provider' | 'reason'> | null)[];
}

/** The versions, newest first, and the state of learning. */
export function modelListMessage(
  models: readonly RatedModel[],
  { paused, learningSince, newVotes, generators }: LearningState,
  viewer: Viewer,
  m: Messages,
): InteractionEditReplyOptions {
  const { models: say } = m.learning;
  const lines = models.slice(0, LISTED).map((model) => listLine(model, viewer, m));
  if (models.length > LISTED) lines.push(say.older(models.length - LISTED));
  const state = [
    models.some(({ kind }) => kind === 'trained') ? say.newVotes(newVotes) : say.firstVotes(newVotes),
    learningSince ? say.learningNow(moment(learningSince)) : '',
    paused ? say.paused : '',
    ...new Set(generators.map((report) => (report ? placeOf(report, m) : ''))),
  ];
  const embed = new EmbedBuilder()
    .setTitle(say.title)
    .setDescription([...lines, '', ...state.filter(Boolean)].join('\n'))
    .setColor(COLOR);
  return { embeds: [embed], allowedMentions: NO_MENTIONS };
}

/** Where a generator writes, and why there. */
function placeOf({ provider, reason }: Pick<GeneratorReport, 'provider' | 'reason'>, m: Messages): string {
  const { places, writesOn, why } = m.learning.models;
  const because =
    reason?.why === 'measured' ? why.measured(reason.gpu, reason.cpu) : reason && why[reason.why];
  const place = provider in places ? places[provider as keyof typeof places] : provider;
  return writesOn(place, because);
}

function listLine(model: RatedModel, viewer: Viewer, m: Messages): string {
  const { statuses } = m.learning.models;
  const small = [`<t:${seconds(model.createdAt)}:d>`, ratingsOf(model, m), ...pinsOf(model, viewer, m)];
  return `${ICONS[model.status]} **${literal(model.name)}** · ${statuses[model.status]}\n-# ${small.join(' · ')}`;
}

function ratingsOf({ mean, votes, jokes }: RatedModel, m: Messages): string {
  const { rated, unrated, jokes: told } = m.learning.models;
  return `${mean === null ? unrated : rated(mean, votes)} · ${told(jokes)}`;
}

function pinsOf({ id, pins }: RatedModel, { pinnedId, isHost }: Viewer, m: Messages): string[] {
  const { pinnedHere, pins: inGuilds } = m.learning.models;
  return [...(pinnedId === id ? [pinnedHere] : []), ...(isHost && pins > 0 ? [inGuilds(pins)] : [])];
}

/** Everything about one version. */
export interface ModelDetail {
  model: RatedModel;
  parent: string | undefined;
  /** The run that produced it, and its epochs. */
  run: TrainingRun | undefined;
  epochs: readonly Epoch[];
}

/**
 * One version: what it learned from, how its training went, how people rate it; in a guild, with a button to pin it.
 */
export function modelDetailMessage(
  { model, parent, run, epochs }: ModelDetail,
  viewer: Viewer & { inGuild: boolean },
  m: Messages,
): InteractionEditReplyOptions {
  const { models: say } = m.learning;
  const { fields } = say;
  const status =
    model.status === 'trial' && model.share !== null ? say.share(model.share) : say.statuses[model.status];
  const pins = pinsOf(model, viewer, m);
  const embed = new EmbedBuilder()
    .setTitle(literal(model.name))
    .setColor(COLOR)
    .addFields(
      { name: fields.status, value: [`${ICONS[model.status]} ${status}`, ...pins].join('\n'), inline: true },
      { name: fields.created, value: `<t:${seconds(model.createdAt)}:d>`, inline: true },
      { name: fields.ratings, value: ratingsOf(model, m), inline: true },
    );
  if (parent) embed.addFields({ name: fields.parent, value: literal(parent), inline: true });
  if (model.status === 'retired') embed.setDescription(say.retired);
  if (run) embed.addFields(runFields(run, m));
  else if (model.kind !== 'trained') embed.addFields({ name: fields.learnedFrom, value: say.notLearned });
  const files = lossChart(embed, epochs, m).map(({ name, data }) => ({ name, attachment: data }));
  const components = viewer.inGuild ? pinRow(model, viewer, m) : [];
  return { embeds: [embed], components, files, allowedMentions: NO_MENTIONS };
}

function pinRow({ id, status }: RatedModel, { pinnedId }: Viewer, m: Messages) {
  const usable = status === 'active' || status === 'kept' || status === 'trial';
  const button =
    pinnedId === id
      ? new ButtonBuilder().setCustomId(customId('unpin')).setLabel(m.buttons.unpin)
      : usable
        ? new ButtonBuilder().setCustomId(customId('pin', id)).setLabel(m.buttons.pin)
        : undefined;
  if (!button) return [];
  button.setStyle(ButtonStyle.Secondary).setEmoji('📌');
  return [new ActionRowBuilder<ButtonBuilder>().addComponents(button)];
}

const seconds = (when: Date): number => Math.floor(when.getTime() / 1000);
export const moment = (when: Date): string => `<t:${seconds(when)}:R>`;
