import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  ChannelSelectMenuBuilder,
  MentionableSelectMenuBuilder,
  MessageFlags,
  MessageType,
  RoleSelectMenuBuilder,
  StringSelectMenuBuilder,
  UserSelectMenuBuilder,
} from 'discord.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ensemble, openEnsemble, plainAnswer } from './ensemble.ts';
import { given, until } from './stage.ts';

let scene: Ensemble;
beforeAll(async () => {
  scene = await openEnsemble();
});
afterAll(() => scene.close());
beforeEach(() => scene.answerWith(plainAnswer));

describe('components', () => {
  const rows = [
    new StringSelectMenuBuilder()
      .setCustomId('texto')
      .setMaxValues(2)
      .addOptions([1, 2, 3].map((n) => ({ label: `${n}`, value: `${n}` }))),
    new UserSelectMenuBuilder().setCustomId('personas'),
    new RoleSelectMenuBuilder().setCustomId('roles'),
    new ChannelSelectMenuBuilder().setCustomId('canales'),
    new MentionableSelectMenuBuilder().setCustomId('menciones'),
  ].map((select) => new ActionRowBuilder<typeof select>().addComponents(select));

  it('select values, people, roles, channels and mentionables', async () => {
    scene.answerWith(
      (interaction) => interaction.isRepliable() && interaction.reply({ content: 'elige', components: rows }),
    );
    const { id } = await scene.use('donde');
    const message = await scene.see(id);
    scene.answerWith((interaction) => interaction.isMessageComponent() && interaction.deferUpdate());
    const choose = async (customId: string, values: string[]) => {
      const body = { user: scene.place.user, message: message.id, customId, values };
      return (await scene.act('/box/components', body)).interaction;
    };
    const text = await choose('texto', ['1', '3']);
    expect(text.isStringSelectMenu() && text.values).toEqual(['1', '3']);
    const [person, channel, role] = [
      given(scene.guild.members[0]).id,
      given(scene.guild.channels[0]).id,
      given(scene.guild.roles[0]).id,
    ];
    const people = await choose('personas', [person]);
    expect(people.isUserSelectMenu() && people.users.firstKey()).toBe(person);
    const roles = await choose('roles', [role]);
    expect(roles.isRoleSelectMenu() && roles.roles.firstKey()).toBe(role);
    const channels = await choose('canales', [channel]);
    expect(channels.isChannelSelectMenu() && channels.channels.firstKey()).toBe(channel);
    const mentions = await choose('menciones', [role]);
    expect(mentions.isMentionableSelectMenu() && mentions.roles.firstKey()).toBe(role);
    for (const [customId, values] of [
      ['texto', []],
      ['texto', ['1', '2', '3']],
      ['texto', ['9']],
      ['texto', ['1', '1']],
      ['nada', ['1']],
    ]) {
      const body = { user: scene.place.user, message: message.id, customId, values };
      expect((await scene.stage.send('POST', '/box/components', body)).status).toBe(400);
    }
  });

  it('cannot be pressed when disabled, ephemeral for others, or gone; a forged one can be tried', async () => {
    const row = (disabled: boolean) =>
      new ActionRowBuilder<ButtonBuilder>().addComponents(
        new ButtonBuilder()
          .setCustomId('b')
          .setLabel('b')
          .setStyle(ButtonStyle.Primary)
          .setDisabled(disabled),
      );
    scene.answerWith(
      (interaction) =>
        interaction.isRepliable() &&
        interaction.reply({ content: 'x', components: [row(true)], flags: MessageFlags.Ephemeral }),
    );
    const { id } = await scene.use('donde');
    const message = (await scene.see(id)).id;
    const press = (more: object) =>
      scene.stage.send('POST', '/box/components', {
        user: scene.place.user,
        message,
        customId: 'b',
        ...more,
      });
    expect((await press({})).body.error).toMatch(/disabled/);
    expect(
      (await press({ user: given(scene.guild.members.find(({ moderator }) => moderator)).id })).body.error,
    ).toMatch(/sees no message/);
    scene.answerWith((interaction) => interaction.isButton() && interaction.update({ content: 'forjado' }));
    await scene.act('/box/components', {
      user: scene.place.user,
      message,
      customId: 'viejo:1',
      unchecked: true,
    });
    expect((await scene.see(id)).content).toBe('forjado');
    await scene.stage.post('/box/world', { action: 'delete-message', message });
    expect((await press({})).status).toBe(400);
  });

  it('may be answered with a message that refers to theirs', async () => {
    scene.answerWith(
      (interaction) =>
        interaction.isRepliable() && interaction.reply({ content: '?', components: rows.slice(0, 1) }),
    );
    const { id } = await scene.use('donde');
    const message = await scene.see(id);
    scene.answerWith(plainAnswer);
    const body = { user: scene.place.user, message: message.id, customId: 'texto', values: ['2'] };
    const chosen = await scene.act('/box/components', body);
    expect(await scene.see(chosen.id)).toMatchObject({
      type: MessageType.Reply,
      message_reference: { message_id: message.id },
      referenced_message: { id: message.id, content: '?' },
    });
  });

  it('acknowledge silently first and edit later', async () => {
    scene.answerWith(
      (interaction) =>
        interaction.isRepliable() && interaction.reply({ content: '0', components: rows.slice(0, 1) }),
    );
    const { id } = await scene.use('donde');
    const message = await scene.see(id);
    let edit: () => Promise<unknown> = async () => {};
    scene.answerWith(async (interaction) => {
      if (!interaction.isMessageComponent()) return;
      await interaction.deferUpdate();
      edit = () => interaction.editReply({ content: '1' });
    });
    const pressed = await scene.act('/box/components', {
      user: scene.place.user,
      message: message.id,
      customId: 'texto',
      values: ['1'],
    });
    expect((await scene.viewed(pressed.id)).state).toBe('acknowledged');
    await until('handler', () => edit().then(() => true));
    expect((await scene.see(id)).content).toBe('1');
    expect((await scene.viewed(pressed.id)).state).toBe('answered');
  });
});
