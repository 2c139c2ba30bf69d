import { type HouseJoke, houseJokes } from '../../corpus/house.ts';
import { type TrainingJoke, themesOf } from './samples.ts';

/** A house joke that may be trained on. */
export interface SeedJoke extends TrainingJoke {
  /** Its id in corpus/jokes. */
  id: string;
}

/** House jokes as training data. Held-out ones are always left out. */
export const seedJokes = (jokes: readonly HouseJoke[] = houseJokes()): SeedJoke[] =>
  jokes
    .filter(({ heldOut }) => !heldOut)
    .map((joke) => ({ id: joke.id, text: joke.text, themes: themesOf(joke), weight: 1 }));
