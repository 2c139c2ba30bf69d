import { request } from 'node:http';
import {
  ActionRowBuilder,
  ApplicationCommandType,
  ButtonBuilder,
  ButtonStyle,
  ContextMenuCommandBuilder,
  EmbedBuilder,
  type Interaction,
  Locale,
  MessageFlags,
  PermissionFlagsBits,
  SlashCommandBuilder,
} from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBox } from '../src/index.ts';
import { given, openStage, type Seen, type Stage, type State, until } from './stage.ts';

const commands = [
  new SlashCommandBuilder()
    .setName('chiste')
    .setDescription('Cuenta un chiste')
    .setDescriptionLocalizations({ [Locale.EnglishUS]: 'Tells a joke' })
    .addStringOption((option) => option.setName('tema').setDescription('Tema').setMaxLength(60))
    .addIntegerOption((option) => option.setName('semilla').setDescription('Semilla').setMinValue(0)),
  new SlashCommandBuilder()
    .setName('ajustar')
    .setDescription('Ajusta')
    .setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild)
    .addSubcommand((sub) => sub.setName('ver').setDescription('Muestra')),
  new ContextMenuCommandBuilder().setName('Continuar chiste').setType(ApplicationCommandType.Message),
].map((command) => command.toJSON());

const votes = (total: number) =>
  new ActionRowBuilder<ButtonBuilder>().addComponents(
    [1, 2, 3, 4, 5].map((n) =>
      new ButtonBuilder()
        .setCustomId(`rate:${n}`)
        .setLabel(n === 5 ? `5 (${total})` : String(n))
        .setStyle(ButtonStyle.Secondary),
    ),
  );

let total = 0;
async function handle(interaction: Interaction): Promise<void> {
  if (interaction.isMessageContextMenuCommand()) {
    await interaction.reply({ content: `Continúo: ${interaction.targetMessage.content}` });
  } else if (interaction.isChatInputCommand() && interaction.commandName === 'ajustar') {
    const allowed = interaction.memberPermissions?.has(PermissionFlagsBits.ManageGuild);
    await interaction.reply({ content: allowed ? 'Ajustes' : 'No puedes', flags: MessageFlags.Ephemeral });
  } else if (interaction.isChatInputCommand()) {
    await interaction.deferReply();
    const embed = new EmbedBuilder().setTitle(interaction.options.getString('tema') ?? 'Chiste');
    for (const text of ['Va', 'Va un', 'Va un caracol']) {
      await interaction.editReply({
        embeds: [embed.setDescription(text)],
        components: text.length > 10 ? [votes(0)] : [],
      });
    }
    await interaction.followUp({ content: 'Solo para ti', flags: MessageFlags.Ephemeral });
  } else if (interaction.isButton()) {
    total++;
    await interaction.update({ components: [votes(total)] });
  }
}

