import {
  ApplicationCommandType,
  ApplicationIntegrationType,
  ContextMenuCommandBuilder,
  InteractionContextType,
  MessageFlags,
  PermissionFlagsBits,
  SlashCommandBuilder,
} from 'discord.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ensemble, openEnsemble, plainAnswer } from './ensemble.ts';
import { given, type Seen } from './stage.ts';

const { GuildInstall, UserInstall } = ApplicationIntegrationType;
const { Guild, BotDM, PrivateChannel } = InteractionContextType;
const everywhere = [Guild, BotDM, PrivateChannel];

const commands = [
  new SlashCommandBuilder().setName('servidor').setDescription('x').setContexts(Guild),
  new SlashCommandBuilder()
    .setName('mio')
    .setDescription('x')
    .setIntegrationTypes(UserInstall)
    .setContexts(everywhere),
  new SlashCommandBuilder()
    .setName('ambos')
    .setDescription('x')
    .setIntegrationTypes(GuildInstall, UserInstall)
    .setContexts(everywhere),
  new SlashCommandBuilder().setName('viejo').setDescription('x').setDMPermission(false),
  new ContextMenuCommandBuilder()
    .setName('Leer')
    .setType(ApplicationCommandType.Message)
    .setIntegrationTypes(UserInstall)
    .setContexts(everywhere),
].map((command) => command.toJSON());

let scene: Ensemble;
let places: Record<'guild' | 'dm' | 'private', object>;
beforeAll(async () => {
  scene = await openEnsemble();
  await scene.bot.application.commands.set(commands);
  const { user } = scene.place;
  const dm = given(scene.state.dms.find((one) => one.user === user)).id;
  const between = given(scene.state.privates.find(({ users }) => users.includes(user))).id;
  places = { guild: {}, dm: { guild: null, channel: dm }, private: { guild: null, channel: between } };
});
afterAll(() => scene.close());
beforeEach(async () => {
  scene.answerWith(plainAnswer);
  await world({ action: 'uninstall-app', user: scene.place.user });
});

const world = (body: object) => scene.stage.post('/box/world', body);
const install = () => world({ action: 'install-app', user: scene.place.user });
const refusal = async (name: string, place: object) => {
  const body = { ...scene.place, name, ...place };
  return (await scene.stage.send('POST', '/box/commands', body)).body.error;
};

describe('an application that a person has installed', () => {
  it.each([
    ['guild', Guild, true],
    ['dm', BotDM, true],
    ['private', PrivateChannel, false],
  ] as const)('is used in a %s', async (where, context, byGuild) => {
    await install();
    const { interaction, id } = await scene.use('ambos', places[where]);
    expect(interaction.context).toBe(context);
    const { user } = scene.place;
    const guildOwner = where === 'guild' ? scene.guild.id : '0';
    expect(interaction.authorizingIntegrationOwners).toMatchObject({
      userId: user,
      guildId: byGuild ? guildOwner : null,
    });
    expect((await scene.viewed(id)).state).toBe('answered');
  });

  it('answers between people without being there', async () => {
    await install();
    scene.answerWith(async (one) => {
      if (!one.isChatInputCommand()) return;
      await one.deferReply();
      await one.editReply('Un chiste');
      await one.followUp({ content: 'Y otro', flags: MessageFlags.Ephemeral });
    });
    const { interaction, id } = await scene.use('mio', places.private);
    const channel = given(interaction.channelId);
    expect([interaction.inGuild(), interaction.appPermissions.has(PermissionFlagsBits.ViewChannel)]).toEqual([
      false,
      false,
    ]);
    const { users } = given(scene.state.privates[0]);
    const other = given(users.find((one) => one !== scene.place.user));
    const seen = await scene.stage.get<Seen[]>(`/box/messages?channel=${channel}&user=${other}`);
    expect(seen.filter((one) => one.interaction === id).map(({ content }) => content)).toEqual(['Un chiste']);
    const outside = await scene.bot.rest.get(`/channels/${channel}`).catch((error: unknown) => error);
    expect(outside).toMatchObject({ code: 50001 });
  });

  it('comes along into a guild without the bot, with five follow-ups', async () => {
    await install();
    await world({ action: 'remove-guild', guild: scene.guild.id });
    try {
      let last: unknown;
      scene.answerWith(async (one) => {
        if (!one.isChatInputCommand()) return;
        await one.reply('Aquí');
        for (let n = 1; n <= 6; n++) last = await one.followUp(`${n}`).catch((error: unknown) => error);
      });
      const { interaction } = await scene.use('ambos');
      expect(interaction.authorizingIntegrationOwners).toMatchObject({
        userId: scene.place.user,
        guildId: null,
      });
      expect([interaction.guildId, interaction.inCachedGuild()]).toEqual([scene.guild.id, false]);
      await expect.poll(() => last).toMatchObject({ code: 40094 });
      expect(await refusal('servidor', {})).toMatch(/The bot is not in/);
    } finally {
      await world({ action: 'add-guild', guild: scene.guild.id });
    }
  });

  it('answers to its person alone where external apps are not welcome', async () => {
    await install();
    await world({
      action: 'set-channel-permissions',
      channel: scene.place.channel,
      target: scene.guild.id,
      deny: PermissionFlagsBits.UseExternalApps.toString(),
    });
    const { id } = await scene.use('mio');
    expect((await scene.see(id)).flags & MessageFlags.Ephemeral).toBeTruthy();
  });

  it('offers its message commands between people', async () => {
    await install();
    const { channel } = places.private as { channel: string };
    const { user } = scene.place;
    const said = await scene.stage.post<Seen>('/box/messages', { channel, user, content: 'Oye' });
    await scene.use('Leer', { ...places.private, target: said.id });
    const [interaction] = scene.got;
    expect(interaction?.isMessageContextMenuCommand() && interaction.targetMessage.content).toBe('Oye');
  });
});

describe('a command', () => {
  it.each([
    ['servidor', 'dm', /not for a conversation with the bot/],
    ['servidor', 'private', /not for a conversation between people/],
    ['viejo', 'dm', /not for a conversation with the bot/],
    ['mio', 'guild', /only for who has installed/],
    ['ambos', 'private', /only for who has installed/],
  ] as const)('%s is not offered in a %s', async (name, where, sentence) => {
    expect(await refusal(name, places[where])).toMatch(sentence);
  });

  it('is sent all the same when the box is told not to check', async () => {
    const { interaction } = await scene.use('servidor', { ...places.dm, unchecked: true });
    expect(interaction.context).toBe(BotDM);
  });
});
