import { rate } from '../../db/ratings.ts';
import { refuseGone } from '../refusal.ts';
import { shownJoke } from '../shown-joke.ts';
import type { ButtonHandler } from './index.ts';

/** A vote: acknowledged silently, shown only once it is committed. */
export const rateJoke: ButtonHandler<'rate'> = async (
  interaction,
  { joke, score },
  { store, voter, board },
) => {
  await interaction.deferUpdate();
  await shownJoke(store.db, joke, interaction);
  await rate(store.db, { jokeId: joke, voter: voter(interaction.user.id), score }).catch(refuseGone);
  board.refresh(interaction, joke);
};
