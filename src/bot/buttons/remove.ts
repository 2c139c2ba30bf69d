import { deleteJoke, findJoke } from '../../db/jokes.ts';
import { demandOwnButton } from '../pressed.ts';
import { Refusal } from '../refusal.ts';
import type { ButtonHandler } from './handler.ts';

/** "Borrar": the person who asked for a joke deletes its message. */
export const remove: ButtonHandler<'delete'> = async (interaction, { joke: id }, { store, board }) => {
  await interaction.deferUpdate();
  const joke = await findJoke(store.db, id);
  if (!joke || joke.state === 'deleted') throw new Refusal((m) => m.refusal.jokeGone);
  demandOwnButton(interaction, joke);
  if (joke.askedBy !== interaction.user.id) throw new Refusal((m) => m.refusal.notYours);
  await deleteJoke(store.db, id);
  await board.forget(interaction.message.id);
  await interaction.deleteReply();
};
