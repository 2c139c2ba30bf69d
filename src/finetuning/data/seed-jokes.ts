import { type HouseJoke, houseJokes } from '../../corpus/house.ts';
import { type TrainingJoke, themesOf } from './samples.ts';

/** House jokes as training data. Held-out ones are always left out. */
export const seedJokes = (jokes: readonly HouseJoke[] = houseJokes()): TrainingJoke[] =>
  jokes
    .filter(({ heldOut }) => !heldOut)
    .map((joke) => ({ text: joke.text, themes: themesOf(joke), weight: 1 }));
