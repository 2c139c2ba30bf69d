import {
  InteractionContextType,
  MessageFlags,
  PermissionFlagsBits,
  SlashCommandBuilder,
  type SlashCommandSubcommandBuilder,
} from 'discord.js';
import { AUTOCOMPLETE_CHOICES, type SlashCommand } from '../../src/bot/command.ts';
import { isModerator } from '../../src/bot/moderators.ts';
import { homeGuild } from '../../src/bot/place.ts';
import { Refusal } from '../../src/bot/refusal.ts';
import { ratedModels, usableModels } from '../../src/db/models.ts';
import { described } from '../../src/discord/localized.ts';
import type { es } from '../../src/discord/messages/index.ts';
import { FOR_HOSTS, FOR_MODERATORS } from './subcommands.ts';

type Subcommand = keyof typeof es.commands.modelo.subcommands;
const subcommand = (name: Subcommand, sub: SlashCommandSubcommandBuilder) =>
  described(sub, (m) => m.modelo.subcommands[name]);
const withVersion = (name: Subcommand, sub: SlashCommandSubcommandBuilder) =>
  subcommand(name, sub).addStringOption((option) =>
    described(option, (m) => m.modelo.options.version)
      .setAutocomplete(true)
      .setMaxLength(100)
      .setRequired(true),
  );

export default {
  data: described(new SlashCommandBuilder(), (m) => m.modelo)
    .setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild)
    .setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
    .addSubcommand((sub) => subcommand('lista', sub))
    .addSubcommand((sub) => withVersion('detalle', sub))
    .addSubcommand((sub) => subcommand('entrenar', sub))
    .addSubcommand((sub) => withVersion('activar', sub))
    .addSubcommand((sub) => subcommand('volver', sub))
    .addSubcommand((sub) =>
      subcommand('pausar', sub).addBooleanOption((option) =>
        described(option, (m) => m.modelo.options.activado).setRequired(true),
      ),
    ),

  async execute(interaction, context) {
    const { isHost, settings } = context;
    const name = interaction.options.getSubcommand();
    const handle = FOR_MODERATORS.get(name) ?? FOR_HOSTS.get(name);
    if (!handle) throw new Refusal((m) => m.refusal.unknownCommand);
    if (!isHost(interaction.user.id)) {
      if (FOR_HOSTS.has(name)) throw new Refusal((m) => m.learning.refusal.hostOnly);
      if (!isModerator(interaction, settings.of(homeGuild(interaction))))
        throw new Refusal((m) => m.learning.refusal.modelsForModerators);
    }
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await handle(interaction, context);
  },

  async autocomplete(interaction, { store: { db } }) {
    const activating = interaction.options.getSubcommand() === 'activar';
    const models = activating ? await usableModels(db) : await ratedModels(db);
    const typed = interaction.options.getFocused().toLowerCase();
    const names = models.map(({ name }) => name).filter((name) => name.toLowerCase().includes(typed));
    await interaction.respond(names.slice(0, AUTOCOMPLETE_CHOICES).map((name) => ({ name, value: name })));
  },
} satisfies SlashCommand;
