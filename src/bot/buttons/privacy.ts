import { AttachmentBuilder } from 'discord.js';
import { exportPerson, forgetPerson } from '../../db/privacy.ts';
import { confirmForgetMessage } from '../../discord/help-message.ts';
import { messagesFor } from '../../discord/messages/index.ts';
import type { ButtonHandler } from './handler.ts';

/** "Ver mis datos": everything kept about the person, as a file. */
export const exportData: ButtonHandler<'export'> = async (interaction, _, { store, voter }) => {
  const m = messagesFor(interaction.locale);
  await interaction.deferReply({ flags: 'Ephemeral' });
  const { id } = interaction.user;
  const data = await exportPerson(store.db, { userId: id, voter: voter(id) });
  const file = new AttachmentBuilder(Buffer.from(JSON.stringify(data, null, 2)), { name: 'chispa.json' });
  await interaction.editReply({ content: m.privacy.file, files: [file] });
};

/** "Borrar mis datos": asks for confirmation. */
export const forget: ButtonHandler<'forget'> = async (interaction) => {
  const m = messagesFor(interaction.locale);
  await interaction.reply({ ...confirmForgetMessage(m), flags: 'Ephemeral' });
};

/** "Sí, bórralo todo": erases everything and updates the votes that messages show. */
export const forgetForEver: ButtonHandler<'forget-for-ever'> = async (
  interaction,
  _,
  { store, voter, board },
) => {
  const m = messagesFor(interaction.locale);
  await interaction.deferUpdate();
  const { id } = interaction.user;
  const { ratings, requests, ratedJokes } = await forgetPerson(store.db, { userId: id, voter: voter(id) });
  await interaction.editReply({ content: m.privacy.forgotten(ratings, requests), components: [] });
  for (const id of ratedJokes) await board.refreshEverywhere(id);
};
