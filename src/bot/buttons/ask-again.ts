import type { Joke } from '../../db/jokes.ts';
import type { Ask as Prompt } from '../../db/requests.ts';
import { shownJoke } from '../shown-joke.ts';
import type { ButtonHandler } from './index.ts';

/** "Otro": the same question and settings with a new seed. */
export const again: ButtonHandler<'again'> = async (interaction, { joke: id }, { store, ask }) => {
  const joke = await shownJoke(store.db, id, interaction);
  await ask(interaction, { prompt: promptOf(joke), settings: joke.settings });
};

/** "Continuar": goes on from the joke's whole text. */
export const more: ButtonHandler<'more'> = async (interaction, { joke: id }, { store, ask }) => {
  const joke = await shownJoke(store.db, id, interaction);
  await ask(interaction, { prompt: { kind: 'continue', from: { jokeId: joke.id } } });
};

/** "¿Cómo lo pensé?": the steps as a picture, for whoever asks. */
export const think: ButtonHandler<'think'> = async (interaction, { joke: id }, { store, ask }) => {
  const joke = await shownJoke(store.db, id, interaction);
  await ask(interaction, { prompt: { kind: 'steps', jokeId: joke.id }, privately: true });
};

/** The question a joke answered. What may have been typed by a person still counts as typed. */
function promptOf({ prompt, userText }: Joke): Prompt {
  if (prompt.kind === 'continue') return { kind: 'continue', from: { text: prompt.text ?? '' } };
  if (prompt.theme === null) return { kind: 'joke' };
  return { kind: 'joke', theme: { text: prompt.theme, origin: userText ? 'user' : 'list' } };
}
