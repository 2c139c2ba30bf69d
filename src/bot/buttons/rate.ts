import { rate } from '../../db/ratings.ts';
import { metrics } from '../../lib/metrics.ts';
import { homeGuild } from '../place.ts';
import { refuseGone } from '../refusal.ts';
import type { ButtonHandler } from './handler.ts';

/** A vote: acknowledged silently, and shown once it is committed. */
export const rateJoke: ButtonHandler<'rate'> = async (
  interaction,
  { joke, score },
  { store, voter, board },
) => {
  await interaction.deferUpdate();
  const { user, message } = interaction;
  const guildId = homeGuild(interaction);
  const vote = { jokeId: joke, voter: voter(user.id), score, guildId, messageId: message.id };
  board.show(interaction, await rate(store.db, vote).catch(refuseGone));
  metrics.ratings.inc();
};
