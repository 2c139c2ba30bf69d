import { EmbedBuilder, type InteractionEditReplyOptions } from 'discord.js';
import { type GuildSettings, newShareOf } from '../db/guild-settings.ts';
import type { ModelVersion } from '../db/models.ts';
import type { SettingsChange } from '../db/settings.ts';
import { type DecoderSettings, idleSettings } from '../lib/settings.ts';
import { NO_MENTIONS } from './joke-message.ts';
import type { Messages } from './messages/index.ts';
import { clip } from './text.ts';

const COLOR = 0x3a86ff;
const DESCRIPTION_LIMIT = 4096;

export interface SettingsPanel {
  settings: GuildSettings;
  /** The kind of the model that answers here, if there is one yet. */
  kind?: ModelVersion['kind'] | undefined;
  /** The name of the pinned model version. */
  pinned?: string | undefined;
  /** When the guild's voice for that model was trained. */
  voiceSince?: Date | undefined;
  /** How many tokens the model that answers here can see at once, if known. */
  context: number | null;
  /** The latest change of settings. */
  latest?: SettingsChange | undefined;
}

/** A guild's settings in plain words, for the moderator who asked. `heading` explains why they are shown. */
export function settingsMessage(
  panel: SettingsPanel,
  heading: string,
  m: Messages,
): InteractionEditReplyOptions {
  const { settings, context, latest } = panel;
  const decoder = decoderLines(settings.decoder, context, m).map(([name, value]) => `**${name}**\n${value}`);
  const guild = guildLines(panel, m).map(([name, value]) => `**${name}:** ${value}`);
  const history = latest?.changedBy
    ? m.settings.changedBy(`<@${latest.changedBy}>`, relativeTime(latest.changedAt))
    : m.settings.neverChanged;
  const embed = new EmbedBuilder()
    .setTitle(m.settings.title)
    .setDescription([...decoder, '', ...guild, '', `-# ${history}`].join('\n'))
    .setColor(COLOR);
  return { content: heading, embeds: [embed], allowedMentions: NO_MENTIONS };
}

/** Who changed what and when, newest first. `versions`: names of model versions by id. */
export function historyMessage(
  changes: readonly SettingsChange[],
  versions: ReadonlyMap<number, string>,
  m: Messages,
): InteractionEditReplyOptions {
  const lines = changes.map(({ changedBy, changedAt, before, after }) =>
    m.settings.historyLine(
      relativeTime(changedAt),
      changedBy ? `<@${changedBy}>` : '—',
      differences(before, after, versions, m).join(', '),
    ),
  );
  const embed = new EmbedBuilder()
    .setTitle(m.settings.historyTitle)
    .setDescription(clip(lines.join('\n') || m.settings.historyEmpty, DESCRIPTION_LIMIT))
    .setColor(COLOR);
  return { embeds: [embed], allowedMentions: NO_MENTIONS };
}

function decoderLines(settings: DecoderSettings, context: number | null, m: Messages): [string, string][] {
  const { fields, explain } = m.settings;
  const idle = idleSettings(settings);
  const value = (name: 'epsilon' | 'temperature' | 'topK' | 'topP') => {
    const cause = idle.get(name);
    if (!cause) return explain[name](settings[name]);
    return name === 'epsilon' && cause === 'decoder'
      ? explain.epsilonUnused(settings.epsilon)
      : explain.idle(settings[name]);
  };
  const { maxTokens } = settings;
  return [
    [fields.decoder, explain.decoder[settings.decoder]],
    [fields.epsilon, value('epsilon')],
    [fields.temperature, value('temperature')],
    [fields.topK, value('topK')],
    [fields.topP, value('topP')],
    [fields.repetitionPenalty, explain.repetitionPenalty(settings.repetitionPenalty)],
    [
      fields.maxTokens,
      context !== null && maxTokens > context
        ? explain.overContext(maxTokens, context)
        : explain.maxTokens(maxTokens),
    ],
  ];
}

type GuildField = keyof Messages['settings']['guild'];

function guildLines({ settings, ...known }: SettingsPanel, m: Messages): [string, string][] {
  return (Object.keys(m.settings.guild) as GuildField[]).map((field) => [
    m.settings.guild[field],
    guildValue(field, settings, m, known),
  ]);
}

function guildValue(
  field: GuildField,
  settings: Partial<GuildSettings>,
  m: Messages,
  { kind, pinned, voiceSince }: Pick<SettingsPanel, 'kind' | 'pinned' | 'voiceSince'>,
): string {
  const { values, on, off } = m.settings;
  switch (field) {
    case 'newShare': {
      const newShare = settings.newShare ?? null;
      if (newShare !== null) return values.mix(newShare);
      return kind ? `${values.mix(newShareOf({ newShare }, kind))} ${values.mixByModel}` : values.mixDefault;
    }
    case 'safeMode':
      return values.safeMode(settings.safeMode ?? true);
    case 'cooldownSeconds':
      return values.cooldown(settings.cooldownSeconds ?? 0);
    case 'daily':
    case 'duel': {
      const daily = settings[field];
      return daily ? values.daily(daily.channelId, daily.time, daily.timeZone) : values.none;
    }
    case 'logChannelId':
      return settings.logChannelId ? `<#${settings.logChannelId}>` : values.none;
    case 'moderatorRoleId':
      return settings.moderatorRoleId ? `<@&${settings.moderatorRoleId}>` : values.none;
    case 'modelVersionId':
      return settings.modelVersionId === null
        ? values.activeModel
        : (pinned ?? m.settings.values.forgottenVersion);
    case 'learns':
      return settings.learns ? on : off;
    case 'adventure':
      return values.adventure[settings.adventure ?? 'balanced'];
    case 'voice':
      if (!settings.voice) return off;
      if (!settings.learns) return values.voiceMute;
      return voiceSince ? values.voiceSince(relativeTime(voiceSince)) : values.voiceLater;
  }
}

/** One audit trail entry in words: "Temperatura: 0,8 → 1". */
function differences(
  before: Partial<GuildSettings>,
  after: Partial<GuildSettings>,
  versions: ReadonlyMap<number, string>,
  m: Messages,
): string[] {
  const { on, off } = m.settings;
  const value = (field: GuildField, settings: Partial<GuildSettings>): string => {
    if (field === 'voice') return settings.voice ? on : off;
    if (field === 'adventure') return m.adventures[settings.adventure ?? 'balanced'];
    const pinned = versions.get(settings.modelVersionId ?? 0);
    return guildValue(field, settings, m, { pinned });
  };
  return (Object.keys(after) as (keyof GuildSettings)[]).flatMap((key) => {
    if (key !== 'decoder') {
      return [`${m.settings.guild[key]}: ${value(key, before)} → ${value(key, after)}`];
    }
    const [was, is] = [before.decoder, after.decoder];
    if (!was || !is) return [];
    return (Object.keys(is) as (keyof DecoderSettings)[])
      .filter((setting) => was[setting] !== is[setting])
      .map(
        (setting) => `${m.settings.fields[setting]}: ${shown(was[setting], m)} → ${shown(is[setting], m)}`,
      );
  });
}

const shown = (value: DecoderSettings[keyof DecoderSettings], m: Messages): string =>
  typeof value === 'string' ? m.decoders[value] : m.number(value);

const relativeTime = (when: Date): string => `<t:${Math.floor(when.getTime() / 1000)}:R>`;
