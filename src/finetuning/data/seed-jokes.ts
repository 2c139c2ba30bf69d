import { type HouseJoke, houseJokes } from '../../corpus/house.ts';
import { type TrainingJoke, themesOf } from './samples.ts';

/** The house's jokes as training takes them. What is held out stays out, whichever jokes are asked for. */
export const seedJokes = (jokes: readonly HouseJoke[] = houseJokes()): TrainingJoke[] =>
  jokes
    .filter(({ heldOut }) => !heldOut)
    .map((joke) => ({ text: joke.text, themes: themesOf(joke), weight: 1 }));