describe('a box with a discord.js bot in it', () => {
  let stage: Stage;
  let state: State;
  let channel = '';
  const seen = (user: string, interaction: string) => async () => {
    const messages = await stage.get<Seen[]>(`/box/messages?channel=${channel}&user=${user}`);
    return messages.find((message) => message.interaction === interaction);
  };
  const use = (user: string, name: string, more: object = {}) =>
    stage.post<{ interaction: string }>('/box/commands', {
      guild: state.guilds[0]?.id,
      channel,
      user,
      name,
      ...more,
    });

  beforeAll(async () => {
    stage = await openStage();
    const bot = await stage.bot(handle);
    await bot.application.commands.set(commands);
    state = await stage.state();
    channel = given(state.guilds[0]?.channels[0]?.id);
  });
  afterAll(() => stage.close());

  it('has two guilds with a moderator and two others each, and the bot in none of the lists', () => {
    expect(state.guilds).toHaveLength(2);
    for (const guild of state.guilds) {
      expect(guild.channels.length).toBeGreaterThanOrEqual(2);
      expect(guild.members.filter(({ moderator }) => moderator)).toHaveLength(1);
      expect(guild.members.filter(({ moderator }) => !moderator)).toHaveLength(2);
      expect(guild.members.map(({ id }) => id)).not.toContain(state.bot.id);
    }
    expect(state.bot).toMatchObject({ name: 'Chispa', online: true });
    expect(state.commands.map(({ name }) => name)).toEqual(['chiste', 'ajustar', 'Continuar chiste']);
  });

  it('has the same ids at every start', async () => {
    const other = await createBox({ port: 0 });
    const again = (await (await fetch(`${other.url}/box/state`)).json()) as State;
    expect(again.guilds.map(({ id }) => id)).toEqual(state.guilds.map(({ id }) => id));
    await other.close();
  });

  it('shows a deferred answer at once, its edits, and the votes of two people', async () => {
    const [ana, bruno] = given(state.guilds[0]).members.filter(({ moderator }) => !moderator);
    const { interaction } = await use(given(ana).id, 'chiste', { options: { tema: 'caracoles' } });
    await until('answer', seen(given(bruno).id, interaction));
    const joke = await until('joke', async () => {
      const message = await seen(given(bruno).id, interaction)();
      return message?.components.length ? message : undefined;
    });
    expect(joke.flags & MessageFlags.Loading).toBe(0);
    expect(joke).toMatchObject({ edits: 3, embeds: [{ title: 'caracoles', description: 'Va un caracol' }] });
    for (const person of [ana, bruno]) {
      await stage.post('/box/components', { user: given(person).id, message: joke.id, customId: 'rate:5' });
    }
    await until('tally', async () => {
      const message = await seen(given(ana).id, interaction)();
      return message?.components[0].components[4].label === '5 (2)';
    });
    const status = await stage.get<{ state: string; ackMs: number }>(`/box/interactions/${interaction}`);
    expect(status.state).toBe('answered');
    expect(status.ackMs).toBeLessThan(3000);
  });

  it('shows ephemeral messages to their reader only', async () => {
    const [ana, bruno] = given(state.guilds[0]).members.filter(({ moderator }) => !moderator);
    const { interaction } = await use(given(ana).id, 'ajustar', { subcommand: 'ver' });
    const answer = await until('refusal', seen(given(ana).id, interaction));
    expect(answer.content).toBe('No puedes');
    expect(answer.flags & MessageFlags.Ephemeral).toBeTruthy();
    expect(await seen(given(bruno).id, interaction)()).toBeUndefined();
    const moderator = given(state.guilds[0]?.members.find(({ moderator }) => moderator));
    const { interaction: allowed } = await use(moderator.id, 'ajustar', { subcommand: 'ver' });
    expect((await until('panel', seen(moderator.id, allowed))).content).toBe('Ajustes');
  });

  it('gives a context-menu command the message it was used on', async () => {
    const user = given(state.guilds[0]?.members[0]).id;
    const said = await stage.post<Seen>('/box/messages', { channel, user, content: 'Érase una vez' });
    const { interaction } = await use(user, 'Continuar chiste', { target: said.id });
    const answer = await until('answer', seen(user, interaction));
    expect(answer.content).toBe('Continúo: Érase una vez');
  });

  it.each([
    ['an unknown command', { name: 'nada' }, /no command nada/],
    ['an unknown option', { name: 'chiste', options: { x: 1 } }, /no option x/],
    [
      'an option of another type',
      { name: 'chiste', options: { semilla: 'abc' } },
      /semilla must be a number/,
    ],
    [
      'an option out of its range',
      { name: 'chiste', options: { semilla: -1 } },
      /semilla must be at least 0/,
    ],
    ['a missing subcommand', { name: 'ajustar' }, /needs a subcommand: ver/],
    ['an unknown subcommand', { name: 'ajustar', subcommand: 'x' }, /no subcommand x/],
    ['a field that does not exist', { name: 'chiste', nme: 1 }, /nme/],
  ])('refuses %s with a sentence', async (_what, more, sentence) => {
    const user = given(state.guilds[0]?.members[0]).id;
    const { status, body } = await stage.send('POST', '/box/commands', { channel, user, ...more });
    expect(status).toBe(400);
    expect(body.error).toMatch(sentence);
  });

  it("never breaks Discord's published API", () => {
    expect(stage.validation.violations).toEqual([]);
    expect([...stage.validation.seen.keys()]).toEqual(
      expect.arrayContaining([
        'PUT /applications/{application_id}/commands',
        'POST /interactions/{interaction_id}/{interaction_token}/callback',
        'PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original',
        'POST /webhooks/{webhook_id}/{webhook_token}',
      ]),
    );
  });
});

describe('a box on its own', () => {
  const named = (port: number, origin: string) => ({ host: `localhost:${port}`, origin });

  it('says which port is taken', async () => {
    const first = await createBox({ port: 0 });
    await expect(createBox({ port: first.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: expect.stringContaining(`Port ${first.port} is in use`),
    });
    await first.close();
  });

  it.each([
    ['a foreign Host', () => ({ host: 'evil.example' }), 403],
    ['a foreign Origin', () => ({ origin: 'https://evil.example' }), 403],
    ['a null Origin', () => ({ origin: 'null' }), 403],
    ["another loopback page's Origin", () => ({ origin: 'http://127.0.0.1:1' }), 403],
    ['its own Origin', (url: string) => ({ origin: url }), 200],
    ['its own Origin by name', (_: string, port: number) => named(port, `http://localhost:${port}`), 200],
    ['the Origin of another name', (url: string, port: number) => named(port, url), 403],
  ] as const)('treats %s as it should', async (_what, headersFor, wanted) => {
    const box = await createBox({ port: 0 });
    const headers = headersFor(box.url, box.port);
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${box.url}/box/state`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject).end();
    });
    expect(status).toBe(wanted);
    await box.close();
  });
});
