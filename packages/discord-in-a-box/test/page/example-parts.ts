import { createCanvas } from '@napi-rs/canvas';
import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  ChannelSelectMenuBuilder,
  ContainerBuilder,
  FileBuilder,
  LabelBuilder,
  MediaGalleryBuilder,
  MentionableSelectMenuBuilder,
  type MessageActionRowComponentBuilder,
  ModalBuilder,
  RoleSelectMenuBuilder,
  SectionBuilder,
  SeparatorBuilder,
  SeparatorSpacingSize,
  StringSelectMenuBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
  ThumbnailBuilder,
  UserSelectMenuBuilder,
} from 'discord.js';

/** A picture of our own, so that nothing has to be committed: an amber disc on plum. */
export const picture = draw();

function draw(): Buffer {
  const canvas = createCanvas(320, 180);
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#2a2130';
  pen.fillRect(0, 0, 320, 180);
  pen.fillStyle = '#f7a928';
  pen.beginPath();
  pen.arc(160, 90, 60, 0, Math.PI * 2);
  pen.fill();
  return canvas.toBuffer('image/png');
}

function tones(id: string): StringSelectMenuBuilder {
  return new StringSelectMenuBuilder()
    .setCustomId(id)
    .addOptions(
      { label: 'Serio', value: 'serio', description: 'Como un notario', emoji: '🧐' },
      { label: 'Absurdo', value: 'absurdo', description: 'Como una piña', emoji: '🍍' },
      { label: 'Búho', value: 'buho' },
    );
}

/** One row for each kind of select. */
export function selects(): ActionRowBuilder<MessageActionRowComponentBuilder>[] {
  return [
    tones('tono').setPlaceholder('Elige un tono'),
    new UserSelectMenuBuilder().setCustomId('personas').setMinValues(1).setMaxValues(2),
    new RoleSelectMenuBuilder().setCustomId('rol'),
    new MentionableSelectMenuBuilder().setCustomId('cualquiera'),
    new ChannelSelectMenuBuilder().setCustomId('canal'),
  ].map((menu) => new ActionRowBuilder<MessageActionRowComponentBuilder>().addComponents(menu));
}

export function modal(): ModalBuilder {
  return new ModalBuilder()
    .setCustomId('formulario')
    .setTitle('Cuenta un chiste')
    .addLabelComponents(
      new LabelBuilder()
        .setLabel('Título')
        .setDescription('Corto, por favor')
        .setTextInputComponent(
          new TextInputBuilder()
            .setCustomId('titulo')
            .setStyle(TextInputStyle.Short)
            .setMinLength(3)
            .setMaxLength(40),
        ),
      new LabelBuilder()
        .setLabel('Texto')
        .setTextInputComponent(
          new TextInputBuilder()
            .setCustomId('texto')
            .setStyle(TextInputStyle.Paragraph)
            .setRequired(false)
            .setPlaceholder('Van dos…'),
        ),
      new LabelBuilder().setLabel('Tono').setStringSelectMenuComponent(tones('tono')),
    );
}

/** Components V2, each kind once. */
export function showcase() {
  return [
    new ContainerBuilder()
      .setAccentColor(0x8a4b9e)
      .addTextDisplayComponents(
        new TextDisplayBuilder().setContent('## El chiste de la semana\nElegido por **la taberna**.'),
      )
      .addSeparatorComponents(new SeparatorBuilder().setDivider(true).setSpacing(SeparatorSpacingSize.Large))
      .addSectionComponents(
        new SectionBuilder()
          .addTextDisplayComponents(
            new TextDisplayBuilder().setContent('—Doctor, nadie me hace caso.\n—¡El siguiente!'),
          )
          .setThumbnailAccessory(
            new ThumbnailBuilder().setURL('attachment://chispa.png').setDescription('Una chispa'),
          ),
        new SectionBuilder()
          .addTextDisplayComponents(new TextDisplayBuilder().setContent('¿Otro?'))
          .setButtonAccessory(
            new ButtonBuilder().setCustomId('otro').setLabel('Otro').setStyle(ButtonStyle.Primary),
          ),
      )
      .addActionRowComponents(
        new ActionRowBuilder<MessageActionRowComponentBuilder>().addComponents(
          new ButtonBuilder()
            .setCustomId('bien')
            .setLabel('Bien')
            .setEmoji('👍')
            .setStyle(ButtonStyle.Success),
          new ButtonBuilder()
            .setCustomId('cerrado')
            .setLabel('Cerrado')
            .setStyle(ButtonStyle.Secondary)
            .setDisabled(true),
        ),
      ),
    new MediaGalleryBuilder().addItems(
      { media: { url: 'attachment://chispa.png' }, description: 'Una chispa' },
      { media: { url: 'attachment://chispa.png' }, spoiler: true },
      { media: { url: 'https://example.com/fuera.png' } },
    ),
    new FileBuilder().setURL('attachment://chispa.png'),
    new TextDisplayBuilder().setContent('-# Fin del escaparate'),
  ];
}
