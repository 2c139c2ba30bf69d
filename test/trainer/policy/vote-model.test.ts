import { describe, expect, it } from 'vitest';
import { createRandom, normal } from '../../../src/lib/random.ts';
import { fitVoteModel, jokeValue, type RatedJoke } from '../../../src/trainer/policy/vote-model.ts';
import { ratedJoke } from './samples.ts';

/** Jokes with normally distributed values around `mean`, each with some votes with normal noise. */
function simulated(mean: number, spread: number, noise: number, votes: () => number): RatedJoke[] {
  const random = createRandom(3);
  return Array.from({ length: 2000 }, (_, i) => {
    const value = mean + spread * normal(random);
    const scores = Array.from({ length: votes() }, () => value + noise * normal(random));
    return ratedJoke({ id: String(i), scores });
  });
}

describe('the vote model', () => {
  it('finds the mean, the spread and the weight of the prior', () => {
    const random = createRandom(5);
    const fitted = fitVoteModel(simulated(3.2, 0.8, 1.2, () => 1 + Math.floor(random.unit() * 6)));
    expect(fitted.mean).toBeCloseTo(3.2, 1);
    expect(fitted.spread).toBeCloseTo(0.8, 1);
    expect(fitted.shrinkage).toBeGreaterThan(0.8 * (1.2 / 0.8) ** 2);
    expect(fitted.shrinkage).toBeLessThan(1.2 * (1.2 / 0.8) ** 2);
  });

  it('keeps the prior when the data shows nothing: few jokes, single votes, votes without any agreement', () => {
    const prior = fitVoteModel([]);
    expect(prior).toEqual({ mean: 3, shrinkage: 5, spread: 0.5 });
    expect(fitVoteModel(simulated(4, 1, 1, () => 1))).toEqual(prior);
    expect(fitVoteModel(simulated(3, 0, 1, () => 4)).shrinkage).toBe(20);
    const unanimous = fitVoteModel(simulated(4, 0, 0, () => 3));
    expect(unanimous.mean).toBeCloseTo(4);
    expect(jokeValue({ votes: 2, mean: 4 }, unanimous)).toBeCloseTo(4);
  });
});

describe('the value of a joke', () => {
  const model = { mean: 3, shrinkage: 5, spread: 0.5 };

  it('stays near the mean with few votes and follows many', () => {
    expect(jokeValue({ votes: 0, mean: 5 }, model)).toBe(3);
    expect(jokeValue({ votes: 1, mean: 5 }, model)).toBeCloseTo(3.333, 3);
    expect(jokeValue({ votes: 100, mean: 5 }, model)).toBeGreaterThan(4.9);
  });

  it('is closer to the truth than the plain mean', () => {
    const random = createRandom(7);
    const truths = Array.from({ length: 1000 }, () => 3 + 0.6 * normal(random));
    const jokes = truths.map((truth, i) =>
      ratedJoke({ id: String(i), scores: [1, 2, 3].map(() => truth + 1.2 * normal(random)) }),
    );
    const fitted = fitVoteModel(jokes);
    const error = (guess: (joke: RatedJoke) => number) =>
      jokes.reduce((sum, joke, i) => sum + (guess(joke) - (truths[i] ?? 0)) ** 2, 0);
    expect(error((joke) => jokeValue(joke, fitted))).toBeLessThan(0.7 * error(({ mean }) => mean));
  });
});
