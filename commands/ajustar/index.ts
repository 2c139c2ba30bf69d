import {
  ChannelType,
  type ChatInputCommandInteraction,
  InteractionContextType,
  MessageFlags,
  PermissionFlagsBits,
  type SlashCommandBooleanOption,
  SlashCommandBuilder,
  type SlashCommandSubcommandBuilder,
} from 'discord.js';
import type { CommandContext, SlashCommand } from '../../src/bot/command.ts';
import { requireModerator } from '../../src/bot/moderators.ts';
import { Refusal } from '../../src/bot/refusal.ts';
import { setBlock } from '../../src/db/blocks.ts';
import { ADVENTURES, MAX_COOLDOWN_SECONDS, newShareOf } from '../../src/db/guild-settings.ts';
import { answeringModel, ratedModels } from '../../src/db/models.ts';
import { changeSettings, resetSettings, settingsHistory, settingsOf } from '../../src/db/settings.ts';
import { voiceFor } from '../../src/db/voices.ts';
import { NO_MENTIONS } from '../../src/discord/joke-message.ts';
import { choiceNames, described } from '../../src/discord/localized.ts';
import type { es } from '../../src/discord/messages/index.ts';
import { historyMessage, settingsMessage } from '../../src/discord/settings-message.ts';
import { DECODERS, RANGES } from '../../src/lib/settings.ts';
import {
  checkDecoder,
  hasEffect,
  idleNote,
  NUMERIC_OPTIONS,
  NUMERIC_SETTINGS,
  readDecoder,
} from './decoder.ts';
import { assumedZone, GUILD_PATCHES, pinNamed } from './guild.ts';
import { suggest } from './suggest.ts';

type Labels = typeof es.commands.ajustar;
const subcommand = (name: keyof Labels['subcommands'], sub: SlashCommandSubcommandBuilder) =>
  described(sub, (m) => m.ajustar.subcommands[name]);
const label = (name: keyof Labels['options']) => (m: typeof es.commands) => m.ajustar.options[name];
const off = (option: SlashCommandBooleanOption) => described(option, label('desactivar'));

/** Where and when something is told every day. */
const everyDay = (sub: SlashCommandSubcommandBuilder) =>
  sub
    .addChannelOption((o) => described(o, label('canal')).addChannelTypes(ChannelType.GuildText))
    .addStringOption((o) => described(o, label('hora')).setMaxLength(30))
    .addStringOption((o) => described(o, label('zona')).setAutocomplete(true).setMaxLength(60))
    .addBooleanOption(off);

export default {
  data: described(new SlashCommandBuilder(), (m) => m.ajustar)
    .setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild)
    .setContexts(InteractionContextType.Guild)
    .addSubcommand((sub) => subcommand('ver', sub))
    .addSubcommand((sub) => {
      subcommand('decodificador', sub).addStringOption((option) =>
        described(option, label('decodificador')).addChoices(
          DECODERS.map((name) => ({ ...choiceNames((m) => m.decoders[name]), value: name })),
        ),
      );
      for (const key of NUMERIC_SETTINGS) {
        const { min, max, integer } = RANGES[key];
        const name = label(NUMERIC_OPTIONS[key]);
        if (integer) sub.addIntegerOption((o) => described(o, name).setMinValue(min).setMaxValue(max));
        else sub.addNumberOption((o) => described(o, name).setMinValue(min).setMaxValue(max));
      }
      return sub;
    })
    .addSubcommand((sub) =>
      subcommand('mezcla', sub)
        .addIntegerOption((o) => described(o, label('nuevos')).setMinValue(0).setMaxValue(100))
        .addBooleanOption(off),
    )
    .addSubcommand((sub) =>
      subcommand('modo-seguro', sub).addBooleanOption((o) =>
        described(o, label('activado')).setRequired(true),
      ),
    )
    .addSubcommand((sub) =>
      subcommand('espera', sub).addIntegerOption((o) =>
        described(o, label('segundos')).setMinValue(0).setMaxValue(MAX_COOLDOWN_SECONDS).setRequired(true),
      ),
    )
    .addSubcommand((sub) => everyDay(subcommand('diario', sub)))
    .addSubcommand((sub) => everyDay(subcommand('duelo', sub)))
    .addSubcommand((sub) =>
      subcommand('registro', sub)
        .addChannelOption((o) => described(o, label('canal')).addChannelTypes(ChannelType.GuildText))
        .addBooleanOption(off),
    )
    .addSubcommand((sub) =>
      subcommand('modelo', sub)
        .addStringOption((o) => described(o, label('version')).setAutocomplete(true).setMaxLength(100))
        .addBooleanOption(off),
    )
    .addSubcommand((sub) =>
      subcommand('aprender', sub).addBooleanOption((o) => described(o, label('activado')).setRequired(true)),
    )
    .addSubcommand((sub) =>
      subcommand('voz', sub).addBooleanOption((o) => described(o, label('activado')).setRequired(true)),
    )
    .addSubcommand((sub) =>
      subcommand('aventura', sub).addStringOption((o) =>
        described(o, label('nivel'))
          .addChoices(ADVENTURES.map((name) => ({ ...choiceNames((m) => m.adventures[name]), value: name })))
          .setRequired(true),
      ),
    )
    .addSubcommand((sub) =>
      subcommand('rol', sub)
        .addRoleOption((o) => described(o, label('rol')))
        .addBooleanOption(off),
    )
    .addSubcommand((sub) =>
      subcommand('bloquear', sub)
        .addUserOption((o) => described(o, label('persona')).setRequired(true))
        .addBooleanOption(off),
    )
    .addSubcommand((sub) => subcommand('restablecer', sub))
    .addSubcommand((sub) => subcommand('historial', sub)),

  async execute(interaction, context) {
    const { store, settings, messages: m } = context;
    const guildId = requireModerator(interaction, settings);
    const name = interaction.options.getSubcommand();
    const by = interaction.user.id;
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    const patch = Object.hasOwn(GUILD_PATCHES, name) ? GUILD_PATCHES[name] : undefined;
    if (patch) {
      const before = await settingsOf(store.db, guildId);
      const after = await changeSettings(store.db, guildId, by, patch(interaction));
      const zone = assumedZone(interaction, before, after);
      const note = zone && m.settings.zoneAssumed(zone, m.commands.ajustar.options.zona.name);
      await showPanel(interaction, guildId, context, [m.settings.saved, note].filter(Boolean).join(' '));
    } else if (name === 'modelo') {
      await pinNamed(interaction, guildId, store.db);
      await showPanel(interaction, guildId, context, m.settings.saved);
    } else if (name === 'ver') {
      await showPanel(interaction, guildId, context);
    } else if (name === 'decodificador') {
      await changeDecoder(interaction, guildId, context);
    } else if (name === 'bloquear') {
      await block(interaction, guildId, context);
    } else if (name === 'restablecer') {
      await resetSettings(store.db, guildId, by);
      await showPanel(interaction, guildId, context, m.settings.reset);
    } else if (name === 'historial') {
      const versions = new Map((await ratedModels(store.db)).map((model) => [model.id, model.name]));
      await interaction.editReply(historyMessage(await settingsHistory(store.db, guildId), versions, m));
    } else {
      throw new Refusal((m) => m.refusal.unknownCommand);
    }
  },

  autocomplete: (interaction, { store }) => suggest(interaction, store.db),
} satisfies SlashCommand;

