import { describe, expect, it } from 'vitest';
import { learningCorpus } from '../../../src/trainer/policy/corpus.ts';
import { type DuelOutcome, withDuels } from '../../../src/trainer/policy/duels.ts';
import { jokeValue, type RatedJoke } from '../../../src/trainer/policy/vote-model.ts';
import { ratedJoke } from './samples.ts';

const MODEL = { mean: 3, shrinkage: 5, spread: 0.5 };
const good = ratedJoke({ id: 'good', scores: [5, 5, 5, 5, 4] });
const bad = ratedJoke({ id: 'bad', scores: [1, 1, 2, 1] });
const fresh: RatedJoke = { ...ratedJoke({ id: 'fresh', scores: [3] }), votes: 0, mean: 0, variance: 0 };
const duel = (a: string, b: string, aWins: number, bWins: number, ties = 0): DuelOutcome => ({
  guildId: 'a guild',
  ...{ a, b, aWins, bWins, ties },
});

describe('the votes of duels', () => {
  const value = (told: readonly RatedJoke[], id: string) => {
    const joke = told.find((one) => one.id === id);
    return joke && jokeValue(joke, MODEL);
  };
  const judged = (...outcomes: DuelOutcome[]) => withDuels([good, bad, fresh], outcomes, MODEL);

  it('change nothing where there are none, and leave out what nobody voted on', () => {
    expect(judged()).toEqual([good, bad]);
  });

  it('move equals by a point a vote, in opposite directions', () => {
    const twin = { ...fresh, id: 'twin' };
    const [won, lost] = withDuels([fresh, twin], [duel('fresh', 'twin', 2, 0)], MODEL);
    expect(won).toMatchObject({ votes: 2, mean: 4, variance: 0 });
    expect(lost).toMatchObject({ votes: 2, mean: 2, variance: 0 });
    expect(withDuels([fresh, twin], [duel('fresh', 'twin', 0, 0, 3)], MODEL)).toMatchObject([
      { votes: 3, mean: 3 },
      { votes: 3, mean: 3 },
    ]);
  });

  it('say much when they surprise, and little when they do not', () => {
    const expected = judged(duel('good', 'bad', 3, 0));
    const surprising = judged(duel('good', 'bad', 0, 3));
    const before = jokeValue(good, MODEL);
    expect(value(expected, 'good')).toBeGreaterThan(before);
    const gained = (value(expected, 'good') ?? 0) - before;
    const lost = before - (value(surprising, 'good') ?? 0);
    expect(lost).toBeGreaterThan(4 * gained);
    // Losing to a good joke costs a new one little; beating it gains much.
    expect(value(judged(duel('fresh', 'good', 1, 0)), 'fresh')).toBeGreaterThan(3.15);
    expect(value(judged(duel('fresh', 'good', 0, 1)), 'fresh')).toBeGreaterThan(2.9);
  });

  it('never leave the scale, however many there are', () => {
    for (const { mean, variance } of judged(duel('bad', 'good', 1000, 0), duel('fresh', 'bad', 0, 500))) {
      expect(mean).toBeGreaterThanOrEqual(1);
      expect(mean).toBeLessThanOrEqual(5);
      expect(variance).toBeGreaterThanOrEqual(0);
    }
  });

  it('of a joke that may not teach any more do not count', () => {
    expect(withDuels([good], [duel('good', 'gone', 0, 9)], MODEL)).toEqual([good]);
  });

  it('reach the weights of the corpus, also of jokes that nobody rated', () => {
    const rated = Array.from({ length: 60 }, (_, i) =>
      ratedJoke({ id: `${i}`, scores: i % 2 === 0 ? [5, 5, 4, 5] : [1, 2, 1, 2] }),
    );
    const twins = [0, 1, 2, 3, 4, 5].map((i) => ({
      ...ratedJoke({ id: `new ${i}`, scores: [3] }),
      votes: 0,
      mean: 0,
    }));
    const weight = (outcomes: DuelOutcome[]) => {
      const { training, heldOut } = learningCorpus([...rated, ...twins], [], undefined, outcomes).snapshot;
      const marks = new Map([...training, ...heldOut].map((joke) => [joke.id, joke.weight]));
      return twins.map(({ id }) => marks.get(id));
    };
    expect(weight([]).every((one) => one === undefined)).toBe(true);
    const won = weight(twins.map(({ id }) => duel(id, '0', 5, 0)));
    expect(won.every((one) => one !== undefined && one > 0)).toBe(true);
    const lost = weight(twins.map(({ id }) => duel(id, '1', 0, 5)));
    expect(lost.every((one) => one !== undefined && one <= 0)).toBe(true);
  });
});
