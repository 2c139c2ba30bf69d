import { type ChatInputCommandInteraction, SlashCommandBuilder } from 'discord.js';
import { AUTOCOMPLETE_CHOICES, type CommandContext, type SlashCommand } from '../../src/bot/command.ts';
import { homeGuild } from '../../src/bot/place.ts';
import { readable } from '../../src/bot/readable.ts';
import { Refusal } from '../../src/bot/refusal.ts';
import { lovedJoke } from '../../src/db/loved.ts';
import { tallyOf } from '../../src/db/ratings.ts';
import { THEME_LENGTH } from '../../src/db/request-shape.ts';
import { addJokeMessage } from '../../src/db/tellings.ts';
import { jokeMessage } from '../../src/discord/joke-message.ts';
import { anywhere, choiceNames, described } from '../../src/discord/localized.ts';
import { mentionsTheme } from '../../src/discord/mentions-theme.ts';
import { replyTo } from '../../src/discord/reply.ts';
import { visible } from '../../src/discord/text.ts';
import { seedSchema } from '../../src/lib/settings.ts';
import { isOurTheme, suggestThemes } from './themes.ts';

export default {
  data: anywhere(described(new SlashCommandBuilder(), (m) => m.chiste))
    .addStringOption((option) =>
      described(option, (m) => m.chiste.options.tema)
        .setMaxLength(THEME_LENGTH)
        .setAutocomplete(true),
    )
    .addStringOption((option) =>
      described(option, (m) => m.chiste.options.fuente).addChoices(
        { ...choiceNames((m) => m.sources.new), value: 'nuevo' },
        { ...choiceNames((m) => m.sources.house), value: 'casa' },
        { ...choiceNames((m) => m.sources.best), value: 'mejores' },
      ),
    )
    .addIntegerOption((option) =>
      described(option, (m) => m.chiste.options.semilla)
        .setMinValue(0)
        .setMaxValue(0xffff_ffff),
    ),

  async execute(interaction, context) {
    const named = interaction.options.getString('fuente');
    const typed = interaction.options.getString('tema') ?? '';
    const theme = visible(readable(typed, interaction)).trim();
    if (theme.length > THEME_LENGTH) throw new Refusal((m) => m.refusal.longTheme(THEME_LENGTH));
    if (named === 'mejores') return tellLoved(interaction, theme, context);
    const seed = seedSchema.optional().safeParse(interaction.options.getInteger('semilla') ?? undefined);
    if (!seed.success) throw new Refusal((m) => m.refusal.seed);
    const origin = isOurTheme(theme) ? 'list' : 'user';
    const about = theme ? ({ theme: { text: theme, origin } } as const) : {};
    // Only the model uses a seed.
    const newOnly = named === 'nuevo' || (named === null && seed.data !== undefined);
    const source = named === 'casa' ? 'house' : newOnly ? 'new' : undefined;
    await context.ask(interaction, { kind: 'joke', newOnly, ...about }, { source, seed: seed.data });
  },

  async autocomplete(interaction) {
    const themes = suggestThemes(interaction.options.getFocused(), AUTOCOMPLETE_CHOICES);
    await interaction.respond(themes.map((theme) => ({ name: theme, value: theme })));
  },
} satisfies SlashCommand;

/** Tells one of this guild's own best jokes again, about a theme unless that is empty. */
async function tellLoved(
  interaction: ChatInputCommandInteraction,
  theme: string,
  { store: { db }, messages: m }: CommandContext,
): Promise<void> {
  const { channelId, user } = interaction;
  const guildId = homeGuild(interaction);
  if (guildId === null) throw new Refusal((m) => m.refusal.bestInGuild);
  await interaction.deferReply();
  const fits = (text: string) => theme === '' || mentionsTheme(text, theme);
  const joke = await lovedJoke(db, guildId, { fits });
  if (!joke) throw new Refusal(({ refusal }) => (theme ? refusal.noBestAbout : refusal.noBest));
  const told = { ...joke, askedBy: user.id };
  const body = jokeMessage(told, await tallyOf(db, joke.id), m, { heading: m.joke.retold });
  const message = await replyTo(interaction.client.rest, interaction).edit(body);
  await addJokeMessage(db, { messageId: message.id, jokeId: joke.id, channelId, askedBy: user.id });
}
