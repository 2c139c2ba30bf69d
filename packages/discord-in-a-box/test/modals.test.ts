import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  FileUploadBuilder,
  LabelBuilder,
  ModalBuilder,
  type ModalSubmitInteraction,
  StringSelectMenuBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ensemble, openEnsemble, plainAnswer } from './ensemble.ts';

let scene: Ensemble;
beforeAll(async () => {
  scene = await openEnsemble();
});
afterAll(() => scene.close());
beforeEach(() => scene.answerWith(plainAnswer));

describe('modals', () => {
  const modal = () =>
    new ModalBuilder()
      .setCustomId('ajustes')
      .setTitle('Ajustes')
      .addLabelComponents(
        new LabelBuilder()
          .setLabel('Temperatura')
          .setTextInputComponent(
            new TextInputBuilder().setCustomId('t').setStyle(TextInputStyle.Short).setMaxLength(4),
          ),
        new LabelBuilder()
          .setLabel('Decodificador')
          .setStringSelectMenuComponent(
            new StringSelectMenuBuilder().setCustomId('d').addOptions({ label: 'a', value: 'a' }),
          ),
        new LabelBuilder()
          .setLabel('Archivo')
          .setFileUploadComponent(new FileUploadBuilder().setCustomId('f').setRequired(false)),
      )
      .addTextDisplayComponents(new TextDisplayBuilder().setContent('Nota'));
  const shown = async () => {
    scene.answerWith((interaction) => interaction.isChatInputCommand() && interaction.showModal(modal()));
    return (await scene.use('donde')).id;
  };

  it('are shown to the person, and bring back every field', async () => {
    const id = await shown();
    const { modal: form, state: now } = await scene.viewed(id);
    expect(now).toBe('answered');
    expect(form).toMatchObject({ custom_id: 'ajustes', title: 'Ajustes' });
    expect(form.components).toHaveLength(4);
    scene.answerWith((interaction) => interaction.isModalSubmit() && interaction.reply('hecho'));
    const fields = {
      t: '0,9',
      d: ['a'],
      f: [{ filename: 'a.txt', contentType: 'text/plain', data: 'aG9sYQ==' }],
    };
    const submitted = await scene.act<ModalSubmitInteraction>('/box/modals', {
      user: scene.place.user,
      interaction: id,
      fields,
    });
    const { fields: read } = submitted.interaction;
    expect(read.getTextInputValue('t')).toBe('0,9');
    expect(read.getStringSelectValues('d')).toEqual(['a']);
    expect(read.getUploadedFiles('f')?.first()?.name).toBe('a.txt');
    expect((await scene.see(submitted.id)).content).toBe('hecho');
    const again = await scene.stage.send('POST', '/box/modals', {
      user: scene.place.user,
      interaction: id,
      fields,
    });
    expect(again.status).toBe(400);
  });

  it.each([
    ['a text too long', { t: '12345', d: ['a'] }, /t must have between 0 and 4/],
    ['a required field left empty', { d: ['a'] }, /t must not be empty/],
    ['a field that does not exist', { t: '1', d: ['a'], x: '1' }, /no field x/],
    ['an option that does not exist', { t: '1', d: ['z'] }, /no option z/],
  ])('are refused with %s', async (_what, fields, sentence) => {
    const interaction = await shown();
    const { status, body } = await scene.stage.send('POST', '/box/modals', {
      user: scene.place.user,
      interaction,
      fields,
    });
    expect([status, body.error]).toEqual([400, expect.stringMatching(sentence)]);
  });

  it('carry radio buttons, checkboxes and pickers of people', async () => {
    const options = ['a', 'b'].map((value) => ({ label: value, value }));
    const label = (component: object) => ({ type: 18, label: 'x', component });
    const data = {
      custom_id: 'm',
      title: 'M',
      components: [
        label({ type: 21, custom_id: 'radio', options }),
        label({ type: 22, custom_id: 'casillas', options, max_values: 2 }),
        label({ type: 23, custom_id: 'casilla' }),
        label({ type: 5, custom_id: 'persona' }),
        label({ type: 8, custom_id: 'canal', required: false }),
      ],
    };
    scene.answerWith(({ id, token, client }) =>
      client.rest.post(`/interactions/${id}/${token}/callback`, { body: { type: 9, data }, auth: false }),
    );
    const { id } = await scene.use('donde');
    scene.answerWith(plainAnswer);
    const submit = { user: scene.place.user, interaction: id };
    const fields = { radio: 'b', casillas: ['a', 'b'], casilla: true, persona: [scene.place.user] };
    const wrong = await scene.stage.send('POST', '/box/modals', {
      ...submit,
      fields: { ...fields, radio: 'c' },
    });
    expect(wrong.body.error).toMatch(/radio must be one of its options/);
    const raw = new Promise((resolve) => {
      scene.bot.once('raw', (packet: { d: { data: unknown } }) => resolve(packet.d.data));
    });
    await scene.act('/box/modals', { ...submit, fields });
    const component = (type: number, custom_id: string, value: object) =>
      expect.objectContaining({ component: expect.objectContaining({ type, custom_id, ...value }) });
    expect(await raw).toMatchObject({
      custom_id: 'm',
      components: [
        component(21, 'radio', { value: 'b' }),
        component(22, 'casillas', { values: ['a', 'b'] }),
        component(23, 'casilla', { value: true }),
        component(5, 'persona', { values: [scene.place.user] }),
        component(8, 'canal', { values: [] }),
      ],
      resolved: { users: { [scene.place.user]: { id: scene.place.user } } },
    });
  });

  it('opened from a button can update its message', async () => {
    const row = new ActionRowBuilder<ButtonBuilder>().addComponents(
      new ButtonBuilder().setCustomId('abrir').setLabel('Abrir').setStyle(ButtonStyle.Primary),
    );
    scene.answerWith(
      (interaction) =>
        interaction.isRepliable() && interaction.reply({ content: 'antes', components: [row] }),
    );
    const { id } = await scene.use('donde');
    scene.answerWith((interaction) => interaction.isButton() && interaction.showModal(modal()));
    const pressed = await scene.act('/box/components', {
      user: scene.place.user,
      message: (await scene.see(id)).id,
      customId: 'abrir',
    });
    scene.answerWith(
      (interaction) =>
        interaction.isModalSubmit() && interaction.isFromMessage() && interaction.update('después'),
    );
    await scene.act('/box/modals', {
      user: scene.place.user,
      interaction: pressed.id,
      fields: { t: '1', d: ['a'] },
    });
    expect((await scene.see(id)).content).toBe('después');
  });
});
