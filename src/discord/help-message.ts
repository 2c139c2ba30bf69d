import { ActionRowBuilder, ButtonBuilder, ButtonStyle, EmbedBuilder } from 'discord.js';
import { customId } from './custom-id.ts';
import type { Messages } from './messages/index.ts';

const COLOR = { help: 0xf2c14e, privacy: 0x8d99ae } as const;

/** What Chispa can do in a guild that added it, or elsewhere. */
export function helpMessage({ help }: Messages, { inGuild }: { inGuild: boolean }) {
  const more = inGuild ? help.inGuilds : ['', help.elsewhere];
  const intro = inGuild ? `${help.intro} ${help.learns}` : help.intro;
  const embed = new EmbedBuilder()
    .setTitle(help.title)
    .setDescription([intro, '', ...help.lines, ...more].join('\n'))
    .setFooter({ text: help.footer })
    .setColor(COLOR.help);
  return { embeds: [embed] };
}

/** The first message in a guild. */
export function welcomeMessage({ welcome }: Messages) {
  const embed = new EmbedBuilder()
    .setTitle(welcome.title)
    .setDescription([welcome.intro, '', ...welcome.lines].join('\n'))
    .addFields({ name: welcome.moderators, value: welcome.log })
    .setColor(COLOR.help);
  return { embeds: [embed] };
}

/** What is stored about people, with buttons to see and erase it. */
export function privacyMessage(m: Messages) {
  const embed = new EmbedBuilder()
    .setTitle(m.privacy.title)
    .setDescription(m.privacy.kept.join('\n'))
    .setColor(COLOR.privacy);
  const button = (action: 'export' | 'forget', style: ButtonStyle) =>
    new ButtonBuilder().setCustomId(customId(action)).setLabel(m.buttons[action]).setStyle(style);
  const row = new ActionRowBuilder<ButtonBuilder>().addComponents(
    button('export', ButtonStyle.Secondary),
    button('forget', ButtonStyle.Danger),
  );
  return { embeds: [embed], components: [row] };
}

/** Asks for confirmation before everything is erased. */
export function confirmForgetMessage(m: Messages) {
  const button = new ButtonBuilder()
    .setCustomId(customId('forget-for-ever'))
    .setLabel(m.buttons.forgetForEver)
    .setStyle(ButtonStyle.Danger);
  return {
    content: m.privacy.confirm,
    components: [new ActionRowBuilder<ButtonBuilder>().addComponents(button)],
  };
}
