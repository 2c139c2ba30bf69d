import {
  ActionRowBuilder,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  AttachmentBuilder,
  ButtonBuilder,
  ButtonStyle,
  type ChatInputCommandInteraction,
  Client,
  EmbedBuilder,
  Events,
  GatewayIntentBits,
  type Interaction,
  MessageFlags,
  type RESTPostAPIApplicationCommandsJSONBody,
} from 'discord.js';
import type { Box } from '../../src/index.ts';
import { modal, picture, selects, showcase } from './example-parts.ts';

/** What the example bot answers itself, in steps that a test can let through one by one. */
export interface ExampleBot {
  client: Client;
  /** Lets the streaming answer go on by one edit. */
  step: () => void;
  close: () => Promise<void>;
}

const string = ApplicationCommandOptionType.String;
const themes = ['perros', 'gatos', 'suegras', 'médicos', 'informáticos'];

const commands: RESTPostAPIApplicationCommandsJSONBody[] = [
  {
    name: 'chiste',
    description: 'Un chiste nuevo',
    description_localizations: { 'en-US': 'A new joke' },
    name_localizations: { 'en-US': 'joke' },
    options: [
      {
        name: 'tema',
        name_localizations: { 'en-US': 'theme' },
        description: 'De qué trata',
        type: string,
        autocomplete: true,
      },
      {
        name: 'semilla',
        description: 'El mismo número, el mismo chiste',
        type: ApplicationCommandOptionType.Integer,
        min_value: 0,
        max_value: 100,
      },
    ],
  },
  {
    name: 'continuar',
    description: 'Continúa un texto',
    options: [
      { name: 'texto', description: 'Cómo empieza', type: string, required: true, max_length: 1000 },
      {
        name: 'tono',
        description: 'Cómo suena',
        type: string,
        choices: [
          { name: 'Serio', value: 'serio' },
          { name: 'Absurdo', value: 'absurdo' },
        ],
      },
    ],
  },
  {
    name: 'ajustar',
    description: 'Los ajustes del servidor',
    default_member_permissions: '32', // Manage Server
    options: [
      { name: 'ver', description: 'Muestra los ajustes', type: ApplicationCommandOptionType.Subcommand },
      {
        name: 'avisos',
        description: 'Qué se avisa',
        type: ApplicationCommandOptionType.SubcommandGroup,
        options: [
          {
            name: 'canal',
            description: 'Dónde se avisa',
            type: ApplicationCommandOptionType.Subcommand,
            options: [
              {
                name: 'canal',
                description: 'El canal',
                type: ApplicationCommandOptionType.Channel,
                required: true,
              },
            ],
          },
        ],
      },
    ],
  },
  {
    name: 'opciones',
    description: 'Cada tipo de opción',
    options: [
      { name: 'persona', description: 'Alguien', type: ApplicationCommandOptionType.User, required: true },
      { name: 'canal', description: 'Un canal', type: ApplicationCommandOptionType.Channel },
      { name: 'rol', description: 'Un rol', type: ApplicationCommandOptionType.Role },
      {
        name: 'cualquiera',
        description: 'Una persona o un rol',
        type: ApplicationCommandOptionType.Mentionable,
      },
      { name: 'si', description: 'Sí o no', type: ApplicationCommandOptionType.Boolean },
      { name: 'decimal', description: 'Un número', type: ApplicationCommandOptionType.Number, max_value: 1 },
      { name: 'archivo', description: 'Un archivo', type: ApplicationCommandOptionType.Attachment },
    ],
  },
  { name: 'secreto', description: 'Algo que solo tú ves' },
  { name: 'texto', description: 'Todo el Markdown' },
  { name: 'elige', description: 'Todos los menús de selección' },
  { name: 'formulario', description: 'Abre un formulario' },
  { name: 'escaparate', description: 'Componentes nuevos' },
  { name: 'foto', description: 'Imágenes y archivos' },
  {
    name: 'en-todas-partes',
    description: 'También entre personas',
    integration_types: [0, 1],
    contexts: [0, 1, 2],
  },
  { name: 'callado', description: 'Nunca responde' },
  { name: 'Continuar chiste', type: ApplicationCommandType.Message },
  { name: 'Saludar', type: ApplicationCommandType.User },
];

export const everyMark = [
  '# Título grande',
  '## Título mediano',
  '### Título pequeño',
  '-# letra pequeña',
  '**negrita**, *cursiva*, __subrayado__, ~~tachado~~, ***todo junto***, `código`, ||el mayordomo||',
  '> una cita',
  '- una lista',
  '  - dentro de otra',
  '1. primero',
  '2. segundo',
  '[un enlace](https://example.com/enlace) y https://example.com/solo :tada: 🎉',
  '```js\nconst chiste = "malo";\n```',
  '<script>alert(1)</script>',
].join('\n');

/**
 * A discord.js bot that uses everything the page can show. It waits for `step()` between the edits of its streaming answer.
 */
export async function startExampleBot(box: Box): Promise<ExampleBot> {
  const client = new Client({
    intents: [GatewayIntentBits.Guilds],
    rest: { api: box.api },
    ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => {} }) },
  });
  let go = () => {};
  let wait = new Promise<void>((resolve) => {
    go = resolve;
  });
  const next = async () => {
    await wait;
    wait = new Promise<void>((resolve) => {
      go = resolve;
    });
  };
  const failed: unknown[] = [];
  client.on(Events.InteractionCreate, (interaction) => {
    answer(interaction, next).catch((error) => failed.push(error));
  });
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(box.token);
  await ready;
  await client.application?.commands.set(commands as never); // discord.js types the raw bodies only by builder
  return {
    client,
    step: () => go(),
    close: async () => {
      await client.destroy();
      if (failed.length > 0) throw new AggregateError(failed, 'the example bot failed');
    },
  };
}