/** Shuts somebody out of Chispa here, or lets them in again. */
async function block(
  interaction: ChatInputCommandInteraction,
  guildId: string,
  { store, voter, messages: m }: CommandContext,
): Promise<void> {
  const { id } = interaction.options.getUser('persona', true);
  const blocked = interaction.options.getBoolean('desactivar') !== true;
  if (id === interaction.user.id || id === interaction.client.user.id)
    throw new Refusal((m) => m.refusal.cannotBlock);
  await setBlock(store.db, { guildId, person: voter(id) }, blocked);
  await interaction.editReply({
    content: blocked ? m.settings.blocked(`<@${id}>`) : m.settings.unblocked(`<@${id}>`),
    allowedMentions: NO_MENTIONS,
  });
}

/** Changes decoder settings and shows their effect, if they have one: a joke from the same seed before and after. */
async function changeDecoder(
  interaction: ChatInputCommandInteraction,
  guildId: string,
  context: CommandContext,
): Promise<void> {
  const { store, ask, messages: m } = context;
  const named = readDecoder(interaction);
  const settings = await settingsOf(store.db, guildId);
  const wanted = { ...settings.decoder, ...named };
  const model = await answeringModel(store.db, settings.modelVersionId);
  checkDecoder(named, wanted, model);
  const after = await changeSettings(store.db, guildId, interaction.user.id, { decoder: named });
  const matters = hasEffect(named, wanted) && newShareOf(settings, model?.kind ?? 'bundled') > 0;
  const done = matters ? m.settings.changed : m.settings.saved;
  await showPanel(
    interaction,
    guildId,
    context,
    [idleNote(named, wanted, m), done].filter(Boolean).join('\n'),
  );
  if (!matters) return;
  await ask(interaction, { kind: 'preview', before: settings.decoder }, { settings: after.decoder });
}

async function showPanel(
  interaction: ChatInputCommandInteraction,
  guildId: string,
  { store: { db }, messages: m }: CommandContext,
  heading = '',
): Promise<void> {
  const settings = await settingsOf(db, guildId);
  const [latest] = await settingsHistory(db, guildId, { limit: 1 });
  const model = await answeringModel(db, settings.modelVersionId);
  const pinned = settings.modelVersionId === null ? undefined : model?.name;
  const voice = model && (await voiceFor(db, guildId, model.id));
  const panel = {
    ...{ settings, pinned, latest },
    kind: model?.kind,
    context: model?.context ?? null,
    voiceSince: voice?.createdAt,
  };
  await interaction.editReply(settingsMessage(panel, heading, m));
}
