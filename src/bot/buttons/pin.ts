import type { ButtonInteraction } from 'discord.js';
import { findModelVersion, pinModel } from '../../db/models.ts';
import { messagesFor } from '../../discord/messages/index.ts';
import type { Services } from '../command.ts';
import { requireModerator } from '../moderators.ts';
import { refuseUnusable } from '../refusal.ts';
import type { ButtonHandler } from './handler.ts';

/** "Fijar en este servidor", below a version's details. */
export const pin: ButtonHandler<'pin'> = (interaction, { version }, services) =>
  setPin(interaction, version, services);

/** "Seguir a la activa". */
export const unpin: ButtonHandler<'unpin'> = (interaction, _, services) =>
  setPin(interaction, null, services);

async function setPin(
  interaction: ButtonInteraction,
  id: number | null,
  { store, settings }: Services,
): Promise<void> {
  const say = messagesFor(interaction.locale).learning.models;
  const guildId = requireModerator(interaction, settings);
  await interaction.deferReply({ flags: 'Ephemeral' });
  const name = id === null ? undefined : ((await findModelVersion(store.db, id))?.name ?? `#${id}`);
  await pinModel(store.db, guildId, interaction.user.id, id).catch(refuseUnusable(name ?? ''));
  await interaction.editReply(name ? say.pinned(name) : say.unpinned);
}