async function answer(interaction: Interaction, next: () => Promise<void>): Promise<void> {
  if (interaction.isAutocomplete()) {
    const typed = interaction.options.getFocused().toLowerCase();
    await interaction.respond(
      themes.filter((theme) => theme.startsWith(typed)).map((name) => ({ name, value: name })),
    );
  } else if (interaction.isChatInputCommand()) await command(interaction, next);
  else if (interaction.isMessageContextMenuCommand())
    await interaction.reply(
      `Continúo: ${interaction.targetMessage.content || interaction.targetMessage.embeds[0]?.description} … y entonces se rio.`,
    );
  else if (interaction.isUserContextMenuCommand())
    await interaction.reply(`¡Hola, <@${interaction.targetId}>!`);
  else if (interaction.isModalSubmit())
    await interaction.reply({
      content: `Recibido: ${interaction.fields.getTextInputValue('titulo')} (${interaction.fields.getStringSelectValues('tono').join(', ')})`,
      flags: MessageFlags.Ephemeral,
    });
  else if (interaction.isAnySelectMenu())
    await interaction.reply({
      content: `${interaction.customId}: ${interaction.values.join(', ')}`,
      flags: MessageFlags.Ephemeral,
    });
  else if (interaction.isButton()) {
    if (interaction.customId === 'mudo') return;
    if (interaction.customId.startsWith('voto')) {
      const votes = Number(interaction.message.embeds[0]?.footer?.text.match(/\d+/)?.[0] ?? 0) + 1;
      await interaction.update({ embeds: [joke('Van dos y se cae el de en medio.', `${votes} votos`)] });
    } else
      await interaction.reply({
        content: `Has pulsado ${interaction.customId}`,
        flags: MessageFlags.Ephemeral,
      });
  }
}

async function command(interaction: ChatInputCommandInteraction, next: () => Promise<void>): Promise<void> {
  switch (interaction.commandName) {
    case 'chiste': {
      await interaction.deferReply();
      for (const text of ['Van dos', 'Van dos y se cae', 'Van dos y se cae el de en medio.']) {
        await next();
        await interaction.editReply({ embeds: [joke(text, '0 votos')] });
      }
      await interaction.editReply({ components: [votes()] });
      return;
    }
    case 'continuar': {
      const tone = interaction.options.getString('tono');
      await interaction.reply(
        `${interaction.options.getString('texto', true)} … y colorín colorado${tone ? ` (${tone})` : ''}.`,
      );
      return;
    }
    case 'ajustar':
      await interaction.reply({
        content: `Ajustes: ${interaction.options.getSubcommand()}`,
        flags: MessageFlags.Ephemeral,
      });
      return;
    case 'opciones':
      await interaction.reply(
        interaction.options.data
          .map(({ name, value, attachment }) => `${name} = ${attachment ? attachment.name : value}`)
          .join('\n'),
      );
      return;
    case 'en-todas-partes':
      await interaction.reply('También aquí.');
      return;
    case 'secreto':
      await interaction.reply({ content: 'Esto queda entre tú y yo.', flags: MessageFlags.Ephemeral });
      return;
    case 'texto':
      await interaction.reply({ content: everyMark, allowedMentions: { parse: [] } });
      return;
    case 'elige':
      await interaction.reply({ content: 'Elige:', components: selects() });
      return;
    case 'formulario':
      await interaction.showModal(modal());
      return;
    case 'escaparate':
      await interaction.reply({
        flags: MessageFlags.IsComponentsV2,
        components: showcase(),
        files: [new AttachmentBuilder(picture, { name: 'chispa.png' })],
      });
      return;
    case 'foto':
      await interaction.reply({
        content: 'Tres fotos, una tapada, y un archivo',
        embeds: [joke(`Una línea de código larga:\n\`\`\`\n${'npx '.repeat(40)}\n\`\`\``, '0 votos')],
        files: [
          new AttachmentBuilder(picture, { name: 'una.png', description: 'Una chispa' }),
          new AttachmentBuilder(picture, { name: 'dos.png' }),
          new AttachmentBuilder(picture, { name: 'SPOILER_tres.png' }),
          new AttachmentBuilder(Buffer.from('hola'), { name: 'notas.txt' }),
        ],
      });
      return;
    default: // callado
  }
}

function joke(text: string, footer: string): EmbedBuilder {
  return new EmbedBuilder()
    .setColor(0xf5a524)
    .setAuthor({ name: 'Chispa' })
    .setTitle('Un chiste')
    .setURL('https://example.com/chiste')
    .setDescription(text)
    .addFields(
      { name: 'Tema', value: 'libre', inline: true },
      { name: 'Semilla', value: '`42`', inline: true },
    )
    .setThumbnail('https://example.com/fuera.png')
    .setFooter({ text: footer })
    .setTimestamp(new Date('2026-01-02T03:04:05Z'));
}

function votes() {
  return new ActionRowBuilder<ButtonBuilder>().addComponents(
    ...[1, 2, 3].map((n) =>
      new ButtonBuilder().setCustomId(`voto${n}`).setLabel(`${n} ⭐`).setStyle(ButtonStyle.Secondary),
    ),
    new ButtonBuilder().setCustomId('mudo').setLabel('Sin respuesta').setStyle(ButtonStyle.Danger),
    new ButtonBuilder().setURL('https://example.com/').setLabel('Fuera').setStyle(ButtonStyle.Link),
  );
}
