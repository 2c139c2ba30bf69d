import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDriver } from '../src/index.ts';
import { openStage, type Stage } from './stage.ts';

describe('the driver', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
    const bot = await stage.bot(async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      if (interaction.options.getString('texto') === 'calla') return;
      await interaction.deferReply();
      await interaction.editReply(`Estás en ${interaction.channelId}`);
    });
    await bot.application.commands.set([
      { name: 'eco', description: 'x', options: [{ name: 'texto', description: 'x', type: 3 }] },
    ]);
  });
  afterAll(() => stage.close());

  it('acts in the first channel, in another by name, in a thread, and in the conversation with the bot', async () => {
    const { guilds, dms } = await stage.state();
    const [first, second] = guilds[0]?.channels ?? [];
    const ana = guilds[0]?.members.find(({ name }) => name === 'Ana')?.id;
    const thread = { channel: second?.id, user: ana, name: 'Un hilo' };
    const { id } = await stage.post<{ id: string }>('/box/threads', thread);
    const answers = await Promise.all([
      createDriver(stage.box).command('ana', 'eco'),
      createDriver(stage.box, { channel: 'general' }).command('ana', 'eco'),
      createDriver(stage.box, { channel: 'Un hilo' }).command('ana', 'eco'),
      createDriver(stage.box, { guild: null }).command('ana', 'eco'),
    ]);
    const dm = dms.find(({ user }) => user === ana)?.id;
    expect(answers.map(({ content }) => content)).toEqual(
      [first?.id, second?.id, id, dm].map((where) => `Estás en ${where}`),
    );
  });

  it('finds what is written, and says what it saw instead', async () => {
    const driver = createDriver(stage.box, { channel: 'pruebas' });
    const { id } = await driver.write('bruno', 'Hola');
    expect((await driver.find('ana', ({ content }) => content === 'Hola')).id).toBe(id);
    await expect(driver.find('ana', ({ content }) => content === 'Adiós', 50)).rejects.toThrow(/Hola/);
  });

  it('says at once when the bot did not answer in time, and who or what the box does not have', async () => {
    const driver = createDriver(stage.box);
    const asked = await driver.ask('ana', 'eco', { texto: 'calla' });
    await stage.post('/box/world', { action: 'move-clock', ms: 3100 });
    await expect(asked.answer()).rejects.toThrow(/did not answer in time \(timeout\)/);
    await expect(driver.write('nadie', 'x')).rejects.toThrow('There is no nadie in the box.');
    await expect(createDriver(stage.box, { channel: 'nada' }).write('ana', 'x')).rejects.toThrow(
      /no such guild or channel/,
    );
    await expect(driver.call('/box/world', { action: 'nada' })).rejects.toThrow(/^400: /);
  });
});
