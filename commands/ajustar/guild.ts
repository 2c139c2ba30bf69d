import { type ChatInputCommandInteraction, PermissionFlagsBits } from 'discord.js';
import { Refusal, refuseUnusable } from '../../src/bot/refusal.ts';
import type { Database } from '../../src/db/connect.ts';
import { dailyJoke, MAX_COOLDOWN_SECONDS } from '../../src/db/guild-settings.ts';
import { pinModel, usableModels } from '../../src/db/models.ts';
import type { SettingsPatch } from '../../src/db/settings.ts';

/** Reads what a subcommand of `/ajustar` changes. Throws a `Refusal` for what cannot be set. */
type ReadPatch = (interaction: ChatInputCommandInteraction) => SettingsPatch;

/** The subcommands of `/ajustar` that change one thing each. */
export const GUILD_PATCHES: Record<string, ReadPatch> = {
  'modo-seguro': ({ options }) => ({ safeMode: options.getBoolean('activado', true) }),

  espera: ({ options }) => {
    const cooldownSeconds = options.getInteger('segundos', true);
    if (cooldownSeconds < 0 || cooldownSeconds > MAX_COOLDOWN_SECONDS) {
      throw new Refusal((m) => m.settings.outOfRange('segundos', 0, MAX_COOLDOWN_SECONDS, true));
    }
    return { cooldownSeconds };
  },

  diario: (interaction) => {
    const channelId = writableChannel(interaction);
    if (!channelId) return { daily: null };
    const { options } = interaction;
    const time = options.getString('hora') ?? '09:00';
    const timeZone = options.getString('zona') ?? 'Europe/Madrid';
    if (!dailyJoke.shape.time.safeParse(time).success) throw new Refusal((m) => m.refusal.wrongTime(time));
    if (!dailyJoke.shape.timeZone.safeParse(timeZone).success) {
      throw new Refusal((m) => m.refusal.unknownTimeZone(timeZone));
    }
    return { daily: { channelId, time, timeZone } };
  },

  registro: (interaction) => ({ logChannelId: writableChannel(interaction) }),

  aprender: ({ options }) => ({ learns: options.getBoolean('activado', true) }),

  voz: ({ options }) => ({ voice: options.getBoolean('activado', true) }),

  rol: ({ options }) => ({ moderatorRoleId: options.getRole('rol')?.id ?? null }),
};

/** Makes a guild stay with the version named, or follow the active one. Throws a `Refusal` for one that cannot serve. */
export async function pinNamed(
  { options, user }: ChatInputCommandInteraction,
  guildId: string,
  db: Database,
): Promise<void> {
  const name = options.getString('version');
  const version = name === null ? null : (await usableModels(db)).find((usable) => usable.name === name);
  if (version === undefined) throw new Refusal((m) => m.refusal.unknownModel);
  await pinModel(db, guildId, user.id, version?.id ?? null).catch(refuseUnusable(name ?? ''));
}

const NEEDED = [
  PermissionFlagsBits.ViewChannel,
  PermissionFlagsBits.SendMessages,
  PermissionFlagsBits.EmbedLinks,
];

/** The channel named, if any. Throws a `Refusal` for one where the bot may not write. */
function writableChannel({ options, client, guild }: ChatInputCommandInteraction): string | null {
  const named = options.getChannel('canal');
  if (!named) return null;
  const channel = guild?.channels.cache.get(named.id);
  if (!channel?.permissionsFor(client.user)?.has(NEEDED)) {
    throw new Refusal((m) => m.refusal.cannotWrite(named.id));
  }
  return channel.id;
}
