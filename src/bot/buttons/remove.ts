import { findJoke } from '../../db/jokes.ts';
import { deleteTelling, findTelling } from '../../db/tellings.ts';
import { demandHere } from '../pressed.ts';
import { Refusal } from '../refusal.ts';
import type { ButtonHandler } from './handler.ts';

/** "Borrar": the person who asked for this telling of a joke deletes its message, and the joke if nobody else was told it. */
export const remove: ButtonHandler<'delete'> = async (interaction, { joke: id }, { store, board }) => {
  await interaction.deferUpdate();
  const joke = await findJoke(store.db, id);
  demandHere(interaction, joke);
  if (joke.state === 'deleted') throw new Refusal((m) => m.refusal.jokeGone);
  const { message, user } = interaction;
  const { askedBy } = (await findTelling(store.db, message.id)) ?? joke;
  if (askedBy !== user.id) throw new Refusal((m) => m.refusal.notYours);
  await deleteTelling(store.db, id, message.id);
  await board.forget(message.id);
  await interaction.deleteReply();
};
