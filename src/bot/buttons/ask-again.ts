import type { Joke } from '../../db/jokes.ts';
import type { Ask } from '../../db/request-shape.ts';
import { findTelling, type Telling } from '../../db/tellings.ts';
import { shownJoke } from '../shown-joke.ts';
import type { ButtonHandler } from './handler.ts';

/** "Otro": what this message answered, asked again of the same source with the same settings, but a new seed. */
export const again: ButtonHandler<'again'> = async (interaction, { joke: id }, { store, ask }) => {
  const joke = await shownJoke(store.db, id, interaction);
  const telling = await findTelling(store.db, interaction.message.id);
  const asked = askOf(joke, telling?.jokeId === joke.id ? telling : undefined);
  const from =
    joke.origin === 'house'
      ? ({ source: 'house', except: joke.houseId } as const)
      : ({ source: 'new' } as const);
  await ask(interaction, asked, { ...from, settings: joke.settings });
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
function askOf({ prompt, userText, origin }: Joke, telling: Telling | undefined): Ask {
  if (prompt.kind === 'continue') return { kind: 'continue', from: { text: prompt.text ?? '' } };
  const { newOnly = false } = telling ?? {};
  // A house joke itself has no theme: each telling has that of its request.
  if (origin === 'house') return { kind: 'joke', ...(telling?.theme && { theme: telling.theme }) };
  if (prompt.theme === null) return { kind: 'joke', newOnly };
  return { kind: 'joke', newOnly, theme: { text: prompt.theme, origin: userText ? 'user' : 'list' } };
}
