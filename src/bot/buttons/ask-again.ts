import type { Joke } from '../../db/jokes.ts';
import type { Ask } from '../../db/request-shape.ts';
import { shownJoke } from '../shown-joke.ts';
import type { ButtonHandler } from './handler.ts';

/** "Otro": the same request from the same source with the same settings, but a new seed. */
export const again: ButtonHandler<'again'> = async (interaction, { joke: id }, { store, ask }) => {
  const joke = await shownJoke(store.db, id, interaction);
  const source = joke.origin === 'house' ? 'house' : 'new';
  await ask(interaction, askOf(joke), { source, settings: joke.settings });
};

/** "Continuar": continues the joke's whole text. */
export const more: ButtonHandler<'more'> = async (interaction, { joke: id }, { store, ask }) => {
  const joke = await shownJoke(store.db, id, interaction);
  await ask(interaction, { kind: 'continue', from: { jokeId: joke.id } });
};

/** "¿Cómo lo pensé?": the steps as a picture, only for the person who asks. */
export const think: ButtonHandler<'think'> = async (interaction, { joke: id }, { store, ask }) => {
  const joke = await shownJoke(store.db, id, interaction);
  await ask(interaction, { kind: 'steps', jokeId: joke.id }, { privately: true });
};

/** The input a joke was asked with. Text that a person may have typed still counts as typed. */
function askOf({ prompt, userText }: Joke): Ask {
  if (prompt.kind === 'continue') return { kind: 'continue', from: { text: prompt.text ?? '' } };
  if (prompt.theme === null) return { kind: 'joke' };
  return { kind: 'joke', theme: { text: prompt.theme, origin: userText ? 'user' : 'list' } };
}
