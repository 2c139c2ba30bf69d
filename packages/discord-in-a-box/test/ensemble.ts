import {
  ApplicationCommandType,
  ApplicationIntegrationType,
  type ChatInputCommandInteraction,
  type Client,
  ContextMenuCommandBuilder,
  type Interaction,
  InteractionContextType,
  SlashCommandBuilder,
} from 'discord.js';
import { expect } from 'vitest';
import {
  type GuildState,
  given,
  type InteractionView,
  openStage,
  type Seen,
  type Stage,
  type State,
  until,
} from './stage.ts';

const both = [ApplicationIntegrationType.GuildInstall, ApplicationIntegrationType.UserInstall];
const commands = [
  new SlashCommandBuilder()
    .setName('todo')
    .setDescription('Todas las opciones')
    .addStringOption((o) =>
      o.setName('texto').setDescription('x').setRequired(true).setMinLength(2).setMaxLength(5),
    )
    .addIntegerOption((o) => o.setName('entero').setDescription('x'))
    .addNumberOption((o) => o.setName('decimal').setDescription('x').setMinValue(0).setMaxValue(1))
    .addBooleanOption((o) => o.setName('booleano').setDescription('x'))
    .addUserOption((o) => o.setName('persona').setDescription('x'))
    .addChannelOption((o) => o.setName('canal').setDescription('x'))
    .addRoleOption((o) => o.setName('rol').setDescription('x'))
    .addMentionableOption((o) => o.setName('mencionable').setDescription('x'))
    .addAttachmentOption((o) => o.setName('archivo').setDescription('x'))
    .addStringOption((o) => o.setName('elige').setDescription('x').addChoices({ name: 'Uno', value: 'uno' })),
  new SlashCommandBuilder()
    .setName('grupo')
    .setDescription('x')
    .addSubcommandGroup((group) =>
      group
        .setName('dentro')
        .setDescription('x')
        .addSubcommand((sub) =>
          sub
            .setName('hoja')
            .setDescription('x')
            .addIntegerOption((o) => o.setName('n').setDescription('x')),
        ),
    ),
  new SlashCommandBuilder()
    .setName('tema')
    .setDescription('Con autocompletado')
    .addStringOption((o) => o.setName('tema').setDescription('x').setAutocomplete(true))
    .addIntegerOption((o) => o.setName('año').setDescription('x').setAutocomplete(true)),
  new SlashCommandBuilder()
    .setName('donde')
    .setDescription('En todas partes')
    .setNameLocalizations({ 'en-US': 'where' })
    .setContexts(InteractionContextType.Guild, InteractionContextType.BotDM)
    .setIntegrationTypes(both),
  new ContextMenuCommandBuilder().setName('Saludar').setType(ApplicationCommandType.User),
].map((command) => command.toJSON());

type Handle = (interaction: Interaction) => unknown;

/** A stage whose bot has commands of every kind, and whose handler a test exchanges as it goes. */
export interface Ensemble {
  stage: Stage;
  bot: Client<true>;
  state: State;
  guild: GuildState;
  /** Somebody who is no moderator, in the guild's first channel. */
  place: { guild: string; channel: string; user: string };
  /** Every interaction the bot got since the last `answerWith`. */
  got: Interaction[];
  answerWith(handle: Handle): void;
  /** Does something as a person and waits until the interaction is no longer pending. */
  act<T extends Interaction>(path: string, body: object): Promise<{ interaction: T; id: string }>;
  use(name: string, more?: object): Promise<{ interaction: ChatInputCommandInteraction; id: string }>;
  viewed(id: string): Promise<InteractionView>;
  /** The message an interaction caused, as `place.user` sees it. */
  see(id: string): Promise<Seen>;
  /** Also fails the test if an exchange broke Discord's OpenAPI. */
  close(): Promise<void>;
}

export const plainAnswer: Handle = (interaction) => interaction.isRepliable() && interaction.reply('vale');

export async function openEnsemble(): Promise<Ensemble> {
  const fast = { count: 1000, window: 1000 };
  const stage = await openStage({ rates: { messageEdit: fast, messageCreate: fast, followUp: fast } });
  const got: Interaction[] = [];
  let handle = plainAnswer;
  const bot = await stage.bot(async (interaction) => {
    got.push(interaction);
    await handle(interaction);
  });
  await bot.application.commands.set(commands);
  const state = await stage.state();
  const guild = given(state.guilds[0]);
  const user = given(guild.members.find(({ moderator }) => !moderator)).id;
  const place = { guild: guild.id, channel: given(guild.channels[0]).id, user };
  const viewed = (id: string) => stage.get<InteractionView>(`/box/interactions/${id}`);
  async function act<T extends Interaction>(path: string, body: object) {
    const { interaction: id } = await stage.post<{ interaction: string }>(path, body);
    await until('answer', async () => (await viewed(id)).state !== 'pending');
    return { interaction: given(got.at(-1)) as T, id }; // the caller knows what it caused
  }
  return {
    stage,
    bot,
    state,
    guild,
    place,
    got,
    viewed,
    act,
    answerWith(next) {
      got.length = 0;
      handle = next;
    },
    use: (name, more = {}) => act<ChatInputCommandInteraction>('/box/commands', { ...place, name, ...more }),
    async see(id) {
      const messages = await stage.get<Seen[]>(`/box/messages?channel=${place.channel}&user=${place.user}`);
      return given(messages.findLast(({ interaction }) => interaction === id));
    },
    async close() {
      expect(stage.validation.violations).toEqual([]);
      await stage.close();
    },
  };
}
