import { rate } from '../../db/ratings.ts';
import { metrics } from '../../lib/metrics.ts';
import { refuseGone } from '../refusal.ts';
import type { ButtonHandler } from './handler.ts';

/** A vote: acknowledged silently, and shown once it is committed. */
export const rateJoke: ButtonHandler<'rate'> = async (
  interaction,
  { joke, score },
  { store, voter, board },
) => {
  await interaction.deferUpdate();
  const { guildId, user, message } = interaction;
  const vote = { jokeId: joke, voter: voter(user.id), score, guildId, messageId: message.id };
  board.show(interaction, await rate(store.db, vote).catch(refuseGone));
  metrics.ratings.inc();
};
