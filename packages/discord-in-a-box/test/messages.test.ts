import { EmbedBuilder, MessageFlags, PermissionFlagsBits } from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, openRehearsal, type Rehearsal } from './rehearsal.ts';
import { given } from './stage.ts';

let scene: Rehearsal;
beforeAll(async () => {
  scene = await openRehearsal();
});
afterAll(() => scene.close());

describe('messages', () => {
  it('names fields of a callback under data', async () => {
    const { rawError } = await scene.error((interaction) => interaction.reply('x'.repeat(2001)));
    expect(rawError).toMatchObject({
      errors: { data: { content: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH' }] } } },
    });
  });

  it('refuses to show nothing with 50006', async () => {
    expect((await failure(scene.channel.send('  \n '))).code).toBe(50006);
    expect((await scene.error((interaction) => interaction.reply('  '))).code).toBe(50006);
    const message = await scene.channel.send('algo');
    expect((await failure(message.edit({ content: '' }))).code).toBe(50006);
    await message.edit({ content: '', embeds: [new EmbedBuilder().setTitle('algo')] });
  });

  it('answers with 10008 for a message that is gone, an ephemeral one, and one of another token', async () => {
    const message = await scene.channel.send('adiós');
    await message.delete();
    expect((await failure(message.edit('hola'))).code).toBe(10008);
    let ephemeral = '';
    await scene.outcome(async (interaction) => {
      const { resource } = await interaction.reply({
        content: 'secreto',
        flags: MessageFlags.Ephemeral,
        withResponse: true,
      });
      ephemeral = given(resource?.message).id;
    });
    expect((await failure(scene.channel.messages.fetch({ message: ephemeral, force: true }))).code).toBe(
      10008,
    );
    const other = await scene.error(async (interaction) => {
      await interaction.reply('mío');
      await interaction.webhook.editMessage(ephemeral, 'ajeno');
    });
    expect(other.code).toBe(10008);
    const deleted = await scene.error(async (interaction) => {
      await interaction.reply('mío');
      await interaction.deleteReply();
      await interaction.editReply('ya no');
    });
    expect(deleted.code).toBe(10008);
  });

  it("refuses to edit another's message with 50005 and to delete it without the permission with 50013", async () => {
    const { id } = await scene.stage.post<{ id: string }>('/box/messages', {
      channel: scene.channel.id,
      user: scene.member,
      content: 'mío',
    });
    const theirs = await scene.channel.messages.fetch(id);
    expect((await failure(theirs.edit('tuyo'))).code).toBe(50005);
    expect((await failure(theirs.delete())).code).toBe(50013);
  });

  it('answers with 50013 and 50001 when permissions are taken away', async () => {
    const place = { action: 'set-channel-permissions', channel: scene.channel.id, target: scene.bot.user.id };
    const files = [{ attachment: Buffer.from('x'), name: 'x.txt' }];
    await scene.stage.post('/box/world', { ...place, deny: String(PermissionFlagsBits.AttachFiles) });
    expect((await failure(scene.channel.send({ files }))).code).toBe(50013);
    await scene.stage.post('/box/world', { ...place, deny: String(PermissionFlagsBits.SendMessages) });
    expect((await failure(scene.channel.send('x'))).code).toBe(50013);
    await scene.stage.post('/box/world', { ...place, deny: String(PermissionFlagsBits.ViewChannel) });
    expect((await failure(scene.channel.send('x'))).code).toBe(50001);
    await scene.stage.post('/box/world', place);
    await scene.channel.send('x');
  });

  it('limits the edits of a message older than an hour with 30046', async () => {
    const message = await scene.channel.send('viejo');
    await scene.moveClock(60 * 60_000 + 1);
    const path = `${scene.stage.box.api}/v10/channels/${scene.channel.id}/messages/${message.id}`;
    const headers = { authorization: `Bot ${scene.stage.box.token}`, 'content-type': 'application/json' };
    const edit = (content: string) =>
      fetch(path, { method: 'PATCH', headers, body: JSON.stringify({ content }) });
    for (let n = 0; n < 30; n++) expect((await edit(`edición ${n}`)).status).toBe(200);
    const refused = await edit('una de más');
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ code: 30046 });
    await scene.moveClock(60 * 60_000);
    expect((await edit('de nuevo')).status).toBe(200);
  });

  it('refuses a file of more than 10 MiB with 40005', async () => {
    const files = [{ attachment: Buffer.alloc(10 * 1024 * 1024 + 1), name: 'grande.bin' }];
    expect((await failure(scene.channel.send({ files }))).code).toBe(40005);
  });
});
