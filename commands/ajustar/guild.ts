import { type ChatInputCommandInteraction, PermissionFlagsBits } from 'discord.js';
import { Refusal, refuseUnusable } from '../../src/bot/refusal.ts';
import type { Database } from '../../src/db/connect.ts';
import {
  dailyJoke,
  type GuildSettings,
  guildSettings,
  MAX_COOLDOWN_SECONDS,
} from '../../src/db/guild-settings.ts';
import { pinModel, usableModels } from '../../src/db/models.ts';
import type { SettingsPatch } from '../../src/db/settings.ts';
import { readTime } from './time-of-day.ts';

/** Reads what a subcommand of `/ajustar` changes. Throws a `Refusal` for values that cannot be set. */
type ReadPatch = (
  interaction: ChatInputCommandInteraction,
) => SettingsPatch | ((now: GuildSettings) => SettingsPatch);

/** The subcommands of `/ajustar` that each change one thing. */
export const GUILD_PATCHES: Record<string, ReadPatch> = {
  mezcla: (interaction) => {
    if (turnsOff(interaction, ['nuevos'])) return { newShare: null };
    const newShare = interaction.options.getInteger('nuevos', true);
    if (newShare < 0 || newShare > 100)
      throw new Refusal((m) => m.settings.outOfRange(m.commands.ajustar.options.nuevos.name, 0, 100, true));
    return { newShare };
  },

  'modo-seguro': ({ options }) => ({ safeMode: options.getBoolean('activado', true) }),

  espera: ({ options }) => {
    const cooldownSeconds = options.getInteger('segundos', true);
    if (cooldownSeconds < 0 || cooldownSeconds > MAX_COOLDOWN_SECONDS) {
      throw new Refusal((m) =>
        m.settings.outOfRange(m.commands.ajustar.options.segundos.name, 0, MAX_COOLDOWN_SECONDS, true),
      );
    }
    return { cooldownSeconds };
  },

  diario: everyDay('daily'),

  duelo: everyDay('duel'),

  registro: (interaction) => ({
    logChannelId: turnsOff(interaction, ['canal']) ? null : (writableChannel(interaction) ?? null),
  }),

  aprender: ({ options }) => ({ learns: options.getBoolean('activado', true) }),

  voz: ({ options }) => ({ voice: options.getBoolean('activado', true) }),

  aventura: ({ options }) => {
    const named = guildSettings.shape.adventure.safeParse(options.getString('nivel', true));
    if (!named.success) throw new Refusal((m) => m.settings.nothingToChange);
    return { adventure: named.data };
  },

  rol: (interaction) => ({
    moderatorRoleId: turnsOff(interaction, ['rol']) ? null : (interaction.options.getRole('rol')?.id ?? null),
  }),
};

/** Reads where and when something is told every day. */
function everyDay(setting: 'daily' | 'duel'): ReadPatch {
  return (interaction) => {
    if (turnsOff(interaction, ['canal', 'hora', 'zona'])) return { [setting]: null };
    const { options } = interaction;
    const named = {
      channelId: writableChannel(interaction),
      time: timeNamed(options.getString('hora')),
      timeZone: options.getString('zona') ?? undefined,
    };
    if (!dailyJoke.shape.timeZone.optional().safeParse(named.timeZone).success)
      throw new Refusal((m) => m.refusal.unknownTimeZone(named.timeZone ?? ''));
    return ({ [setting]: now, daily, duel }) => {
      const channelId = named.channelId ?? now?.channelId;
      if (!channelId) throw new Refusal((m) => m.settings.dailyNeedsChannel);
      const usual = { ...DAILY, timeZone: (daily ?? duel ?? DAILY).timeZone };
      const { time, timeZone } = { ...usual, ...now, ...given(named) };
      return { [setting]: { channelId, time, timeZone } };
    };
  };
}

/** What a new joke or duel of the day starts with. */
const DAILY = { time: '09:00', timeZone: 'Europe/Madrid' };

/** The time zone of a guild's first joke or duel of the day, if nobody named one. */
export function assumedZone(
  { options }: ChatInputCommandInteraction,
  before: GuildSettings,
  after: GuildSettings,
): string | undefined {
  const isFirst = before.daily === null && before.duel === null;
  return isFirst && options.getString('zona') === null ? (after.daily ?? after.duel)?.timeZone : undefined;
}

/** Whether `desactivar` was chosen. Throws a `Refusal` if no option is given, or another one along with it. */
function turnsOff({ options }: ChatInputCommandInteraction, others: readonly string[]): boolean {
  const off = options.getBoolean('desactivar') === true;
  const isAnyNamed = others.some((name) => options.get(name) !== null);
  if (!off && !isAnyNamed) throw new Refusal((m) => m.settings.nothingToChange);
  if (off && isAnyNamed) throw new Refusal((m) => m.settings.offOrOn);
  return off;
}

function timeNamed(written: string | null): string | undefined {
  if (written === null) return undefined;
  const time = readTime(written);
  if (time === undefined) throw new Refusal((m) => m.refusal.wrongTime(written));
  return time;
}

/** The options that were given. */
const given = <T extends object>(named: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  // the undefined ones are filtered out
  Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as never;

/**
 * Pins a guild to the given version, or makes it follow the active one. Throws a `Refusal` for a version that cannot
 * serve.
 */
export async function pinNamed(
  interaction: ChatInputCommandInteraction,
  guildId: string,
  db: Database,
): Promise<void> {
  const follow = turnsOff(interaction, ['version']);
  const name = interaction.options.getString('version') ?? '';
  const version = follow ? null : (await usableModels(db)).find((usable) => usable.name === name);
  if (version === undefined) throw new Refusal((m) => m.refusal.unknownModel);
  await pinModel(db, guildId, interaction.user.id, version?.id ?? null).catch(refuseUnusable(name));
}

const NEEDED = [
  PermissionFlagsBits.ViewChannel,
  PermissionFlagsBits.SendMessages,
  PermissionFlagsBits.EmbedLinks,
];

/** The given channel, if any. Throws a `Refusal` if the bot may not write there. */
function writableChannel({ options, client, guild }: ChatInputCommandInteraction): string | undefined {
  const named = options.getChannel('canal');
  if (!named) return undefined;
  const channel = guild?.channels.cache.get(named.id);
  if (!channel?.permissionsFor(client.user)?.has(NEEDED)) {
    throw new Refusal((m) => m.refusal.cannotWrite(named.id));
  }
  return channel.id;
}
