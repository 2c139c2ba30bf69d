import { InteractionContextType, PermissionFlagsBits } from 'discord.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ensemble, openEnsemble, plainAnswer } from './ensemble.ts';
import { given, type Seen } from './stage.ts';

let scene: Ensemble;
beforeAll(async () => {
  scene = await openEnsemble();
});
afterAll(() => scene.close());
beforeEach(() => scene.answerWith(plainAnswer));

describe('slash commands', () => {
  it('carry every type of option', async () => {
    const [person, channel, role] = [
      given(scene.guild.members[0]),
      given(scene.guild.channels[1]),
      given(scene.guild.roles[0]),
    ];
    const { interaction } = await scene.use('todo', {
      options: {
        texto: 'hola',
        entero: -3,
        decimal: 0.25,
        booleano: false,
        persona: person.id,
        canal: channel.id,
        rol: role.id,
        mencionable: role.id,
        archivo: {
          filename: 'nota.txt',
          contentType: 'text/plain',
          data: Buffer.from('¡hola!').toString('base64'),
        },
        elige: 'uno',
      },
    });
    const { options } = interaction;
    expect(options.getString('texto')).toBe('hola');
    expect(options.getInteger('entero')).toBe(-3);
    expect(options.getNumber('decimal')).toBe(0.25);
    expect(options.getBoolean('booleano')).toBe(false);
    expect(options.getUser('persona')?.username).toBe(person.name.toLowerCase());
    expect(options.getMember('persona')).not.toBeNull();
    expect(options.getChannel('canal')).toMatchObject({ name: channel.name });
    expect(options.getRole('rol')).toMatchObject({ name: role.name });
    expect(options.getMentionable('mencionable')).toMatchObject({ name: role.name });
    const attachment = given(options.getAttachment('archivo'));
    expect(attachment).toMatchObject({ name: 'nota.txt', contentType: 'text/plain', size: 7 });
    expect(await (await fetch(attachment.url)).text()).toBe('¡hola!');
  });

  it('reach a subcommand inside a group', async () => {
    const { interaction } = await scene.use('grupo', { subcommand: 'dentro hoja', options: { n: 7 } });
    expect(interaction.options.getSubcommandGroup()).toBe('dentro');
    expect(interaction.options.getSubcommand()).toBe('hoja');
    expect(interaction.options.getInteger('n')).toBe(7);
  });

  it.each([
    ['no required option', {}, /needs the option texto/],
    ['a string too short', { texto: 'x' }, /texto must have between 2 and 5/],
    ['a number too large', { texto: 'xx', decimal: 7 }, /decimal must be at most 1/],
    ['a fraction for an integer', { texto: 'xx', entero: 0.5 }, /entero must be a whole number/],
    ['a string for a boolean', { texto: 'xx', booleano: 'yes' }, /booleano must be true or false/],
    ['a choice that is none', { texto: 'xx', elige: 'dos' }, /elige must be one of "uno"/],
    ['somebody unknown', { texto: 'xx', persona: '1' }, /no user 1/],
  ])('are refused with %s, as Discord does', async (_what, options, sentence) => {
    const { status, body } = await scene.stage.send('POST', '/box/commands', {
      ...scene.place,
      name: 'todo',
      options,
    });
    expect([status, body.error]).toEqual([400, expect.stringMatching(sentence)]);
    expect(scene.got).toEqual([]);
  });

  it("reach the bot unchecked when asked, so that a handler's own checks can be tried", async () => {
    const { interaction } = await scene.use('todo', {
      options: { texto: 'x'.repeat(6001) },
      unchecked: true,
    });
    expect(interaction.options.getString('texto')).toHaveLength(6001);
  });

  it('tell permissions, context, locale and who installed the bot', async () => {
    await scene.stage.post('/box/world', { action: 'install-app', user: scene.place.user });
    const { interaction } = await scene.use('donde', { locale: 'en-US' });
    expect(interaction.context).toBe(InteractionContextType.Guild);
    expect(interaction.locale).toBe('en-US');
    expect(interaction.guildLocale).toBe('es-ES');
    expect(interaction.memberPermissions?.has(PermissionFlagsBits.ManageGuild)).toBe(false);
    expect(interaction.appPermissions.has(PermissionFlagsBits.SendMessages)).toBe(true);
    expect(interaction.authorizingIntegrationOwners).toMatchObject({
      guildId: scene.guild.id,
      userId: scene.place.user,
    });
    const moderator = given(scene.guild.members.find((one) => one.moderator)).id;
    const { interaction: theirs } = await scene.use('donde', { user: moderator });
    expect(theirs.memberPermissions?.has(PermissionFlagsBits.ManageGuild)).toBe(true);
  });

  it('work in direct messages', async () => {
    const dm = given(scene.state.dms.find(({ user }) => user === scene.place.user));
    const { interaction, id } = await scene.use('donde', { guild: null, channel: dm.id });
    expect(interaction.context).toBe(InteractionContextType.BotDM);
    expect([interaction.guildId, interaction.inGuild(), interaction.user.id]).toEqual([null, false, dm.user]);
    const messages = await scene.stage.get<Seen[]>(`/box/messages?channel=${dm.id}&user=${dm.user}`);
    expect(messages.find((message) => message.interaction === id)?.content).toBe('vale');
    const other = given(scene.guild.members.find((one) => one.id !== dm.user)).id;
    expect(await scene.stage.get(`/box/messages?channel=${dm.id}&user=${other}`)).toEqual([]);
  });

  it('bring entitlements', async () => {
    const sku = '1234567890';
    const granted = new Promise((resolve) => scene.bot.once('entitlementCreate', resolve));
    await scene.stage.post('/box/world', { action: 'grant-entitlement', user: scene.place.user, sku });
    await granted;
    const { interaction } = await scene.use('donde');
    expect(interaction.entitlements.map(({ skuId }) => skuId)).toEqual([sku]);
    expect((await scene.bot.application.entitlements.fetch()).map(({ skuId }) => skuId)).toEqual([sku]);
    await scene.stage.post('/box/world', { action: 'revoke-entitlement', user: scene.place.user, sku });
    expect((await scene.use('donde')).interaction.entitlements.size).toBe(0);
  });

  it('of a user context menu bring the person', async () => {
    const target = given(scene.guild.members[0]);
    await scene.use('Saludar', { target: target.id });
    const interaction = given(scene.got[0]);
    if (!interaction.isUserContextMenuCommand()) throw new Error('not a user context menu');
    expect(interaction.targetUser.displayName).toBe(target.name);
    expect(interaction.targetMember).not.toBeNull();
  });
});
