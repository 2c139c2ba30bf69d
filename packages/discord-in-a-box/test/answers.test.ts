import {
  ContainerBuilder,
  MediaGalleryBuilder,
  MessageFlags,
  Routes,
  SectionBuilder,
  SeparatorBuilder,
  TextDisplayBuilder,
  ThumbnailBuilder,
} from 'discord.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ensemble, openEnsemble, plainAnswer } from './ensemble.ts';
import { given, type Seen, until } from './stage.ts';

let scene: Ensemble;
beforeAll(async () => {
  scene = await openEnsemble();
});
afterAll(() => scene.close());
beforeEach(() => scene.answerWith(plainAnswer));

describe('answers', () => {
  it('may be Components V2', async () => {
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const container = new ContainerBuilder()
      .setAccentColor(0x57f287)
      .addTextDisplayComponents(new TextDisplayBuilder().setContent('## Chiste'))
      .addSectionComponents(
        new SectionBuilder()
          .addTextDisplayComponents(new TextDisplayBuilder().setContent('Va un caracol'))
          .setThumbnailAccessory(new ThumbnailBuilder().setURL('attachment://dibujo.png')),
      )
      .addSeparatorComponents(new SeparatorBuilder())
      .addMediaGalleryComponents(
        new MediaGalleryBuilder().addItems({ media: { url: 'attachment://dibujo.png' } }),
      );
    scene.answerWith(
      (interaction) =>
        interaction.isRepliable() &&
        interaction.reply({
          flags: MessageFlags.IsComponentsV2,
          components: [container],
          files: [{ attachment: png, name: 'dibujo.png' }],
        }),
    );
    const { id } = await scene.use('donde');
    const [shown] = (await scene.see(id)).components;
    expect(shown).toMatchObject({ type: 17, id: 1, accent_color: 0x57f287, spoiler: false });
    expect(shown.components[3].items[0].media).toMatchObject({
      width: 1,
      height: 1,
      content_type: 'image/png',
    });
    const image = await fetch(shown.components[1].accessory.media.url);
    expect(image.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await image.arrayBuffer()).equals(png)).toBe(true);
  });

  it('bring files, in embeds and beside them, and keep or drop them when edited', async () => {
    const files = [
      { attachment: Buffer.from('a,b'), name: 'tabla.csv' },
      { attachment: Buffer.from('GIF89a\x02\x00\x03\x00', 'latin1'), name: 'dibujo.gif' },
    ];
    scene.answerWith(async (interaction) => {
      if (!interaction.isRepliable()) return;
      await interaction.deferReply();
      await interaction.editReply({ embeds: [{ image: { url: 'attachment://dibujo.gif' } }], files });
    });
    const { id } = await scene.use('donde');
    const message = await until('files', async () => {
      const seen = await scene.see(id);
      return seen.attachments.length ? seen : undefined;
    });
    expect(message.attachments.map(({ filename }) => filename)).toEqual(['tabla.csv']);
    expect(message.embeds[0].image).toMatchObject({ width: 2, height: 3 });
    expect(await (await fetch(given(message.attachments[0]).url)).text()).toBe('a,b');
    const interaction = given(scene.got.at(-1));
    if (!interaction.isRepliable()) throw new Error('not repliable');
    await interaction.editReply({ content: 'sin tabla', attachments: [] });
    expect((await scene.see(id)).attachments).toEqual([]);
  });

  it('with an enforced nonce is there once, however often it is sent', async () => {
    scene.answerWith(async (interaction) => {
      if (!interaction.isRepliable()) return;
      const send = (content: string, nonce: string) =>
        interaction.client.rest.post(Routes.webhook(interaction.applicationId, interaction.token), {
          auth: false,
          body: { content, nonce, enforce_nonce: true },
        });
      await interaction.deferReply();
      // The first fills the placeholder.
      for (const nonce of ['1', '1', '2', '2', '1']) await send(`mensaje ${nonce}`, nonce);
      await interaction.followUp('sin él');
      await interaction.followUp('sin él');
    });
    const { id } = await scene.use('donde');
    const { channel, user } = scene.place;
    const contents = await until('the last two', async () => {
      const messages = await scene.stage.get<Seen[]>(`/box/messages?channel=${channel}&user=${user}`);
      const own = messages.filter(({ interaction }) => interaction === id).map(({ content }) => content);
      return own.filter((content) => content === 'sin él').length === 2 ? own : undefined;
    });
    expect(contents).toEqual(['mensaje 1', 'mensaje 2', 'sin él', 'sin él']);
  });

  it('may be followed up, edited, fetched and deleted', async () => {
    let followUp = '';
    scene.answerWith(async (interaction) => {
      if (!interaction.isRepliable()) return;
      const { resource, interaction: callback } = await interaction.deferReply({ withResponse: true });
      expect(callback.responseMessageLoading).toBe(true);
      expect(resource?.message?.flags.has(MessageFlags.Loading)).toBe(true);
      await interaction.followUp('primera');
      expect((await interaction.fetchReply()).content).toBe('primera');
      const second = await interaction.followUp('segunda');
      followUp = second.id;
      await interaction.editReply({ message: second, content: 'segunda, editada' });
      await interaction.deleteReply();
    });
    const { id } = await scene.use('donde');
    const { channel, user } = scene.place;
    const left = await until('only the second', async () => {
      const messages = await scene.stage.get<Seen[]>(`/box/messages?channel=${channel}&user=${user}`);
      const own = messages.filter(({ interaction }) => interaction === id);
      return own.length === 1 && own[0]?.id === followUp && own[0].edits === 1 ? own[0] : undefined;
    });
    expect(left.content).toBe('segunda, editada');
  });
});
