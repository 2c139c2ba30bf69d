import { closeDuel, findDuel, voteInDuel } from '../../db/duels.ts';
import { messagesFor } from '../../discord/messages/index.ts';
import { ChispaError } from '../../lib/errors.ts';
import { requireModerator } from '../moderators.ts';
import { homeGuild } from '../place.ts';
import { Refusal } from '../refusal.ts';
import type { ButtonHandler } from './handler.ts';

/** "A", "B" or "Empate" below a duel: told to the person alone, since the tally is hidden until it closes. */
export const voteDuel: ButtonHandler<'duel'> = async (
  interaction,
  { duel: duelId, choice },
  { store, voter, board },
) => {
  await interaction.deferReply({ flags: 'Ephemeral' });
  const guildId = homeGuild(interaction);
  const ballot = { duelId, voter: voter(interaction.user.id), choice, guildId };
  const { duel, closedNow } = await voteInDuel(store.db, {
    ...ballot,
    messageId: interaction.message.id,
  }).catch(refuseOver);
  const m = messagesFor(interaction.locale).duel;
  const closesAt = Math.floor(duel.closesAt.getTime() / 1000);
  await interaction.editReply(closedNow ? m.countedLast : m.counted(choice, closesAt));
  if (closedNow) await board.refreshDuel(duelId);
};

/** "Cerrar": a moderator ends a duel before its time. */
export const endDuel: ButtonHandler<'duel-close'> = async (
  interaction,
  { duel: id },
  { store, settings, board },
) => {
  const guildId = requireModerator(interaction, settings);
  await interaction.deferUpdate();
  const duel = await findDuel(store.db, id);
  const isHere = duel?.guildId === guildId && duel.message?.messageId === interaction.message.id;
  if (!isHere) throw new Refusal((m) => m.duel.gone);
  if (!(await closeDuel(store.db, id))) throw new Refusal((m) => m.duel.over);
  await board.refreshDuel(id);
};

function refuseOver(error: unknown): never {
  if (error instanceof ChispaError && error.code === 'duel-gone') throw new Refusal((m) => m.duel.gone);
  if (error instanceof ChispaError && error.code === 'duel-closed') throw new Refusal((m) => m.duel.over);
  throw error;
}
